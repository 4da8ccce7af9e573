"""Evidence edges between reports and identifiers, and the clusters that follow from them."""

revision = "0018_linking"
down_revision = "0017_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area come into being."""
