"""The outbox at work: take what is due, keep its lease alive while it is done, and give up nothing in silence."""

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

from clew.errors import ClewError, ConflictError, UnavailableError
from clew.ground.clock import Clock
from clew.ground.retries import latest_due, next_delay
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.outbox import Fence, Task, TaskState

# A worker that is killed leaves its task to others after this; one that lives renews it in time.
LEASE = timedelta(minutes=5)
_RENEW_S = 60.0
# After so many attempts a task whose handler knows no end of its own is dead.
_MOST_ATTEMPTS = 30
_KEPT = timedelta(days=90)
_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A task in the hands of this worker.

    Attributes:
        lost: set when its lease could not be renewed; then it may be another's.
    """

    task: Task
    lost: threading.Event

    @property
    def fence(self) -> Fence:
        """What shows that it is ours."""
        return Fence(task_id=self.task.id, token=self.task.token)

    def demand(self) -> None:
        """ConflictError when the lease is known to be lost."""
        if self.lost.is_set():
            raise ConflictError("the lease of this task was lost; another worker may have it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The task is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The task is to be tried again; `due_at` None leaves the delay to the outbox."""

    told: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """No later attempt would succeed; the handler has told somebody."""

    told: str


# What a handler says of a task; None when it has already ended it, in a transaction of its own.
Outcome = Done | Later | Dead | None
Handler = Callable[[Held], Outcome]


class Outbox:
    """Does tasks, one at a time.

    Args:
        handlers: by kind of task; tasks of other kinds are left to others.
        holder: names this worker.
    """

    def __init__(self, store: Store, clock: Clock, handlers: Mapping[str, Handler], holder: str) -> None:
        self._store = store
        self._clock = clock
        self._handlers = dict(handlers)
        self._holder = holder

    def work_once(self) -> bool:
        """One task that is due was done, or tried; False when none is due."""
        at = self._clock()
        kinds = sorted(self._handlers)
        task = self._store.transact(
            lambda unit: unit.take_task(kinds, self._holder, at, at + LEASE, latest_due(at)) if kinds else None
        )
        if task is None:
            return False
        with self._renewing(task) as held:
            self._end(task, self._handled(held))
        return True

    def sweep(self) -> int:
        """Tasks that were done long ago are gone; how many."""
        before = self._clock() - _KEPT
        return self._store.transact(lambda unit: unit.delete_ended_tasks(before, _PORTION))

    def _handled(self, held: Held) -> Outcome:
        try:
            return self._handlers[held.task.kind](held)
        except ConflictError:
            return None  # it is another's now, who will see to it
        except ClewError as error:
            return Later(told=str(error))
        except Exception as error:  # noqa: BLE001  (a fault of ours must not end the worker, nor what it promised)
            return Later(told=fault(error))

    def _end(self, task: Task, outcome: Outcome) -> None:
        fence, at = Fence(task_id=task.id, token=task.token), self._clock()
        match outcome:
            case Done():
                self._store.transact(lambda unit: unit.end_task(fence, at, TaskState.DONE))
            case Dead(told=told):
                self._store.transact(lambda unit: unit.end_task(fence, at, TaskState.DEAD, told))
            case Later(told=told, due_at=None) if task.attempts >= _MOST_ATTEMPTS:
                self._store.transact(lambda unit: unit.end_task(fence, at, TaskState.DEAD, told))
            case Later(told=told, due_at=given):
                due_at = given or at + next_delay(task.attempts)
                self._store.transact(lambda unit: unit.put_task_back(fence, due_at, told))

    def _renewed(self, unit: UnitOfWork, held: Held) -> bool:
        at = self._clock()
        return unit.try_renew_task(held.fence, at, at + LEASE)

    @contextmanager
    def _renewing(self, task: Task) -> Iterator[Held]:
        """A thread renews the lease until the block ends; once it can't, it never tries again."""
        held = Held(task=task, lost=threading.Event())
        over = threading.Event()

        def renew() -> None:
            while not over.wait(_RENEW_S):
                try:
                    ours = self._store.transact(lambda unit: self._renewed(unit, held))
                except UnavailableError:
                    continue  # the lease runs on; the next change demands it
                if not ours:
                    held.lost.set()
                    return

        thread = threading.Thread(target=renew, name="clew-lease", daemon=True)
        thread.start()
        try:
            yield held
        finally:
            over.set()
            thread.join()


def fault(error: BaseException) -> str:
    """What went wrong inside, by type and place; its words might bear what is sensitive."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if "clew" in PurePath(each.filename).parts]
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"a fault inside Clew ({type(error).__name__}{place}); report it to its makers with this line"
