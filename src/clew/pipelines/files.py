"""Hash files and folders: as many at once as there are workers, answered in the order in which they stand."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from clew.errors import InputError, UnavailableError
from clew.intake.decode import DecodePool
from clew.intake.receive import Found, Opened, Refused, hold, open_file, stream_files
from clew.intake.selecting import SelectorLoop
from clew.intake.zygote import Outcome
from clew.kernels.sandbox import Confinement
from clew.pipelines.decode_worker import open_pool
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason, Unhashable
from clew.redact import printable
from clew.settings import Decode

# Files that a worker holds: one in work, and enough behind it that it never waits for this process.
_AHEAD = 4
# Files under way at once: one slow file holds up the answers of so many behind it, and not their hashing.
_WINDOW = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedFile:
    """One file and all that hashing found out about it.

    Attributes:
        opened: its size and times as it was opened; None when it could not be.
    """

    path: bytes
    hashed: Hashed
    opened: Opened | None

    @property
    def settled(self) -> bool:
        """Whether hashing it again would say the same: it could be read, and did not change meanwhile."""
        return self.opened is not None and not any(each.reason is Reason.CHANGED for each in self.hashed.unhashable)


@dataclass(slots=True)
class _UnderWay:
    found: Found | Refused
    opened: Opened | None = None
    outcome: Outcome | UnavailableError | None = None


class FileHasher:
    """Hashes files through a pool of its own; use `open_hasher`."""

    def __init__(self, loop: SelectorLoop, pool: DecodePool) -> None:
        self._loop = loop
        self._pool = pool

    def confinement(self) -> Confinement:
        """What holds the workers, once they work; UnavailableError when they cannot be had."""
        outcomes: list[Outcome | UnavailableError] = []
        self._pool.submit(hold(b""), (), outcomes.append)
        while not outcomes:
            self._loop.run_once()
        if isinstance(outcomes[0], UnavailableError):
            raise outcomes[0]
        held = self._pool.state.confinement
        assert held is not None
        return held

    def stream(
        self, files: Iterable[Found | Refused], types: Sequence[SignalType], *, dihedral: bool = False
    ) -> Iterator[HashedFile]:
        """Every file with its signals, in the order given; one that cannot be opened says why for every type.

        Raises:
            UnavailableError: the workers cannot be had any more.
        """
        under_way: deque[_UnderWay] = deque()
        for found in files:
            under_way.append(self._begin(found, types, dihedral=dihedral))
            while under_way and (len(under_way) >= _WINDOW or _is_done(under_way[0])):
                yield self._finish(under_way.popleft(), types)
        while under_way:
            yield self._finish(under_way.popleft(), types)

    def _begin(self, found: Found | Refused, types: Sequence[SignalType], *, dihedral: bool) -> _UnderWay:
        job = _UnderWay(found)
        opened = open_file(found) if isinstance(found, Found) else found
        if isinstance(opened, Refused):
            job.found = opened
            return job
        job.opened = opened

        def done(outcome: Outcome | UnavailableError) -> None:
            job.outcome = outcome

        self._pool.submit(opened.descriptor, types, done, dihedral=dihedral, size_bytes=opened.size_bytes)
        self._loop.run_once(0)
        return job

    def _finish(self, job: _UnderWay, types: Sequence[SignalType]) -> HashedFile:
        if isinstance(job.found, Refused):
            missing = (Unhashable(type=each, reason=job.found.reason, detail=job.found.detail) for each in types)
            hashed = Hashed(size_bytes=0, media_type=None, unhashable=tuple(missing))
            return HashedFile(path=job.found.path, hashed=hashed, opened=None)
        while job.outcome is None:
            self._loop.run_once()
        if isinstance(job.outcome, UnavailableError):
            raise job.outcome
        return HashedFile(path=job.found.path, hashed=job.outcome.hashed, opened=job.opened)


def _is_done(job: _UnderWay) -> bool:
    return job.outcome is not None or isinstance(job.found, Refused)


@contextmanager
def open_hasher(settings: Decode) -> Iterator[FileHasher]:
    """A hasher with its workers started; they are ended with it."""
    loop = SelectorLoop()
    pool = open_pool(loop, settings, ahead=_AHEAD)
    try:
        yield FileHasher(loop, pool)
    finally:
        pool.close()
        loop.close()


def count_files(roots: Sequence[bytes], stopped: Callable[[], bool]) -> int | None:
    """How many files and refusals the roots hold, for the time that is left; None when it was stopped."""
    total = 0
    for _ in stream_files(roots):
        if stopped():
            return None
        total += 1
    return total


def shown_path(path: bytes) -> str:
    """A path as text for a screen or a hit's reference; a backslash is doubled, so that two paths are never one text.

    Bytes that are no UTF-8 are a backslash, x and two hex digits; what is not printable is escaped likewise.
    """
    return printable(path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace"))


def told_path(path: bytes) -> dict[str, str]:
    """A path for programs: as it is; where it is no UTF-8 as it is shown, with its bytes in hexadecimal beside it."""
    try:
        return {"path": path.decode()}
    except UnicodeDecodeError:
        return {"path": shown_path(path), "path_bytes": path.hex()}


def absolute(paths: Sequence[str]) -> list[bytes]:
    """Paths as the system takes them, from the root on, without resolving links.

    Raises:
        InputError: there is nothing at one of them; a slip of the hand must not look like an empty folder.
    """
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        raise InputError(f"nothing is at {', '.join(map(printable, missing[:5]))}")
    return [os.fsencode(os.path.abspath(path)) for path in paths]  # noqa: PTH100  (bytes, and no links resolved)
