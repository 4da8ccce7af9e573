"""The sealed audit log.

Its triggers keep honest programs from changing what was sealed. Whoever may alter the schema can drop them: they are no
proof, the tree and its signed checkpoints are. A later migration that makes `audit_events` anew must make them anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_audit_log"
down_revision = "0002_people"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_PAYLOAD = ("at", "actor", "act", "subject", "facts")


def upgrade() -> None:
    """Events can be sealed and erased; those that stand wait to be sealed."""
    _widen_events()
    _create_seal()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def _widen_events() -> None:
    options = {"sqlite_strict": True, "sqlite_autoincrement": True}
    with op.batch_alter_table("audit_events", table_kwargs=options) as events:
        events.alter_column("at", existing_type=BIG, nullable=True)
        for name in _PAYLOAD[1:]:
            events.alter_column(name, existing_type=sa.Text(), nullable=True)
        events.add_column(sa.Column("number", BIG, nullable=True))
        events.add_column(sa.Column("key", BIG, nullable=True))
        events.add_column(sa.Column("commitment", sa.LargeBinary(), nullable=True))
    sealed, pending = sa.text("number IS NOT NULL"), sa.text("number IS NULL")
    op.create_index(
        "audit_events_number",
        "audit_events",
        ["number"],
        unique=True,
        sqlite_where=sealed,
        postgresql_where=sealed,
    )
    op.create_index("audit_events_pending", "audit_events", ["id"], sqlite_where=pending, postgresql_where=pending)
    op.create_index("audit_events_at", "audit_events", ["at"])
    for name in ("actor", "act", "subject"):
        op.create_index(f"audit_events_{name}", "audit_events", [name, "id"])


def _create_seal() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoints")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_subtrees",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_audit_subtrees")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_keys",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_keys")),
        sqlite_strict=True,
    )
    named, erased = sa.text("subject IS NOT NULL"), sa.text("secret IS NULL")
    op.create_index(
        "audit_keys_subject", "audit_keys", ["subject"], unique=True, sqlite_where=named, postgresql_where=named
    )
    op.create_index("audit_keys_erased", "audit_keys", ["id"], sqlite_where=erased, postgresql_where=erased)


def _allowed(same: str) -> dict[str, str]:
    """Which changes of a row a table takes: a row is sealed once, and an event or a key is erased as a whole."""

    def kept(*names: str) -> str:
        return " AND ".join(f'NEW."{name}" {same} OLD."{name}"' for name in names)

    def gone(*names: str) -> str:
        return " AND ".join(f'NEW."{name}" IS NULL' for name in names)

    sealing = f"OLD.number IS NULL AND NEW.number IS NOT NULL AND {kept('id', *_PAYLOAD)}"
    erasing = f"OLD.number IS NOT NULL AND {kept('id', 'number', 'key', 'commitment')} AND {gone(*_PAYLOAD)}"
    return {
        "audit_events": f"({sealing}) OR ({erasing})",
        "audit_keys": f"{kept('id')} AND {gone('subject', 'secret')}",
        "audit_checkpoints": "1 = 0",
        "audit_subtrees": "1 = 0",
    }


def _guard_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for table, allowed in _allowed("IS").items():
        op.execute(sa.text(f"CREATE TRIGGER {table}_keep BEFORE UPDATE ON {table} WHEN NOT ({allowed}) {refuse}"))
        op.execute(sa.text(f"CREATE TRIGGER {table}_stay BEFORE DELETE ON {table} {refuse}"))


def _guard_postgres() -> None:
    op.execute(
        sa.text(
            "CREATE FUNCTION clew_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
    )
    refuse = "EXECUTE FUNCTION clew_audit_refuse()"
    for table, allowed in _allowed("IS NOT DISTINCT FROM").items():
        each = f"ON {table} FOR EACH ROW"
        op.execute(sa.text(f"CREATE TRIGGER {table}_keep BEFORE UPDATE {each} WHEN (NOT ({allowed})) {refuse}"))
        op.execute(sa.text(f"CREATE TRIGGER {table}_stay BEFORE DELETE {each} {refuse}"))
        op.execute(sa.text(f"CREATE TRIGGER {table}_full BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"))
