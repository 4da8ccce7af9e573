"""Places in the queue, bundles of copies, scores, outcomes."""

revision = "0019_triage"
down_revision = "0018_linking"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area come into being."""
