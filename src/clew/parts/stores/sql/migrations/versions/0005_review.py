"""Review jobs, verdicts, the viewing ledger.

A copy of the tables as they were then, which `clew.parts.stores.sql.tables` may outgrow.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_review"
down_revision = "0004_evidence"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG = sa.Boolean().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The tables of this area exist."""
    _create_cases()
    _create_jobs()
    _create_ledger()
    _create_alerts()


def _create_cases() -> None:
    op.create_table(
        "subjects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("particulars", sa.Text(), nullable=False),
        sa.Column("safeguarding", FLAG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("changed_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sqlite_strict=True,
    )
    op.create_index(
        "subjects_reference",
        "subjects",
        ["reference"],
        unique=True,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_table(
        "subject_identifiers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subjects.id"], name=op.f("fk_subject_identifiers_subject_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "value", "subject_id", name=op.f("pk_subject_identifiers")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("subject_identifiers_of", "subject_identifiers", ["subject_id"])
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("closed_at", BIG, nullable=True),
        sa.Column("safeguarding", FLAG, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("informational_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_cases_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sqlite_strict=True,
    )
    op.create_index(
        "cases_open",
        "cases",
        ["subject_id", "environment"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("cases_subject", "cases", ["subject_id", "id"])
    op.create_table(
        "contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("added_at", BIG, nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("size_bytes", BIG, nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("file_name", sa.LargeBinary(), nullable=True),
        sa.Column("uploaded_at", BIG, nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("publicly_available", FLAG, nullable=True),
        sa.Column("ip_event", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("not_held", sa.Text(), nullable=True),
        sa.Column("known", sa.Text(), nullable=True),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("flagged_as", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
        sqlite_strict=True,
    )
    op.create_index("contents_case", "contents", ["case_id", "id"])
    op.create_index(
        "contents_known",
        "contents",
        ["known"],
        sqlite_where=sa.text("known IS NOT NULL"),
        postgresql_where=sa.text("known IS NOT NULL"),
    )
    op.create_index(
        "contents_sealing",
        "contents",
        ["added_at"],
        sqlite_where=sa.text("not_held = 'sealing'"),
        postgresql_where=sa.text("not_held = 'sealing'"),
    )
    op.create_table(
        "content_signals",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_content_signals_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", "place", name=op.f("pk_content_signals")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "content_hits",
        sa.Column("hit_id", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_content_hits_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hit_id", name=op.f("pk_content_hits")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("content_hits_content", "content_hits", ["content_id"])
    op.create_table(
        "thread_messages",
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("author", sa.LargeBinary(), nullable=True),
        sa.Column("at", BIG, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("ip_event", sa.Text(), nullable=True),
        sa.Column("context", FLAG, nullable=False),
        sa.ForeignKeyConstraint(
            ["content_id"], ["contents.id"], name=op.f("fk_thread_messages_content_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", "place", name=op.f("pk_thread_messages")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_jobs() -> None:
    op.create_table(
        "review_jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("lane_rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("look", sa.Text(), nullable=False),
        sa.Column("opened_at", BIG, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("due_at", BIG, nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("token", BIG, nullable=False),
        sa.Column("until", BIG, nullable=True),
        sa.Column("not_by", sa.Text(), nullable=False),
        sa.Column("not_before", BIG, nullable=True),
        sa.Column("downgrade_to", sa.Text(), nullable=True),
        sa.Column("downgrade_by", sa.Text(), nullable=True),
        sa.Column("downgrade_at", BIG, nullable=True),
        sa.Column("decided_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_review_jobs_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_review_jobs_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_jobs")),
        sqlite_strict=True,
    )
    op.create_index("review_jobs_case", "review_jobs", ["case_id"], unique=True)
    op.create_index(
        "review_jobs_due",
        "review_jobs",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "review_jobs_holder",
        "review_jobs",
        ["holder"],
        sqlite_where=sa.text("holder IS NOT NULL"),
        postgresql_where=sa.text("holder IS NOT NULL"),
    )
    op.create_index("review_jobs_queue", "review_jobs", ["state", "lane_rank", "since", "id"])
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("industry_class", sa.Text(), nullable=True),
        sa.Column("annotations", sa.Text(), nullable=False),
        sa.Column("confirms", sa.Text(), nullable=True),
        sa.Column("reverses", sa.Text(), nullable=True),
        sa.Column("self_review", FLAG, nullable=False),
        sa.Column("opened", FLAG, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["review_jobs.id"], name=op.f("fk_verdicts_job_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_verdicts_case_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_verdicts_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sqlite_strict=True,
    )
    op.create_index("verdicts_case", "verdicts", ["case_id", "id"])
    op.create_index("verdicts_content", "verdicts", ["content_id", "id"])
    op.create_table(
        "known_bytes",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("verdict_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_known_bytes_verdict_id")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_known_bytes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("known_bytes_verdict", "known_bytes", ["verdict_id"])
    op.create_table(
        "second_opinions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["review_jobs.id"], name=op.f("fk_second_opinions_job_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_second_opinions_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinions")),
        sqlite_strict=True,
    )
    op.create_index("second_opinions_job", "second_opinions", ["job_id", "id"])
    op.create_table(
        "escalations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["review_jobs.id"], name=op.f("fk_escalations_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sqlite_strict=True,
    )
    op.create_index("escalations_job", "escalations", ["job_id", "id"])
    op.create_table(
        "appeals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("verdict_id", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_appeals_case_id")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdicts.id"], name=op.f("fk_appeals_verdict_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sqlite_strict=True,
    )
    op.create_index("appeals_case", "appeals", ["case_id", "id"])
    op.create_index(
        "appeals_open",
        "appeals",
        ["verdict_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_ledger() -> None:
    op.create_table(
        "view_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("size_bytes", BIG, nullable=True),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("crop", sa.Text(), nullable=True),
        sa.Column("completed_at", BIG, nullable=True),
        sa.Column("served_bytes", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_view_events_case_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_view_events_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_events")),
        sqlite_strict=True,
    )
    op.create_index(
        "view_events_bytes",
        "view_events",
        ["sha256", "id"],
        sqlite_where=sa.text("sha256 IS NOT NULL"),
        postgresql_where=sa.text("sha256 IS NOT NULL"),
    )
    op.create_index("view_events_content", "view_events", ["content_id", "id"])
    op.create_index("view_events_person", "view_events", ["person", "at"])
    op.create_table(
        "view_confirmations",
        sa.Column("view_id", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["view_id"], ["view_events.id"], name=op.f("fk_view_confirmations_view_id")),
        sa.ForeignKeyConstraint(["content_id"], ["contents.id"], name=op.f("fk_view_confirmations_content_id")),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_view_confirmations")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("view_confirmations_content", "view_confirmations", ["content_id"])
    op.create_table(
        "exposure_stops",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_stops")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("exposure_stops_person", "exposure_stops", ["person", "at"])


def _create_alerts() -> None:
    op.create_table(
        "case_alerts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("content_id", sa.Text(), nullable=True),
        sa.Column("cleared_by", sa.Text(), nullable=True),
        sa.Column("cleared_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_alerts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_alerts")),
        sqlite_strict=True,
    )
    op.create_index("case_alerts_case", "case_alerts", ["case_id"])
    op.create_index(
        "case_alerts_open",
        "case_alerts",
        ["id"],
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "pages",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["review_jobs.id"], name=op.f("fk_pages_job_id")),
        sa.PrimaryKeyConstraint("job_id", "lane", "since", "step", name=op.f("pk_pages")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
