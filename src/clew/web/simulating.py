"""One simulation at a time, in a process of its own that yields to all others; each person's last result stays."""

import multiprocessing
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection

from clew.errors import ClewError, InputError, UnavailableError
from clew.ground.clock import Clock
from clew.pipelines.simulating import Simulated, Simulation, run_simulation
from clew.records.identifiers import UserId
from clew.web import log

# Some four seconds a million on an idle machine; who needs more runs the command on a machine of their own.
MOST_REPORTS = 6_000_000
_KEPT = 50
_NICE = 10
# Threads would keep the interpreter from serving; a spawned process holds nothing of the service.
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Run:
    """A simulation that somebody asked for, under way or done.

    Attributes:
        result: what came of it; None as long as it is under way, or when it failed.
        failure: why there is no result; "" as long as it is under way, or when there is one.
    """

    asked: Simulation
    began_at: datetime
    result: Simulated | None = None
    failure: str = ""

    @property
    def under_way(self) -> bool:
        """Whether there is no result yet."""
        return self.result is None and not self.failure


class Simulating:
    """The last simulation of each person, in this process of the service."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runs: OrderedDict[UserId, Run] = OrderedDict()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: multiprocessing.process.BaseProcess | None = None

    def last(self, who: UserId) -> Run | None:
        """What the person asked for last."""
        return self._runs.get(who)

    def begin(self, who: UserId, asked: Simulation) -> Run:
        """The simulation is under way.

        Raises:
            InputError: it is larger than a page's may be.
            UnavailableError: another is under way.
        """
        if asked.reports > MOST_REPORTS:
            raise InputError(
                f"{asked.reports:,} reports would be gone through, over all orders and tries; this page takes "
                f"{MOST_REPORTS:,}. Give fewer days or no target, or run `clew queue --simulate`"
            )
        with self._lock:
            if any(each.under_way for each in self._runs.values()):
                raise UnavailableError("a simulation is under way, and there is one at a time; try again in a minute")
            run = self._runs[who] = Run(asked=asked, began_at=self._clock())
            self._runs.move_to_end(who)
            if len(self._runs) > _KEPT:
                self._runs.popitem(last=False)
            here, there = _CONTEXT.Pipe(duplex=False)
            self._process = _CONTEXT.Process(target=_work, args=(there, asked), name="simulation", daemon=True)
            self._process.start()
            there.close()  # so that its end is seen when it dies
            self._thread = threading.Thread(target=_wait, args=(here, run), name="simulation", daemon=True)
            self._thread.start()
        return run

    def close(self) -> None:
        """Nothing is reckoned any more."""
        if self._process is not None:
            self._process.terminate()
        if self._thread is not None:
            self._thread.join()


def _work(pipe: Connection, asked: Simulation) -> None:
    """In the process: the result, or the words of why there is none, goes back."""
    os.nice(_NICE)
    try:
        pipe.send(run_simulation(asked))
    except ClewError as error:
        pipe.send(str(error))


def _wait(pipe: Connection, run: Run) -> None:
    try:
        told = pipe.recv()
    except EOFError:
        log.say("error", "a simulation ended without a result")
        run.failure = "it ended without a result: the service was stopped, or memory was short"
        return
    if isinstance(told, str):
        run.failure = told
    else:
        run.result = told
