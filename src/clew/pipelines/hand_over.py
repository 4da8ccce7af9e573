"""Hand a report over: documents that people and their tools read, and evidence where a legal process asks for it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from clew.errors import InputError, NotFoundError, RefusedError
from clew.ground.enveloped import check_certificate, envelope
from clew.ground.signing import load_or_make
from clew.parts import shelf
from clew.parts.clearinghouses.base import Access, FetchingPart, Package, PackedFile, PackedStream
from clew.parts.formats.base import ClearinghouseFormat, HandoverFormat, PaperFormat
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.case_file import viewing_of
from clew.pipelines.evidence import open_sealed
from clew.pipelines.permits import permit
from clew.pipelines.strongroom import Facts, Strongroom, event
from clew.records.audit import AuditEvent
from clew.records.case import Content
from clew.records.filing import Filing, Paper, PaperKind, Step
from clew.records.handover import FiledFile, FiledReport
from clew.records.identifiers import CaseId, ContentId, FilingId, ProcessId
from clew.records.permits import Opening, OpeningPurpose, Seen, ViewingPermit
from clew.records.report import Report
from clew.records.report_file import ReportFile
from clew.settings import Reporting

# The forms in which every report is handed over, beside the documents as they were sent.
_FORMS = ("ids_json", "vics", "case_uco")
_PAPER = "pdf"
_RECEIPTS = {PaperKind.RECEIPT, PaperKind.OTHER_RECEIPT}
_DIGESTS = {"md5", "sha1", "sha256", "pdq"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be handed over, where to.

    Attributes:
        filing_id: which filing of the report.
        folder: the package is made below it, under the report's name.
        process_id: the recorded legal process that asks for the evidence; None leaves all bytes where they are.
        certificate: the recipient's, in PEM: evidence leaves enveloped to it and never in clear.
    """

    filing_id: FilingId
    folder: Path
    process_id: ProcessId | None = None
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A package that lies ready.

    Attributes:
        manifest: the signed manifest, byte for byte.
        withheld: files whose bytes are not in it, and why, by their place in the report from 1.
    """

    folder: Path
    manifest: bytes
    withheld: Mapping[int, str]


# ---------------------------------------------------------------- the documents


def documents(filed: FiledReport) -> list[PackedFile]:
    """A report in every form; MissingPartError when the library that sets the paper is not installed."""
    return [make(filed) for make in _makers().values()]


def document(filed: FiledReport, name: str) -> PackedFile:
    """A report in one form, and no other is made for it.

    Raises:
        InputError: there is no document of that name.
        MissingPartError: the library that sets the paper is not installed.
    """
    makers = _makers()
    if name not in makers:
        raise InputError(f"there are: {', '.join(sorted(makers))}")
    return makers[name](filed)


def _makers() -> dict[str, Callable[[FiledReport], PackedFile]]:
    """What makes each document, by its name."""
    paper = shelf.load("formats", _PAPER, PaperFormat)
    forms = [shelf.load("formats", name, HandoverFormat) for name in _FORMS]
    return {
        f"report{paper.suffix}": partial(_packed, paper),
        "certificate.pdf": lambda filed: _named("certificate.pdf", paper.media_type, paper.certificate(filed)),
        **{f"report{part.suffix}": partial(_packed, part) for part in forms},
    }


def filed_report(
    reader: Reader, filing: Filing, report: Report, numbers: Mapping[str, str], reporting: Reporting, at: datetime
) -> FiledReport:
    """A report with what the store knows of its files.

    Args:
        report: as it was or will be sent, its files with what the viewing ledger said.
        numbers: the clearinghouse's ids of the files, by their keys.
    """
    contents = {} if filing.case_id is None else {each.id: each for each in reader.contents_of(filing.case_id)}
    files = [_filed_file(each, contents.get(ContentId(each.key)), numbers.get(each.key)) for each in report.files]
    return FiledReport(
        report_id=filing.report_id,
        case_id=filing.case_id,
        report=report,
        clearinghouse=filing.clearinghouse,
        number=filing.number,
        received_at=filing.finished_at,
        sender=reporting.company.partition("\n")[0] or "the reporting platform",
        environment=filing.environment,
        files=tuple(files),
        made_at=at,
    )


def _filed_file(file: ReportFile, content: Content | None, number: str | None) -> FiledFile:
    digests = {each.type.lower(): each.value.lower() for each in file.hashes if each.type.lower() in _DIGESTS}
    if content is not None:
        upright = (each for each in content.signals if each.type in _DIGESTS and each.form is None)
        digests = {each.type: each.value.hex() for each in upright} | digests
    return FiledFile(
        file=file,
        number=number,
        size_bytes=content.size_bytes if content else None,
        media_type=content.media_type if content else None,
        digests=digests,
    )


# ---------------------------------------------------------------- the package


def hand_over(strongroom: Strongroom, asked: Request, *, actor: str) -> HandedOver:
    """The package lies in its folder, whole, with a signed manifest; that it was made is recorded.

    Raises:
        RefusedError: evidence is asked for without a certificate to envelope it to.
        NotFoundError: there is no such filing.
        UnavailableError: the folder cannot be written; nothing half-written is ever seen.
    """
    if asked.process_id is not None and asked.certificate is None:
        raise RefusedError("evidence leaves enveloped to its recipient only: give their certificate (PEM) as well")
    if asked.certificate is not None:
        check_certificate(asked.certificate)
    at = strongroom.clock()
    with strongroom.store.read() as reader:
        filing = reader.get_filing(asked.filing_id)
        filed = as_sent(reader, filing, strongroom.settings.reporting, at)
        sent = _sent_papers(reader.papers_of(filing.id))
        contents = [] if filing.case_id is None else _in_order(reader, filed, filing.case_id)
    evidence, withheld = _evidence(strongroom, asked, contents, actor)
    filed = replace(filed, files=tuple(_with_path(each, evidence) for each in filed.files))
    body: list[PackedFile | PackedStream] = [*documents(filed), *sent, *evidence.values(), _read_me(filed, withheld)]
    package = Package(name=f"report-{filed.name}-{at:%Y%m%dT%H%M%SZ}", files=tuple(body), answered=False)
    key = load_or_make(strongroom.settings.signing_key_path)
    outlet = shelf.load("clearinghouses", "folder", FetchingPart).open(
        Access(place=str(asked.folder)), asked.folder, key.sign
    )
    manifest = outlet.put(package)
    _record(strongroom, filing, asked, len(evidence), actor, at)
    return HandedOver(folder=asked.folder / package.name, manifest=manifest, withheld=withheld)


def as_sent(reader: Reader, filing: Filing, reporting: Reporting, at: datetime) -> FiledReport:
    """The report's facts, and of each file what was said of it when it was sent; unsent, nothing was viewed."""
    stored = reader.get_report(filing.report_id)
    form = shelf.load("formats", stored.format, ClearinghouseFormat)
    report = form.read_stored(stored.facts)
    said = {
        each.key: form.read_file_details(each.body, filing.profile, tolerant=True)[0]
        for each in reader.papers_of(filing.id)
        if each.kind is PaperKind.FILE_DETAILS and each.key is not None
    }
    files = [
        replace(each, viewed=said[each.key].viewed, exif_viewed=said[each.key].exif_viewed)
        if each.key in said
        else each
        for each in report.files
    ]
    numbers = {
        each.key: each.file_id
        for each in reader.steps_of(filing.id)
        if each.step is Step.UPLOADED and each.key is not None and each.file_id is not None
    }
    return filed_report(reader, filing, replace(report, files=tuple(files)), numbers, reporting, at)


