"""Recipients with their dates of validity, and referrals."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, index, metadata

recipients = Table(
    "recipients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("valid_from", Text),
    Column("valid_until", Text),
    Column("legal_basis", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("confirmed_at", Text),
    Column("takes", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_strict=True,
)
index("recipients_country", recipients.c.country)

referrals = Table(
    "referrals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("recipient_id", Text, ForeignKey("recipients.id"), nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("cluster_id", BIG),
    Column("package", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("made_at", BIG, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_at", BIG, nullable=False),
    Column("state_by", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_strict=True,
)
index("referrals_recipient", referrals.c.recipient_id, referrals.c.id)
index("referrals_cluster", referrals.c.cluster_id, referrals.c.id)
index("referrals_state", referrals.c.state, referrals.c.id)

# Which reports a referral holds; a report's own referrals are found by the index.
referral_reports = Table(
    "referral_reports",
    metadata,
    Column("referral_id", Text, ForeignKey("referrals.id"), primary_key=True),
    Column("number", BIG, primary_key=True),
    sqlite_strict=True,
)
index("referral_reports_number", referral_reports.c.number, referral_reports.c.referral_id)
