"""Places in the queue, bundles of copies, scores, outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0019_triage"
down_revision = "0018_linking"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")
SCORE: sa.Double[float] = sa.Double().with_variant(sa.REAL(), "sqlite")


def upgrade() -> None:
    """The tables of this area come into being."""
    _queue()
    _bundles()
    _worked()
    _models()


def _queue() -> None:
    op.create_table(
        "places",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("calm", sa.Integer(), nullable=False),
        sa.Column("cost", SCORE, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("arrived_at", BIG, nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("chance", SCORE, nullable=False),
        sa.Column("bundle_id", BIG, nullable=True),
        sa.Column("reports", BIG, nullable=False),
        sa.Column("copies", BIG, nullable=False),
        sa.Column("uploaders", BIG, nullable=False),
        sa.Column("platforms", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Text(), nullable=True),
        sa.Column("newest_at", BIG, nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("lease_until", BIG, nullable=True),
        sa.Column("token", BIG, nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("completeness", sa.Text(), nullable=False),
        sa.Column("overrides", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sqlite_strict=True,
    )
    op.create_index(
        "places_country",
        "places",
        ["country", "state", "calm", "cost", "since", "id"],
        sqlite_where=sa.text("country IS NOT NULL"),
        postgresql_where=sa.text("country IS NOT NULL"),
    )
    op.create_index(
        "places_drawn",
        "places",
        ["state", "since", "id"],
        sqlite_where=sa.text("drawn = 1"),
        postgresql_where=sa.text("drawn = 1"),
    )
    op.create_index(
        "places_language",
        "places",
        ["language", "state", "calm", "cost", "since", "id"],
        sqlite_where=sa.text("language IS NOT NULL"),
        postgresql_where=sa.text("language IS NOT NULL"),
    )
    op.create_index(
        "places_leases",
        "places",
        ["lease_until"],
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index("places_oldest", "places", ["state", "since", "id"], sqlite_where=None, postgresql_where=None)
    op.create_index(
        "places_order", "places", ["state", "calm", "cost", "since", "id"], sqlite_where=None, postgresql_where=None
    )
    op.create_index(
        "places_unsaid",
        "places",
        ["since", "id"],
        sqlite_where=sa.text("state = 'waiting' AND disposition IS NULL"),
        postgresql_where=sa.text("state = 'waiting' AND disposition IS NULL"),
    )
    op.create_table(
        "place_counts",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("calm", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("places", BIG, nullable=False),
        sa.PrimaryKeyConstraint("state", "calm", name=op.f("pk_place_counts")),
        sqlite_strict=True,
    )
    op.create_table(
        "queue_turns",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken", BIG, nullable=False),
        sa.Column("reserved", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_turns")),
        sqlite_strict=True,
    )
    op.create_table(
        "ordered_reports",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("cluster_id", BIG, nullable=False),
        sa.Column("place_id", BIG, nullable=False),
        sa.Column("bundle_id", BIG, nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("uploader", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", BIG, nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ordered_reports")),
        sqlite_strict=True,
    )
    op.create_index(
        "ordered_reports_bundle", "ordered_reports", ["bundle_id", "number"], sqlite_where=None, postgresql_where=None
    )
    op.create_index(
        "ordered_reports_cluster", "ordered_reports", ["cluster_id", "number"], sqlite_where=None, postgresql_where=None
    )
    op.create_index(
        "ordered_reports_place", "ordered_reports", ["place_id", "number"], sqlite_where=None, postgresql_where=None
    )
    op.create_index(
        "ordered_reports_uploader",
        "ordered_reports",
        ["place_id", "uploader", "number"],
        sqlite_where=None,
        postgresql_where=None,
    )


def _bundles() -> None:
    op.create_table(
        "bundles",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("first_at", BIG, nullable=False),
        sa.Column("last_at", BIG, nullable=False),
        sa.Column("reports", BIG, nullable=False),
        sa.Column("uploaders", BIG, nullable=False),
        sa.Column("newest", sa.Text(), nullable=True),
        sa.Column("newest_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundles")),
        sqlite_strict=True,
    )
    op.create_table(
        "bundle_keys",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("bundle_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bundle_keys")),
        sqlite_strict=True,
    )
    op.create_table(
        "bundle_uploaders",
        sa.Column("bundle_id", BIG, autoincrement=False, nullable=False),
        sa.Column("uploader", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bundle_id", "uploader", name=op.f("pk_bundle_uploaders")),
        sqlite_strict=True,
    )
    op.create_table(
        "bundle_pictures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bundle_id", BIG, nullable=False),
        sa.Column("pdq", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_pictures")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _worked() -> None:
    op.create_table(
        "place_decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place_id", BIG, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("urgent", FLAG, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("chance", SCORE, nullable=False),
        sa.Column("pending", FLAG, nullable=False),
        sa.Column("confirms", sa.Text(), nullable=True),
        sa.Column("undone_at", BIG, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_decisions")),
        sqlite_strict=True,
    )
    op.create_index(
        "place_decisions_place", "place_decisions", ["place_id", "id"], sqlite_where=None, postgresql_where=None
    )
    op.create_table(
        "place_outcomes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", BIG, nullable=False),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_outcomes")),
        sqlite_strict=True,
    )
    op.create_index(
        "place_outcomes_place", "place_outcomes", ["place_id", "id"], sqlite_where=None, postgresql_where=None
    )
    op.create_table(
        "sender_outcomes",
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcomes", BIG, nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "kind", "reason", name=op.f("pk_sender_outcomes")),
        sqlite_strict=True,
    )
    op.create_table(
        "officer_facts",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("confirmed_at", BIG, nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", BIG, nullable=False),
        sa.Column("withdrawn_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("number", "about", name=op.f("pk_officer_facts")),
        sqlite_strict=True,
    )


def _models() -> None:
    op.create_table(
        "score_models",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("in_force_since", BIG, nullable=True),
        sa.Column("put_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_score_models")),
        sqlite_strict=True,
    )
    op.create_index(
        "score_models_in_force",
        "score_models",
        ["in_force_since"],
        sqlite_where=sa.text("in_force_since IS NOT NULL"),
        postgresql_where=sa.text("in_force_since IS NOT NULL"),
    )
    op.create_table(
        "audit_turns",
        sa.Column("place_id", BIG, autoincrement=False, nullable=False),
        sa.Column("unreached_at", BIG, autoincrement=False, nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("chance", SCORE, nullable=False),
        sa.Column("looked_at", BIG, nullable=True),
        sa.Column("urgent", FLAG, nullable=True),
        sa.PrimaryKeyConstraint("place_id", "unreached_at", name=op.f("pk_audit_turns")),
        sqlite_strict=True,
    )
    op.create_index(
        "audit_turns_when", "audit_turns", ["unreached_at", "place_id"], sqlite_where=None, postgresql_where=None
    )
    op.create_table(
        "unreached_days",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("places", BIG, nullable=False),
        sa.Column("lowest_chance", SCORE, nullable=False),
        sa.PrimaryKeyConstraint("day", "stratum", name=op.f("pk_unreached_days")),
        sqlite_strict=True,
    )
