"""Uploads on their way to the decode workers: held in memory, large ones behind descriptors, never on a disk."""

import asyncio
import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from clew.errors import UnavailableError
from clew.intake.decode import DecodePool
from clew.intake.receive import Holding, hold_growing, release, seal
from clew.intake.wire import MOST_BYTES_INSIDE, Wanted
from clew.intake.zygote import Done, Outcome
from clew.pipelines.decode_worker import open_pool
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed
from clew.settings import Settings
from clew.web.overdue import Overdue

# A worker has its next file at hand while the loop is busy with requests; more would let a slow file hold up others.
_AHEAD = 2
# Files of one form that wait for workers at a time, so that one form does not fill the queue for all.
_OF_ONE_FORM = 32
# Nobody waits longer for a file, were the workers never so late: twice what those before and itself may take, and the
# time in which workers are started anew.
_LONGEST_FILES, _LONGEST_START_S, _LONGEST_BYTES_A_SECOND = 2, 60.0, 8 << 20
# What the system says when it has no more to give for now.
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC})


@dataclass(slots=True)
class Upload:
    """One file as it comes in; whoever makes it closes it, unless a worker has taken it.

    Attributes:
        pieces: all that has come of a file that is small so far; a larger one is behind the descriptor.
    """

    descriptor: int = -1
    size_bytes: int = 0
    pieces: list[bytes] = field(default_factory=list)

    def write(self, piece: bytes | memoryview) -> None:
        """The next bytes are held; UnavailableError when the system has no room for them."""
        self.size_bytes += len(piece)
        if self.descriptor < 0 and self.size_bytes <= MOST_BYTES_INSIDE:
            self.pieces.append(bytes(piece))
            return
        try:
            if self.descriptor < 0:
                self.descriptor = hold_growing()
                self._append(self._joined())
                self.pieces.clear()
            self._append(piece)
        except OSError as error:
            raise _no_room(error) from error

    def _append(self, piece: bytes | memoryview) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]

    def _joined(self) -> bytes:
        if len(self.pieces) != 1:
            self.pieces = [b"".join(self.pieces)]
        return self.pieces[0]

    def read(self, most_bytes: int) -> bytes:
        """What has come, from its beginning."""
        return os.pread(self.descriptor, most_bytes, 0) if self.descriptor >= 0 else self._joined()[:most_bytes]

    def share(self) -> Holding:
        """The same bytes once more, for whoever keeps them should they be a hit, and then releases them.

        Raises:
            UnavailableError: the system has no descriptor left for it.
        """
        if self.descriptor < 0:
            return self._joined()
        try:
            return os.dup(self.descriptor)
        except OSError as error:
            raise _no_room(error) from error

    def take(self) -> Holding:
        """The bytes; they belong to the caller now, who releases them. Nobody changes them any more."""
        if self.descriptor < 0:
            return self._joined()
        descriptor, self.descriptor = self.descriptor, -1
        seal(descriptor)
        return descriptor

    def close(self) -> None:
        """The bytes are let go, unless they were taken."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def _no_room(error: OSError) -> Exception:
    """What whoever uploads is told when the system has no more to give; every other error is as it was."""
    if error.errno not in _EXHAUSTED:
        return error
    return UnavailableError("there is no room for more uploads now; send this one again in a moment")


class Kept:
    """The bytes of a call's uploads, held until it is known which of them are hits; no copy."""

    def __init__(self) -> None:
        self.holdings: list[Holding] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.holdings:
            release(each)

    def share(self, upload: Upload) -> None:
        """The upload's bytes are held too, in the order of the calls."""
        self.holdings.append(upload.share())

    def take(self, place: int) -> Holding:
        """The bytes of one; they belong to the caller now, who releases them."""
        taken, self.holdings[place] = self.holdings[place], b""
        return taken


class Hashing:
    """The decode workers of one process, on its event loop; opened with the service."""

    def __init__(self, settings: Settings, types: Sequence[SignalType]) -> None:
        self._settings = settings
        self._types = tuple(types)
        self._pool: DecodePool | None = None
        self._overdue = Overdue()

    def open(self) -> None:
        """The workers are being started; called on the event loop."""
        self._pool = open_pool(asyncio.get_running_loop(), self._settings.decode, ahead=_AHEAD)

    def close(self) -> None:
        """The workers have ended."""
        if self._pool is not None:
            self._pool.close()

    @property
    def ready(self) -> int:
        """Workers that take files."""
        return self._pool.state.ready if self._pool else 0

    @property
    def under_way(self) -> int:
        """Files at the workers and waiting for them."""
        return self._pool.under_way if self._pool else 0

    async def hash(self, upload: Upload) -> Hashed:
        """Every signal of the upload, and a reason for each that it has not; UnavailableError when too many wait."""
        pool, answered = self._asked()
        size_bytes = upload.size_bytes
        dihedral = self._settings.matching.dihedral
        pool.submit(upload.take(), self._types, _telling(answered), dihedral=dihedral, size_bytes=size_bytes)
        self._watch(answered, size_bytes)
        return (await answered).hashed

    async def look(self, descriptor: int, wanted: Wanted) -> Outcome:
        """A small picture of the file, or its own fields, or the reason why none; takes the descriptor over."""
        pool, answered = self._asked()
        size_bytes = os.fstat(descriptor).st_size
        pool.submit_look(descriptor, wanted, _telling(answered), size_bytes=size_bytes)
        self._watch(answered, size_bytes)
        return await answered

    def _watch(self, answered: asyncio.Future[Outcome], size_bytes: int) -> None:
        decode_s = self._settings.decode.seconds + size_bytes / _LONGEST_BYTES_A_SECOND
        within_s = _LONGEST_START_S + _LONGEST_FILES * (1 + _AHEAD) * decode_s
        self._overdue.watch(answered, within_s, "the decode workers take too long; send this one again in a moment")

    def _asked(self) -> tuple[DecodePool, asyncio.Future[Outcome]]:
        if self._pool is None:
            raise UnavailableError("the decode workers are not started")
        return self._pool, asyncio.get_running_loop().create_future()

    async def hash_all(self, uploads: Sequence[Upload]) -> list[Hashed]:
        """The same for many, in their order."""
        if len(uploads) == 1:
            return [await self.hash(uploads[0])]
        turn = asyncio.Semaphore(_OF_ONE_FORM)

        async def one(upload: Upload) -> Hashed:
            async with turn:
                return await self.hash(upload)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(each)) for each in uploads]
        except* UnavailableError as refused:
            raise UnavailableError(str(refused.exceptions[0])) from refused
        return [each.result() for each in tasks]


def _telling(answered: asyncio.Future[Outcome]) -> Done:
    def done(outcome: Outcome | UnavailableError) -> None:
        if answered.done():
            return  # whoever waited was cancelled
        if isinstance(outcome, UnavailableError):
            answered.set_exception(outcome)
        else:
            answered.set_result(outcome)

    return done
