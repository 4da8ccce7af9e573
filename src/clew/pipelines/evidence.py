"""Seal the bytes of a case, and open them for whoever holds a permit."""

import hashlib
import os
from collections.abc import Callable

from clew.errors import InputError, RefusedError, UnavailableError
from clew.ground.sealed import Descriptor, InMemory, Readable
from clew.intake.receive import hold_growing
from clew.intake.receive import seal as fix
from clew.parts.stores.base import UnitOfWork
from clew.parts.vaults.base import Opened, Placed
from clew.pipelines.holds import keep_open_case, lock_until
from clew.pipelines.permits import SHOWN_DIGITS
from clew.pipelines.strongroom import Facts, Strongroom, event
from clew.records.evidence import SealedObject
from clew.records.identifiers import CaseId
from clew.records.permits import ViewingPermit

_MEDIA_TYPE_CHARACTERS = 200


def seal(
    strongroom: Strongroom,
    case_id: CaseId,
    content: bytes | bytearray | memoryview | int,
    *,
    actor: str,
    media_type: str | None = None,
) -> SealedObject:
    """The content is sealed under the case's key and held; when this returns, both are durable.

    The object stands in the vault before its row is stored: a crash in between leaves an object without a row, which
    `clew evidence verify --sweep` takes up, and never a row without its object. Bytes that the case has already are
    the object that it has already.

    Args:
        content: the bytes; or a descriptor of a memfd or file, which is read from its beginning and left open.
    Raises:
        UnavailableError: no room, no master key, no vault; nothing is acknowledged, and the message says what is safe.
        RefusedError: the evidence of this case was destroyed.
        InputError: the content changed while it was read.
    """
    readable = Descriptor(content) if isinstance(content, int) else InMemory(content)
    return _seal(strongroom, case_id, readable, actor=actor, media_type=media_type)


def seal_from_upload(
    strongroom: Strongroom,
    case_id: CaseId,
    descriptor: int,
    *,
    size_bytes: int,
    actor: str,
    media_type: str | None = None,
    sha256: bytes | None = None,
    attach: Callable[[UnitOfWork, SealedObject], None] = lambda _unit, _sealed: None,
) -> SealedObject:
    """`seal` for an upload behind a descriptor, as the HTTP service holds it.

    Args:
        sha256: what the bytes that are sealed must have; None where nobody else can change them.
        attach: says in the same transaction what the object belongs to, so that no stop parts the two.
    Raises:
        InputError: the descriptor holds another number of bytes than came in, or other ones than were hashed.
    """
    readable: Readable = Descriptor(descriptor)
    if readable.size_bytes != size_bytes:
        raise InputError(f"an upload of {size_bytes:,} bytes is held with {readable.size_bytes:,}; send it again")
    if sha256 is not None:
        readable = _Hashed(readable, sha256)
    return _seal(strongroom, case_id, readable, actor=actor, media_type=media_type, attach=attach)


def open_sealed(strongroom: Strongroom, permit: ViewingPermit) -> Opened:
    """The object of a permit, open; whoever opened it closes it.

    Raises:
        RefusedError: the permit has run out, or names no ground.
        NotFoundError: the object is gone, or its case's key was destroyed.
        DamagedError: what lies there is not what was sealed; also while it is read.
        UnavailableError: the vault or the master key is not to be had.
    """
    at = strongroom.clock()
    with strongroom.store.read() as reader:
        sealed = reader.get_object(permit.object_id)
        if sealed.case_id != permit.case_id:
            raise RefusedError("the permit names another case than the object's; ask for a new one")
        key = strongroom.key_for_opening(reader, sealed.case_id)
    return strongroom.vault.open(permit.object_id, permit, key, at)


def hold_in_memory(strongroom: Strongroom, permit: ViewingPermit) -> int:
    """The clear bytes behind a descriptor: in memory, sealed against change; whoever asked closes it."""
    descriptor = hold_growing()
    try:
        with open_sealed(strongroom, permit) as opened:
            for piece in opened:
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
        fix(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise UnavailableError("there is no memory to hold the evidence now; try again in a moment") from error
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def record_placed(
    unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, placed: Placed, *, actor: str, media_type: str | None
) -> SealedObject:
    """The row of an object that stands in the vault, and a hold on its case, in this transaction."""
    at = strongroom.clock()
    known = unit.find_object(placed.object_id)
    if known is not None:
        return known
    stored = unit.add_object(
        SealedObject(
            id=placed.object_id,
            case_id=case_id,
            size_bytes=placed.size_bytes,
            sealed_bytes=placed.sealed_bytes,
            media_type=media_type,
            sealed_at=at,
            sealed_by=actor,
            verified_at=at,
        )
    )
    facts: Facts = {"object": placed.object_id[:SHOWN_DIGITS], "size_bytes": placed.size_bytes}
    unit.audit(event(at, actor, "evidence.seal", case_id, facts))
    keep_open_case(unit, strongroom, case_id, actor=actor)
    return stored


class _Hashed:
    """A Readable that must have a digest: its first pass, which gives the object its name, ends in an error else.

    What is sealed after it has the same name and so the same bytes; they need not be read once more.
    """

    def __init__(self, content: Readable, sha256: bytes) -> None:
        self._content, self._sha256 = content, sha256
        self._digest, self._read = hashlib.sha256(), 0
        self.size_bytes = content.size_bytes

    def read_at(self, offset: int, into: memoryview) -> int:
        """Of the content; InputError at its first end when it is another one."""
        read = self._content.read_at(offset, into)
        if offset == self._read and read:
            self._digest.update(into[:read])
            self._read += read
        elif offset == self._read and self._digest.digest() != self._sha256:
            raise InputError("it changed while it was read; bring it in again")
        return read


def _seal(
    strongroom: Strongroom,
    case_id: CaseId,
    content: Readable,
    *,
    actor: str,
    media_type: str | None,
    attach: Callable[[UnitOfWork, SealedObject], None] = lambda _unit, _sealed: None,
) -> SealedObject:
    if media_type is not None and (len(media_type) > _MEDIA_TYPE_CHARACTERS or not media_type.isprintable()):
        raise InputError(f"a media type has at most {_MEDIA_TYPE_CHARACTERS} printable characters")
    key = strongroom.key_for_sealing(case_id, actor)
    with strongroom.store.read() as reader:
        keep_until = lock_until(reader, strongroom, case_id)
    placed = strongroom.vault.seal(key, content, keep_until)

    def work(unit: UnitOfWork) -> SealedObject:
        if (known := unit.lock_case_key(case_id)) is None or known.wrapped is None:
            raise RefusedError("the evidence of this case was destroyed while this was sealed; nothing of it is held")
        sealed = record_placed(unit, strongroom, case_id, placed, actor=actor, media_type=media_type)
        attach(unit, sealed)
        return sealed

    return strongroom.store.transact(work)
