"""What the service does by the clock: entries expire, and the end of a legal ground is said aloud once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from clew.errors import ClewError
from clew.pipelines.list_entries import expire
from clew.records.screening import Purpose
from clew.web import log
from clew.web.door import Door

_EVERY_S = 15.0


@asynccontextmanager
async def watching(door: Door) -> AsyncIterator[None]:
    """The watch is kept until the block ends."""
    task = asyncio.create_task(_watch(door))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(door: Door) -> None:
    holding: set[Purpose] = set()
    while True:
        try:
            holding = await door.in_thread(lambda known=holding: _round(door, known))  # type: ignore[misc]
        except ClewError as error:
            log.say("warning", "watch failed", error=type(error).__name__, message=str(error))
        await asyncio.sleep(_EVERY_S)


def _round(door: Door, holding: set[Purpose]) -> set[Purpose]:
    """One look; the purposes whose ground is in force now."""
    installation = door.installation
    at = installation.clock()
    expire(installation.store, actor="system:watch", clock=installation.clock)
    with installation.store.read() as reader:
        bases = {purpose: reader.find_basis(purpose) for purpose in Purpose}
    now = {purpose for purpose, found in bases.items() if found is not None and found.basis.holds(at)}
    for purpose in holding - now:
        log.say("error", "legal basis ended; what needs it has stopped", purpose=purpose.value)
    return now
