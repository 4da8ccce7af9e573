"""Reports: what a supplement says of an earlier report that nobody stands for any more."""

import sqlalchemy as sa
from alembic import op

revision = "0014_takes_back"
down_revision = "0013_match_action"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of reports of before, nothing is known to have been taken back: what fell is told once more, in a supplement."""
    op.add_column("reports", sa.Column("takes_back", sa.Text(), nullable=False, server_default="[]"))