def _sent_papers(papers: Sequence[Paper]) -> list[PackedFile]:
    """The documents of the last attempt and the receipt, byte for byte."""
    if not papers:
        return []
    last = max(each.attempt for each in papers)
    kept = [each for each in papers if each.attempt == last or each.kind in _RECEIPTS]
    return [
        _named(f"sent-{place:02}-{each.kind.value}.xml", "text/xml", each.body) for place, each in enumerate(kept, 1)
    ]


def _in_order(reader: Reader, filed: FiledReport, case_id: CaseId) -> list[tuple[int, Content, Seen]]:
    """The contents behind the report's files, with their place in it and what the viewing ledger says now."""
    contents = {each.id: each for each in reader.contents_of(case_id)}
    found = []
    for place, each in enumerate(filed.files, 1):
        content = contents.get(ContentId(each.file.key))
        if content is not None:
            seen = Seen(in_full=viewing_of(reader, content).viewed, public=bool(content.publicly_available))
            found.append((place, content, seen))
    return found


def _evidence(
    strongroom: Strongroom, asked: Request, contents: Sequence[tuple[int, Content, Seen]], actor: str
) -> tuple[dict[str, PackedStream], dict[int, str]]:
    """The enveloped bytes by content, and why the others stay."""
    if asked.process_id is None or asked.certificate is None:
        return {}, {place: "no legal process asks for it" for place, _, _ in contents}
    packed: dict[str, PackedStream] = {}
    withheld: dict[int, str] = {}
    for place, content, seen in contents:
        if content.object_id is None:
            withheld[place] = f"not held: {content.not_held}"
            continue
        opening = Opening(
            object_id=content.object_id,
            purpose=OpeningPurpose.HAND_OVER,
            actor=actor,
            ground=f"legal process {asked.process_id}",
            process_id=asked.process_id,
        )
        try:
            leave = permit(strongroom, opening, seen)
            with open_sealed(strongroom, leave):
                pass  # what cannot be opened is withheld, and the documents say so
        except (RefusedError, NotFoundError) as error:
            withheld[place] = str(error)
            continue
        pieces = partial(_enveloped, strongroom, opening, seen, leave, asked.certificate)
        packed[content.id] = PackedStream(
            name=f"evidence-{place:02}.cms", media_type="application/pkcs7-mime", pieces=pieces
        )
    return packed, withheld


