"""The outbox: what is done with a task that a handler ends, puts off, kills or breaks on."""

from datetime import timedelta

import pytest

from clew.errors import ConflictError, UnavailableError
from clew.parts.stores.base import Store
from clew.pipelines.outbox import Dead, Done, Handler, Held, Later, Outbox, fault
from clew.records.outbox import Task, TaskState
from tests.pipelines.filing_house import SetClock


def outbox(store: Store, clock: SetClock, handler: Handler, kind: str = "page") -> Outbox:
    return Outbox(store, clock, {kind: handler}, "worker-1")


def enqueue(store: Store, clock: SetClock) -> None:
    store.transact(lambda unit: unit.enqueue(kind="page", key="page:1", payload={"job": "J"}, at=clock()))


def task_of(store: Store) -> Task:
    with store.read() as reader:
        task = reader.find_task("page:1")
    assert task is not None
    return task


def raising(error: Exception) -> Handler:
    def handle(_: Held) -> None:
        raise error

    return handle


def test_a_task_that_is_done_is_not_done_again(store: Store):
    clock, seen = SetClock(), []

    def handle(held: Held) -> Done:
        seen.append(held.task.payload["job"])
        return Done()

    enqueue(store, clock)
    box = outbox(store, clock, handle)
    assert box.work_once()
    assert not box.work_once()
    assert seen == ["J"]
    assert task_of(store).state is TaskState.DONE


def test_a_task_that_is_put_off_comes_again_when_it_is_due(store: Store):
    clock = SetClock()
    enqueue(store, clock)
    box = outbox(store, clock, lambda held: Later(told="busy", due_at=clock() + timedelta(minutes=7)))
    box.work_once()
    assert not box.work_once()
    assert task_of(store).due_at == clock() + timedelta(minutes=7)
    clock.move(minutes=7)
    assert box.work_once()


@pytest.mark.parametrize("error", [UnavailableError("the other side is away"), ZeroDivisionError("a secret")])
def test_an_error_puts_the_task_off_and_ends_no_worker(store: Store, error: Exception):
    clock = SetClock()
    enqueue(store, clock)
    outbox(store, clock, raising(error)).work_once()
    task = task_of(store)
    assert task.state is TaskState.WAITING
    assert task.due_at == clock() + timedelta(minutes=1)
    assert "secret" not in (task.told or "")


def test_a_task_that_never_succeeds_is_dead_at_last_and_stays_to_be_seen(store: Store):
    clock = SetClock()
    enqueue(store, clock)
    box = outbox(store, clock, raising(UnavailableError("away")))
    for _ in range(30):
        assert box.work_once()
        clock.move(hours=4)
    assert not box.work_once()
    assert (task_of(store).state, task_of(store).told) == (TaskState.DEAD, "away")


def test_a_handler_may_say_that_there_is_no_use(store: Store):
    clock = SetClock()
    enqueue(store, clock)
    outbox(store, clock, lambda _: Dead(told="no such address")).work_once()
    assert task_of(store).state is TaskState.DEAD


def test_a_task_that_became_anothers_is_left_to_them(store: Store):
    clock = SetClock()
    enqueue(store, clock)
    outbox(store, clock, raising(ConflictError("another has it"))).work_once()
    assert task_of(store).state is TaskState.RUNNING
    clock.move(minutes=6)
    outbox(store, clock, lambda _: Done()).work_once()
    assert task_of(store).state is TaskState.DONE


def test_a_worker_with_no_handlers_takes_nothing(store: Store):
    clock = SetClock()
    enqueue(store, clock)
    assert not Outbox(store, clock, {}, "worker-1").work_once()
    assert task_of(store).state is TaskState.WAITING


def test_a_fault_is_told_by_type_and_place_without_its_words():
    try:
        Held(task=None, lost=None).demand()  # type: ignore[arg-type]
    except AttributeError as error:
        told = fault(error)
    assert "AttributeError at outbox.py:" in told
    assert "NoneType" not in told
