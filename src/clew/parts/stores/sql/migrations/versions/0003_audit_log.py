"""The sealed audit log."""

revision = "0003_audit_log"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables of this area exist."""
