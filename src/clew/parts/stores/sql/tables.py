"""Every table, once.

How things lie here:

- A moment is an integer, microseconds since 1970 in UTC (`_at`, `_us`): it sorts and compares alike everywhere.
- A day is ISO text. A word from a record's enumeration is that word. A digest or a hash is bytes, never hexadecimal.
- A small structure nobody searches by (opinions, rights, scopes) is compact JSON text with sorted keys.
- What the platform or the file system named (`reference`, paths) is bytes: such names need not be Unicode.
- An entry is never deleted by a change, it is marked with the sequence that removed it; `added_seq` and `removed_seq`
  are the change feed that each process's index follows.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite's STRICT tables know no BIGINT and no BOOLEAN; its INTEGER holds 64 bits.
_Big = BigInteger().with_variant(Integer(), "sqlite")
_Flag = Boolean().with_variant(Integer(), "sqlite")


def _index(name: str, *columns: Column[object], unique: bool = False, where: ColumnElement[bool] | None = None) -> None:
    """An index of the columns' table; a partial one when `where` is given."""
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# ---- lists

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("basis_text", Text, nullable=False),
    Column("basis_since", _Big, nullable=False),
    Column("basis_until", _Big),
    Column("rights", Text, nullable=False),
    sqlite_strict=True,
)

