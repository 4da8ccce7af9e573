"""People, credentials and sessions."""

revision = "0002_people"
down_revision = "0001_founding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area exist."""
