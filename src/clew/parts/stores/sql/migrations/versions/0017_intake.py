"""Reports as they were taken in: senders, what came, what it mentions, what was asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT

revision = "0017_intake"
down_revision = "0016_unread"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")
BYTEWISE = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """The tables of this area come into being."""
    op.create_table(
        "intake_senders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=True),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("reports_a_day", sa.Integer(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("blocked_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_senders")),
        sqlite_strict=True,
    )
    op.create_index("intake_senders_name", "intake_senders", ["name"], unique=True)
    op.create_index(
        "intake_senders_username",
        "intake_senders",
        ["username"],
        unique=True,
        sqlite_where=sa.text("username IS NOT NULL"),
        postgresql_where=sa.text("username IS NOT NULL"),
    )
    op.create_table(
        "intake_sender_days",
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("incomplete", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "day", name=op.f("pk_intake_sender_days")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_counter")),
        sqlite_strict=True,
    )
    op.create_table(
        "intake_reports",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.Column("incident_type", sa.Text(), nullable=True),
        sa.Column("incident_at", BIG, nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("file_count", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Text(), nullable=False),
        sa.Column("gap_count", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_intake_reports")),
        sqlite_strict=True,
    )
    op.create_index(
        "intake_reports_same",
        "intake_reports",
        ["sender_id", "digest"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'taken-in')"),
        postgresql_where=sa.text("state IN ('open', 'taken-in')"),
    )
    op.create_index("intake_reports_sender", "intake_reports", ["sender_id", "number"])
    op.create_index("intake_reports_state", "intake_reports", ["state", "number"])
    op.create_index(
        "intake_reports_incomplete",
        "intake_reports",
        ["number"],
        sqlite_where=sa.text("gap_count > 0"),
        postgresql_where=sa.text("gap_count > 0"),
    )
    op.create_table(
        "intake_mentions",
        sa.Column("number", BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", BYTEWISE, nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("verified", FLAG, nullable=True),
        sa.PrimaryKeyConstraint("number", "place", name=op.f("pk_intake_mentions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("intake_mentions_value", "intake_mentions", ["value", "kind", "number"])
    op.create_table(
        "intake_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("uploaded_at", BIG, nullable=False),
        sa.Column("described_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_files")),
        sqlite_strict=True,
    )
    op.create_index("intake_files_number", "intake_files", ["number", "uploaded_at"])
    op.create_table(
        "intake_pending",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_intake_pending")),
        sqlite_strict=True,
    )
    op.create_table(
        "intake_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("answered_at", BIG, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_questions")),
        sqlite_strict=True,
    )
    op.create_index("intake_questions_sender", "intake_questions", ["sender_id", "id"])
    op.create_index("intake_questions_number", "intake_questions", ["number", "id"])
    op.create_index(
        "intake_questions_open",
        "intake_questions",
        ["sender_id"],
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
