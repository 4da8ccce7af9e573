"""Places in the queue, bundles of copies, scores, outcomes."""

from sqlalchemy import REAL, Column, Double, Integer, LargeBinary, Table, Text, literal_column

from clew.parts.stores.sql.tables.columns import BIG, FLAG, index, metadata

# A score decides who is seen first: it is kept to the last bit, so that every line orders alike.
SCORE: Double[float] = Double().with_variant(REAL(), "sqlite")

# `calm` is 0 where an override stands ahead, `cost` the score with its sign turned: so every part of the order ascends,
# and a page goes on from a row by comparing the four as one.
places = Table(
    "places",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("calm", Integer, nullable=False),
    Column("cost", SCORE, nullable=False),
    Column("since", BIG, nullable=False),
    Column("arrived_at", BIG, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("stratum", Integer, nullable=False),
    Column("chance", SCORE, nullable=False),
    Column("bundle_id", BIG),
    Column("reports", BIG, nullable=False),
    Column("copies", BIG, nullable=False),
    Column("uploaders", BIG, nullable=False),
    Column("platforms", Integer, nullable=False),
    Column("newest", Text),
    Column("newest_at", BIG),
    Column("country", Text),
    Column("language", Text),
    Column("holder", Text),
    Column("lease_until", BIG),
    Column("token", BIG, nullable=False),
    Column("why", Text),
    Column("asked_by", Text),
    Column("risk", Text, nullable=False),
    Column("completeness", Text, nullable=False),
    Column("overrides", Text, nullable=False),
    Column("disposition", Text),
    sqlite_strict=True,
)
_P = places.c
# With values in the text: a planner that sees parameters does not know that a partial index serves.
DRAWN = _P.drawn == literal_column("1")
CLAIMED = _P.state == literal_column("'claimed'")
UNSAID = (_P.state == literal_column("'waiting'")) & _P.disposition.is_(None)
# The order of the line. A state comes first: each state's places are read apart, and few states wait.
index("places_order", _P.state, _P.calm, _P.cost, _P.since, _P.id)
index("places_oldest", _P.state, _P.since, _P.id)
index("places_drawn", _P.state, _P.since, _P.id, where=DRAWN)
index("places_unsaid", _P.since, _P.id, where=UNSAID)
index("places_leases", _P.lease_until, where=CLAIMED)
index("places_country", _P.country, _P.state, _P.calm, _P.cost, _P.since, _P.id, where=_P.country.is_not(None))
index("places_language", _P.language, _P.state, _P.calm, _P.cost, _P.since, _P.id, where=_P.language.is_not(None))

# How many places stand in each state, kept beside them: ten millions are not counted for each page.
place_counts = Table(
    "place_counts",
    metadata,
    Column("state", Text, primary_key=True),
    Column("calm", Integer, primary_key=True, autoincrement=False),
    Column("places", BIG, nullable=False),
    sqlite_strict=True,
)

# One row: what the rule of the queue remembers.
queue_turns = Table(
    "queue_turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("taken", BIG, nullable=False),
    Column("reserved", BIG, nullable=False),
    sqlite_strict=True,
)

ordered_reports = Table(
    "ordered_reports",
    metadata,
    Column("number", BIG, primary_key=True, autoincrement=False),
    Column("cluster_id", BIG, nullable=False),
    Column("place_id", BIG, nullable=False),
    Column("bundle_id", BIG, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("uploader", LargeBinary, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("country", Text),
    Column("language", Text),
    Column("facts", Text, nullable=False),
    sqlite_strict=True,
)
_R = ordered_reports.c
index("ordered_reports_place", _R.place_id, _R.number)
index("ordered_reports_uploader", _R.place_id, _R.uploader, _R.number)
index("ordered_reports_cluster", _R.cluster_id, _R.number)
index("ordered_reports_bundle", _R.bundle_id, _R.number)

bundles = Table(
    "bundles",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("first_at", BIG, nullable=False),
    Column("last_at", BIG, nullable=False),
    Column("reports", BIG, nullable=False),
    Column("uploaders", BIG, nullable=False),
    Column("newest", Text),
    Column("newest_at", BIG),
    sqlite_strict=True,
)

bundle_keys = Table(
    "bundle_keys",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("bundle_id", BIG, nullable=False),
    sqlite_strict=True,
)

bundle_uploaders = Table(
    "bundle_uploaders",
    metadata,
    Column("bundle_id", BIG, primary_key=True, autoincrement=False),
    Column("uploader", LargeBinary, primary_key=True),
    sqlite_strict=True,
)

bundle_pictures = Table(
    "bundle_pictures",
    metadata,
    Column("id", BIG, primary_key=True),
    Column("bundle_id", BIG, nullable=False),
    Column("pdq", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

place_decisions = Table(
    "place_decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place_id", BIG, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("act", Text, nullable=False),
    Column("reason", Text),
    Column("urgent", FLAG),
    Column("note", Text, nullable=False),
    Column("why", Text),
    Column("chance", SCORE, nullable=False),
    Column("pending", FLAG, nullable=False),
    Column("confirms", Text),
    Column("undone_at", BIG),
    Column("undone_by", Text),
    sqlite_strict=True,
)
index("place_decisions_place", place_decisions.c.place_id, place_decisions.c.id)

place_outcomes = Table(
    "place_outcomes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("place_id", BIG, nullable=False),
    Column("number", BIG),
    Column("kind", Text, nullable=False),
    Column("reason", Text),
    Column("at", BIG, nullable=False),
    Column("recorded_at", BIG, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)
index("place_outcomes_place", place_outcomes.c.place_id, place_outcomes.c.id)

sender_outcomes = Table(
    "sender_outcomes",
    metadata,
    Column("sender_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("outcomes", BIG, nullable=False),
    sqlite_strict=True,
)

officer_facts = Table(
    "officer_facts",
    metadata,
    Column("number", BIG, primary_key=True, autoincrement=False),
    Column("about", Text, primary_key=True),
    Column("officer", Text, nullable=False),
    Column("confirmed_at", BIG, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", BIG, nullable=False),
    Column("withdrawn_at", BIG),
    sqlite_strict=True,
)

score_models = Table(
    "score_models",
    metadata,
    Column("version", Text, primary_key=True),
    Column("made_at", BIG, nullable=False),
    Column("weights", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("in_force_since", BIG),
    Column("put_by", Text),
    sqlite_strict=True,
)
index("score_models_in_force", score_models.c.in_force_since, where=score_models.c.in_force_since.is_not(None))

audit_turns = Table(
    "audit_turns",
    metadata,
    Column("place_id", BIG, primary_key=True, autoincrement=False),
    Column("unreached_at", BIG, primary_key=True, autoincrement=False),
    Column("stratum", Integer, nullable=False),
    Column("chance", SCORE, nullable=False),
    Column("looked_at", BIG),
    Column("urgent", FLAG),
    sqlite_strict=True,
)
index("audit_turns_when", audit_turns.c.unreached_at, audit_turns.c.place_id)

unreached_days = Table(
    "unreached_days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("stratum", Integer, primary_key=True, autoincrement=False),
    Column("places", BIG, nullable=False),
    Column("lowest_chance", SCORE, nullable=False),
    sqlite_strict=True,
)
