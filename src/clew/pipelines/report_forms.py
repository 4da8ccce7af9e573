"""A report from a form or from a case: composed, brought into the clearinghouse's grammar, judged and scored."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from clew.errors import InputError, TooLargeError
from clew.parts.formats.base import ClearinghouseFormat, Fault, Rule
from clew.parts.shelf import load
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Reader
from clew.pipelines.case_file import case_file, reportable_contents
from clew.records.case import Case
from clew.records.composing import Change
from clew.records.filing import Filing, FilingState
from clew.records.identifiers import CaseId
from clew.records.report import Contact, Person, Phone, Report, Reporter
from clew.records.report_file import ReportFile, ViewingStatement
from clew.records.subject import Email, Subject
from clew.records.viewing import FileViewing
from clew.reporting.completeness import Completeness, completeness
from clew.reporting.compose import compose
from clew.reporting.draft import CaseFacts, Reportable, draft
from clew.reporting.prefill_type import TypeSource, said_type
from clew.review.ledger import narrative
from clew.settings import Reporting

FORMAT = "cybertipline"
# A facts file with whole chat logs; larger ones are a mistake.
_MAX_BYTES = 16 << 20
# A telephone number and a mail address, in a line that people read.
_NUMBERS = re.compile(r"\+?\(?\d[\d ()./-]{4,40}\d")
_ADDRESSES = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}\.[A-Za-z]{2,24}")
# What the clearinghouse will give; judged in their place, a file's particulars can be judged before filing.
_SOME_NUMBER, _SOME_FILE = 1, "0" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedReport:
    """A report that is ready to be read by a person, and filed if it has no faults.

    Attributes:
        report: composed and fitted; its files in the order of the facts.
        xml: the document, without those of its files, which need the clearinghouse's numbers.
        faults: of the report and of its files; paths of a file's begin with its place, as "files[0]/".
        completeness: of the facts before composing.
        notes: what composing and fitting did.
    """

    report: Report
    xml: bytes
    faults: tuple[Fault, ...]
    completeness: Completeness
    notes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """The facts of a case, with what the viewing ledger says of its files.

    Attributes:
        type_from: whose word the incident's type rests on; None where nobody has said it.
    """

    facts: Report
    statements: Mapping[str, ViewingStatement]
    type_from: TypeSource | None = None


def report_format() -> ClearinghouseFormat:
    """The format in which reports are composed."""
    return load("formats", FORMAT, ClearinghouseFormat)


def compose_report(
    facts: Report,
    statements: Mapping[str, ViewingStatement],
    *,
    at: datetime,
    profile: str = "",
    form: ClearinghouseFormat | None = None,
) -> ComposedReport:
    """Facts become a report that the grammar bears, with everything that is still wrong or missing named.

    Args:
        facts: what is known.
        statements: from the viewing ledger, by the files' keys; files without one are not viewed.
        at: now.
        profile: the version of the schema; empty is the newest that was verified.
        form: the clearinghouse's; None is the CyberTipline's.
    """
    form = form or report_format()
    profile = profile or form.default_profile
    composed = compose(facts, statements, at=at)
    fitted = form.fit(composed.report, profile, at=at)
    xml = form.report_xml(fitted.report, profile)
    faults = form.faults_of(xml, "report", profile, at=at)
    for number, file in enumerate(fitted.report.files):
        faults += _faults_of_file(form, file, number, fitted.report, profile, at)
    if fitted.report.batch is not None and len(fitted.report.files) > 1:
        faults.append(_one_file(len(fitted.report.files)))
    return ComposedReport(
        report=fitted.report,
        xml=xml,
        faults=tuple(faults),
        # Messages have become a detail; what is stated absent stands in the facts alone.
        completeness=completeness(
            replace(facts, details=composed.report.details), form.fields(profile), fitted.emptied
        ),
        notes=composed.notes + fitted.notes,
    )


def read_facts_file(content: bytes) -> Report:
    """The facts that a JSON file holds.

    Raises:
        InputError: no JSON, or not the documented form; the message names the field and not its value.
    """
    if len(content) > _MAX_BYTES:
        raise TooLargeError(f"expected facts of at most {_MAX_BYTES >> 20} MiB, came {len(content):,} bytes")
    try:
        form = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError("expected a JSON object with the facts of a report, the file is none") from None
    if not isinstance(form, dict):
        raise InputError("expected a JSON object with the facts of a report, came another value")
    return report_format().read_facts(form)


def details_of(report: Report, profile: str = "") -> list[bytes]:
    """What is said of each file of a composed report, with numbers that filing will replace by the clearinghouse's."""
    form = report_format()
    profile = profile or form.default_profile
    return [form.file_details_xml(each, _SOME_NUMBER, _SOME_FILE, profile) for each in report.files]


