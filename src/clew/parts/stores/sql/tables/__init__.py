"""Every table, once.

How things lie here:

- A moment is an integer, microseconds since 1970 in UTC (`_at`, `_us`): it sorts and compares alike everywhere.
- A day is ISO text. A word from a record's enumeration is that word. A digest or a hash is bytes, never hexadecimal.
- A small structure nobody searches by (opinions, rights, scopes) is compact JSON text with sorted keys.
- What the platform or the file system named (`reference`, paths) is bytes: such names need not be Unicode.
- An entry is never deleted by a change, it is marked with the sequence that removed it; `added_seq` and `removed_seq`
  are the change feed that each process's index follows.
"""

from clew.parts.stores.sql.tables import (
    audit_log,
    drafts,
    evidence,
    filing,
    intake,
    linking,
    people,
    review,
    routing,
    triage,
    url_reports,
)
from clew.parts.stores.sql.tables.columns import metadata
from clew.parts.stores.sql.tables.lists import (
    STANDING,
    change_counter,
    entries,
    import_faults,
    list_counts,
    list_imports,
    lists,
    sources,
)
from clew.parts.stores.sql.tables.permission import api_keys, audit_events, installation_values, leases, purpose_bases
from clew.parts.stores.sql.tables.screening import counts, file_marks, hits, kept_signals, matches, runs

__all__ = [
    "STANDING",
    "api_keys",
    "audit_events",
    "audit_log",
    "change_counter",
    "counts",
    "drafts",
    "entries",
    "evidence",
    "file_marks",
    "filing",
    "hits",
    "import_faults",
    "installation_values",
    "intake",
    "kept_signals",
    "leases",
    "linking",
    "list_counts",
    "list_imports",
    "lists",
    "matches",
    "metadata",
    "people",
    "purpose_bases",
    "review",
    "routing",
    "runs",
    "sources",
    "triage",
    "url_reports",
]
