"""What the service does by the clock: lists are read anew, entries expire, the audit log is sealed, and that a legal
ground has ended is said aloud.

Nothing that goes wrong in a round ends the watch: the next round may go well.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from clew.errors import ClewError
from clew.pipelines.audit import open_log, seal
from clew.pipelines.legal import sweep_kept_signals
from clew.pipelines.list_entries import expire
from clew.records.screening import Purpose
from clew.web import log
from clew.web.door import Door

_EVERY_S = 15.0
# Oftener than the screener would read lists by itself, which would be on the event loop's time.
_REFRESH_EVERY_S = 0.4


@asynccontextmanager
async def watching(door: Door) -> AsyncIterator[None]:
    """The watch is kept until the block ends."""
    grounds = Grounds(door)
    refresh = door.installation.screener.refresh
    tasks = [
        asyncio.create_task(keep(door, refresh, _REFRESH_EVERY_S)),
        asyncio.create_task(keep(door, grounds.look, _EVERY_S)),
        asyncio.create_task(keep(door, _sealing(door), door.installation.settings.audit.seal_seconds)),
    ]
    try:
        yield
    finally:
        for each in tasks:
            each.cancel()
        for each in tasks:
            with suppress(asyncio.CancelledError):
                await each


async def keep(door: Door, work: Callable[[], None], every_s: float) -> None:
    """The work is done again and again, whatever becomes of it; a failure is logged once until it goes well again."""
    failing: type[Exception] | None = None
    while True:
        try:
            await door.in_thread(work)
            failing = None
        except ClewError as error:
            if type(error) is not failing:
                log.say("warning", "watch failed", error=type(error).__name__, message=str(error))
            failing = type(error)
        except Exception as error:  # noqa: BLE001  (whatever it was, entries must go on expiring)
            if type(error) is not failing:
                log.say("error", "watch failed", error=type(error).__name__, frames=log.frames_of(error))
            failing = type(error)
        await asyncio.sleep(every_s)


def _sealing(door: Door) -> Callable[[], None]:
    """What was written since the last round is sealed, unless another process is at it."""
    it = door.installation
    audit_log = open_log(it.settings, it.store, it.clock)

    def work() -> None:
        seal(audit_log)

    return work


class Grounds:
    """Looks after legal grounds; those that had ended before the first look are told by it."""

    def __init__(self, door: Door) -> None:
        self._installation = door.installation
        self._told: set[Purpose] = set()

    def look(self) -> None:
        """Entries and kept signals whose time has come are gone; a ground that ended since the last look is told."""
        it = self._installation
        at = it.clock()
        with it.store.read() as reader:
            bases = {purpose: reader.find_basis(purpose) for purpose in Purpose}
        ended = {
            purpose
            for purpose, found in bases.items()
            if found is not None and found.basis.until is not None and found.basis.until <= at
        }
        for purpose in sorted(ended - self._told):
            log.say("error", "legal basis ended; what needs it has stopped", purpose=purpose.value)
        self._told = ended
        expire(it.store, actor="system:watch", clock=it.clock)
        sweep_kept_signals(it.store, actor="system:watch", clock=it.clock)
