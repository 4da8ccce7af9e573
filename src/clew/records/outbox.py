"""A task of the outbox: work that was promised in a transaction and is done after it, by whichever worker takes it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import TaskId


class TaskState(enum.StrEnum):
    """Where a task is."""

    WAITING = "waiting"
    RUNNING = "running"  # a worker holds it, as long as its lease lasts
    DONE = "done"
    DEAD = "dead"  # given up; an alert says so


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One job that leaves the house.

    Attributes:
        kind: which handler does it: "filing", "page".
        key: says what it is for; a second task of the same key is never stored.
        payload: JSON: ids and small words, nothing of a person.
        due_at: not before then.
        attempts: how often it was taken.
        token: rises each time it is taken; whoever bears an older one has lost it, whatever they think.
        lease_until: of a running one.
        told: why the last attempt did not end it.
    """

    id: TaskId
    kind: str
    key: str
    payload: Mapping[str, object]
    state: TaskState
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    token: int = 0
    holder: str | None = None
    lease_until: datetime | None = None
    ended_at: datetime | None = None
    told: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What a worker shows at each change that it makes for a task: that the task is still its own."""

    task_id: TaskId
    token: int
