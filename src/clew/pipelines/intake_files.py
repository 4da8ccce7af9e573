"""Files that come for an open report: sealed before they are acknowledged, told of in its facts, described once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clew.errors import NotFoundError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.evidence import seal_from_upload
from clew.pipelines.intake_desk import Delivery, IntakeDesk
from clew.pipelines.open_reports import change_open, get_open
from clew.pipelines.strongroom import Strongroom
from clew.pipelines.taking_in import note_intake
from clew.records.evidence import SealedObject
from clew.records.identifiers import CaseId, IntakeNumber
from clew.records.intake import Gap, IntakeFile
from clew.records.report import Report
from clew.records.report_file import FileHash, ReportFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Bytes that came whole, behind a descriptor of the caller's.

    Attributes:
        file_id: by which the sender will know them: 32 hexadecimal digits that nobody can guess.
    """

    file_id: str
    descriptor: int
    size_bytes: int
    sha256: bytes
    md5: bytes


def evidence_of(number: IntakeNumber) -> CaseId:
    """Under which name the vault keeps what came for a report."""
    return CaseId(f"intake-{number}")


def take_file(
    desk: IntakeDesk, strongroom: Strongroom, delivery: Delivery, number: IntakeNumber, came: Came
) -> IntakeFile:
    """The file is sealed and stands among the facts of its open report, durably.

    Raises:
        NotFoundError: the sender has no report of that number.
        ConflictError: it is not open any more.
        UnavailableError: the vault has no room or no key; nothing is acknowledged.
    """
    with desk.store.read() as reader:
        get_open(reader, delivery.sender_id, number)
    at = desk.clock()
    told = ReportFile(
        key=came.file_id,
        hashes=(FileHash(type="SHA256", value=came.sha256.hex()), FileHash(type="MD5", value=came.md5.hex())),
    )
    taken: list[IntakeFile] = []

    def attach(unit: UnitOfWork, sealed: SealedObject) -> None:
        taken[:] = [
            IntakeFile(
                id=came.file_id,
                number=number,
                sha256=came.sha256,
                md5=came.md5,
                size_bytes=came.size_bytes,
                object_id=sealed.id,
                uploaded_at=at,
            )
        ]
        report = change_open(unit, desk, delivery, number, lambda facts: replace(facts, files=(*facts.files, told)))
        # The document alone is no longer the report: who sends it once more tells of other files.
        unit.change_intake(replace(report, digest=hashlib.sha256(report.digest + came.sha256).digest()))
        unit.add_intake_file(taken[0])
        note_intake(unit, at, delivery, "intake.file", {"number": number, "size_bytes": came.size_bytes})

    seal_from_upload(
        strongroom,
        evidence_of(number),
        came.descriptor,
        size_bytes=came.size_bytes,
        actor=delivery.actor,
        attach=attach,
    )
    return taken[0]


def describe_file(
    desk: IntakeDesk, delivery: Delivery, number: IntakeNumber, told: ReportFile, gaps: Sequence[Gap] = ()
) -> None:
    """What the sender says of a file stands among the facts, beside the digests of the bytes that came.

    Args:
        told: its key is the file's id.
    Raises:
        NotFoundError: the sender has no report of that number, or the report no such file.
        ConflictError: the report is not open any more, or the file was described before.
    """

    def work(unit: UnitOfWork) -> None:
        get_open(unit, delivery.sender_id, number)
        if told.key not in {file.id for file in unit.intake_files(number)}:
            raise NotFoundError(f"report {number} has no such file")
        at = desk.clock()
        unit.describe_intake_file(told.key, at)
        change_open(unit, desk, delivery, number, lambda facts: _with(facts, told), gaps=gaps)
        note_intake(unit, at, delivery, "intake.describe", {"number": number, "gaps": len(gaps)})

    desk.store.transact(work)


def _with(facts: Report, told: ReportFile) -> Report:
    """The file's own digests first: they are of the bytes that came, whatever its sender says of others."""
    return replace(
        facts,
        files=tuple(
            replace(told, hashes=(*file.hashes, *(each for each in told.hashes if each not in file.hashes)))
            if file.key == told.key
            else file
            for file in facts.files
        ),
    )
