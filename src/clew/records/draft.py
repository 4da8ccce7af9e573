"""A draft: the facts of a case's report as a person has left them, before filing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What somebody saved.

    Attributes:
        facts: the format's JSON form.
        saved_by: an actor, as the audit names them.
        version: rises with each saving; 0 is not saved yet.
    """

    case_id: CaseId
    facts: Mapping[str, object]
    saved_at: datetime
    saved_by: str
    version: int = 0
