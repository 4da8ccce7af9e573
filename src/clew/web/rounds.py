"""Small questions that come in within one turn of the event loop are answered by one search and one record.

Under load this takes most of the work that is the same for each off; alone, a question waits for nothing but the
end of the turn.
"""

import asyncio
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
    """What gathers in one turn for one channel and the same lists."""

    asked: Asked
    signals: int = 0
    contents: list[Content] = field(default_factory=list)
    waiting: list[tuple[int, asyncio.Future[list[Answer]]]] = field(default_factory=list)


class Rounds:
    """Answers small questions on the event loop.

    Args:
        work: screens contents; called on the loop, so it must be quick.
        most_signals: of one round; what comes beyond makes another.
    """

    def __init__(self, work: Work, most_signals: int) -> None:
        self._work = work
        self._most_signals = most_signals
        self._open: dict[Asked, _Round] = {}

    async def ask(self, contents: Sequence[Content], signals: int, asked: Asked) -> list[Answer]:
        """The answers, durable."""
        loop = asyncio.get_running_loop()
        current = self._open.get(asked)
        if current is None or current.signals + signals > self._most_signals:
            current = self._open[asked] = _Round(asked)
            loop.call_soon(self._answer, current, loop)
        answered: asyncio.Future[list[Answer]] = loop.create_future()
        current.signals += signals
        current.contents.extend(contents)
        current.waiting.append((len(contents), answered))
        return await answered

    def _answer(self, current: _Round, loop: asyncio.AbstractEventLoop) -> None:
        if self._open.get(current.asked) is current:
            del self._open[current.asked]
        try:
            answers, durable = self._work(current.contents, *current.asked)
        except Exception as error:  # noqa: BLE001  (each who waits gets it, and the gate translates it)
            _fail(current, error)
            return
        # Given back on the store's thread: one call over to the loop for all who wait.
        durable.add_done_callback(lambda done: loop.call_soon_threadsafe(_settle, current, answers, done))


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
