"""The one thread that writes: works that arrive while a commit is under way share the next one."""

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection

from clew.errors import DamagedError, UnavailableError
from clew.ground.clock import monotonic_s
from clew.parts.stores.base import UnitOfWork
from clew.parts.stores.sql.audit_log import write_audit
from clew.parts.stores.sql.counting import write_counts
from clew.parts.stores.sql.database import Database
from clew.parts.stores.sql.unit import SqlUnitOfWork
from clew.parts.stores.sql.values import Value
from clew.records.screening import CountKey

T = TypeVar("T")

# No work waits longer than this for others of its commit, beyond the one that is under way.
_GROUP_S = 0.05
_GROUP_WORKS = 512
# After a transaction longer than this the writer lets other processes in.
_LONG_S = 0.02
# A transaction that lost a race against another process is run so often before its works fail.
_ATTEMPTS = 5
# Who asks for readiness is told of works that have waited longer than this; a bulk import lets others in sooner.
_PATIENCE_S = 5.0
# While works keep coming the connection stays in hand: taking it from the pool and giving it back is a large share of
# what a small commit costs in Python. Idle for so long, the writer lets go.
_IDLE_S = 0.1
# A failed commit is told so long unless a later one succeeds: then somebody has to try again, or nobody would.
_FAILURE_S = 30.0


