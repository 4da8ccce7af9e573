"""Keys, legal grounds, values and leases of the installation, and the rows of the audit."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, index, metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("expires_at", BIG),
    Column("revoked_at", BIG),
    sqlite_strict=True,
)

purpose_bases = Table(
    "purpose_bases",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("basis_text", Text, nullable=False),
    Column("basis_since", BIG, nullable=False),
    Column("basis_until", BIG),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("purpose_bases_latest", purpose_bases.c.purpose, purpose_bases.c.id)

installation_values = Table(
    "installation_values",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

# Tasks that one process at a time may do, over all machines of a database: screening the same folders, say. What is
# of one data folder, as building its index, has a lock there.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", BIG, nullable=False),
    sqlite_strict=True,
)

# Written in the transaction of the change it records, and sealed afterwards; see tables/audit_log.py.
audit_events = Table(
    "audit_events",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("at", BIG),
    Column("actor", Text),
    Column("act", Text),
    Column("subject", Text),
    Column("facts", Text),
    Column("number", BIG),
    Column("key", BIG),
    Column("commitment", LargeBinary),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_SEALED = audit_events.c.number.is_not(None)
index("audit_events_number", audit_events.c.number, unique=True, where=_SEALED)
index("audit_events_pending", audit_events.c.id, where=audit_events.c.number.is_(None))
index("audit_events_at", audit_events.c.at)
index("audit_events_actor", audit_events.c.actor, audit_events.c.id)
index("audit_events_act", audit_events.c.act, audit_events.c.id)
index("audit_events_subject", audit_events.c.subject, audit_events.c.id)
