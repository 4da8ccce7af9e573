"""The pool: files in, signals out, whatever the bytes do to the worker that decodes them.

One thread owns a pool: an asyncio loop's in the service, the command's own otherwise (see `clew.intake.selecting`). It
waits for nothing itself; everything happens when a socket can be read or a timer ends.
"""

import functools
import itertools
import os
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.errors import InputError, UnavailableError
from clew.intake.look import VIEW
from clew.intake.receive import Holding, release
from clew.intake.selecting import Loop
from clew.intake.wire import Answer, Request, Spent, Wanted
from clew.intake.zygote import Done, Job, Outcome, Worker, Zygote
from clew.kernels.sandbox import Confinement
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason, Unhashable

# How often the watchdog looks; a file may take so much longer than the limit.
_TICK_SECONDS = 0.1
# What waits behind a file that takes longer than this is given to another worker.
_PATIENCE_SECONDS = 0.3
# Reading a large file may take longer than decoding a picture: as slowly as a tired network disk.
_SLOWEST_BYTES_A_SECOND = 8 << 20
# A zygote imports the libraries first; on a busy machine that may take some seconds.
_START_SECONDS = 60.0
# A file is begun at most so often: once more when a worker ended under it through no fault of its own.
_MOST_TRIES = 2
_MOST_FAILED_STARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """How a pool works.

    Attributes:
        workers: processes.
        seconds: longest time for one file, and a second more for every 8 MiB of it.
        files_each: a worker is replaced after so many.
        ahead: files that a worker holds at once, one of them in work: above 1 it never waits for the pool.
        queue: files waiting at most; `submit` refuses more.
    """

    workers: int
    seconds: float
    files_each: int
    ahead: int = 1
    queue: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """A pool at one moment, for metrics and the doctor.

    Attributes:
        ready: workers that take files.
        waiting: files in the queue.
        in_hand: files at the workers.
        done: files since the start; replaced: workers that were killed, crashed or ended their term.
        confinement: what holds the workers; None before the first is ready.
    """

    ready: int
    waiting: int
    in_hand: int
    done: int
    replaced: int
    confinement: Confinement | None


