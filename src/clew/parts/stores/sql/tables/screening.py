"""Hits with their matches, the counts of a day, kept signals, and runs over folders."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

hits = Table(
    "hits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", BIG, nullable=False),
    Column("channel", Text, nullable=False),
    Column("reference", LargeBinary),
    Column("action", Text, nullable=False),
    Column("exact", FLAG, nullable=False),
    Column("size_bytes", BIG),
    Column("media_type", Text),
    Column("total_matches", BIG, nullable=False),
    Column("index_generation", BIG, nullable=False),
    Column("index_sequence", BIG, nullable=False),
    Column("run_id", Text),
    sqlite_strict=True,
)
index("hits_at", hits.c.at)
index("hits_exact", hits.c.exact, hits.c.id)
index("hits_action", hits.c.action, hits.c.id)
index("hits_run", hits.c.run_id, hits.c.id, where=hits.c.run_id.is_not(None))

# All that was known of the entry when it matched: a hit stays readable after its list or its entry is gone.
matches = Table(
    "matches",
    metadata,
    Column("hit_id", Text, ForeignKey("hits.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("entry_id", BIG, nullable=False),
    Column("list_id", Integer, nullable=False),
    Column("list_name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("distance", Integer, nullable=False),
    Column("within_bits", Integer, nullable=False),
    Column("exact", FLAG, nullable=False),
    Column("category_scheme", Text),
    Column("category_code", Text),
    Column("vetted", FLAG, nullable=False),
    Column("disputed", FLAG, nullable=False),
    Column("signal_type", Text, nullable=False),
    Column("signal_value", LargeBinary, nullable=False),
    Column("signal_quality", Integer),
    Column("signal_form", Text),
    Column("action", Text),
    PrimaryKeyConstraint("hit_id", "place"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
index("matches_list", matches.c.list_id, matches.c.hit_id)

# A part of the key that a line does not have is the empty text: null would not be equal to itself.
counts = Table(
    "counts",
    metadata,
    Column("day", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("count", BIG, nullable=False),
    PrimaryKeyConstraint("day", "channel", "action", "type", "reason"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

kept_signals = Table(
    "kept_signals",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("at", BIG, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("quality", Integer),
    Column("form", Text),
    Column("reference", LargeBinary),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("kept_signals_at", kept_signals.c.at)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("against", Text, nullable=False),
    Column("sequence", BIG, nullable=False),
    Column("roots", Text, nullable=False),
    Column("started_at", BIG, nullable=False),
    Column("finished_at", BIG),
    Column("files", BIG, nullable=False),
    Column("hits", BIG, nullable=False),
    Column("unhashable", BIG, nullable=False),
    Column("unread", BIG, nullable=False, server_default="0"),
    sqlite_strict=True,
)
index("runs_open", runs.c.key, unique=True, where=runs.c.finished_at.is_(None))

# A path may be longer than a PostgreSQL index row: `path_key` is the path, or the head of a long one and its digest.
file_marks = Table(
    "file_marks",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("path_key", LargeBinary, nullable=False),
    Column("long_path", LargeBinary),
    Column("size_bytes", BIG, nullable=False),
    Column("modified_ns", BIG, nullable=False),
    Column("changed_ns", BIG, nullable=False),
    Column("action", Text, nullable=False),
    Column("unhashable", Text),
    Column("hit_id", Text),
    PrimaryKeyConstraint("run_id", "path_key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
