"""Addresses that a hotline assesses, and what was done about them."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

url_reports = Table(
    "url_reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("given", Text, nullable=False),
    Column("normal", Text, nullable=False),
    # Of the normal form: an address is longer than an index of some databases takes.
    Column("digest", LargeBinary, nullable=False),
    Column("host", Text, nullable=False),
    # The host's labels from the last one on, each with a dot behind it: one prefix for a name and all below it.
    Column("host_labels", Text, nullable=False),
    Column("came", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("category", Text),
    Column("actionable", FLAG, nullable=False),
    Column("assessed_at", BIG),
    Column("assessed_by", Text),
    Column("hosting", Text, nullable=False),
    Column("hold_begun_at", BIG),
    Column("hold_until", BIG),
    Column("hold_ended_at", BIG),
    Column("notices", Integer, nullable=False),
    Column("noticed_at", BIG),
    Column("found", Text),
    Column("found_at", BIG),
    Column("check_every_h", Integer, nullable=False),
    # The end of time where nothing is due: what is due stands first in one index.
    Column("due_at", BIG, nullable=False),
    # "end" is a word of SQL.
    Column("ended", Text),
    Column("closed_at", BIG),
    Column("sightings", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    sqlite_strict=True,
)
index("url_reports_digest", url_reports.c.digest, unique=True)
index("url_reports_due", url_reports.c.due_at, url_reports.c.id)
index("url_reports_state", url_reports.c.state, url_reports.c.due_at, url_reports.c.id)

url_actions = Table(
    "url_actions",
    metadata,
    Column("place", BIG, primary_key=True),
    Column("url_id", Text, ForeignKey("url_reports.id"), nullable=False),
    Column("at", BIG, nullable=False),
    Column("by", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("words", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("url_actions_of", url_actions.c.url_id, url_actions.c.place)

url_sightings = Table(
    "url_sightings",
    metadata,
    Column("place", BIG, primary_key=True),
    Column("url_id", Text, ForeignKey("url_reports.id"), nullable=False),
    Column("at", BIG, nullable=False),
    Column("came", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("number", BIG),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("url_sightings_of", url_sightings.c.url_id, url_sightings.c.place)
# A report is looked through again after an interruption; it counts once.
index(
    "url_sightings_once",
    url_sightings.c.number,
    url_sightings.c.url_id,
    unique=True,
    where=url_sightings.c.number.is_not(None),
)

url_notices = Table(
    "url_notices",
    metadata,
    Column("url_id", Text, ForeignKey("url_reports.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("ordered_at", BIG, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("by_mail", FLAG, nullable=False),
    Column("sent_at", BIG),
    sqlite_strict=True,
)
