"""Jobs that leave in a transaction, reports, their filings and receipts."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, index, metadata

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("due_at", BIG, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", BIG, nullable=False),
    Column("holder", Text),
    Column("lease_until", BIG),
    Column("ended_at", BIG),
    Column("told", Text),
    sqlite_strict=True,
)
index("tasks_key", tasks.c.key, unique=True)
# What a worker looks through: few, since ended ones are outside.
index("tasks_open", tasks.c.due_at, where=tasks.c.ended_at.is_(None))
index("tasks_ended", tasks.c.state, tasks.c.ended_at, where=tasks.c.ended_at.is_not(None))

reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text),
    Column("format", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("takes_back", Text, nullable=False, server_default="[]"),
    sqlite_strict=True,
)
index("reports_case", reports.c.case_id, reports.c.id)

filings = Table(
    "filings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("report_id", Text, ForeignKey("reports.id"), nullable=False),
    Column("case_id", Text),
    Column("part", Integer, nullable=False),
    Column("clearinghouse", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BIG, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("place", Text),
    Column("number", Text),
    Column("round", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("attempting_since", BIG),
    Column("due_at", BIG),
    Column("finished_at", BIG),
    Column("finished_by", Text),
    Column("receipt_digest", LargeBinary),
    Column("told", Text),
    Column("version", Integer, nullable=False),
    sqlite_strict=True,
)
# A double click makes no second report.
index(
    "filings_once",
    filings.c.case_id,
    filings.c.clearinghouse,
    filings.c.environment,
    filings.c.part,
    unique=True,
    where=filings.c.state != "withdrawn",
)
index("filings_state", filings.c.state, filings.c.id)
index("filings_case", filings.c.case_id, filings.c.id)

filing_steps = Table(
    "filing_steps",
    metadata,
    Column("place", BIG, primary_key=True),
    Column("filing_id", Text, ForeignKey("filings.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", BIG, nullable=False),
    Column("step", Text, nullable=False),
    Column("number", Text),
    Column("key", Text),
    Column("file_id", Text),
    Column("request_id", Text),
    Column("told", Text),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("filing_steps_of", filing_steps.c.filing_id, filing_steps.c.place)

filing_papers = Table(
    "filing_papers",
    metadata,
    Column("place", BIG, primary_key=True),
    Column("filing_id", Text, ForeignKey("filings.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("key", Text),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("filing_papers_of", filing_papers.c.filing_id, filing_papers.c.place)
# A filing has one receipt: whoever brings a second is told, and nothing is overwritten.
index("filing_papers_receipt", filing_papers.c.filing_id, unique=True, where=filing_papers.c.kind == "receipt")

filing_alerts = Table(
    "filing_alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("filing_id", Text, ForeignKey("filings.id"), nullable=False),
    Column("case_id", Text),
    Column("kind", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("told", Text, nullable=False),
    Column("cleared_by", Text),
    Column("cleared_at", BIG),
    sqlite_strict=True,
)
_STANDING = filing_alerts.c.cleared_at.is_(None)
index("filing_alerts_standing", filing_alerts.c.filing_id, filing_alerts.c.kind, unique=True, where=_STANDING)
