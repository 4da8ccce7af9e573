"""What of a case stands in a report already: nothing reportable goes without one, and no correction is forgotten."""

from collections.abc import Sequence
from dataclasses import replace

from clew.parts.stores._filing import FilingFilter
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import Reader
from clew.pipelines.case_file import reportable_contents
from clew.pipelines.corrections import describes, facts_of
from clew.records.case import Content
from clew.records.filing import Filing, FilingState, StoredReport
from clew.records.identifiers import CaseId, JobId
from clew.records.review import Verdict, VerdictStanding

_PORTION = 200
_JOBS = 1_000  # more are not counted one by one
_NOWHERE = frozenset({FilingState.WITHDRAWN, FilingState.FAILED})
# The clearinghouse has the report, or may have it before a worker sees that its ground is gone.
_OUT = frozenset({FilingState.UNDER_WAY, FilingState.HANDED, FilingState.WITHDRAWING})


def has_unreported(reader: Reader, case_id: CaseId) -> bool:
    """Whether the case holds a reportable content that stands in no report: one that was confirmed later does.

    A filing that has failed is no report: nobody has it.
    """
    return _lacks_report(reader, case_id, _NOWHERE)


def has_unordered(reader: Reader, case_id: CaseId) -> bool:
    """The same, but what failed is ordered: its own alert asks for it."""
    return _lacks_report(reader, case_id, frozenset({FilingState.WITHDRAWN}))


def _lacks_report(reader: Reader, case_id: CaseId, passed_over: frozenset[FilingState]) -> bool:
    standing = [each for each in _filings(reader, case_id) if each.state not in passed_over]
    reports = sorted((reader.get_report(each.report_id) for each in standing), key=lambda each: each.created_at)
    held: set[str] = set()
    for each in reports:
        held = (held - set(each.takes_back)) | _file_keys(each)
    return any(
        not reports or (content.id not in held and not _told_without_file(reader, content, verdict, reports))
        for content, verdict, _ in reportable_contents(reader, case_id)
    )


def _told_without_file(reader: Reader, content: Content, verdict: Verdict, reports: Sequence[StoredReport]) -> bool:
    """Whether a content without bytes is told of: its words stand in a report, or its writer left them out of one.

    A second look that agrees later asks for nothing new.
    """
    if content.object_id is not None:
        return False
    told = False
    for each in reports:
        told = (told and content.id not in each.takes_back) or describes(reader, facts_of(each), content)
    return told or verdict.at <= reports[-1].created_at


def is_filed(reader: Reader, case_id: CaseId) -> bool:
    """Whether a clearinghouse has a report of the case."""
    return any(each.state.filed for each in _filings(reader, case_id))


def awaits_filing(reader: Reader, case_id: CaseId) -> bool:
    """Whether a filing of the case has not come to its end: it waits, is under way, or has failed with its alert.

    What failed and was ordered again since, by another way, is done by that one.
    """
    standing = [each for each in _filings(reader, case_id) if each.state is not FilingState.WITHDRAWN]
    later = {
        each.part: max((other.created_at, other.id) for other in standing if other.part == each.part)
        for each in standing
    }
    return any(
        not each.state.filed
        and (each.state is not FilingState.FAILED or (each.created_at, each.id) == later[each.part])
        for each in standing
    )


def is_all_told(reader: Reader, case_id: CaseId) -> bool:
    """Whether a clearinghouse has all that is known of the case, so that its clock has done its work.

    What nobody has judged, and what one person alone has called not reportable, may still have to go out.
    """
    if not is_filed(reader, case_id) or has_unreported(reader, case_id):
        return False
    judged = {
        each.content_id
        for each in reader.verdicts_of(case_id)
        if each.standing is VerdictStanding.FINAL
        or (each.standing is not VerdictStanding.REVERSED and each.decision.reportable)
    }
    return all(each.id in judged for each in reader.contents_of(case_id))


def untold_jobs(reader: Reader, wanted: JobFilter) -> set[JobId]:
    """The jobs of those whose case has something that no clearinghouse knows yet: their clocks run."""
    return {each.id for each in reader.jobs(replace(wanted, limit=_JOBS)) if not is_all_told(reader, each.case_id)}


def is_reported(reader: Reader, case_id: CaseId, verdicts: Sequence[Verdict]) -> bool:
    """Whether a report that was made after one of the verdicts has left the house, is leaving it, or may have left it.

    A number without an end may be a report that was finished and whose answer was lost.
    """
    standing = [each for each in _filings(reader, case_id) if each.state is not FilingState.WITHDRAWN]
    out = [each for each in standing if each.state.filed or each.state in _OUT or each.number is not None]
    made = [reader.get_report(each.report_id).created_at for each in out]
    return any(verdict.at <= at for verdict in verdicts for at in made)


def _filings(reader: Reader, case_id: CaseId) -> list[Filing]:
    return reader.filings(FilingFilter(case_id=case_id, limit=_PORTION))


def _file_keys(report: StoredReport) -> set[str]:
    files = report.facts.get("files")
    return {str(file["key"]) for file in files if isinstance(file, dict)} if isinstance(files, list) else set()
