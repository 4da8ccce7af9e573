"""Screening of folders: how much could not be read at all."""

import sqlalchemy as sa
from alembic import op

revision = "0016_unread"
down_revision = "0015_process_void"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Of what was screened before, nobody has kept it."""
    op.add_column("runs", sa.Column("unread", BIG, nullable=False, server_default="0"))
