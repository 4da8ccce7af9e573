"""The outbox: tasks that leave in the transaction of their cause, taken under leases with rising tokens."""

import json
from abc import ABC
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update

from clew.errors import ConflictError, NotFoundError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.tables import filing as tables
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, to_us
from clew.records.identifiers import TaskId
from clew.records.outbox import Fence, Task, TaskState

_T = tables.tasks.c
_OPEN = _T.ended_at.is_(None)


class OutboxReading(Session, Reader, ABC):
    """Reading tasks."""

    def get_task(self, task_id: TaskId) -> Task:
        """By the primary key."""
        row = self._first(select(tables.tasks).where(_T.id == task_id))
        if row is None:
            raise NotFoundError(f"no task '{task_id}'")
        return _task_of(row)

    def find_task(self, key: str) -> Task | None:
        """By its unique index."""
        row = self._first(select(tables.tasks).where(_T.key == key))
        return None if row is None else _task_of(row)

    def tasks(self, state: TaskState, limit: int) -> list[Task]:
        """Along the index of open tasks, or of ended ones."""
        query = select(tables.tasks).where(_T.state == state.value).order_by(_T.due_at, _T.id).limit(limit)
        return [_task_of(row) for row in self._all(query)]

    def count_tasks(self) -> dict[TaskState, int]:
        """Counted."""
        query = select(_T.state, func.count().label("n")).group_by(_T.state).order_by(_T.state)
        return {TaskState(row["state"]): row["n"] for row in self._all(query)}


class OutboxWriting(OutboxReading, ChangingSession, UnitOfWork, ABC):
    """Changing tasks."""

    def enqueue(
        self, *, kind: str, key: str, payload: Mapping[str, object], at: datetime, due_at: datetime | None = None
    ) -> Task:
        """The first of a key stays."""
        row: Row = {
            "id": new_id(at),
            "kind": kind,
            "key": key,
            "payload": compact(dict(payload)),
            "state": TaskState.WAITING.value,
            "created_at": to_us(at),
            "due_at": to_us(due_at or at),
            "attempts": 0,
            "token": 0,
        }
        statement = self._database.insert(tables.tasks).values(row)
        self._change(statement.on_conflict_do_nothing(index_elements=["key"]))
        task = self.find_task(key)
        if task is None:
            raise AssertionError("a task that was enqueued is there")
        return task

    def take_task(
        self, kinds: Sequence[str], holder: str, at: datetime, until: datetime, latest: datetime
    ) -> Task | None:
        """One row that others skip while it is being taken."""
        now, wrong = to_us(at), to_us(latest)
        waiting = and_(_T.state == TaskState.WAITING.value, or_(_T.due_at <= now, _T.due_at > wrong))
        left = and_(_T.state == TaskState.RUNNING.value, or_(_T.lease_until <= now, _T.lease_until > wrong))
        first = select(_T.id).where(_OPEN, _T.kind.in_(kinds), or_(waiting, left)).order_by(_T.due_at, _T.id).limit(1)
        chosen = self._first(first.with_for_update(skip_locked=True))
        if chosen is None:
            return None
        taken: dict[str, object] = {
            "state": TaskState.RUNNING.value,
            "holder": holder,
            "lease_until": to_us(until),
            "token": _T.token + 1,
            "attempts": _T.attempts + 1,
        }
        row = self._first(update(tables.tasks).where(_T.id == chosen["id"]).values(taken).returning(tables.tasks))
        return None if row is None else _task_of(row)

    def try_renew_task(self, fence: Fence, at: datetime, until: datetime) -> bool:
        """One statement whose condition the database looks at anew when another was faster."""
        return bool(self._change(update(tables.tasks).where(_own(fence, at)).values(lease_until=to_us(until))))

    def demand_task(self, fence: Fence, at: datetime) -> None:
        """Written without a change, which bars others."""
        if not self._change(update(tables.tasks).where(_own(fence, at)).values(token=_T.token)):
            raise ConflictError("the lease of this task is over: another worker may have it; this attempt stops here")

    def put_task_back(self, fence: Fence, due_at: datetime, told: str) -> bool:
        """The lease is over; the token stays for the next to raise."""
        row: Row = {"state": TaskState.WAITING.value, "due_at": to_us(due_at), "told": told}
        return bool(self._change(update(tables.tasks).where(_own(fence)).values({**row, **_FREE})))

    def end_task(self, fence: Fence, at: datetime, state: TaskState, told: str | None = None) -> bool:
        """It leaves the index of open tasks."""
        row: Row = {"state": state.value, "ended_at": to_us(at), "told": told}
        return bool(self._change(update(tables.tasks).where(_own(fence)).values({**row, **_FREE})))

    def cancel_task(self, key: str, at: datetime, told: str) -> bool:
        """The token rises, so that who holds it has lost it."""
        row: dict[str, object] = {"state": TaskState.DONE.value, "ended_at": to_us(at), "told": told, **_FREE}
        open_one = and_(_T.key == key, _OPEN)
        return bool(self._change(update(tables.tasks).where(open_one).values({**row, "token": _T.token + 1})))

    def delete_ended_tasks(self, before: datetime, limit: int) -> int:
        """A portion at a time."""
        old = select(_T.id).where(_T.state == TaskState.DONE.value, _T.ended_at < to_us(before)).limit(limit)
        return self._change(delete(tables.tasks).where(_T.id.in_(old)))


_FREE: Row = {"holder": None, "lease_until": None}


def _own(fence: Fence, at: datetime | None = None) -> ColumnElement[bool]:
    """The bearer's own running task; with a moment, only as long as its lease lasts."""
    own = and_(_T.id == fence.task_id, _T.token == fence.token, _T.state == TaskState.RUNNING.value)
    return own if at is None else and_(own, _T.lease_until > to_us(at))


def _task_of(row: RowMapping) -> Task:
    return Task(
        id=TaskId(row["id"]),
        kind=row["kind"],
        key=row["key"],
        payload=json.loads(row["payload"]),
        state=TaskState(row["state"]),
        created_at=from_us(row["created_at"]),
        due_at=from_us(row["due_at"]),
        attempts=row["attempts"],
        token=row["token"],
        holder=row["holder"],
        lease_until=maybe_at(row["lease_until"]),
        ended_at=maybe_at(row["ended_at"]),
        told=row["told"],
    )
