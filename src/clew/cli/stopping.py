"""Ctrl-C and SIGTERM: a command ends in order; of a service that starts it is no failure."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


class _StopError(BaseException):
    """It was told to stop; no `except Exception` on the way may keep it."""


class Told:
    """Whether SIGTERM was what ended a block."""

    def __init__(self) -> None:
        self.terminated = False

    def on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        """The block ends as by Ctrl-C: whatever stands ready for the one holds for the other."""
        self.terminated = True
        raise KeyboardInterrupt


@contextlib.contextmanager
def terminable() -> Iterator[Told]:
    """A block out of which SIGTERM leads as Ctrl-C does; a service within it may see to the signal itself."""
    told = Told()
    # One that whoever started us wants ignored stays so.
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield told
        return
    signal.signal(signal.SIGTERM, told.on_signal)
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


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
