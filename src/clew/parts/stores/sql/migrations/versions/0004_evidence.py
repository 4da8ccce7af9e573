"""The vault: cases, objects, holds."""

revision = "0004_evidence"
down_revision = "0003_audit_log"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area exist."""
