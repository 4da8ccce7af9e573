"""Legal process: that it was voided, by whom, why, and who asked first."""

import sqlalchemy as sa
from alembic import op

revision = "0015_process_void"
down_revision = "0014_takes_back"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What is on record stays in force."""
    for column in ("void_asked_at", "voided_at"):
        op.add_column("legal_processes", sa.Column(column, BIG, nullable=True))
    for column in ("void_asked_by", "voided_by", "void_ground"):
        op.add_column("legal_processes", sa.Column(column, sa.Text(), nullable=True))
