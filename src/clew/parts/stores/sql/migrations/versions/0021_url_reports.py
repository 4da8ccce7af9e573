"""Addresses that a hotline assesses, and what was done about them."""

revision = "0021_url_reports"
down_revision = "0020_routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area come into being."""
