"""Recipients with their dates of validity, and referrals."""

import sqlalchemy as sa
from alembic import op

revision = "0020_routing"
down_revision = "0019_triage"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Reports can be referred to whoever takes them on."""
    op.create_table(
        "recipients",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "kind", "country", "region", "county")),
        sa.Column("valid_from", sa.Text()),
        sa.Column("valid_until", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("legal_basis", "language", "channel", "contact")),
        sa.Column("confirmed_at", sa.Text()),
        sa.Column("takes", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
        sqlite_strict=True,
    )
    op.create_index("recipients_country", "recipients", ["country"])
    op.create_table(
        "referrals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("cluster_id", BIG),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", BIG, nullable=False),
        sa.Column("state_by", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_referrals_recipient_id")),
        sqlite_strict=True,
    )
    op.create_index("referrals_recipient", "referrals", ["recipient_id", "id"])
    op.create_index("referrals_cluster", "referrals", ["cluster_id", "id"])
    op.create_index("referrals_state", "referrals", ["state", "id"])
    op.create_table(
        "referral_reports",
        sa.Column("referral_id", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("referral_id", "number", name=op.f("pk_referral_reports")),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_referral_reports_referral_id")),
        sqlite_strict=True,
    )
    op.create_index("referral_reports_number", "referral_reports", ["number", "referral_id"])
