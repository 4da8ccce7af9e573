"""The sealed audit log: its checkpoints, the stored nodes of its tree, and the keys of its commitments.

Its rows are in `audit_events`: number, key and commitment are null until a row is sealed; when, who, what, on which
record and the facts are null once it was erased. Triggers, which the migration makes and no metadata shows, refuse all
other changes of a row.
"""

from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, index, metadata

# The note alone says all the rest: a column beside it would have to be held against it.
audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BIG, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    sqlite_strict=True,
)

audit_subtrees = Table(
    "audit_subtrees",
    metadata,
    Column("level", Integer, nullable=False),
    Column("place", BIG, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "place"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# Subject and secret are null once they were erased.
audit_keys = Table(
    "audit_keys",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("subject", Text),
    Column("secret", LargeBinary),
    sqlite_strict=True,
)
index("audit_keys_subject", audit_keys.c.subject, unique=True, where=audit_keys.c.subject.is_not(None))
index("audit_keys_erased", audit_keys.c.id, where=audit_keys.c.secret.is_(None))
