"""Reports as they were taken in: who sends, what came, what it mentions, what was asked.

Ten million reports with six mentions each lie here: rows are narrow, and every question has its index.
"""

from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, BYTEWISE, FLAG, index, metadata

intake_senders = Table(
    "intake_senders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("username", Text),
    Column("secret_digest", LargeBinary),
    Column("rights", Text, nullable=False),
    Column("reports_a_day", Integer),
    Column("contact_email", Text),
    Column("created_at", BIG, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("blocked_at", BIG),
    sqlite_strict=True,
)
index("intake_senders_name", intake_senders.c.name, unique=True)
index(
    "intake_senders_username",
    intake_senders.c.username,
    unique=True,
    where=intake_senders.c.username.is_not(None),
)

intake_sender_days = Table(
    "intake_sender_days",
    metadata,
    Column("sender_id", Text, nullable=False),
    Column("day", Integer, nullable=False),  # days since 1970, UTC
    Column("reports", Integer, nullable=False),
    Column("incomplete", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    PrimaryKeyConstraint("sender_id", "day"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# One row: the number that the last report got. Its lock makes numbers rise in the order of commits.
intake_counter = Table(
    "intake_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BIG, nullable=False),
    sqlite_strict=True,
)

intake_reports = Table(
    "intake_reports",
    metadata,
    Column("number", BIG, primary_key=True, autoincrement=False),
    Column("sender_id", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("ended_at", BIG),
    Column("incident_type", Text),
    Column("incident_at", BIG),
    Column("country", Text),
    Column("language", Text),
    Column("file_count", Integer, nullable=False),
    Column("gaps", Text, nullable=False),
    Column("gap_count", Integer, nullable=False),
    Column("document", Text, nullable=False),
    sqlite_strict=True,
)
# The same bytes are the same report; one that was taken back, or never finished, may be sent anew.
index(
    "intake_reports_same",
    intake_reports.c.sender_id,
    intake_reports.c.digest,
    unique=True,
    where=intake_reports.c.state.in_(("open", "taken-in")),
)
index("intake_reports_sender", intake_reports.c.sender_id, intake_reports.c.number)
index("intake_reports_state", intake_reports.c.state, intake_reports.c.number)
index(
    "intake_reports_incomplete",
    intake_reports.c.number,
    where=intake_reports.c.gap_count > 0,
)

intake_mentions = Table(
    "intake_mentions",
    metadata,
    Column("number", BIG, nullable=False),
    Column("place", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", BYTEWISE, nullable=False),
    Column("raw", Text),  # null where it is the value
    Column("path", Text, nullable=False),
    Column("start", Integer),
    Column("part", Text, nullable=False),
    Column("person", Integer, nullable=False),
    Column("at", BIG),
    Column("port", Integer),
    Column("verified", FLAG),
    PrimaryKeyConstraint("number", "place"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
index("intake_mentions_value", intake_mentions.c.value, intake_mentions.c.kind, intake_mentions.c.number)

intake_files = Table(
    "intake_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BIG, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("md5", LargeBinary, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("uploaded_at", BIG, nullable=False),
    Column("described_at", BIG),
    sqlite_strict=True,
)
index("intake_files_number", intake_files.c.number, intake_files.c.uploaded_at)

intake_pending = Table(
    "intake_pending",
    metadata,
    Column("number", BIG, primary_key=True, autoincrement=False),
    sqlite_strict=True,
)

intake_questions = Table(
    "intake_questions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BIG, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_at", BIG, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("answered_at", BIG),
    Column("answer", Text),
    sqlite_strict=True,
)
index("intake_questions_sender", intake_questions.c.sender_id, intake_questions.c.id)
index("intake_questions_number", intake_questions.c.number, intake_questions.c.id)
index(
    "intake_questions_open",
    intake_questions.c.sender_id,
    where=intake_questions.c.answered_at.is_(None),
)
