"""Recipients with their dates of validity, and referrals."""

revision = "0020_routing"
down_revision = "0019_triage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area come into being."""
