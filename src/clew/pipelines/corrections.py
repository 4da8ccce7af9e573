"""What an earlier report says of a case and nobody stands for any more: a supplement tells it, in plain words."""

from collections.abc import Mapping

from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Reader
from clew.records.case import AlertKind, Content, ContentKind
from clew.records.filing import Filing, FilingState, StoredReport
from clew.records.identifiers import CaseId, ContentId
from clew.records.review import VerdictStanding


def corrections(reader: Reader, case_id: CaseId) -> tuple[str, ...]:
    """A sentence for each content that an earlier report describes and whose verdict was taken back since."""
    out = _told(reader, case_id)
    if not out:
        return ()
    verdicts = reader.verdicts_of(case_id)
    stands = {
        each.content_id
        for each in verdicts
        if each.decision.reportable and each.standing is not VerdictStanding.REVERSED
    }
    fallen = {each.content_id for each in verdicts if each.decision.reportable} - stands
    days = {
        each.content_id: f"{each.at.day} {each.at:%B %Y}"
        for each in reader.case_alerts(case_id=case_id)
        if each.kind is AlertKind.REVERSED_AFTER_FILING
    }
    return tuple(
        _sentence(reader, content, filing, days.get(content.id, ""))
        for content in reader.contents_of(case_id)
        if content.id in fallen
        for filing, report in out
        if _describes(reader, report, content)
    )


def told_already(reader: Reader, case_id: CaseId) -> Mapping[ContentId, str]:
    """The number of the first report in which each file of the case stands."""
    found: dict[ContentId, str] = {}
    for filing, report in _told(reader, case_id):
        for key in _keys(report):
            found.setdefault(ContentId(key), filing.number or "")
    return found


def _told(reader: Reader, case_id: CaseId) -> list[tuple[Filing, StoredReport]]:
    """The filings of the case that a clearinghouse has, oldest first."""
    has = [each for each in FilingState if each.filed or each is FilingState.HANDED]
    found = reader.filings(FilingFilter(states=tuple(has), case_id=case_id))
    return [(each, reader.get_report(each.report_id)) for each in sorted(found, key=lambda each: each.id)]


def _describes(reader: Reader, report: StoredReport, content: Content) -> bool:
    if content.kind is ContentKind.THREAD:
        texts = {str(each.get("text")) for each in _records(report, "messages")}
        return any(each.text in texts for each in reader.messages_of(content.id))
    if content.id in _keys(report):
        return True
    told = " ".join(str(each.get("text")) for each in _records(report, "further"))
    return any(each.value.hex() in told for each in content.signals)


def _sentence(reader: Reader, content: Content, filing: Filing, day: str) -> str:
    report = f"report {filing.number}" if filing.number else "the earlier report"
    if content.kind is ContentKind.THREAD:
        count = len(reader.messages_of(content.id))
        what, verb = ("The message", "is") if count == 1 else (f"The {count} messages", "are")
    else:
        what, verb = f"The file {content.reference or content.file_name or content.id}", "is"
    when = f" on {day}" if day else ""
    return f"{what} that {report} described {verb} no longer held to be reportable: the verdict was taken back{when}."


def _keys(report: StoredReport) -> set[str]:
    return {str(each["key"]) for each in _records(report, "files") if "key" in each}


def _records(report: StoredReport, name: str) -> list[Mapping[str, object]]:
    found = report.facts.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
