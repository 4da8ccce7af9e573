"""Authenticators' secrets as sealed bytes, and handshakes by who asked for them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009_second_factors"
down_revision = "0008_hits_by_action"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")

# Before a secret that nobody has sealed yet: the key is in a file that no migration knows of, and whoever opens the
# installation seals these rows (pipelines/authenticators.py).
_CLEAR = b"\0"


def upgrade() -> None:
    """What is there goes on to serve; questions that waited for an answer are asked anew."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    rows = connection.execute(sa.text("SELECT user_id, confirmed, secret, made_at, last_step FROM totp_secrets"))
    kept: list[dict[str, Any]] = [
        {**row, "sealed": _CLEAR + row["secret"].encode("ascii")} for row in map(dict, rows.mappings())
    ]
    op.drop_table("totp_secrets")
    secrets = op.create_table(
        "totp_secrets",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("confirmed", FLAG, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("last_step", BIG, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_totp_secrets_user_id")),
        sa.PrimaryKeyConstraint("user_id", "confirmed", name=op.f("pk_totp_secrets")),
        sqlite_strict=True,
    )
    for row in kept:
        del row["secret"]
    if kept:
        connection.execute(secrets.insert(), kept)
    _create_handshakes()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")


def _create_handshakes() -> None:
    op.drop_table("handshakes")
    op.create_table(
        "handshakes",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("caller", sa.LargeBinary(), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_handshakes")),
        sqlite_strict=True,
    )
    op.create_index("handshakes_expiry", "handshakes", ["expires_at"], unique=False)
    op.create_index("handshakes_of_caller", "handshakes", ["kind", "caller", "expires_at"], unique=False)
