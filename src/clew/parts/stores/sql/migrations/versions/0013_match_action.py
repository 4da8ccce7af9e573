"""Matches: what each alone led to."""

import sqlalchemy as sa
from alembic import op

revision = "0013_match_action"
down_revision = "0012_view_proof"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of hits of before nobody knows: a list's rule may have changed since."""
    op.add_column("matches", sa.Column("action", sa.Text(), nullable=True))
