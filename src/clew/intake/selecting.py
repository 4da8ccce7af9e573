"""A loop for those who have none: commands wait for workers in their own thread, without asyncio."""

import heapq
import itertools
import selectors
from collections.abc import Callable
from typing import Protocol

from clew.ground.clock import monotonic_s


class Loop(Protocol):
    """What the pool needs of a loop; asyncio's loops have it."""

    def time(self) -> float:
        """Seconds on a clock that never goes back."""

    def add_reader(self, fd: int, callback: Callable[[], object], /) -> object:
        """The callback is called whenever the descriptor can be read."""

    def remove_reader(self, fd: int, /) -> object:
        """It is called no more."""

    def call_later(self, delay: float, callback: Callable[[], object], /) -> object:
        """The callback is called once, so many seconds from now."""


class SelectorLoop:
    """The smallest loop: whoever owns it turns it by `run_once`."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()

    def time(self) -> float:
        """Seconds on a clock that never goes back."""
        return monotonic_s()

    def add_reader(self, fd: int, callback: Callable[[], object], /) -> None:
        """See Loop."""
        self._selector.register(fd, selectors.EVENT_READ, callback)

    def remove_reader(self, fd: int, /) -> None:
        """See Loop."""
        self._selector.unregister(fd)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> None:
        """See Loop."""
        heapq.heappush(self._timers, (self.time() + delay, next(self._order), callback))

    def run_once(self, timeout_s: float | None = None) -> None:
        """Waits until something can be done, at most so long, and does it."""
        if self._timers:
            until = max(0.0, self._timers[0][0] - self.time())
            timeout_s = until if timeout_s is None else min(until, timeout_s)
        for key, _ in self._selector.select(timeout_s):
            # A callback before this one may have removed it, and another have taken its number.
            if self._selector.get_map().get(key.fd) is key:
                key.data()
        while self._timers and self._timers[0][0] <= self.time():
            heapq.heappop(self._timers)[2]()

    def close(self) -> None:
        """Its own descriptor is given back."""
        self._selector.close()
