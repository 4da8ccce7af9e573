"""The papers of an attempt: composed now, from the facts as given and from the viewing ledger as it stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.errors import InputError, NotFoundError, RefusedError
from clew.parts.formats.base import ClearinghouseFormat, Fault
from clew.parts.stores.base import Reader
from clew.pipelines.case_file import reportable_contents, viewing_of
from clew.pipelines.corrections import corrections
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.report_forms import compose_report, statement_of
from clew.records.filing import Filing
from clew.records.identifiers import CaseId, ContentId, ObjectId
from clew.records.report import Report
from clew.records.report_file import Relevance, ReportFile, ViewingStatement
from clew.reporting.submit import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A report that a strict clearinghouse would take.

    Attributes:
        document: the report, as it is sent.
    """

    report: Report
    document: bytes
    format: ClearinghouseFormat
    profile: str

    def file(self, key: str | None) -> ReportFile:
        """The file of that key."""
        return next(each for each in self.report.files if each.key == key)

    def details(self, due: Due) -> bytes:
        """What is said of one file, now that it has its id."""
        if due.number is None or due.file_id is None:
            raise AssertionError("a file is described after it was uploaded")
        return self.format.file_details_xml(self.file(due.key), int(due.number), due.file_id, self.profile)


def ready(desk: FilingDesk, filing: Filing, format_part: ClearinghouseFormat) -> Ready:
    """The papers of a filing, judged before anything is sent.

    Raises:
        InputError: the report as composed breaks the grammar; the message names the first places.
        NotFoundError: a file has no sealed bytes any more.
        RefusedError: no verdict asks for it any more.
    """
    with desk.store.read() as reader:
        facts = format_part.read_stored(reader.get_report(filing.report_id).facts)
        statements = {} if filing.case_id is None else statements_of(reader, filing.case_id)
        demand_asked_for(reader, filing, facts)
    composed = compose_report(facts, statements, at=desk.clock(), profile=filing.profile, form=format_part)
    if composed.faults:
        raise InputError(f"the report cannot be sent as it is: {in_words(composed.faults)}; mend it and file again")
    return Ready(report=composed.report, document=composed.xml, format=format_part, profile=filing.profile)


def statements_of(reader: Reader, case_id: CaseId) -> Mapping[str, ViewingStatement]:
    """What the viewing ledger says of each content of a case, in the form in which a report says it."""
    return {str(content.id): statement_of(viewing_of(reader, content)) for content in reader.contents_of(case_id)}


def demand_asked_for(reader: Reader, filing: Filing, report: Report) -> None:
    """A person's word stands behind the report and behind each file that it reports, now; and each has its bytes.

    Raises:
        RefusedError: verdicts were reversed, or never given.
        NotFoundError: a file has no sealed bytes in this case.
    """
    if filing.case_id is None:
        return
    asked = {str(content.id) for content, _, _ in reportable_contents(reader, filing.case_id)}
    if not asked and not _only_corrects(reader, filing, report):
        raise RefusedError("no verdict of this case asks for a report; a person decides first, or withdraws the filing")
    for file in report.files:
        sealed_object(reader, filing, file.key)
        if file.key not in asked and file.relevance is not Relevance.SUPPLEMENTAL:
            raise RefusedError(
                "the report holds a file that no verdict calls reportable: take it out, mark it as supplemental, or "
                "let a person decide"
            )


def _only_corrects(reader: Reader, filing: Filing, report: Report) -> bool:
    """Whether it describes nothing, and says of an earlier report what nobody stands for any more."""
    return (
        filing.part > 0
        and not report.files
        and not report.messages
        and filing.case_id is not None
        and bool(corrections(reader, filing.case_id, filing.clearinghouse))
    )


def sealed_object(reader: Reader, filing: Filing, key: str) -> ObjectId:
    """The sealed bytes of one file of a report.

    Raises:
        NotFoundError: the vault holds none, or the file belongs to another case.
    """
    content = reader.get_content(ContentId(key))
    if content.case_id != filing.case_id or content.object_id is None:
        raise NotFoundError(
            "a file of this report has no sealed bytes in this case: take it out of the report's files, and say in the "
            "additional information what is known of it"
        )
    return content.object_id


def in_words(faults: Sequence[Fault]) -> str:
    """The first places at fault, in words."""
    some = "; ".join(f"{each.path}: expected {each.expected}, got {each.came}" for each in faults[:3])
    return f"{some}; and {len(faults) - 3} more" if len(faults) > 3 else some  # noqa: PLR2004
