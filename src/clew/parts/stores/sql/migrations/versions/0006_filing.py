"""Jobs, reports, filings.

A copy of the tables as they were then, which `clew.parts.stores.sql.tables` may outgrow.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_filing"
down_revision = "0005_review"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables of this area exist."""
    _create_outbox()
    _create_filings()
    _create_history()


def _create_outbox() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("due_at", BIG, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", BIG, nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("ended_at", BIG, nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sqlite_strict=True,
    )
    op.create_index(
        "tasks_ended",
        "tasks",
        ["state", "ended_at"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index("tasks_key", "tasks", ["key"], unique=True)
    op.create_index(
        "tasks_open",
        "tasks",
        ["due_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_filings() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sqlite_strict=True,
    )
    op.create_index("reports_case", "reports", ["case_id", "id"])
    op.create_table(
        "filings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("clearinghouse", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempting_since", BIG, nullable=True),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("finished_at", BIG, nullable=True),
        sa.Column("finished_by", sa.Text(), nullable=True),
        sa.Column("receipt_digest", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_filings_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sqlite_strict=True,
    )
    op.create_index("filings_case", "filings", ["case_id", "id"])
    op.create_index(
        "filings_once",
        "filings",
        ["case_id", "clearinghouse", "environment", "part"],
        unique=True,
        sqlite_where=sa.text("state != 'withdrawn'"),
        postgresql_where=sa.text("state != 'withdrawn'"),
    )
    op.create_index("filings_state", "filings", ["state", "id"])


def _create_history() -> None:
    op.create_table(
        "filing_steps",
        sa.Column("place", BIG, nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_steps_filing_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_filing_steps")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("filing_steps_of", "filing_steps", ["filing_id", "place"])
    op.create_table(
        "filing_papers",
        sa.Column("place", BIG, nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_papers_filing_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_filing_papers")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("filing_papers_of", "filing_papers", ["filing_id", "place"])
    op.create_index(
        "filing_papers_receipt",
        "filing_papers",
        ["filing_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'receipt'"),
        postgresql_where=sa.text("kind = 'receipt'"),
    )
    op.create_table(
        "filing_alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("filing_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.Text(), nullable=True),
        sa.Column("cleared_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_alerts_filing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_alerts")),
        sqlite_strict=True,
    )
    op.create_index(
        "filing_alerts_standing",
        "filing_alerts",
        ["filing_id", "kind"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
