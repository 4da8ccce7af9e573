"""People, credentials and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0002_people"
down_revision = "0001_founding"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables exist, empty."""
    _create_people()
    _create_proofs()
    _create_sign_ins()


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("local", FLAG, nullable=False),
        sa.Column("oidc_name", sa.Text(), nullable=True),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("disabled_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sqlite_strict=True,
    )
    op.create_index("users_folded", "users", ["folded"], unique=True)
    op.create_index("users_oidc_name", "users", ["oidc_name"], unique=True)


def _create_proofs() -> None:
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passwords_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_passwords")),
        sqlite_strict=True,
    )
    op.create_table(
        "totp_secrets",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("confirmed", FLAG, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("last_step", BIG, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totp_secrets_user_id")),
        sa.PrimaryKeyConstraint("user_id", "confirmed", name=op.f("pk_totp_secrets")),
        sqlite_strict=True,
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", BIG, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("used_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sqlite_strict=True,
    )
    op.create_index("passkeys_of_user", "passkeys", ["user_id", "made_at"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_recovery_codes")),
        sqlite_strict=True,
    )
    op.create_table(
        "setups",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_setups_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_setups")),
        sqlite_strict=True,
    )
    op.create_index("setups_digest", "setups", ["digest"], unique=True)


def _create_sign_ins() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("began_at", BIG, nullable=False),
        sa.Column("seen_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("proved_at", BIG, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
        sqlite_strict=True,
    )
    op.create_index("sessions_of_user", "sessions", ["user_id", "seen_at"], unique=False)
    op.create_index("sessions_expiry", "sessions", ["expires_at"], unique=False)
    op.create_table(
        "handshakes",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_handshakes")),
        sqlite_strict=True,
    )
    op.create_index("handshakes_expiry", "handshakes", ["expires_at"], unique=False)
    op.create_table(
        "tries",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("wait_until", BIG, nullable=False),
        sa.Column("forget_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tries")),
        sqlite_strict=True,
    )
    op.create_index("tries_forget", "tries", ["forget_at"], unique=False)
