"""Jobs, reports, filings."""

revision = "0006_filing"
down_revision = "0005_review"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area exist."""
