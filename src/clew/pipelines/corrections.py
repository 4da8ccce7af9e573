"""What an earlier report says of a case and nobody stands for any more: a supplement tells it, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.shelf import load
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Reader
from clew.records.case import AlertKind, Content, ContentKind
from clew.records.filing import Filing, FilingState, StoredReport
from clew.records.identifiers import CaseId, ContentId
from clew.records.report import Report
from clew.records.report_file import ReportFile
from clew.records.review import VerdictStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReport:
    """A report that a clearinghouse has, or that lies ready for it, and what it says.

    Attributes:
        takes_back: contents of which it says that what was told of them holds no more.
    """

    filing: Filing
    report: Report
    takes_back: frozenset[ContentId] = frozenset()

    def file(self, key: str) -> ReportFile | None:
        """The file of that key, where the report describes it."""
        return next((each for each in self.report.files if each.key == key), None)


def told_reports(reader: Reader, case_id: CaseId, clearinghouse: str) -> list[ToldReport]:
    """The reports of the case that are out to one clearinghouse, oldest first."""
    has = [each for each in FilingState if each.filed or each is FilingState.HANDED]
    found = reader.filings(FilingFilter(states=tuple(has), case_id=case_id))
    return [
        _told(reader, each)
        for each in sorted(found, key=lambda each: (each.part, each.id))
        if each.clearinghouse == clearinghouse
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be said of a content that a clearinghouse was told of and nobody stands for any more."""

    content_id: ContentId
    sentence: str


def corrections(reader: Reader, case_id: CaseId, clearinghouse: str) -> tuple[Correction, ...]:
    """One for each report that describes a content whose verdict was taken back since.

    What a later report has taken back already, in whatever words, is not told again.
    """
    out = told_reports(reader, case_id, clearinghouse)
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
        Correction(content_id=content.id, sentence=_sentence(reader, content, told.filing, days.get(content.id, "")))
        for content in reader.contents_of(case_id)
        if content.id in fallen
        for place, told in enumerate(out)
        if describes(reader, told.report, content)
        and not any(content.id in later.takes_back for later in out[place + 1 :])
    )


def told_already(told: Sequence[ToldReport]) -> Mapping[ContentId, str]:
    """The number of the first report in which each file of the case stands."""
    found: dict[ContentId, str] = {}
    for each in told:
        for file in each.report.files:
            found.setdefault(ContentId(file.key), each.filing.number or "")
    return found


def facts_of(stored: StoredReport) -> Report:
    """The facts of a report, as its format reads them back."""
    return load("formats", stored.format, ClearinghouseFormat).read_stored(stored.facts)


def _told(reader: Reader, filing: Filing) -> ToldReport:
    stored = reader.get_report(filing.report_id)
    return ToldReport(filing=filing, report=facts_of(stored), takes_back=frozenset(stored.takes_back))


def describes(reader: Reader, report: Report, content: Content) -> bool:
    """Whether a report tells of a content: its file, its messages, or its digests."""
    if content.kind is ContentKind.THREAD:
        # People write the same words in many threads, but not at the same moment.
        told = {(each.text, each.at) for each in report.messages}
        return any((each.text, each.at) in told for each in reader.messages_of(content.id))
    if any(each.key == content.id for each in report.files):
        return True
    words = " ".join(each.text for each in report.further)
    return any(each.value.hex() in words for each in content.signals)


def _named(reader: Reader, content: Content, filing: Filing) -> str:
    """What tells the file from every other: its name alone may be another's too."""
    marks = [f"SHA-256 {content.sha256.hex()}"] if content.sha256 else []
    ids = [each.file_id for each in reader.steps_of(filing.id) if each.key == content.id and each.file_id]
    marks += [f"file id {each}" for each in ids[-1:]]
    name = content.reference or content.file_name or "without a name"
    return f"{name} ({', '.join(marks)})" if marks else name


def _sentence(reader: Reader, content: Content, filing: Filing, day: str) -> str:
    report = f"report {filing.number}" if filing.number else "the earlier report"
    if content.kind is ContentKind.THREAD:
        count = len(reader.messages_of(content.id))
        what, verb = ("The message", "is") if count == 1 else (f"The {count} messages", "are")
    else:
        what, verb = f"The file {_named(reader, content, filing)}", "is"
    when = f" on {day}" if day else ""
    return f"{what} that {report} described {verb} no longer held to be reportable: the verdict was taken back{when}."