class Writer:
    """Runs works in transactions, several to a commit, in the order in which they came.

    Args:
        now_s: seconds on a clock that never goes back.
    """

    def __init__(self, database: Database, now_s: Callable[[], float] = monotonic_s) -> None:
        self._database = database
        self._now_s = now_s
        self._oldest_since_s: float | None = None  # when the oldest work in hand was submitted
        self._failed: tuple[float, str] | None = None  # when and why the last commit failed
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._connection: Connection | None = None  # the writer thread's, in no transaction between two commits
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, work: Callable[[UnitOfWork], T]) -> Future[T]:
        """The work waits for its turn; its future resolves once the commit is durable."""
        job = _Job(work, self._now_s())
        with self._lock:
            if self._closed:
                raise UnavailableError(f"{self._database.place} is closed: this process is stopping")
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="clew-writer", daemon=True)
                self._thread.start()
            elif self._thread is threading.current_thread():
                raise RuntimeError("a work submits another one and would wait for itself; use its own unit of work")
            self._waiting.put(job)
        return job.future

    def check(self) -> None:
        """UnavailableError when a work has waited long for its commit, or the last commit has just failed."""
        oldest, failed, now = self._oldest_since_s, self._failed, self._now_s()
        if oldest is not None and now - oldest > _PATIENCE_S:
            raise UnavailableError(
                f"{self._database.place} has kept a change waiting for {now - oldest:.0f} s: another process writes, "
                "or the disk is slow; see what else uses the database"
            )
        if failed is not None and now - failed[0] < _FAILURE_S:
            raise UnavailableError(f"the last change was not stored: {failed[1]}")

    def close(self) -> None:
        """What was submitted is done, and nothing more is taken."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
            self._waiting.put(None)
        if thread is not None:
            thread.join()

    def _serve(self) -> None:
        going_on = True
        while going_on:
            jobs: deque[_Waiting] = deque()
            going_on = self._gather(jobs)
            while jobs:
                began = time.monotonic()
                self._commit_some(jobs)
                if self._database.yield_s and time.monotonic() - began > _LONG_S:
                    time.sleep(self._database.yield_s)
        self._let_go()

    def _gather(self, jobs: deque["_Waiting"]) -> bool:
        """Wait for a job and take with it all that wait; whether the thread is to go on."""
        try:
            job = self._waiting.get(timeout=_IDLE_S if self._connection is not None else None)
        except queue.Empty:
            self._let_go()
            job = self._waiting.get()
        while job is not None:
            if job.start():
                jobs.append(job)
            if len(jobs) == _GROUP_WORKS or self._waiting.empty():
                return True
            job = self._waiting.get()
        return False

    def _commit_some(self, jobs: deque["_Waiting"]) -> None:
        """Jobs from the head are done in one transaction and told so; if it fails, all are told."""
        self._oldest_since_s = jobs[0].since_s
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                outcomes = self._transaction(jobs)
                self._failed = None
            except BaseException as error:  # noqa: BLE001  (whatever it is, somebody waits for it)
                if attempts_left and self._database.lost_a_race(error):
                    continue
                explained = self._explained(error)
                if isinstance(explained, (UnavailableError, DamagedError)):
                    self._failed = (self._now_s(), str(explained))
                outcomes = [explained] * len(jobs)
            break
        # Before anybody is told, who might ask at once.
        self._oldest_since_s = jobs[len(outcomes)].since_s if len(outcomes) < len(jobs) else None
        for outcome in outcomes:
            jobs.popleft().finish(outcome)

    def _transaction(self, jobs: Sequence["_Waiting"]) -> list[BaseException | None]:
        """What became of each job that was run; when this returns, all that went well is durable."""
        outcomes: list[BaseException | None] = []
        counted: Counter[CountKey] = Counter()
        audited: list[tuple[Value, ...]] = []
        deadline = time.monotonic() + _GROUP_S
        self._demand_in_place()
        with self._begun() as connection:
            for job in jobs:
                unit = SqlUnitOfWork(connection, self._database, counted)
                if len(jobs) == 1:
                    job.run(unit)
                    outcomes.append(None)
                else:
                    outcomes.append(self._run_apart(connection, job, unit))
                if outcomes[-1] is None:
                    counted.update(unit.counted)
                    audited += unit.audited
                if time.monotonic() > deadline:
                    break
            write_audit(connection, self._database, audited)
            write_counts(connection, self._database, counted)
            self._demand_transaction(connection)
        # Again, before anybody is told: a removed file takes every commit, and the next start does not find it.
        self._demand_in_place(committed=True)
        return outcomes

    def _demand_in_place(self, *, committed: bool = False) -> None:
        try:
            self._database.demand_in_place(committed=committed)
        except UnavailableError:
            self._let_go()
            with suppress(Exception):  # what is wrong is told already
                self._database.rescue()
            raise

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction, which ends with the block: committed, or undone by an error."""
        if self._connection is None:
            self._connection = self._database.writing.connect()
        try:
            with self._connection.begin():
                yield self._connection
        except BaseException:
            self._let_go()  # the pool knows whether a connection still serves after an error
            raise

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run_apart(self, connection: Connection, job: "_Waiting", unit: SqlUnitOfWork) -> BaseException | None:
        """Run one job in a savepoint: its error, after its changes and no others were undone."""
        connection.exec_driver_sql("SAVEPOINT work")
        try:
            job.run(unit)
            self._demand_transaction(connection)
        except BaseException as error:
            # Without its transaction the savepoint is gone too, and with it what the others did.
            if self._database.lost_a_race(error) or not self._database.holds_transaction(connection):
                raise
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
            connection.exec_driver_sql("RELEASE SAVEPOINT work")
            return self._explained(error)
        connection.exec_driver_sql("RELEASE SAVEPOINT work")
        return None

    def _demand_transaction(self, connection: Connection) -> None:
        if not self._database.holds_transaction(connection):
            raise UnavailableError(
                f"{self._database.place} ended a transaction on its own, and nothing of it is stored; "
                "look for a full or failing disk, then try again"
            )

    def _explained(self, error: BaseException) -> BaseException:
        explained = self._database.explain(error)
        if explained is not error:
            explained.__cause__ = error
        return explained


class _Waiting(Protocol):
    """A job of whatever type, and when it was submitted."""

    since_s: float

    def start(self) -> bool: ...

    def run(self, unit: UnitOfWork) -> None: ...

    def finish(self, error: BaseException | None) -> None: ...


class _Job(Generic[T]):
    """A work and the future that somebody waits for."""

    def __init__(self, work: Callable[[UnitOfWork], T], since_s: float) -> None:
        self._work = work
        self.since_s = since_s
        self._results: list[T] = []
        self.future: Future[T] = Future()

    def start(self) -> bool:
        """Whether it is to be run: nobody has cancelled it, and nobody can from now on."""
        return self.future.set_running_or_notify_cancel()

    def run(self, unit: UnitOfWork) -> None:
        """The work is done, and its result kept until the commit."""
        self._results = [self._work(unit)]

    def finish(self, error: BaseException | None) -> None:
        """Whoever waits gets the result or the error."""
        if error is None:
            self.future.set_result(self._results[0])
        else:
            self.future.set_exception(error)
