"""Read a case: all that belongs to it, and what of it a report may rest on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.parts.stores.base import Reader
from clew.records.case import Case, CaseAlert, Content
from clew.records.identifiers import CaseId, ContentId
from clew.records.review import Appeal, AppealState, ReviewJob, SecondOpinion, Verdict, VerdictStanding
from clew.records.subject import Subject
from clew.records.viewing import EarlierViewing, FileViewing
from clew.review import decide
from clew.review.ledger import file_viewing


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything about one case but the text of its messages, which is read apart and logged."""

    case: Case
    subject: Subject
    job: ReviewJob
    contents: list[Content]
    verdicts: list[Verdict]
    opinions: list[SecondOpinion]
    appeals: list[Appeal]
    viewings: dict[ContentId, FileViewing]
    alerts: list[CaseAlert]

    @property
    def open_appeals(self) -> list[Appeal]:
        """Those that wait for their answer."""
        return [each for each in self.appeals if each.state is AppealState.OPEN]


def case_file(reader: Reader, case_id: CaseId) -> CaseFile:
    """All of a case but its messages' text."""
    case = reader.get_case(case_id)
    job = reader.get_job_of_case(case_id)
    contents = reader.contents_of(case_id)
    return CaseFile(
        case=case,
        subject=reader.get_subject(case.subject_id),
        job=job,
        contents=contents,
        verdicts=reader.verdicts_of(case_id),
        opinions=reader.opinions_of(job.id),
        appeals=reader.appeals_of(case_id),
        viewings=viewings_of(reader, case_id, contents),
        alerts=reader.case_alerts(case_id=case_id),
    )


def viewing_of(reader: Reader, content: Content) -> FileViewing:
    """What the ledger says of one content."""
    return file_viewing(
        content,
        reader.views_of(content.id),
        reader.confirmations_of(content.id),
        _earlier_viewings(content, reader.full_viewings([] if content.sha256 is None else [content.sha256])),
    )


def viewings_of(reader: Reader, case_id: CaseId, contents: Sequence[Content]) -> dict[ContentId, FileViewing]:
    """What the ledger says of contents of a case, read once for all of them."""
    views, words = defaultdict(list), defaultdict(list)
    for view in reader.views_of_case(case_id):
        views[view.content_id].append(view)
    for word in reader.confirmations_of_case(case_id):
        words[word.content_id].append(word)
    full = reader.full_viewings({each.sha256 for each in contents if each.sha256 is not None})
    return {
        each.id: file_viewing(each, views[each.id], words[each.id], _earlier_viewings(each, full)) for each in contents
    }


def _earlier_viewings(content: Content, full: Mapping[bytes, Sequence[EarlierViewing]]) -> list[EarlierViewing]:
    """Full viewings of identical bytes in other uploads."""
    same = full.get(content.sha256, ()) if content.sha256 is not None else ()
    return [each for each in same if each.content_id != content.id]


def reportable_contents(reader: Reader, case_id: CaseId) -> list[tuple[Content, Verdict, FileViewing]]:
    """What belongs into a report of the case now: contents with a verdict that a report may rest on, in their order."""
    job = reader.get_job_of_case(case_id)
    latest: dict[ContentId, Verdict] = {}
    for verdict in reader.verdicts_of(case_id):
        if verdict.standing is not VerdictStanding.REVERSED:
            latest[verdict.content_id] = verdict
    wanted = [
        each for each in reader.contents_of(case_id) if each.id in latest and decide.may_file(latest[each.id], job.lane)
    ]
    viewings = viewings_of(reader, case_id, wanted)
    return [(each, latest[each.id], viewings[each.id]) for each in wanted]
