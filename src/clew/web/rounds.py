"""Small questions that come in while a round is under way are answered together by the next: one search, one record.

Under load this takes away most of the work that is the same for each; alone, a question waits for nothing. A round
begins when the one before is durable, and waits a little only for questions that are known to be on their way.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

from clew.pipelines.uploads import Answer, Content
from clew.records.identifiers import ListName
from clew.records.match import Channel
from clew.web.overdue import Overdue

# A search for one signal takes some 20 us: few of them, less than the way to a thread and back. More would hold
# requests up.
IN_THE_LOOP = 64

# Longer than any search and commit of a database that does its work; callers give up at about the same time.
RECORD_S = 10.0
TOO_LONG = "the database takes too long; nothing is acknowledged, send it again"

# What all of a round ask for: a channel, lists, and how many matches each content's answer may bear.
Asked = tuple[Channel, tuple[ListName, ...], int]
Recorded = tuple[list[Answer], Future[None]]
Work = Callable[[Sequence[Content], Channel, Sequence[ListName], int], Recorded]
WorkHere = Callable[[Sequence[Content], Channel, Sequence[ListName], int], Recorded | None]


@dataclass(slots=True)
class _Round:
    """What gathers for one channel and the same lists."""

    asked: Asked
    signals: int = 0
    contents: list[Content] = field(default_factory=list)
    waiting: list[tuple[int, asyncio.Future[list[Answer]]]] = field(default_factory=list)


class Rounds:
    """Answers small questions in rounds.

    Args:
        work: screens contents.
        work_here: the same on the event loop; None where that would have to wait for the database.
        most_signals: of one round; what comes beyond makes another.
        threads: where rounds larger than `IN_THE_LOOP` signals are worked on.
        gather_s: how long a round waits at most, while more contents are on their way, as `expecting` says, than have
            gathered; beyond that those who ask would only wait for one another.
    """

    def __init__(
        self,
        work: Work,
        work_here: WorkHere,
        most_signals: int,
        threads: Executor,
        *,
        gather_s: float = 0.0,
        expecting: Callable[[], int] = lambda: 0,
    ) -> None:
        self._work = work
        self._work_here = work_here
        self._most_signals = most_signals
        self._threads = threads
        self._gather_s = gather_s
        self._expecting = expecting
        self._gathering: deque[_Round] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._overdue = Overdue()

    async def ask(self, contents: Sequence[Content], signals: int, asked: Asked) -> list[Answer]:
        """The answers, durable; UnavailableError when that takes too long."""
        loop = asyncio.get_running_loop()
        current = next((each for each in self._gathering if self._fits(each, signals, asked)), None)
        if current is None:
            current = _Round(asked)
            self._gathering.append(current)
        answered: asyncio.Future[list[Answer]] = loop.create_future()
        self._overdue.watch(answered, RECORD_S, TOO_LONG)
        current.signals += signals
        current.contents.extend(contents)
        current.waiting.append((len(contents), answered))
        if not self._busy:
            self._busy = True
            self._begin_soon(loop)
        elif self._timer is not None and not self._worth_waiting():
            self._timer.cancel()
            self._begin(loop)
        return await answered

    def _fits(self, current: _Round, signals: int, asked: Asked) -> bool:
        return current.asked == asked and current.signals + signals <= self._most_signals

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        current = self._gathering.popleft()
        if all(answered.done() for _, answered in current.waiting):  # they waited too long; each has been told so
            self._next(loop)
            return
        try:
            recorded = self._work_here(current.contents, *current.asked) if current.signals <= IN_THE_LOOP else None
        except Exception as error:  # noqa: BLE001  (each who waits gets it, and the gate translates it)
            self._fail(current, loop, error)
            return
        if recorded is not None:
            self._record(current, loop, *recorded)
            return
        apart = loop.run_in_executor(self._threads, lambda: self._work(current.contents, *current.asked))
        apart.add_done_callback(lambda done: self._took(current, loop, done))

    def _took(self, current: _Round, loop: asyncio.AbstractEventLoop, done: asyncio.Future[Recorded]) -> None:
        error = done.exception()
        if error is None:
            self._record(current, loop, *done.result())
        else:
            self._fail(current, loop, error)

    def _record(
        self, current: _Round, loop: asyncio.AbstractEventLoop, answers: list[Answer], durable: Future[None]
    ) -> None:
        # It is told of the future and does not hold it: each would keep the other, and with them the whole round,
        # until somebody looks for garbage, which holds every request up.
        def settle(done: Future[None]) -> None:
            error = done.exception()
            if error is not None:
                self._fail(current, loop, error)
                return
            _give(current, answers)
            self._next(loop)

        # Called on the store's thread: one call over to the loop for all who wait.
        durable.add_done_callback(lambda done: loop.call_soon_threadsafe(settle, done))

    def _fail(self, current: _Round, loop: asyncio.AbstractEventLoop, error: BaseException) -> None:
        for _, answered in current.waiting:
            if not answered.done():
                answered.set_exception(error)
        self._next(loop)

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._gathering:
            self._begin_soon(loop)
        else:
            self._busy = False

    def _begin_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Not at once: what else has come in with this turn of the loop joins."""
        if self._worth_waiting():
            self._timer = loop.call_later(self._gather_s, self._begin, loop)
        else:
            loop.call_soon(self._begin, loop)

    def _worth_waiting(self) -> bool:
        return self._expecting() > sum(len(each.contents) for each in self._gathering)


def _give(current: _Round, answers: list[Answer]) -> None:
    """Each who waits has the answers to its own contents."""
    start = 0
    for count, answered in current.waiting:
        if not answered.done():  # else whoever asked was cancelled
            answered.set_result(answers[start : start + count])
        start += count
