"""Review jobs, verdicts, the viewing ledger."""

revision = "0005_review"
down_revision = "0004_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area exist."""
