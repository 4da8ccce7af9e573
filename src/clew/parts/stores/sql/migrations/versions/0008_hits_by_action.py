"""Hits by their action: the console shows those of one action, newest first."""

from alembic import op

revision = "0008_hits_by_action"
down_revision = "0007_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The index exists."""
    op.create_index("hits_action", "hits", ["action", "id"], sqlite_where=None, postgresql_where=None)
