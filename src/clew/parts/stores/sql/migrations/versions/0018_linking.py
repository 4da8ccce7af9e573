"""Evidence edges between reports and identifiers, and the clusters that follow from them."""

import sqlalchemy as sa
from alembic import op

revision = "0018_linking"
down_revision = "0017_intake"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BITS: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables of this area come into being."""
    _knowledge()
    _clusters()
    _people()


def _knowledge() -> None:
    """What reports state, and what it is worth."""
    op.create_table(
        "link_values",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trust_bits", BITS, nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("verified", FLAG, nullable=False),
        sa.Column("seen_s", BIG, nullable=False),
        sa.Column("holders", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_values")),
        sqlite_strict=True,
    )
    op.create_index("link_values_name", "link_values", ["name"], unique=True)
    op.create_index(
        "link_values_doubted",
        "link_values",
        ["trust_bits"],
        sqlite_where=sa.text("trust_bits < 0"),
        postgresql_where=sa.text("trust_bits < 0"),
    )
    op.create_table(
        "link_edges",
        sa.Column("report", BIG, autoincrement=False, nullable=False),
        sa.Column("value_id", BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prior_bits", BITS, nullable=False),
        sa.Column("facts_bits", BITS, nullable=False),
        sa.Column("home", BIG, nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("report", "value_id", name=op.f("pk_link_edges")),
        sqlite_strict=True,
    )
    op.create_index("link_edges_value", "link_edges", ["value_id"])
    op.create_table(
        "link_statements",
        sa.Column("report", BIG, autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("at_s", BIG, nullable=False),
        sa.Column("several", FLAG, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_link_statements")),
        sqlite_strict=True,
    )


def _clusters() -> None:
    """What follows from it."""
    op.create_table(
        "link_weights",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("apart", BITS, nullable=False),
        sa.Column("pairs", BITS, nullable=False),
        sa.PrimaryKeyConstraint("sender", "context", name=op.f("pk_link_weights")),
        sqlite_strict=True,
    )
    op.create_table(
        "link_members",
        sa.Column("report", BIG, autoincrement=False, nullable=False),
        sa.Column("cluster", BIG, nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_link_members")),
        sqlite_strict=True,
    )
    op.create_index("link_members_cluster", "link_members", ["cluster", "report"])
    op.create_table(
        "link_clusters",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_clusters")),
        sqlite_strict=True,
    )


def _people() -> None:
    """What became of clusters, and what people said."""
    op.create_table(
        "link_words",
        sa.Column("first", BIG, autoincrement=False, nullable=False),
        sa.Column("second", BIG, autoincrement=False, nullable=False),
        sa.Column("same", FLAG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("first", "second", "same", name=op.f("pk_link_words")),
        sqlite_strict=True,
    )
    op.create_index("link_words_second", "link_words", ["second"])
    op.create_table(
        "link_changes",
        sa.Column("number", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kept", BIG, nullable=False),
        sa.Column("other", BIG, nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("undoes", BIG),
        sa.Column("undone_by", BIG),
        sa.Column("reversal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_link_changes")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("link_changes_kept", "link_changes", ["kept", "number"])
    op.create_index("link_changes_other", "link_changes", ["other", "number"])
    op.create_table(
        "link_suggestions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", BIG, nullable=False),
        sa.Column("second", BIG, nullable=False),
        sa.Column("bits", BITS, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("accepted", FLAG),
        sa.Column("decided_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_suggestions")),
        sqlite_strict=True,
    )
    op.create_index("link_suggestions_pair", "link_suggestions", ["first", "second"], unique=True)
    op.create_index(
        "link_suggestions_open",
        "link_suggestions",
        ["bits", "id"],
        sqlite_where=sa.text("accepted IS NULL"),
        postgresql_where=sa.text("accepted IS NULL"),
    )
