"""What a vault is: objects of sealed bytes, written once, and opened for nobody who has no permit."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from clew.errors import DamagedError, NotFoundError, RefusedError
from clew.ground.sealed import DataKey, Opener, Readable, name_of, naming, sealed_bytes, stream_sealed
from clew.records.identifiers import ObjectId
from clew.records.permits import ViewingPermit
from clew.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What became of bytes that were sealed.

    Attributes:
        new: false when the case had these bytes already, and nothing was written.
    """

    object_id: ObjectId
    size_bytes: int
    sealed_bytes: int
    new: bool


class SealedFile(ABC):
    """An object as it lies, open for reading.

    Attributes:
        size_bytes: its whole length.
    """

    size_bytes: int

    @abstractmethod
    def read(self, offset: int, size_bytes: int) -> bytes:
        """So many bytes from there on; fewer only where the object ends."""


class Opened:
    """The clear bytes of one object, read as they are asked for; never more than a piece of them is held.

    Attributes:
        size_bytes: of the clear bytes.
    """

    def __init__(self, opener: Opener, close: contextlib.ExitStack) -> None:
        self._opener = opener
        self._close = close
        self.size_bytes = opener.head.size_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        """The bytes in pieces of a mebibyte, the last one shorter; empty content has none."""
        for number in range(self._opener.pieces):
            if piece := self._opener.piece(number):
                yield piece

    def read(self) -> bytes:
        """All of it at once; for what is known to be small."""
        return b"".join(self)

    def close(self) -> None:
        """The object is let go."""
        self._close.close()


class Vault(ABC):
    """One vault.

    Attributes:
        place: how a message names it.
        locks: whether it can keep an object from being deleted before a moment.
    """

    place: str
    locks: bool = False

    def seal(self, key: DataKey, content: Readable, keep_until: datetime | None) -> Placed:
        """The content stands in the vault under its keyed name, durable, whatever happens next.

        It is read twice: for its name, and to be sealed. Nothing of it is ever written in clear.

        Args:
            keep_until: until when a vault that can lock objects lets nobody delete it.
        Raises:
            UnavailableError: the disk is full, or the other side is away; nothing is kept then.
            InputError: the content changed in between.
            DamagedError: an object of that name stands there and has another length.
        """
        name = name_of(key, content)
        object_id, length = ObjectId(name.hex()), sealed_bytes(content.size_bytes)
        standing = self.find_size(object_id)
        new = standing is None and self.put(object_id, stream_sealed(key, name, content), length, keep_until)
        if standing is not None and standing != length:
            raise DamagedError(
                f"the vault has these bytes already, and its object is damaged ({standing:,} bytes instead of "
                f"{length:,}); restore it from a copy, then seal again: clew evidence verify names it"
            )
        if standing is not None:
            self.settle(object_id)
        return Placed(object_id=object_id, size_bytes=content.size_bytes, sealed_bytes=length, new=new)

    def open(self, object_id: ObjectId, permit: ViewingPermit, key: DataKey, at: datetime) -> Opened:
        """The object, open for whoever holds a permit for it.

        Raises:
            RefusedError: the permit is for another object, has run out, or names no ground.
            NotFoundError: the vault has no such object.
            DamagedError: what lies there is not what was sealed; also while it is read.
        """
        if not permit.covers(object_id, at):
            raise RefusedError(
                "evidence is opened with a permit for that very object, in force and with its ground; ask for a new one"
            )
        with contextlib.ExitStack() as stack:
            sealed = stack.enter_context(self.read(object_id))
            opener = Opener(key, bytes.fromhex(object_id), sealed.read)
            wanted = sealed_bytes(opener.head.size_bytes)
            if sealed.size_bytes != wanted:
                raise DamagedError(
                    f"a sealed object has {sealed.size_bytes:,} bytes instead of {wanted:,}; restore it from a copy"
                )
            return Opened(opener, stack.pop_all())
        raise AssertionError("the block above returns or raises")

    def verify(self, object_id: ObjectId, permit: ViewingPermit, key: DataKey, at: datetime) -> int:
        """Every byte was read, opened and compared with the name; how many clear bytes there are.

        Raises:
            NotFoundError, DamagedError, RefusedError: as `open`.
        """
        digest = naming(key)
        with self.open(object_id, permit, key, at) as opened:
            for piece in opened:
                digest.update(piece)
        if digest.hexdigest() != object_id:
            raise DamagedError("a sealed object holds other bytes than its name says; restore it from a copy")
        return opened.size_bytes

    def missing(self) -> NotFoundError:
        """What reading an object that is not there raises."""
        return NotFoundError(
            f"an object of the evidence is not in {self.place}; restore it from a copy: clew evidence verify names it"
        )

    @abstractmethod
    def put(
        self, object_id: ObjectId, parts: Iterator[memoryview], sealed_bytes: int, keep_until: datetime | None
    ) -> bool:
        """The parts, one after another, stand under the name, durable; false when another was first, and stays.

        Args:
            parts: each is valid only until the next one is asked for.
        """

    @abstractmethod
    def settle(self, object_id: ObjectId) -> None:
        """An object that stands is durable too: whoever put it may have been killed before it was."""

    @abstractmethod
    def find_size(self, object_id: ObjectId) -> int | None:
        """How long the object is; None when there is none."""

    @abstractmethod
    def read(self, object_id: ObjectId) -> AbstractContextManager[SealedFile]:
        """The object as it lies; NotFoundError when there is none."""

    @abstractmethod
    def keep(self, object_id: ObjectId, until: datetime) -> None:
        """Nobody can delete it until then, where the vault can lock; a lock is never shortened."""

    @abstractmethod
    def delete(self, object_id: ObjectId) -> datetime | None:
        """The object is gone, or never was; else until when a lock keeps it."""

    @abstractmethod
    def stream_names(self, after: ObjectId | None = None) -> Iterator[ObjectId]:
        """Every object, ascending by name."""

    @abstractmethod
    def stream_strays(self) -> Iterator[str]:
        """What lies among the objects and is none, as it is called there."""

    @abstractmethod
    def sweep_unfinished(self, before: datetime) -> int:
        """What was begun before then and never finished is gone; how many they were."""

    @abstractmethod
    def check(self) -> None:
        """UnavailableError, with what to do, unless the vault can be read and written now."""


class VaultPart(ABC):
    """A kind of vault."""

    name: str

    @abstractmethod
    def open(self, settings: Settings) -> Vault:
        """The vault that the settings name; nothing is made or connected to before it is used.

        Raises:
            InputError: a setting that it needs is missing.
            MissingPartError: its library is not installed.
        """
