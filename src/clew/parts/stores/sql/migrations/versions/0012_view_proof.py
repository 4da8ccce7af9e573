"""What a person's page must say to have received all of a whole serving."""

import sqlalchemy as sa
from alembic import op

revision = "0012_view_proof"
down_revision = "0011_alerts_ended"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Servings of before have none, and are confirmed no more; what was confirmed stays so."""
    op.add_column("view_events", sa.Column("proof", sa.LargeBinary(), nullable=True))