lists = Table(
    "lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("source", Text, ForeignKey("sources.name"), nullable=False),
    Column("vetted", _Flag, nullable=False),
    Column("exact_action", Text, nullable=False),
    Column("within_bits", Text, nullable=False),
    Column("kept_days", Integer),
    Column("created_at", _Big, nullable=False),
    # A removed list keeps its row so that its number is never used again: old index segments still bear it.
    Column("removed_at", _Big),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_index("lists_name", lists.c.name, unique=True, where=lists.c.removed_at.is_(None))

# No foreign keys on this table: a list's row is never deleted, and a look-up for each of ten million rows buys nothing.
entries = Table(
    "entries",
    metadata,
    Column("id", _Big, primary_key=True),
    Column("list_id", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("quality", Integer),
    Column("category_scheme", Text),
    Column("category_code", Text),
    # What the entry says of itself; null takes the list's word at the time of reading.
    Column("vetted", _Flag),
    Column("opinions", Text),
    Column("disputed", _Flag, nullable=False),
    Column("made_at", _Big),
    # `expires_at` is the source's word; `ends_at` is when it falls silent: then, or earlier by the list's kept_days.
    Column("expires_at", _Big),
    Column("note", Text),
    Column("added_at", _Big, nullable=False),
    Column("ends_at", _Big),
    Column("added_seq", _Big, nullable=False),
    Column("removed_seq", _Big),
    Column("removed_at", _Big),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
STANDING = entries.c.removed_seq.is_(None)
_index("entries_standing", entries.c.list_id, entries.c.type, entries.c.value, unique=True, where=STANDING)
_index("entries_by_list", entries.c.list_id, entries.c.id, where=STANDING)
_index("entries_added", entries.c.type, entries.c.added_seq)
_index("entries_removed", entries.c.type, entries.c.removed_seq, where=entries.c.removed_seq.is_not(None))
_index("entries_ending", entries.c.ends_at, where=and_(STANDING, entries.c.ends_at.is_not(None)))

# Kept equal to a full count by every change of entries, so that nobody counts ten million rows.
list_counts = Table(
    "list_counts",
    metadata,
    Column("list_id", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("entries", _Big, nullable=False),
    Column("vetted", _Big, nullable=False),
    Column("unsaid", _Big, nullable=False),
    Column("disputed", _Big, nullable=False),
    PrimaryKeyConstraint("list_id", "type"),
    sqlite_strict=True,
)

# One row: the sequence of the last change.
change_counter = Table(
    "change_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", _Big, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    sqlite_strict=True,
)

list_imports = Table(
    "list_imports",
    metadata,
    Column("list_id", Integer, ForeignKey("lists.id"), primary_key=True, autoincrement=False),
    Column("at", _Big, nullable=False),
    Column("rows", _Big, nullable=False),
    Column("faults", _Big, nullable=False),
    sqlite_strict=True,
)

import_faults = Table(
    "import_faults",
    metadata,
    Column("list_id", Integer, ForeignKey("list_imports.list_id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("row", _Big, nullable=False),
    Column("fault", Text, nullable=False),
    PrimaryKeyConstraint("list_id", "place"),
    sqlite_strict=True,
)

# ---- screening

hits = Table(
    "hits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", _Big, nullable=False),
    Column("channel", Text, nullable=False),
    Column("reference", LargeBinary),
    Column("action", Text, nullable=False),
    Column("exact", _Flag, nullable=False),
    Column("size_bytes", _Big),
    Column("media_type", Text),
    Column("total_matches", _Big, nullable=False),
    Column("index_generation", _Big, nullable=False),
    Column("index_sequence", _Big, nullable=False),
    Column("run_id", Text),
    sqlite_strict=True,
)
_index("hits_at", hits.c.at)
_index("hits_exact", hits.c.exact, hits.c.id)
_index("hits_run", hits.c.run_id, hits.c.id, where=hits.c.run_id.is_not(None))

# All that was known of the entry when it matched: a hit stays readable after its list or its entry is gone.
matches = Table(
    "matches",
    metadata,
    Column("hit_id", Text, ForeignKey("hits.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("entry_id", _Big, nullable=False),
    Column("list_id", Integer, nullable=False),
    Column("list_name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("distance", Integer, nullable=False),
    Column("within_bits", Integer, nullable=False),
    Column("exact", _Flag, nullable=False),
    Column("category_scheme", Text),
    Column("category_code", Text),
    Column("vetted", _Flag, nullable=False),
    Column("disputed", _Flag, nullable=False),
    Column("signal_type", Text, nullable=False),
    Column("signal_value", LargeBinary, nullable=False),
    Column("signal_quality", Integer),
    Column("signal_form", Text),
    PrimaryKeyConstraint("hit_id", "place"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
_index("matches_list", matches.c.list_id, matches.c.hit_id)

# A part of the key that a line does not have is the empty text: null would not be equal to itself.
counts = Table(
    "counts",
    metadata,
    Column("day", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("count", _Big, nullable=False),
    PrimaryKeyConstraint("day", "channel", "action", "type", "reason"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

kept_signals = Table(
    "kept_signals",
    metadata,
    Column("id", _Big, primary_key=True),
    Column("at", _Big, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("quality", Integer),
    Column("form", Text),
    Column("reference", LargeBinary),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_index("kept_signals_at", kept_signals.c.at)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("against", Text, nullable=False),
    Column("sequence", _Big, nullable=False),
    Column("roots", Text, nullable=False),
    Column("started_at", _Big, nullable=False),
    Column("finished_at", _Big),
    Column("files", _Big, nullable=False),
    Column("hits", _Big, nullable=False),
    Column("unhashable", _Big, nullable=False),
    sqlite_strict=True,
)
_index("runs_open", runs.c.key, unique=True, where=runs.c.finished_at.is_(None))

# A path may be longer than a PostgreSQL index row: `path_key` is the path, or the head of a long one and its digest.
file_marks = Table(
    "file_marks",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("path_key", LargeBinary, nullable=False),
    Column("long_path", LargeBinary),
    Column("size_bytes", _Big, nullable=False),
    Column("modified_ns", _Big, nullable=False),
    Column("changed_ns", _Big, nullable=False),
    Column("action", Text, nullable=False),
    Column("unhashable", Text),
    Column("hit_id", Text),
    PrimaryKeyConstraint("run_id", "path_key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# ---- permission

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("created_at", _Big, nullable=False),
    Column("expires_at", _Big),
    Column("revoked_at", _Big),
    sqlite_strict=True,
)

purpose_bases = Table(
    "purpose_bases",
    metadata,
    Column("id", _Big, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("basis_text", Text, nullable=False),
    Column("basis_since", _Big, nullable=False),
    Column("basis_until", _Big),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", _Big, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
_index("purpose_bases_latest", purpose_bases.c.purpose, purpose_bases.c.id)

installation_values = Table(
    "installation_values",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

# Tasks that one process at a time may do: building the index, sweeping what has expired.
leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", _Big, nullable=False),
    sqlite_strict=True,
)

# Written in the transaction of the change it records; in commit order only within one process.
audit_events = Table(
    "audit_events",
    metadata,
    Column("id", _Big, primary_key=True),
    Column("at", _Big, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
