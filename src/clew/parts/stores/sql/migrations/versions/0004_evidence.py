"""The vault: cases, objects, holds."""

import sqlalchemy as sa
from alembic import op

revision = "0004_evidence"
down_revision = "0003_audit_log"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables of this area exist."""
    _create_keys()
    _create_objects()
    _create_holds()
    _create_processes()
    _create_destructions()


def _create_keys() -> None:
    op.create_table(
        "case_keys",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("destroyed_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_keys")),
        sqlite_strict=True,
    )
    op.create_index(
        "case_keys_master",
        "case_keys",
        ["master", "case_id"],
        unique=False,
        sqlite_where=sa.text("master IS NOT NULL"),
        postgresql_where=sa.text("master IS NOT NULL"),
    )
    op.create_index(
        "case_keys_reference", "case_keys", ["reference"], unique=True, sqlite_where=None, postgresql_where=None
    )


def _create_objects() -> None:
    op.create_table(
        "sealed_objects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("sealed_bytes", BIG, nullable=False),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("sealed_at", BIG, nullable=False),
        sa.Column("sealed_by", sa.Text(), nullable=False),
        sa.Column("verified_at", BIG, nullable=False),
        sa.Column("gone_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_objects")),
        sqlite_strict=True,
    )
    op.create_index(
        "sealed_objects_case",
        "sealed_objects",
        ["case_id", "id"],
        unique=False,
        sqlite_where=None,
        postgresql_where=None,
    )


def _create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("begun_at", BIG, nullable=False),
        sa.Column("until", BIG, nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.Column("released_at", BIG, nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("release_ground", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sqlite_strict=True,
    )
    op.create_index("holds_case", "holds", ["case_id", "id"], unique=False, sqlite_where=None, postgresql_where=None)


def _create_processes() -> None:
    op.create_table(
        "legal_processes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("issued_at", BIG, nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("expires_at", BIG, nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("answered_at", BIG, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_processes")),
        sqlite_strict=True,
    )
    op.create_index(
        "legal_processes_case",
        "legal_processes",
        ["case_id", "id"],
        unique=False,
        sqlite_where=None,
        postgresql_where=None,
    )
    op.create_index(
        "legal_processes_due",
        "legal_processes",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def _create_destructions() -> None:
    op.create_table(
        "destructions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", BIG, nullable=True),
        sa.Column("alone", FLAG, nullable=False),
        sa.Column("key_destroyed_at", BIG, nullable=True),
        sa.Column("done_at", BIG, nullable=True),
        sa.Column("certificate", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destructions")),
        sqlite_strict=True,
    )
    op.create_index(
        "destructions_case", "destructions", ["case_id", "id"], unique=False, sqlite_where=None, postgresql_where=None
    )
    op.create_index(
        "destructions_open",
        "destructions",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
