"""Drafts of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0007_drafts"
down_revision = "0006_filing"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A person may save what they have added to a case's facts."""
    op.create_table(
        "report_drafts",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("saved_at", BIG, nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_report_drafts")),
        sqlite_strict=True,
    )
