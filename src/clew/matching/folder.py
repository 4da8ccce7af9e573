"""The folder of one signal type's segments: its names, its lock, and what is cleared away when.

Everything here is a cache of the database; deleting the folder is always safe.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clew.errors import UnavailableError

_SEGMENT, _UNFINISHED, _DAMAGED = ".segment", ".unfinished", ".damaged"

# How often a waiting builder asks for the lock again.
_LOCK_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """Where the files of one signal type stand."""

    path: Path

    @property
    def manifest(self) -> Path:
        """The table of contents."""
        return self.path / "manifest.json"

    def segment(self, name: str) -> Path:
        """A segment file by the name that the manifest has."""
        return self.path / name

    @staticmethod
    def segment_name(generation: int) -> str:
        """The name of the file that a generation adds."""
        return f"{generation:08d}{_SEGMENT}"

    def create(self) -> None:
        """The folder exists, for this user only: its files are lists of hashes."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def set_aside(self, name: str) -> Path | None:
        """A damaged file no longer bears its name; only the last one is kept for a look. None when it is gone."""
        for older in self.path.glob(f"*{_DAMAGED}"):
            older.unlink(missing_ok=True)
        aside = self.path / f"{name}{_DAMAGED}"
        try:
            return (self.path / name).replace(aside)
        except FileNotFoundError:
            return None

    def clear(self, keep: set[str]) -> None:
        """Files of dead builds and of generations that nobody opens any more are gone.

        Only the holder of the lock may call it. A process that still searches a removed file keeps its mapping.
        """
        for path in self.path.iterdir():
            stale = path.name.endswith(_SEGMENT) and path.name not in keep
            if stale or path.name.endswith(_UNFINISHED):
                path.unlink(missing_ok=True)


@contextmanager
def builder_lock(index_dir: Path, *, wait: bool, stopped: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Whether this is now the one builder of the installation; held until the block ends or the process dies.

    Args:
        index_dir: the folder of all signal types.
        wait: ask until it is free; else answer False at once when another builds.
        stopped: ends the waiting with UnavailableError.
    """
    try:
        index_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(index_dir / "builder.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UnavailableError(f"the index folder {index_dir} cannot be written: {error.strerror}") from error
    try:
        held = _try_lock(handle)
        while wait and not held:
            if stopped():
                raise UnavailableError("the index is being built by another process, and this one is stopping")
            time.sleep(_LOCK_POLL_S)
            held = _try_lock(handle)
        try:
            yield held
        finally:
            if held:
                # Said outright: a child forked meanwhile has the handle too, and closing ours alone would not do.
                fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
