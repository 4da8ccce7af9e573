"""Sources, lists, their entries, and the count of changes that each index follows."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
)

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("basis_text", Text, nullable=False),
    Column("basis_since", BIG, nullable=False),
    Column("basis_until", BIG),
    Column("rights", Text, nullable=False),
    sqlite_strict=True,
)

lists = Table(
    "lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("source", Text, ForeignKey("sources.name"), nullable=False),
    Column("vetted", FLAG, nullable=False),
    Column("exact_action", Text, nullable=False),
    Column("within_bits", Text, nullable=False),
    Column("kept_days", Integer),
    Column("created_at", BIG, nullable=False),
    # A removed list keeps its row so that its number is never used again: old index segments still bear it.
    Column("removed_at", BIG),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("lists_name", lists.c.name, unique=True, where=lists.c.removed_at.is_(None))

# No foreign keys on this table: a list's row is never deleted, and a look-up for each of ten million rows buys nothing.
entries = Table(
    "entries",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("list_id", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("quality", Integer),
    Column("category_scheme", Text),
    Column("category_code", Text),
    # What the entry says of itself; null takes the list's word at the time of reading.
    Column("vetted", FLAG),
    Column("opinions", Text),
    Column("disputed", FLAG, nullable=False),
    Column("made_at", BIG),
    # `expires_at` is the source's word; `ends_at` is when it falls silent: then, or earlier by the list's kept_days.
    Column("expires_at", BIG),
    Column("note", Text),
    Column("added_at", BIG, nullable=False),
    Column("ends_at", BIG),
    Column("added_seq", BIG, nullable=False),
    Column("removed_seq", BIG),
    Column("removed_at", BIG),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
STANDING = entries.c.removed_seq.is_(None)
index("entries_standing", entries.c.list_id, entries.c.type, entries.c.value, unique=True, where=STANDING)
index("entries_by_list", entries.c.list_id, entries.c.id, where=STANDING)
index("entries_added", entries.c.type, entries.c.added_seq)
index("entries_removed", entries.c.type, entries.c.removed_seq, where=entries.c.removed_seq.is_not(None))
index("entries_ending", entries.c.ends_at, where=and_(STANDING, entries.c.ends_at.is_not(None)))

# Kept equal to a full count by every change of entries, so that nobody counts ten million rows.
list_counts = Table(
    "list_counts",
    metadata,
    Column("list_id", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("entries", BIG, nullable=False),
    Column("vetted", BIG, nullable=False),
    Column("unsaid", BIG, nullable=False),
    Column("disputed", BIG, nullable=False),
    PrimaryKeyConstraint("list_id", "type"),
    sqlite_strict=True,
)

# One row: the sequence of the last change.
change_counter = Table(
    "change_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BIG, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    sqlite_strict=True,
)

list_imports = Table(
    "list_imports",
    metadata,
    Column("list_id", Integer, ForeignKey("lists.id"), primary_key=True, autoincrement=False),
    Column("at", BIG, nullable=False),
    Column("rows", BIG, nullable=False),
    Column("faults", BIG, nullable=False),
    sqlite_strict=True,
)

import_faults = Table(
    "import_faults",
    metadata,
    Column("list_id", Integer, ForeignKey("list_imports.list_id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("row", BIG, nullable=False),
    Column("fault", Text, nullable=False),
    PrimaryKeyConstraint("list_id", "place"),
    sqlite_strict=True,
)
