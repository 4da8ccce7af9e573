"""Locks between processes of one machine, let go by the system itself when their holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clew.errors import ConflictError


@contextmanager
def hold(path: Path, what: str | None = None) -> Iterator[None]:
    """This process alone does what the file at `path` stands for; the file may stay behind and means nothing then.

    Args:
        what: for the message when another process does it now; None waits for it, as is right for what takes a moment.
    Raises:
        ConflictError: another process does it now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if what is None else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(f"{what} is under way in another process; wait for its end, or stop it") from None
        yield
    finally:
        os.close(descriptor)
