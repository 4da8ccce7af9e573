"""Whether people are done with a case: its evidence is not taken away before, by nobody alone."""

from clew.errors import NotFoundError
from clew.parts.stores.base import Reader
from clew.pipelines.reported import has_unreported
from clew.records.case import CaseState
from clew.records.evidence import Hold, HoldKind
from clew.records.identifiers import CaseId
from clew.records.review import JobState


def is_being_judged(reader: Reader, case_id: CaseId) -> bool:
    """Whether its job waits for a person: for a first word, another, or an answer to an appeal.

    A closed case is judged again when a verdict is taken back or appealed against. Evidence may have been brought in
    without a case of review, of which nobody judges anything.
    """
    try:
        return reader.get_job_of_case(case_id).state is not JobState.DECIDED
    except NotFoundError:
        return False


def needs_two(reader: Reader, hold: Hold) -> bool:
    """Whether nobody alone ends the hold before its time.

    So it is where the law keeps a report's evidence, and where the case is not decided and reported.
    """
    if hold.kind is HoldKind.PRESERVATION:
        return True
    return hold.kind is HoldKind.OPEN_CASE and _is_under_way(reader, hold.case_id)


def _is_under_way(reader: Reader, case_id: CaseId) -> bool:
    try:
        open_still = reader.get_case(case_id).state is CaseState.OPEN
    except NotFoundError:
        return False
    return open_still or is_being_judged(reader, case_id) or has_unreported(reader, case_id)