def judge_documents(
    report: bytes,
    details: Sequence[bytes],
    *,
    at: datetime,
    profile: str = "",
    schema: bytes | None = None,
    tolerant: bool = False,
) -> list[list[Fault]]:
    """What is wrong in a report's document and in those of its files, a list for each, the report's first.

    Args:
        report: the document.
        details: one of each file.
        at: now.
        profile: the version of the schema; empty is the newest that was verified.
        schema: the clearinghouse's own schema, to be asked as well.
        tolerant: accept what clients are known to send otherwise.
    """
    form = report_format()
    profile = profile or form.default_profile
    judged = [form.faults_of(report, "report", profile, at=at, tolerant=tolerant)]
    batched = _is_batched(form, report, profile)
    judged += [
        form.faults_of(each, "fileDetails", profile, at=at, batched=batched, tolerant=tolerant) for each in details
    ]
    if batched and len(details) > 1:
        judged[0].append(_one_file(len(details)))
    if schema is not None:
        for found, document in zip(judged, (report, *details), strict=True):
            if not any(each.rule is Rule.MALFORMED for each in found):
                found.extend(form.schema_faults(document, schema))
    return judged


def _is_batched(form: ClearinghouseFormat, report: bytes, profile: str) -> bool:
    try:
        return form.read_report(report, profile, tolerant=True).batch is not None
    except InputError:
        return False  # what keeps it from being read is a fault that is named already


def draft_case(reader: Reader, case_id: CaseId, settings: Reporting) -> CaseDraft:
    """What a report on the case would hold as it stands now, with the numbers of earlier reports on its subject.

    Args:
        reader: of the store, within one transaction, so that verdicts and viewings agree.
        case_id: of the case.
        settings: who reports, and to which clearinghouse.
    """
    file = case_file(reader, case_id)
    found = reportable_contents(reader, case_id)
    reportables = tuple(
        Reportable(content=content, verdict=verdict, messages=tuple(reader.messages_of(content.id)))
        for content, verdict, _ in found
    )
    earlier = _earlier_filings(reader, file.case)
    theirs = [each for each in earlier if _knows_its_number(each, settings.clearinghouse)]
    known = CaseFacts(
        case=file.case,
        subject=file.subject,
        reportables=reportables,
        reporter=reporter_of(settings),
        platform=file.subject.particulars.service,
        prior_reports=tuple(int(each.number) for each in theirs if each.number),
        writers=tuple(_writers(reader, reportables)),
        other_reports=tuple(f"{each.number} ({each.clearinghouse})" for each in earlier if each not in theirs),
    )
    said = said_type((content, verdict) for content, verdict, _ in found)
    return CaseDraft(
        facts=draft(known),
        statements={each.id: statement_of(viewing) for each, _, viewing in found},
        type_from=said.source if said else None,
    )


def _writers(reader: Reader, reportables: Sequence[Reportable]) -> Iterator[Subject]:
    """What is known of the accounts that wrote in the threads."""
    authors = dict.fromkeys(one.author for each in reportables for one in each.messages if one.author is not None)
    yield from (found for each in authors if (found := reader.find_subject(each)) is not None)


def _earlier_filings(reader: Reader, case: Case) -> list[Filing]:
    """Reports on the case's subject that have been filed in its environment and have a number, oldest first."""
    filed = tuple(state for state in FilingState if state.filed)
    found = [
        filing
        for other in reader.cases_of(case.subject_id)
        for filing in reader.filings(FilingFilter(states=filed, case_id=other.id, environment=case.environment))
        if filing.number
    ]
    return sorted(found, key=lambda filing: filing.id)


def _knows_its_number(filing: Filing, clearinghouse: str) -> bool:
    """Whether the clearinghouse gave that number to us itself; it refuses a report that names another."""
    ours = filing.state is FilingState.FILED and filing.clearinghouse == clearinghouse
    return ours and filing.number is not None and filing.number.isascii() and filing.number.isdigit()


def statement_of(viewing: FileViewing) -> ViewingStatement:
    """What a report may say of a file, of what the ledger says of it."""
    return ViewingStatement(viewed=viewing.viewed, exif_viewed=viewing.metadata_viewed, narrative=narrative(viewing))


def reporter_of(settings: Reporting) -> Reporter:
    """Who reports, as the settings say it."""
    night = f"In an emergency, day and night: {settings.emergency_contact}" if settings.emergency_contact else ""
    return Reporter(
        person=Person(
            first_name=settings.first_name or None,
            last_name=settings.last_name or None,
            emails=(Email(address=settings.email),) if settings.email else (),
            phones=(Phone(number=settings.phone),) if settings.phone else (),
        ),
        contact=_reached_at_night(settings.emergency_contact),
        company_text="\n".join(line for line in (settings.company, night) if line) or None,
        terms_of_service=settings.terms_url or None,
        legal_url=settings.legal_url or None,
    )


def _reached_at_night(text: str) -> Contact | None:
    """Whom the setting names: its telephone numbers and mail addresses, in the fields that a machine finds."""
    phones = tuple(Phone(number=each.strip()) for each in _NUMBERS.findall(text))
    emails = tuple(Email(address=each) for each in _ADDRESSES.findall(text))
    return Contact(phones=phones, emails=emails) if phones or emails else None


def _faults_of_file(
    form: ClearinghouseFormat, file: ReportFile, number: int, report: Report, profile: str, at: datetime
) -> list[Fault]:
    xml = form.file_details_xml(file, _SOME_NUMBER, _SOME_FILE, profile)
    found = form.faults_of(xml, "fileDetails", profile, at=at, batched=report.batch is not None)
    return [
        Fault(path=f"files[{number}]/{each.path}", rule=each.rule, expected=each.expected, came=each.came)
        for each in found
    ]


def _one_file(count: int) -> Fault:
    return Fault(path="files", rule=Rule.BATCH, expected="at most 1 file in a batched report", came=f"{count}")
