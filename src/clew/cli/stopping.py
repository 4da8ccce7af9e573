"""Ctrl-C and SIGTERM while a service starts: it ends in order, and that is no failure."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


class _StopError(BaseException):
    """It was told to stop; no `except Exception` on the way may keep it."""


class Stop:
    """Whether a signal ends the block."""

    def __init__(self) -> None:
        self._armed = True

    def disarm(self) -> None:
        """From now on another sees to signals."""
        self._armed = False

    def on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        """The block ends here."""
        if self._armed:
            self._armed = False
            raise _StopError


@contextlib.contextmanager
def stoppable() -> Iterator[Stop]:
    """A block that SIGTERM or Ctrl-C ends quietly, with all that it opened closed."""
    stop = Stop()
    before = {each: signal.signal(each, stop.on_signal) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        with contextlib.suppress(_StopError):
            yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
