"""From when on the evidence of a report is kept: the moment at which the clearinghouse had it.

Source: 18 U.S.C. 2258A(h): a finished submission is a request to preserve; the period is the jurisdiction's.
"""

from dataclasses import dataclass
from datetime import datetime

from clew.records.filing import Filing
from clew.records.identifiers import CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Preserved:
    """What is to be kept, from when on, and which filing asks for it."""

    case_id: CaseId
    finished_at: datetime
    reference: str


def preserved(filing: Filing) -> Preserved | None:
    """What a filing asks to keep; None while it is not filed, and for a report without a case.

    Where the receipt never arrived, the period begins when the report was found to be finished: that is later than it
    was, so that nothing is given up too soon.
    """
    if not filing.state.filed or filing.case_id is None or filing.finished_at is None:
        return None
    return Preserved(case_id=filing.case_id, finished_at=filing.finished_at, reference=filing.id)
