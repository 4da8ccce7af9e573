"""A desk at work through simulated time: people come and go by the hour, each takes what the queue's own code gives.

It holds no rule: `clew.triage.queue.take` chooses, from whatever line it is given. With the memory line that is the
simulator; with the line over SQL it is the production queue, driven by a simulated clock.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from clew.records.triage import Turns, Why
from clew.triage.arrivals import HOUR_US, Arrivals
from clew.triage.queue import Line, Rule, take

NEVER_US = np.iinfo(np.int64).max


class Entrance(Line[int], Protocol):
    """A line into which the desk lets simulated reports, by their number."""

    def enter(self, number: int, *, override: bool, score: float, arrived_us: int, drawn: bool) -> None:
        """The report of this number waits."""


@dataclass(frozen=True, slots=True)
class Worked:
    """When a look at each report began, in the order of arrival: int64 microseconds, `NEVER_US` where none did."""

    begun_us: npt.NDArray[np.int64]
    why: tuple[tuple[int, Why], ...]

    def waited_us(self, reports: Arrivals) -> npt.NDArray[np.int64]:
        """How long each report waited; `NEVER_US` where nobody came."""
        never = self.begun_us == NEVER_US
        return np.where(never, NEVER_US, self.begun_us - reports.at_us)


def work(
    reports: Arrivals,
    staff: Sequence[int],
    line: Entrance,
    rule: Rule,
    *,
    drawn: npt.NDArray[np.bool_] | None = None,
    clock: Callable[[int], None] | None = None,
) -> Worked:
    """What a desk does with these reports until their time is over.

    Somebody whose hours end finishes what they hold and takes nothing more. Cost: O(log n) a report of n that wait.

    Args:
        staff: people at work in each hour of the day, or one number for all.
        line: empty; the memory line or the one of production.
        drawn: which reports a lot drew for the audit; none, unless said.
        clock: told the moment, in microseconds since the beginning, before each thing that happens in it.
    """
    marks = [False] * len(reports) if drawn is None else drawn.tolist()
    waiting = zip(
        reports.at_us.tolist(),
        reports.override.tolist(),
        reports.score.tolist(),
        marks,
        range(len(reports)),
        strict=True,
    )
    services = reports.service_us.tolist()
    begun = np.full(len(reports), NEVER_US, dtype=np.int64)
    why: list[tuple[int, Why]] = []
    turns = Turns()
    free = [(_on_duty(0, seat, staff), seat) for seat in range(max(staff))]
    heapq.heapify(free)
    coming = next(waiting, None)
    now_us = 0
    while (now_us := max(now_us, free[0][0])) < reports.until_us:
        # Who is idle keeps the moment at which that began, and is not called at each arrival: a large desk would take
        # longer to do nothing than a small one to work.
        seat = free[0][1]
        if (ready_us := _on_duty(now_us, seat, staff)) > now_us:
            heapq.heapreplace(free, (ready_us, seat))
            continue
        if clock is not None:
            clock(now_us)
        while coming is not None and coming[0] <= now_us:
            at_us, override, score, mark, number = coming
            line.enter(number, override=override, score=score, arrived_us=at_us, drawn=mark)
            coming = next(waiting, None)
        choice = take(line, turns, rule, now_us)
        if choice is None:
            if coming is None:
                break
            now_us = coming[0]
            continue
        turns = choice.turns
        begun[choice.place] = now_us
        if choice.why is not Why.SCORE:
            why.append((choice.place, choice.why))
        heapq.heapreplace(free, (now_us + services[choice.place], seat))
    return Worked(begun, tuple(why))


def _on_duty(at_us: int, seat: int, staff: Sequence[int]) -> int:
    """The first moment from then on at which this seat is taken by somebody at work."""
    hour = at_us // HOUR_US
    if staff[hour % len(staff)] > seat:
        return at_us
    while staff[hour % len(staff)] <= seat:
        hour += 1
    return hour * HOUR_US
