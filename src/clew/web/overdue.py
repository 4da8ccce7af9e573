"""Futures that nobody waits for without end: one timer looks at all, for one each would cost as much as a search."""

import asyncio
from typing import Any

from clew.errors import UnavailableError

# Waits are bounded by many seconds; half of one more is nothing to whoever waits so long.
_EVERY_S = 0.5


class Overdue:
    """Gives up what is not done in time; used on one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, asyncio.Future[Any], str]] = []
        self._looking = False

    def watch(self, future: asyncio.Future[Any], within_s: float, told: str) -> None:
        """Unless it is done by then, whoever waits for the future gets an UnavailableError that says so."""
        loop = future.get_loop()
        self._waiting.append((loop.time() + within_s, future, told))
        if not self._looking:
            self._looking = True
            loop.call_later(_EVERY_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now_s = loop.time()
        waiting = [each for each in self._waiting if not each[1].done()]
        for until_s, future, told in waiting:
            if now_s >= until_s:
                future.set_exception(UnavailableError(told))
        self._waiting = [each for each in waiting if not each[1].done()]
        self._looking = bool(self._waiting)
        if self._looking:
            loop.call_later(_EVERY_S, self._look, loop)
