"""Reports as they were taken in: senders, what came, what it mentions, what was asked."""

revision = "0017_intake"
down_revision = "0016_unread"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area come into being."""
