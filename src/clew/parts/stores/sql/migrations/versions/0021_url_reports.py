"""Addresses that a hotline assesses, and what was done about them.

A copy of the tables as they were then, which `clew.parts.stores.sql.tables` may outgrow.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_url_reports"
down_revision = "0020_routing"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables of this area come into being."""
    _create_reports()
    _create_history()


def _create_reports() -> None:
    op.create_table(
        "url_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("host_labels", sa.Text(), nullable=False),
        sa.Column("came", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("actionable", FLAG, nullable=False),
        sa.Column("assessed_at", BIG, nullable=True),
        sa.Column("assessed_by", sa.Text(), nullable=True),
        sa.Column("hosting", sa.Text(), nullable=False),
        sa.Column("hold_begun_at", BIG, nullable=True),
        sa.Column("hold_until", BIG, nullable=True),
        sa.Column("hold_ended_at", BIG, nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("noticed_at", BIG, nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("found_at", BIG, nullable=True),
        sa.Column("check_every_h", sa.Integer(), nullable=False),
        sa.Column("due_at", BIG, nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("closed_at", BIG, nullable=True),
        sa.Column("sightings", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_url_reports")),
        sqlite_strict=True,
    )
    op.create_index("url_reports_digest", "url_reports", ["digest"], unique=True)
    op.create_index("url_reports_due", "url_reports", ["due_at", "id"])
    op.create_index("url_reports_state", "url_reports", ["state", "due_at", "id"])


def _create_history() -> None:
    op.create_table(
        "url_actions",
        sa.Column("place", BIG, nullable=False),
        sa.Column("url_id", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["url_id"], ["url_reports.id"], name=op.f("fk_url_actions_url_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_url_actions")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("url_actions_of", "url_actions", ["url_id", "place"])
    op.create_table(
        "url_sightings",
        sa.Column("place", BIG, nullable=False),
        sa.Column("url_id", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("came", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=True),
        sa.ForeignKeyConstraint(["url_id"], ["url_reports.id"], name=op.f("fk_url_sightings_url_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_url_sightings")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("url_sightings_of", "url_sightings", ["url_id", "place"])
    op.create_index(
        "url_sightings_once",
        "url_sightings",
        ["number", "url_id"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "url_notices",
        sa.Column("url_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("ordered_at", BIG, nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("by_mail", FLAG, nullable=False),
        sa.Column("sent_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["url_id"], ["url_reports.id"], name=op.f("fk_url_notices_url_id")),
        sa.PrimaryKeyConstraint("url_id", "place", name=op.f("pk_url_notices")),
        sqlite_strict=True,
    )
