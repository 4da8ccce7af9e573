"""What the vault holds and on which ground: keys of cases, objects, holds, legal process, destruction."""

from sqlalchemy import Column, LargeBinary, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("reference", LargeBinary, nullable=False),
    Column("master", Text),
    Column("sealed", LargeBinary),
    Column("created_at", BIG, nullable=False),
    Column("destroyed_at", BIG),
    sqlite_strict=True,
)
index("case_keys_reference", case_keys.c.reference, unique=True)
index("case_keys_master", case_keys.c.master, case_keys.c.case_id, where=case_keys.c.master.is_not(None))

sealed_objects = Table(
    "sealed_objects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("size_bytes", BIG, nullable=False),
    Column("sealed_bytes", BIG, nullable=False),
    Column("media_type", Text),
    Column("sealed_at", BIG, nullable=False),
    Column("sealed_by", Text, nullable=False),
    Column("verified_at", BIG, nullable=False),
    Column("gone_at", BIG),
    sqlite_strict=True,
)
index("sealed_objects_case", sealed_objects.c.case_id, sealed_objects.c.id)

holds = Table(
    "holds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("reference", Text),
    Column("begun_at", BIG, nullable=False),
    Column("until", BIG),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", BIG, nullable=False),
    Column("released_at", BIG),
    Column("released_by", Text),
    Column("release_ground", Text),
    Column("release_asked_at", BIG),
    Column("release_asked_by", Text),
    sqlite_strict=True,
)
index("holds_case", holds.c.case_id, holds.c.id)

legal_processes = Table(
    "legal_processes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("issued_at", BIG, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("due_at", BIG),
    Column("expires_at", BIG),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", BIG, nullable=False),
    Column("approved_by", Text),
    Column("answered_at", BIG),
    Column("answered_by", Text),
    Column("void_asked_at", BIG),
    Column("voided_at", BIG),
    Column("void_asked_by", Text),
    Column("voided_by", Text),
    Column("void_ground", Text),
    sqlite_strict=True,
)
index("legal_processes_case", legal_processes.c.case_id, legal_processes.c.id)
index("legal_processes_due", legal_processes.c.due_at, where=legal_processes.c.answered_at.is_(None))

# Of contents that a person brought into a case, instead of an upload that was screened.
provenances = Table(
    "provenances",
    metadata,
    Column("content_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("whence", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("brought_by", Text, nullable=False),
    Column("brought_at", BIG, nullable=False),
    sqlite_strict=True,
)
index("provenances_case", provenances.c.case_id, provenances.c.content_id)

destructions = Table(
    "destructions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("process_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", BIG, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", BIG),
    Column("alone", FLAG, nullable=False),
    Column("key_destroyed_at", BIG),
    Column("done_at", BIG),
    Column("certificate", LargeBinary),
    sqlite_strict=True,
)
index("destructions_case", destructions.c.case_id, destructions.c.id)
# One at a time: two people who ask at once ask for the same.
index("destructions_open", destructions.c.case_id, unique=True, where=destructions.c.done_at.is_(None))
