"""Subjects, review jobs, verdicts, and the ledger of what was viewed."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

subjects = Table(
    "subjects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("reference", LargeBinary),
    Column("particulars", Text, nullable=False),
    Column("safeguarding", FLAG, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("changed_at", BIG, nullable=False),
    sqlite_strict=True,
)
index("subjects_reference", subjects.c.reference, unique=True, where=subjects.c.reference.is_not(None))

# Drawn from the particulars, so that a subject is found by what the platform said of it.
subject_identifiers = Table(
    "subject_identifiers",
    metadata,
    Column("kind", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("subject_id", Text, ForeignKey("subjects.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("kind", "value", "subject_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
index("subject_identifiers_of", subject_identifiers.c.subject_id)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject_id", Text, ForeignKey("subjects.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("opened_at", BIG, nullable=False),
    Column("closed_at", BIG),
    Column("safeguarding", FLAG, nullable=False),
    Column("environment", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("informational_because", Text),
    sqlite_strict=True,
)
# A subject has one open case in each environment, whoever opens it and from however many processes at once.
index("cases_open", cases.c.subject_id, cases.c.environment, unique=True, where=cases.c.state == "open")
index("cases_subject", cases.c.subject_id, cases.c.id)

contents = Table(
    "contents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("added_at", BIG, nullable=False),
    Column("reference", LargeBinary),
    Column("size_bytes", BIG),
    Column("media_type", Text),
    Column("file_name", LargeBinary),
    Column("uploaded_at", BIG),
    Column("url", Text),
    Column("publicly_available", FLAG),
    Column("ip_event", Text),
    Column("device", Text),
    Column("object_id", Text),
    Column("not_held", Text),
    Column("known", Text),
    Column("provenance", Text),
    Column("messages", Integer, nullable=False),
    Column("flagged_as", Text),
    sqlite_strict=True,
)
index("contents_case", contents.c.case_id, contents.c.id)
index("contents_sealing", contents.c.added_at, where=contents.c.not_held == "sealing")
index("contents_known", contents.c.known, where=contents.c.known.is_not(None))

content_signals = Table(
    "content_signals",
    metadata,
    Column("content_id", Text, ForeignKey("contents.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("quality", Integer),
    Column("form", Text),
    PrimaryKeyConstraint("content_id", "place"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

content_hits = Table(
    "content_hits",
    metadata,
    Column("hit_id", Text, primary_key=True),
    Column("content_id", Text, ForeignKey("contents.id", ondelete="CASCADE"), nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
index("content_hits_content", content_hits.c.content_id)

thread_messages = Table(
    "thread_messages",
    metadata,
    Column("content_id", Text, ForeignKey("contents.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("author", LargeBinary),
    Column("at", BIG),
    Column("text", Text, nullable=False),
    Column("recipient", LargeBinary),
    Column("ip_event", Text),
    Column("context", FLAG, nullable=False),
    PrimaryKeyConstraint("content_id", "place"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

review_jobs = Table(
    "review_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("subject_id", Text, ForeignKey("subjects.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("lane_rank", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("look", Text, nullable=False),
    Column("opened_at", BIG, nullable=False),
    Column("since", BIG, nullable=False),
    Column("due_at", BIG),
    # The lease. The token only ever rises: whoever bears an older one has lost the job.
    Column("holder", Text),
    Column("token", BIG, nullable=False),
    Column("until", BIG),
    Column("not_by", Text, nullable=False),
    Column("not_before", BIG),
    Column("downgrade_to", Text),
    Column("downgrade_by", Text),
    Column("downgrade_at", BIG),
    Column("decided_at", BIG),
    sqlite_strict=True,
)
index("review_jobs_case", review_jobs.c.case_id, unique=True)
index("review_jobs_queue", review_jobs.c.state, review_jobs.c.lane_rank, review_jobs.c.since, review_jobs.c.id)
index("review_jobs_holder", review_jobs.c.holder, where=review_jobs.c.holder.is_not(None))
index("review_jobs_due", review_jobs.c.due_at, where=review_jobs.c.due_at.is_not(None))

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, ForeignKey("review_jobs.id"), nullable=False),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("content_id", Text, ForeignKey("contents.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("decision", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("industry_class", Text),
    Column("annotations", Text, nullable=False),
    Column("confirms", Text),
    Column("reverses", Text),
    Column("self_review", FLAG, nullable=False),
    Column("opened", FLAG, nullable=False),
    sqlite_strict=True,
)
index("verdicts_case", verdicts.c.case_id, verdicts.c.id)
index("verdicts_content", verdicts.c.content_id, verdicts.c.id)

# Bytes on which a final verdict stands: however many uploads of them there are, one look says that they are known.
known_bytes = Table(
    "known_bytes",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    Column("verdict_id", Text, ForeignKey("verdicts.id"), nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
index("known_bytes_verdict", known_bytes.c.verdict_id)

second_opinions = Table(
    "second_opinions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, ForeignKey("review_jobs.id"), nullable=False),
    Column("content_id", Text, ForeignKey("contents.id"), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", BIG, nullable=False),
    Column("reason", Text, nullable=False),
    Column("first", Text),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("answered_at", BIG),
    sqlite_strict=True,
)
index("second_opinions_job", second_opinions.c.job_id, second_opinions.c.id)

escalations = Table(
    "escalations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text, ForeignKey("review_jobs.id"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_strict=True,
)
index("escalations_job", escalations.c.job_id, escalations.c.id)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("verdict_id", Text, ForeignKey("verdicts.id"), nullable=False),
    Column("at", BIG, nullable=False),
    Column("reference", LargeBinary),
    Column("state", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", BIG),
    sqlite_strict=True,
)
index("appeals_case", appeals.c.case_id, appeals.c.id)
index("appeals_open", appeals.c.verdict_id, unique=True, where=appeals.c.state == "open")

# The ledger. A row is written before the first byte leaves; only its completion is added, once.
view_events = Table(
    "view_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("content_id", Text, ForeignKey("contents.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("object_id", Text),
    Column("sha256", LargeBinary),
    Column("size_bytes", BIG),
    Column("filter", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("crop", Text),
    Column("completed_at", BIG),
    Column("served_bytes", BIG),
    Column("begun_at", BIG),
    Column("proof", LargeBinary),
    sqlite_strict=True,
)
index("view_events_content", view_events.c.content_id, view_events.c.id)
index("view_events_person", view_events.c.person, view_events.c.at)
index("view_events_bytes", view_events.c.sha256, view_events.c.id, where=view_events.c.sha256.is_not(None))

view_confirmations = Table(
    "view_confirmations",
    metadata,
    Column("view_id", Text, ForeignKey("view_events.id"), primary_key=True),
    Column("content_id", Text, ForeignKey("contents.id"), nullable=False),
    Column("person", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
index("view_confirmations_content", view_confirmations.c.content_id)

# That policy stopped somebody; counted for teams.
exposure_stops = Table(
    "exposure_stops",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("person", Text, nullable=False),
    Column("at", BIG, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("exposure_stops_person", exposure_stops.c.person, exposure_stops.c.at)

case_alerts = Table(
    "case_alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("content_id", Text),
    Column("cleared_by", Text),
    Column("cleared_at", BIG),
    Column("cleared_because", Text),
    sqlite_strict=True,
)
index("case_alerts_open", case_alerts.c.id, where=case_alerts.c.cleared_at.is_(None))
index("case_alerts_case", case_alerts.c.case_id)

# That a step of an urgent job's clock was told to people on call. `since` is part of the key: a job that comes back
# into its lane has a new clock.
pages = Table(
    "pages",
    metadata,
    Column("job_id", Text, ForeignKey("review_jobs.id"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("since", BIG, nullable=False),
    Column("step", Text, nullable=False),
    Column("at", BIG, nullable=False),
    PrimaryKeyConstraint("job_id", "lane", "since", "step"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
