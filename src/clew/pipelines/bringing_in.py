"""Bring files into the sealed evidence of a case, each with who brought it, whence, and on what legal ground."""

import enum
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clew.errors import InputError, RefusedError
from clew.ground.identity import new_id
from clew.intake.receive import Found, Refused, open_file, stream_files
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.case_joining import add_contents, more_came
from clew.pipelines.evidence import seal_from_upload
from clew.pipelines.files import HashedFile, open_hasher, shown_path
from clew.pipelines.holds import checked_text
from clew.pipelines.installation import signal_parts
from clew.pipelines.keeping import hold_content
from clew.pipelines.permits import SHOWN_DIGITS
from clew.pipelines.review_desk import note
from clew.pipelines.strongroom import Facts, Strongroom
from clew.records.case import CaseState, Content, ContentKind, NotHeld, Origin
from clew.records.evidence import BroughtIn, SealedObject
from clew.records.identifiers import CaseId, ContentId, SignalType
from clew.records.signal import Signal

_SHA256 = SignalType("sha256")
_REFERENCE_CHARACTERS = 200


class Outcome(enum.StrEnum):
    """What became of one file."""

    SEALED = "sealed"  # a content of the case from now on, and held
    COMPLETED = "completed"  # the case knew its digests and had no bytes; it has them now
    ALREADY = "already"  # the case holds these very bytes
    REFUSED = "refused"  # nothing of it is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Whence files come and on what legal ground they are kept, in words that name no private person."""

    whence: str
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One file, and what became of it; in a dry run, what would become of it."""

    path: str
    outcome: Outcome
    size_bytes: int
    why: str = ""


def bring_in(
    strongroom: Strongroom,
    case_id: CaseId,
    roots: Sequence[bytes],
    provenance: Provenance,
    *,
    actor: str,
    dry: bool = False,
) -> Iterator[Brought]:
    """Every file below the roots is sealed under the case's key and is a content of the case; one after another.

    Files are only read: nothing is moved or deleted. The same call again takes up what a stop left.

    Args:
        dry: nothing is changed; what would be is told.
    Raises:
        NotFoundError: there is no such case.
        RefusedError: the case is closed, or its evidence was destroyed.
        InputError: whence or the ground is not said.
        UnavailableError: no room, no master key, no vault; what was told before is held.
    """
    said = Provenance(
        whence=checked_text(provenance.whence, "whence the files come"),
        ground=checked_text(provenance.ground, "the legal ground"),
    )
    with strongroom.store.read() as reader:
        _demand_open(reader, case_id)
    types = tuple(signal_parts())
    with open_hasher(strongroom.settings.decode) as hasher:
        for file in hasher.stream(stream_files(roots), types):
            yield _one(strongroom, case_id, file, said, actor, dry=dry)


def _one(
    strongroom: Strongroom, case_id: CaseId, file: HashedFile, said: Provenance, actor: str, *, dry: bool
) -> Brought:
    path, size_bytes = shown_path(file.path), file.hashed.size_bytes
    sha256 = next((each.value for each in file.hashed.signals if each.type == _SHA256), None)
    if sha256 is None or not file.settled:
        why = next((f"{each.reason}: {each.detail}".rstrip(": ") for each in file.hashed.unhashable), "not readable")
        return Brought(path=path, outcome=Outcome.REFUSED, size_bytes=0, why=why)
    if not size_bytes:
        return Brought(path=path, outcome=Outcome.REFUSED, size_bytes=0, why="it is empty")
    with strongroom.store.read() as reader:
        same = _same(reader, case_id, sha256)
    if same and not _lacking(same):
        return Brought(path=path, outcome=Outcome.ALREADY, size_bytes=size_bytes)
    outcome = Outcome.COMPLETED if same else Outcome.SEALED
    if dry:
        return Brought(path=path, outcome=outcome, size_bytes=size_bytes)
    try:
        _seal(strongroom, case_id, file, sha256, said, actor)
    except InputError as error:  # it changed while it was read: others are not touched by that
        return Brought(path=path, outcome=Outcome.REFUSED, size_bytes=0, why=str(error))
    return Brought(path=path, outcome=outcome, size_bytes=size_bytes)


def _seal(
    strongroom: Strongroom, case_id: CaseId, file: HashedFile, sha256: bytes, said: Provenance, actor: str
) -> None:
    opened = open_file(Found(file.path, named=True))
    if isinstance(opened, Refused):
        raise InputError(f"it cannot be read any more: {opened.detail}")

    def attach(unit: UnitOfWork, sealed: SealedObject) -> None:
        _enter(unit, strongroom, case_id, file, sha256, sealed, said, actor)

    try:
        seal_from_upload(
            strongroom,
            case_id,
            opened.descriptor,
            size_bytes=file.hashed.size_bytes,
            actor=actor,
            media_type=file.hashed.media_type,
            sha256=sha256,
            attach=attach,
        )
    finally:
        os.close(opened.descriptor)


def _enter(
    unit: UnitOfWork,
    strongroom: Strongroom,
    case_id: CaseId,
    file: HashedFile,
    sha256: bytes,
    sealed: SealedObject,
    said: Provenance,
    actor: str,
) -> None:
    """The content, its provenance, and that its job waits for somebody, in the transaction that records the object."""
    at = strongroom.clock()
    case = unit.take_case(case_id)
    _demand_open(unit, case_id)  # once nobody else can close it
    same = _same(unit, case_id, sha256)
    lacking = _lacking(same)
    if same and not lacking:
        return  # somebody else has brought the same bytes meanwhile
    if not same:
        lacking = add_contents(unit, [_content(case_id, file, sealed, ContentId(new_id(at)))])
        more_came(unit, case, at, strongroom.settings.review)
    for each in lacking:
        if each.object_id is None:
            hold_content(unit, each, sealed.id, at, actor)
        brought = BroughtIn(
            content_id=each.id,
            case_id=case_id,
            whence=said.whence,
            ground=said.ground,
            brought_by=actor,
            brought_at=at,
        )
        unit.put_brought_in(brought)
        facts: Facts = {"content": each.id, "object": sealed.id[:SHOWN_DIGITS], "size_bytes": sealed.size_bytes}
        note(unit, at, actor, "evidence.import", case_id, **facts)


def _content(case_id: CaseId, file: HashedFile, sealed: SealedObject, content_id: ContentId) -> Content:
    name = shown_path(os.path.basename(file.path))  # noqa: PTH119  (bytes)
    signals = {(each.type, each.value): Signal(type=each.type, value=each.value) for each in file.hashed.signals}
    return Content(
        id=content_id,
        case_id=case_id,
        kind=ContentKind.FILE,
        origin=Origin.CONTEXT,
        added_at=sealed.sealed_at,
        reference=name[:_REFERENCE_CHARACTERS],
        signals=tuple(signals.values()),
        size_bytes=sealed.size_bytes,
        media_type=file.hashed.media_type,
        object_id=sealed.id,
    )


def _demand_open(reader: Reader, case_id: CaseId) -> None:
    """RefusedError unless evidence may come to the case; NotFoundError when there is none."""
    key = reader.find_case_key(case_id)
    if key is not None and key.wrapped is None:
        raise RefusedError("the evidence of that case was destroyed; what comes now belongs to a new case")
    if reader.get_case(case_id).state is CaseState.CLOSED:
        raise RefusedError(
            "that case is closed: what is added would be in no report. Flag the account anew, which opens another "
            "case, and bring the files into that one"
        )


def _same(reader: Reader, case_id: CaseId, sha256: bytes) -> list[Content]:
    """The contents of the case that are these bytes, and were not destroyed."""
    return [
        each for each in reader.contents_of(case_id) if each.sha256 == sha256 and each.not_held is not NotHeld.DESTROYED
    ]


def _lacking(contents: Sequence[Content]) -> list[Content]:
    """Those of which the case has no bytes."""
    return [each for each in contents if each.object_id is None]
