"""When a serving began, who asked to release a hold, and whence evidence that was brought in came."""

import sqlalchemy as sa
from alembic import op

revision = "0010_serving"
down_revision = "0009_second_factors"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Servings and holds of before have none of it."""
    op.add_column("view_events", sa.Column("begun_at", BIG, nullable=True))
    op.add_column("holds", sa.Column("release_asked_at", BIG, nullable=True))
    op.add_column("holds", sa.Column("release_asked_by", sa.Text(), nullable=True))
    op.create_table(
        "provenances",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("whence", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("brought_by", sa.Text(), nullable=False),
        sa.Column("brought_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("content_id", name=op.f("pk_provenances")),
        sqlite_strict=True,
    )
    op.create_index(
        "provenances_case", "provenances", ["case_id", "content_id"], sqlite_where=None, postgresql_where=None
    )
