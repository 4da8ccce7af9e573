"""Tasks, filings, papers and alerts, on each kind of database."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.filing import (
    Filing,
    FilingAlert,
    FilingAlertKind,
    FilingState,
    FilingStep,
    Paper,
    PaperKind,
    Step,
    StoredReport,
)
from clew.records.identifiers import AlertId, CaseId, FilingId, ReportId, TaskId
from clew.records.outbox import Fence, Task, TaskState
from tests.parts.stores.store_records import DAY, NOON

MINUTE = timedelta(minutes=1)
REPORT = StoredReport(
    id=ReportId("R1"),
    case_id=CaseId("C1"),
    format="cybertipline",
    facts={"incident": {"type": "material"}, "files": []},
    digest=bytes(32),
    created_at=NOON,
    created_by="user:ada",
)
FILING = Filing(
    id=FilingId("F1"),
    report_id=REPORT.id,
    case_id=CaseId("C1"),
    part=0,
    clearinghouse="cybertipline",
    environment="test",
    profile="2025-06",
    state=FilingState.WAITING,
    created_at=NOON,
    created_by="user:ada",
    due_at=NOON,
)
ALERT = FilingAlert(
    id=AlertId("A1"), filing_id=FILING.id, case_id=FILING.case_id, kind=FilingAlertKind.FAILED, at=NOON, told="mend it"
)


def enqueue(store: Store, key: str = "filing:F1:0", **more) -> Task:
    return store.transact(lambda unit: unit.enqueue(kind="filing", key=key, payload={"filing": "F1"}, at=NOON, **more))


def take(store: Store, at=NOON, kinds=("filing",)) -> Task | None:
    return store.transact(lambda unit: unit.take_task(kinds, "one", at, at + 5 * MINUTE, at + 8 * 60 * MINUTE))


def taken(store: Store, at=NOON) -> Task:
    task = take(store, at)
    assert task is not None
    return task


def end(task: Task, state: TaskState, unit: UnitOfWork) -> bool:
    return unit.end_task(fence(task), NOON, state)


def fence(task: Task) -> Fence:
    return Fence(task_id=task.id, token=task.token)


# ---------------------------------------------------------------- the outbox


def test_a_task_of_a_known_key_is_the_one_that_stands(any_store: Store):
    first = enqueue(any_store)
    assert enqueue(any_store) == first
    task = taken(any_store)
    any_store.transact(lambda unit: unit.end_task(fence(task), NOON, TaskState.DONE))
    assert enqueue(any_store).state is TaskState.DONE
    assert take(any_store) is None


def test_a_task_is_taken_by_one_worker_and_by_the_next_once_its_lease_has_run_out(any_store: Store):
    enqueue(any_store)
    first = taken(any_store)
    assert (first.state, first.holder, first.token, first.attempts) == (TaskState.RUNNING, "one", 1, 1)
    assert take(any_store, NOON + 4 * MINUTE) is None
    second = taken(any_store, NOON + 5 * MINUTE)
    assert (second.token, second.attempts) == (2, 2)


def test_of_many_workers_at_once_each_task_goes_to_one(any_store: Store):
    for number in range(12):
        enqueue(any_store, f"task:{number}")
    got: list[TaskId] = []

    def work() -> None:
        while (task := take(any_store)) is not None:
            got.append(task.id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 12


def test_a_lease_is_renewed_only_while_it_lasts_and_by_its_own_token(any_store: Store):
    enqueue(any_store)
    task = taken(any_store)
    renew = lambda at, who: any_store.transact(lambda unit: unit.try_renew_task(who, at, at + 5 * MINUTE))  # noqa: E731
    assert renew(NOON + 4 * MINUTE, fence(task))
    assert not renew(NOON + 4 * MINUTE, replace(fence(task), token=0))
    assert not renew(NOON + 9 * MINUTE, fence(task))


def test_whoever_lost_the_task_changes_nothing_any_more(any_store: Store):
    enqueue(any_store)
    lost = fence(taken(any_store))
    now = fence(taken(any_store, NOON + 6 * MINUTE))
    at = NOON + 7 * MINUTE
    with pytest.raises(ConflictError, match="lease"):
        any_store.transact(lambda unit: unit.demand_task(lost, at))
    assert not any_store.transact(lambda unit: unit.put_task_back(lost, at, "late"))
    assert not any_store.transact(lambda unit: unit.end_task(lost, at, TaskState.DONE))
    any_store.transact(lambda unit: unit.demand_task(now, at))
    assert any_store.transact(lambda unit: unit.end_task(now, at, TaskState.DEAD, "no use"))
    with any_store.read() as reader:
        assert reader.get_task(now.task_id).told == "no use"
        assert reader.count_tasks() == {TaskState.DEAD: 1}


def test_a_lease_that_has_run_out_is_no_ground_to_go_on_even_if_nobody_else_took_it(any_store: Store):
    enqueue(any_store)
    task = taken(any_store)
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.demand_task(fence(task), NOON + 5 * MINUTE))


def test_a_task_that_was_put_back_comes_again_when_it_is_due(any_store: Store):
    enqueue(any_store)
    task = taken(any_store)
    any_store.transact(lambda unit: unit.put_task_back(fence(task), NOON + DAY / 12, "busy"))
    assert take(any_store, NOON + MINUTE) is None
    again = taken(any_store, NOON + DAY / 12)
    assert (again.token, again.told) == (2, "busy")


def test_a_time_that_a_wrong_clock_has_set_does_not_count(any_store: Store):
    enqueue(any_store, due_at=NOON + 300 * DAY)
    assert taken(any_store).token == 1
    far = NOON + 300 * DAY
    enqueue(any_store, "other", due_at=far)
    while (task := take(any_store, far)) is not None:
        assert task.lease_until == far + 5 * MINUTE
    assert taken(any_store, NOON).token > 1


def test_kinds_that_a_worker_does_not_know_are_left_to_others(any_store: Store):
    enqueue(any_store)
    assert take(any_store, kinds=("page",)) is None
    assert taken(any_store).kind == "filing"


def test_a_cancelled_task_is_lost_to_its_holder(any_store: Store):
    enqueue(any_store)
    task = taken(any_store)
    assert any_store.transact(lambda unit: unit.cancel_task("filing:F1:0", NOON, "by hand"))
    assert not any_store.transact(lambda unit: unit.cancel_task("filing:F1:0", NOON, "again"))
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.demand_task(fence(task), NOON))


def test_done_tasks_go_after_their_time_and_dead_ones_stay(any_store: Store):
    for key, state in (("done", TaskState.DONE), ("dead", TaskState.DEAD)):
        enqueue(any_store, key)
        task = taken(any_store)
        any_store.transact(partial(end, task, state))
    assert any_store.transact(lambda unit: unit.delete_ended_tasks(NOON + DAY, 10)) == 1
    with any_store.read() as reader:
        assert reader.find_task("done") is None
        assert [task.key for task in reader.tasks(TaskState.DEAD, 10)] == ["dead"]


def test_a_task_is_there_exactly_when_its_transaction_is(any_store: Store):
    def work(unit) -> None:
        unit.enqueue(kind="filing", key="never", payload={}, at=NOON)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        any_store.transact(work)
    with any_store.read() as reader:
        assert reader.find_task("never") is None


# ---------------------------------------------------------------- filings


def put(store: Store, filing: Filing = FILING, report: StoredReport = REPORT) -> None:
    store.transact(lambda unit: [unit.add_report(report), unit.add_filing(filing)])


def test_reports_and_filings_come_back(any_store: Store):
    put(any_store)
    with any_store.read() as reader:
        assert reader.get_report(REPORT.id) == REPORT
        assert reader.reports_of(CaseId("C1")) == [REPORT]
        assert reader.get_filing(FILING.id) == FILING
        assert reader.filings(FilingFilter(case_id=CaseId("C1"))) == [FILING]
        assert reader.filings(FilingFilter(states=(FilingState.FILED,))) == []
        assert reader.filings(FilingFilter(environment="production")) == []
        assert reader.count_filings() == {FilingState.WAITING: 1}
        with pytest.raises(NotFoundError, match="clew reports list"):
            reader.get_filing(FilingId("F9"))


def test_a_case_has_one_filing_of_a_part_in_an_environment_unless_it_was_withdrawn(any_store: Store):
    put(any_store)
    second = replace(FILING, id=FilingId("F2"))
    with pytest.raises(ConflictError, match="supplement"):
        any_store.transact(lambda unit: unit.add_filing(second))
    any_store.transact(lambda unit: unit.add_filing(replace(second, part=1)))
    gone = any_store.transact(lambda unit: unit.change_filing(replace(FILING, state=FilingState.WITHDRAWN)))
    assert gone.version == 1
    any_store.transact(lambda unit: unit.add_filing(replace(FILING, id=FilingId("F3"))))


def test_a_change_made_from_an_older_reading_is_refused(any_store: Store):
    put(any_store)
    any_store.transact(lambda unit: unit.change_filing(replace(FILING, number="7")))
    with pytest.raises(ConflictError, match="changed meanwhile"):
        any_store.transact(lambda unit: unit.change_filing(replace(FILING, number="8")))
    with any_store.read() as reader:
        assert reader.get_filing(FILING.id).number == "7"


def test_steps_and_papers_keep_their_order_and_a_filing_has_one_receipt(any_store: Store):
    put(any_store)
    steps = [
        FilingStep(filing_id=FILING.id, attempt=1, at=NOON, step=Step.BEGUN),
        FilingStep(
            filing_id=FILING.id,
            attempt=1,
            at=NOON,
            step=Step.UPLOADED,
            number="7",
            key="K",
            file_id="f1",
            request_id="r",
            told="t",
        ),
    ]
    receipt = Paper(
        filing_id=FILING.id, attempt=1, kind=PaperKind.RECEIPT, at=NOON, body=b"<\xff>", digest=bytes(32), key=None
    )
    details = replace(receipt, kind=PaperKind.FILE_DETAILS, key="K", body=b"<fileDetails/>")

    def work(unit) -> None:
        for step in steps:
            unit.add_step(step)
        unit.add_paper(details)
        unit.add_paper(receipt)

    any_store.transact(work)
    with any_store.read() as reader:
        assert reader.steps_of(FILING.id) == steps
        assert reader.papers_of(FILING.id) == [details, receipt]
        assert reader.find_receipt(FILING.id) == receipt
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.add_paper(receipt))


def test_an_alert_of_a_kind_stands_once_and_takes_the_newer_sentence(any_store: Store):
    put(any_store)
    assert any_store.transact(lambda unit: unit.raise_filing_alert(ALERT))
    later = replace(ALERT, id=AlertId("A2"), told="still")
    assert not any_store.transact(lambda unit: unit.raise_filing_alert(later))
    with any_store.read() as reader:
        assert reader.filing_alerts() == [replace(ALERT, told="still")]
    assert any_store.transact(lambda unit: unit.clear_filing_alert(ALERT.id, "user:ada", NOON))
    assert not any_store.transact(lambda unit: unit.clear_filing_alert(ALERT.id, "user:ada", NOON))
    assert any_store.transact(lambda unit: unit.raise_filing_alert(later))
    assert any_store.transact(lambda unit: unit.clear_filing_alerts(FILING.id, (ALERT.kind,), "user:ada", NOON)) == 1
