"""Small questions that come in while a round is under way are answered together by the next: one search, one record.

Under load this takes away most of the work that is the same for each; alone, a question waits for nothing. A round
begins when the one before is durable, and waits a little only for questions that are known to be on their way.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from clew.pipelines.uploads import Answer, Content
from clew.records.identifiers import ListName
from clew.records.match import Channel

Asked = tuple[Channel, tuple[ListName, ...]]
Work = Callable[[Sequence[Content], Channel, Sequence[ListName]], tuple[list[Answer], Future[None]]]


@dataclass(slots=True)
class _Round:
    """What gathers for one channel and the same lists."""

    asked: Asked
    signals: int = 0
    contents: list[Content] = field(default_factory=list)
    waiting: list[tuple[int, asyncio.Future[list[Answer]]]] = field(default_factory=list)


class Rounds:
    """Answers small questions on the event loop.

    Args:
        work: screens contents; called on the loop, so it must be quick.
        most_signals: of one round; what comes beyond makes another.
        gather_s: how long a round waits for others while `expecting` says that more are to come.
    """

    def __init__(
        self,
        work: Work,
        most_signals: int,
        *,
        gather_s: float = 0.0,
        expecting: Callable[[], bool] = lambda: False,
    ) -> None:
        self._work = work
        self._most_signals = most_signals
        self._gather_s = gather_s
        self._expecting = expecting
        self._gathering: deque[_Round] = deque()
        self._busy = False

    async def ask(self, contents: Sequence[Content], signals: int, asked: Asked) -> list[Answer]:
        """The answers, durable."""
        loop = asyncio.get_running_loop()
        current = next((each for each in self._gathering if self._fits(each, signals, asked)), None)
        if current is None:
            current = _Round(asked)
            self._gathering.append(current)
        answered: asyncio.Future[list[Answer]] = loop.create_future()
        current.signals += signals
        current.contents.extend(contents)
        current.waiting.append((len(contents), answered))
        if not self._busy:
            self._busy = True
            self._begin_soon(loop)
        return await answered

    def _fits(self, current: _Round, signals: int, asked: Asked) -> bool:
        return current.asked == asked and current.signals + signals <= self._most_signals

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        current = self._gathering.popleft()
        try:
            answers, durable = self._work(current.contents, *current.asked)
        except Exception as error:  # noqa: BLE001  (each who waits gets it, and the gate translates it)
            _fail(current, error)
            self._next(loop)
            return

        def settle() -> None:
            _settle(current, answers, durable)
            self._next(loop)

        # Called on the store's thread: one call over to the loop for all who wait.
        durable.add_done_callback(lambda _: loop.call_soon_threadsafe(settle))

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._gathering:
            self._begin_soon(loop)
        else:
            self._busy = False

    def _begin_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Not at once: what else has come in with this turn of the loop joins."""
        if self._expecting():
            loop.call_later(self._gather_s, self._begin, loop)
        else:
            loop.call_soon(self._begin, loop)


def _settle(current: _Round, answers: list[Answer], done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        _fail(current, error)
        return
    start = 0
    for count, answered in current.waiting:
        if not answered.done():  # else whoever asked was cancelled
            answered.set_result(answers[start : start + count])
        start += count


def _fail(current: _Round, error: BaseException) -> None:
    for _, answered in current.waiting:
        if not answered.done():
            answered.set_exception(error)
