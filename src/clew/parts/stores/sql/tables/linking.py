"""Evidence edges between reports and identifiers, and the clusters that follow from them.

Ten million reports have some fifteen million edges: rows are narrow, and a report that shares nothing has no member's
row and no cluster's, only its statement and its edges.
"""

from sqlalchemy import Column, Integer, Table, Text

from clew.parts.stores.sql.tables.columns import BIG, BITS, FLAG, index, metadata

# An identifier, as linking knows it. `name` is its kind, a space, and its value; holders are JSON, [[report, share]].
link_values = Table(
    "link_values",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("trust_bits", BITS, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("verified", FLAG, nullable=False),
    Column("seen_s", BIG, nullable=False),
    Column("holders", Text, nullable=False),
    sqlite_strict=True,
)
index("link_values_name", link_values.c.name, unique=True)
index("link_values_doubted", link_values.c.trust_bits, where=link_values.c.trust_bits < 0)

link_edges = Table(
    "link_edges",
    metadata,
    Column("report", BIG, primary_key=True, autoincrement=False),
    Column("value_id", BIG, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("prior_bits", BITS, nullable=False),
    Column("facts_bits", BITS, nullable=False),
    Column("home", BIG, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("at", BIG, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    sqlite_strict=True,
)
index("link_edges_value", link_edges.c.value_id)

# What a report states of births, names and addresses: a cluster that comes apart is described anew from it.
link_statements = Table(
    "link_statements",
    metadata,
    Column("report", BIG, primary_key=True, autoincrement=False),
    Column("sender", Text, nullable=False),
    Column("at_s", BIG, nullable=False),
    Column("several", FLAG, nullable=False),
    Column("facts", Text, nullable=False),
    sqlite_strict=True,
)

link_members = Table(
    "link_members",
    metadata,
    Column("report", BIG, primary_key=True, autoincrement=False),
    Column("cluster", BIG, nullable=False),
    sqlite_strict=True,
)
index("link_members_cluster", link_members.c.cluster, link_members.c.report)

link_clusters = Table(
    "link_clusters",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("facts", Text, nullable=False),
    sqlite_strict=True,
)

# What was learnt of values in a context, of all senders ('') and of each.
link_weights = Table(
    "link_weights",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("context", Text, primary_key=True),
    Column("apart", BITS, nullable=False),
    Column("pairs", BITS, nullable=False),
    sqlite_strict=True,
)

# What a person has said of two reports; the first is the older.
link_words = Table(
    "link_words",
    metadata,
    Column("first", BIG, primary_key=True, autoincrement=False),
    Column("second", BIG, primary_key=True, autoincrement=False),
    Column("same", FLAG, primary_key=True, autoincrement=False),
    sqlite_strict=True,
)
index("link_words_second", link_words.c.second)

link_changes = Table(
    "link_changes",
    metadata,
    Column("number", BIG, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("kept", BIG, nullable=False),
    Column("other", BIG, nullable=False),
    Column("moved", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("undoes", BIG),
    Column("undone_by", BIG),
    Column("reversal", Text, nullable=False),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
index("link_changes_kept", link_changes.c.kept, link_changes.c.number)
index("link_changes_other", link_changes.c.other, link_changes.c.number)

link_suggestions = Table(
    "link_suggestions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("first", BIG, nullable=False),
    Column("second", BIG, nullable=False),
    Column("bits", BITS, nullable=False),
    Column("because", Text, nullable=False),
    Column("at", BIG, nullable=False),
    Column("accepted", FLAG),
    Column("decided_by", Text),
    sqlite_strict=True,
)
# A pair is suggested once; a person's answer to it stands.
index("link_suggestions_pair", link_suggestions.c.first, link_suggestions.c.second, unique=True)
index(
    "link_suggestions_open",
    link_suggestions.c.bits,
    link_suggestions.c.id,
    where=link_suggestions.c.accepted.is_(None),
)