def _enveloped(
    strongroom: Strongroom, opening: Opening, seen: Seen, leave: ViewingPermit, certificate: bytes
) -> Iterator[bytes]:
    """The bytes of one object on their way from the vault to the package, never in clear and never whole."""
    if strongroom.clock() >= leave.until:  # what was written before it took long
        leave = permit(strongroom, opening, seen)
    with open_sealed(strongroom, leave) as opened:
        yield from envelope(opened, opened.size_bytes, certificate)


def _with_path(filed: FiledFile, evidence: Mapping[str, PackedStream]) -> FiledFile:
    packed = evidence.get(filed.file.key)
    return replace(filed, path=packed.name if packed else None)


def _read_me(filed: FiledReport, withheld: Mapping[int, str]) -> PackedFile:
    lines = [
        f"Report {filed.name}, handed over by {filed.sender}.",
        *filed.cautions,
        "",
        "manifest.json names every file with its SHA-256; manifest.sig is an Ed25519 signature over it.",
        "report.pdf is for people; the other report files are for tools; sent-*.xml are the bytes that were sent.",
        "certificate.pdf is a draft that a custodian of records completes and signs.",
        "",
        *(f"File {place}: bytes not included, {why}." for place, why in sorted(withheld.items())),
    ]
    if any(each.path for each in filed.files):
        lines.append("evidence-*.cms: openssl cms -decrypt -inform DER -in FILE -inkey YOUR-KEY.pem -out CLEAR")
    return _named("README.txt", "text/plain; charset=utf-8", ("\n".join(lines) + "\n").encode())


def _record(strongroom: Strongroom, filing: Filing, asked: Request, files: int, actor: str, at: datetime) -> None:
    facts: Facts = {"filing": filing.id, "evidence_files": files, "process": asked.process_id}

    def work(unit: UnitOfWork) -> None:
        if filing.case_id is not None:
            unit.audit(event(at, actor, "report.hand-over", filing.case_id, facts))
        else:
            unit.audit(AuditEvent(at=at, actor=actor, act="report.hand-over", subject=filing.subject, facts=facts))

    strongroom.store.transact(work)


def _packed(part: HandoverFormat, filed: FiledReport) -> PackedFile:
    return _named(f"report{part.suffix}", part.media_type, part.write(filed))


def _named(name: str, media_type: str, body: bytes) -> PackedFile:
    if not body:
        raise InputError(f"the document {name} came out empty; report this as a defect")
    return PackedFile(name=name, media_type=media_type, body=body)
