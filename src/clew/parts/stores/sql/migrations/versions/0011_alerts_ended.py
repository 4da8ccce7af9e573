"""Alerts of a case: why a person ended one."""

import sqlalchemy as sa
from alembic import op

revision = "0011_alerts_ended"
down_revision = "0010_serving"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The column exists."""
    op.add_column("case_alerts", sa.Column("cleared_because", sa.Text(), nullable=True))