class DecodePool:
    """Persistent workers over one loop.

    Args:
        loop: calls back when a descriptor can be read; all methods are called on its thread.
        command: starts a zygote (see `clew.pipelines.decode_worker`).
        widths: bytes of each signal type's values; an answer with others is not believed.
    """

    def __init__(
        self, loop: Loop, command: Sequence[str], limits: PoolLimits, widths: Mapping[SignalType, int]
    ) -> None:
        self._loop = loop
        self._widths = widths
        self._command = list(command)
        self._limits = limits
        self._waiting: deque[Job] = deque()
        self._workers: dict[int, Worker] = {}
        self._numbers = itertools.count(1)
        self._done = self._replaced = self._failed_starts = 0
        self._confinement: Confinement | None = None
        self._ticking = False
        self._none_since = loop.time()  # when there last was a worker
        self._ended: UnavailableError | None = None
        self._zygote = self._start()

    # ---- what its owner calls

    def submit(
        self, content: Holding, types: Sequence[SignalType], done: Done, *, dihedral: bool = False, size_bytes: int = 0
    ) -> None:
        """The file will be hashed and `done` called with the outcome.

        Args:
            content: a descriptor open for reading, which the pool closes, also when it refuses; or the bytes of a
                small file, at most `wire.MOST_BYTES_INSIDE`.
            types: signal types wanted.
            dihedral: eight forms of each frame.
            size_bytes: gives a large file the time that reading it takes.
        Raises:
            UnavailableError: the queue is full or the pool has ended.
        """
        self._wait(Request(next(self._numbers), tuple(types), dihedral), content, done, size_bytes)

    def submit_look(self, descriptor: int, wanted: Wanted, done: Done, *, size_bytes: int) -> None:
        """As `submit`, for a picture instead of signals; a refusal is said under the type `VIEW`."""
        self._wait(Request(next(self._numbers), (VIEW,), wanted=wanted), descriptor, done, size_bytes)

    def _wait(self, request: Request, content: Holding, done: Done, size_bytes: int) -> None:
        refusal = self._ended
        if len(self._waiting) >= self._limits.queue:
            refusal = UnavailableError(f"{len(self._waiting)} files wait for a decode worker; try again in a moment")
        if refusal is not None:
            release(content)
            raise refusal
        self._waiting.append(Job(request, content, size_bytes, done))
        self._dispatch()

    @property
    def state(self) -> PoolState:
        """How it stands."""
        return PoolState(
            ready=sum(worker.ready for worker in self._workers.values()),
            waiting=len(self._waiting),
            in_hand=sum(len(worker.in_hand) for worker in self._workers.values()),
            done=self._done,
            replaced=self._replaced,
            confinement=self._confinement,
        )

    @property
    def under_way(self) -> int:
        """Files waiting and at the workers; asked for each upload."""
        return len(self._waiting) + sum(len(worker.in_hand) for worker in self._workers.values())

    def close(self) -> None:
        """All processes have ended; files not yet done are given back as unavailable."""
        self._give_up(UnavailableError("the decode workers are being stopped"))

    # ---- starting and ending processes

    def _start(self) -> Zygote:
        zygote = Zygote(self._command)
        self._zygote = zygote
        self._loop.add_reader(zygote.control.fileno(), self._on_zygote)
        self._add_workers()
        return zygote

    def _add_workers(self) -> None:
        """As many as there are to be, or as the system gives; the watchdog asks for the rest."""
        self._tick_soon()
        while len(self._workers) < self._limits.workers:
            try:
                worker = self._zygote.fork(next(self._numbers), self._loop.time())
            except OSError:
                return  # no descriptor is left, or the zygote has ended and _on_zygote is about to start another
            self._workers[worker.number] = worker
            self._loop.add_reader(worker.files.fileno(), functools.partial(self._on_worker, worker))

    def _remove(self, worker: Worker) -> None:
        self._loop.remove_reader(worker.files.fileno())
        worker.end()
        del self._workers[worker.number]
        self._replaced += 1

    def _on_zygote(self) -> None:
        try:
            received = self._zygote.receive()
        except BlockingIOError:
            return
        if received is None:
            self._zygote_ended()
            return
        number, process = received
        worker = self._workers.get(number)
        if worker is None:
            if process is not None:
                os.close(process)
        elif process is None:
            # Nobody could kill it, so it has been given nothing: it ends as its socket closes.
            self._remove(worker)
            self._tick_soon()
        else:
            worker.process = process
            self._dispatch()

    def _zygote_ended(self) -> None:
        """It is started anew; files that its workers had in hand are begun again."""
        self._failed_starts += 0 if self._zygote.ready else 1
        self._loop.remove_reader(self._zygote.control.fileno())
        self._zygote.end()
        for worker in list(self._workers.values()):
            self._remove(worker)
            self._take_back(worker)
        if self._failed_starts >= _MOST_FAILED_STARTS:
            self._give_up(UnavailableError("decode workers end before they are ready; see: clew doctor"))
            return
        self._start_again()

    def _start_again(self) -> None:
        """A zygote, where there is none; the watchdog tries again when the system has nothing to give for now."""
        try:
            self._start()
        except UnavailableError as error:
            self._give_back(error)
            self._tick_soon()

    def _give_back(self, why: UnavailableError) -> None:
        """Nobody can say when there will be workers again: whoever waits for them need not."""
        waiting, self._waiting = self._waiting, deque()
        for job in waiting:
            if not job.finished:
                job.finish(why)

    def _give_up(self, why: UnavailableError) -> None:
        if self._ended is not None:
            return
        self._ended = why
        left = list(self._waiting)
        self._waiting.clear()
        for worker in list(self._workers.values()):
            self._remove(worker)
            left += worker.in_hand
        if self._zygote.control.fileno() >= 0:
            self._loop.remove_reader(self._zygote.control.fileno())
            self._zygote.end()
        for job in left:
            if not job.finished:
                job.finish(why)

    # ---- files

    def _dispatch(self) -> None:
        """Waiting files go to workers with free hands, to the emptiest first."""
        if not self._waiting:
            return
        for depth in range(self._limits.ahead):
            for worker in list(self._workers.values()):
                if not worker.ready or worker.retiring or len(worker.in_hand) > depth:
                    continue
                job = self._next_for(worker)
                if job is None:
                    if not self._waiting:
                        return
                    continue
                try:
                    worker.send(job, self._loop.time())
                except ConnectionError:
                    # It has ended; what it answered before that is still to be read, then _on_worker replaces it.
                    self._waiting.appendleft(job)
                    worker.retiring = True
                except OSError:
                    # Its socket is full, or too many descriptors are under way in the system: the watchdog tries again.
                    self._waiting.appendleft(job)
                    self._tick_soon()
                    return
                else:
                    self._tick_soon()

    def _next_for(self, worker: Worker) -> Job | None:
        """The first that waits and that this worker does not have in hand already, taken out."""
        passed: list[Job] = []
        found = None
        while self._waiting and found is None:
            job = self._waiting.popleft()
            if job.finished:
                continue
            if job in worker.in_hand:
                passed.append(job)
            else:
                found = job
        self._waiting.extendleft(reversed(passed))
        return found

    def _on_worker(self, worker: Worker) -> None:
        """One word of a worker."""
        try:
            said = worker.receive(self._widths)
        except BlockingIOError:
            return
        except InputError:
            self._worker_ended(worker, Reason.CRASHED)
            return
        if said is None:
            if self._zygote.has_ended():
                self._zygote_ended()
            else:
                self._worker_ended(worker, Reason.CRASHED)
        elif isinstance(said, Confinement):
            self._confinement = said
            self._failed_starts = 0
            self._dispatch()
        else:
            self._answered(worker, said)

    def _answered(self, worker: Worker, answer: Answer) -> None:
        job = worker.in_hand.popleft()
        worker.since = self._loop.time()
        worker.served += 1
        spent = any(each.reason is Reason.TOO_MUCH_MEMORY for each in answer.hashed.unhashable)
        if worker.served >= self._limits.files_each or spent:
            worker.retiring = True
        if worker.retiring and not worker.in_hand:
            self._remove(worker)
            self._add_workers()
        if not job.finished:
            self._finish(job, Outcome(answer.hashed, answer.spent, answer.picture, answer.fields))
        self._dispatch()

    def _finish(self, job: Job, outcome: Outcome) -> None:
        self._done += 1
        job.finish(outcome)

    def _worker_ended(self, worker: Worker, reason: Reason) -> None:
        """Another takes its place. Its first file has the blame, and still gets its digests; the others go on."""
        self._remove(worker)
        left = self._left(worker)
        blamed = left.pop(0) if left and left[0] is worker.in_hand[0] else None
        self._waiting.extendleft(reversed(left))
        if blamed is not None:
            self._without_decoding(blamed, reason)
        if not worker.ready:
            self._failed_starts += 1
        if self._failed_starts >= _MOST_FAILED_STARTS:
            self._give_up(UnavailableError("decode workers end before they are ready; see: clew doctor"))
            return
        self._add_workers()
        self._dispatch()

    def _left(self, worker: Worker) -> list[Job]:
        """What it has in hand that is neither finished nor waiting nor at another worker, in its order."""
        others = [each for each in self._workers.values() if each is not worker]
        return [
            job
            for job in worker.in_hand
            if not job.finished and job not in self._waiting and not any(job in each.in_hand for each in others)
        ]

    def _without_decoding(self, job: Job, reason: Reason) -> None:
        # Even reading it ended a worker; and without decoding there is no picture.
        if job.request.undecoded is not None or job.request.wanted is not None:
            self._finish(job, Outcome(_nothing(job, reason), Spent()))
            return
        number, types, dihedral = job.request.number, job.request.types, job.request.dihedral
        job.request = Request(number, types, dihedral, undecoded=reason)
        self._waiting.appendleft(job)

    def _take_back(self, worker: Worker) -> None:
        """Its files wait again, in their order, but for one that has been begun too often."""
        for job in reversed(self._left(worker)):
            if job is worker.in_hand[0]:
                job.tries += 1
            if job.tries >= _MOST_TRIES:
                self._without_decoding(job, Reason.CRASHED)
            else:
                self._waiting.appendleft(job)

    # ---- the watchdog

    def _tick_soon(self) -> None:
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(_TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Workers over their time are killed, missing ones asked for; it goes on as long as anything is under way."""
        self._ticking = False
        if self._ended is not None:
            return
        now = self._loop.time()
        for worker in list(self._workers.values()):
            if worker.number not in self._workers:
                continue
            if now - worker.since > self._allowed_s(worker):
                self._worker_ended(worker, Reason.TOO_SLOW)
            elif len(worker.in_hand) > 1 and now - worker.since > _PATIENCE_SECONDS:
                self._lend(worker)
        if self._ended is None:
            self._fill_up()

    def _fill_up(self) -> None:
        """What is missing is asked for."""
        if self._zygote.control.fileno() < 0:
            self._start_again()
        elif len(self._workers) < self._limits.workers:
            self._add_workers()
        if self._workers:
            self._none_since = self._loop.time()
        elif self._loop.time() - self._none_since > _START_SECONDS:
            self._give_back(UnavailableError("no decode worker can be had: the system gives no more descriptors"))
        self._dispatch()
        missing = len(self._workers) < self._limits.workers
        if missing or any(worker.in_hand or not worker.ready for worker in self._workers.values()):
            self._tick_soon()

    def _lend(self, worker: Worker) -> None:
        """What waits behind the file that it is at is for others too: whoever answers first has done it."""
        at = worker.in_hand[0]
        self._waiting.extendleft(reversed([job for job in self._left(worker) if job is not at]))

    def _allowed_s(self, worker: Worker) -> float:
        if not worker.ready:
            return _START_SECONDS
        if not worker.in_hand:
            return float("inf")
        return self._limits.seconds + worker.in_hand[0].size_bytes / _SLOWEST_BYTES_A_SECOND


def _nothing(job: Job, reason: Reason) -> Hashed:
    missing = (Unhashable(type=each, reason=reason, detail="no worker could read it") for each in job.request.types)
    return Hashed(size_bytes=job.size_bytes, media_type=None, unhashable=tuple(missing))
