"""The founding schema.

A copy of the tables as they were then, which `clew.parts.stores.sql.tables` has since outgrown or will: what runs on
a database in the field must not change afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_founding"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables exist, empty but for the counter of changes."""
    _create_lists()
    _create_hits()
    _create_screening()
    _create_permission()
    op.execute(sa.text("INSERT INTO change_counter (id, sequence) VALUES (1, 0)"))


def _create_lists() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("basis_text", sa.Text(), nullable=False),
        sa.Column("basis_since", BIG, nullable=False),
        sa.Column("basis_until", BIG, nullable=True),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
        sqlite_strict=True,
    )
    op.create_table(
        "lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("vetted", FLAG, nullable=False),
        sa.Column("exact_action", sa.Text(), nullable=False),
        sa.Column("within_bits", sa.Text(), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("removed_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name=op.f("fk_lists_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "lists_name",
        "lists",
        ["name"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "entries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.Column("category_scheme", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("vetted", FLAG, nullable=True),
        sa.Column("opinions", sa.Text(), nullable=True),
        sa.Column("disputed", FLAG, nullable=False),
        sa.Column("made_at", BIG, nullable=True),
        sa.Column("expires_at", BIG, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("added_at", BIG, nullable=False),
        sa.Column("ends_at", BIG, nullable=True),
        sa.Column("added_seq", BIG, nullable=False),
        sa.Column("removed_seq", BIG, nullable=True),
        sa.Column("removed_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("entries_added", "entries", ["type", "added_seq"], sqlite_where=None, postgresql_where=None)
    op.create_index(
        "entries_by_list",
        "entries",
        ["list_id", "id"],
        sqlite_where=sa.text("removed_seq IS NULL"),
        postgresql_where=sa.text("removed_seq IS NULL"),
    )
    op.create_index(
        "entries_ending",
        "entries",
        ["ends_at"],
        sqlite_where=sa.text("removed_seq IS NULL AND ends_at IS NOT NULL"),
        postgresql_where=sa.text("removed_seq IS NULL AND ends_at IS NOT NULL"),
    )
    op.create_index(
        "entries_removed",
        "entries",
        ["type", "removed_seq"],
        sqlite_where=sa.text("removed_seq IS NOT NULL"),
        postgresql_where=sa.text("removed_seq IS NOT NULL"),
    )
    op.create_index(
        "entries_standing",
        "entries",
        ["list_id", "type", "value"],
        unique=True,
        sqlite_where=sa.text("removed_seq IS NULL"),
        postgresql_where=sa.text("removed_seq IS NULL"),
    )
    op.create_table(
        "list_counts",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("entries", BIG, nullable=False),
        sa.Column("vetted", BIG, nullable=False),
        sa.Column("unsaid", BIG, nullable=False),
        sa.Column("disputed", BIG, nullable=False),
        sa.PrimaryKeyConstraint("list_id", "type", name=op.f("pk_list_counts")),
        sqlite_strict=True,
    )
    op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_counter_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_counter")),
        sqlite_strict=True,
    )
    op.create_table(
        "list_imports",
        sa.Column("list_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("rows", BIG, nullable=False),
        sa.Column("faults", BIG, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_imports_list_id")),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_list_imports")),
        sqlite_strict=True,
    )
    op.create_table(
        "import_faults",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("row", BIG, nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list_imports.list_id"], name=op.f("fk_import_faults_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "place", name=op.f("pk_import_faults")),
        sqlite_strict=True,
    )


def _create_hits() -> None:
    op.create_table(
        "hits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("exact", FLAG, nullable=False),
        sa.Column("size_bytes", BIG, nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("total_matches", BIG, nullable=False),
        sa.Column("index_generation", BIG, nullable=False),
        sa.Column("index_sequence", BIG, nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hits")),
        sqlite_strict=True,
    )
    op.create_index("hits_at", "hits", ["at"], sqlite_where=None, postgresql_where=None)
    op.create_index("hits_exact", "hits", ["exact", "id"], sqlite_where=None, postgresql_where=None)
    op.create_index(
        "hits_run",
        "hits",
        ["run_id", "id"],
        sqlite_where=sa.text("run_id IS NOT NULL"),
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_table(
        "matches",
        sa.Column("hit_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("within_bits", sa.Integer(), nullable=False),
        sa.Column("exact", FLAG, nullable=False),
        sa.Column("category_scheme", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("vetted", FLAG, nullable=False),
        sa.Column("disputed", FLAG, nullable=False),
        sa.Column("signal_type", sa.Text(), nullable=False),
        sa.Column("signal_value", sa.LargeBinary(), nullable=False),
        sa.Column("signal_quality", sa.Integer(), nullable=True),
        sa.Column("signal_form", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.id"], name=op.f("fk_matches_hit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hit_id", "place", name=op.f("pk_matches")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("matches_list", "matches", ["list_id", "hit_id"], sqlite_where=None, postgresql_where=None)


def _create_screening() -> None:
    op.create_table(
        "counts",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "action", "type", "reason", name=op.f("pk_counts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_signals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_signals")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("kept_signals_at", "kept_signals", ["at"], sqlite_where=None, postgresql_where=None)
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("against", sa.Text(), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("roots", sa.Text(), nullable=False),
        sa.Column("started_at", BIG, nullable=False),
        sa.Column("finished_at", BIG, nullable=True),
        sa.Column("files", BIG, nullable=False),
        sa.Column("hits", BIG, nullable=False),
        sa.Column("unhashable", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sqlite_strict=True,
    )
    op.create_index(
        "runs_open",
        "runs",
        ["key"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "file_marks",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("path_key", sa.LargeBinary(), nullable=False),
        sa.Column("long_path", sa.LargeBinary(), nullable=True),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("modified_ns", BIG, nullable=False),
        sa.Column("changed_ns", BIG, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("unhashable", sa.Text(), nullable=True),
        sa.Column("hit_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_file_marks_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "path_key", name=op.f("pk_file_marks")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_permission() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=True),
        sa.Column("revoked_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sqlite_strict=True,
    )
    op.create_table(
        "purpose_bases",
        sa.Column("id", BIG, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("basis_text", sa.Text(), nullable=False),
        sa.Column("basis_since", BIG, nullable=False),
        sa.Column("basis_until", BIG, nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose_bases")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(
        "purpose_bases_latest", "purpose_bases", ["purpose", "id"], sqlite_where=None, postgresql_where=None
    )
    op.create_table(
        "installation_values",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_values")),
        sqlite_strict=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
