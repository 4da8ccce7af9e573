"""The writer: works that share a commit, and what becomes of the one that fails."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date

import pytest
from sqlalchemy import text

from clew.errors import NotFoundError, UnavailableError
from clew.parts.stores.base import Store, StorePart, UnitOfWork
from clew.records.hashlist import Action
from clew.records.identifiers import RunId
from clew.records.match import Channel
from clew.records.screening import CountKey
from tests.parts.stores.store_records import NOON, PDQ, SOURCE, add_list, entry_of, hit_of

TODAY = date(2026, 3, 8)
PASSED = CountKey(day=TODAY, channel=Channel.UPLOAD, action=Action.PASS)


def test_works_that_wait_share_a_commit(any_store: Store, monkeypatch: pytest.MonkeyPatch):
    # However slow this machine is today.
    monkeypatch.setattr("clew.parts.stores.sql.writer._GROUP_S", 600.0)

    def look_from_outside(unit: UnitOfWork) -> tuple[str | None, str | None]:
        with any_store.read() as reader:
            return unit.find_value("name"), reader.find_value("name")

    _, inside_and_outside = _together(any_store, lambda unit: unit.put_value("name", "1"), look_from_outside)
    assert inside_and_outside.result() == ("1", None)


def test_a_work_that_fails_is_undone_alone(any_store: Store):
    def fail(unit: UnitOfWork) -> None:
        unit.put_source(SOURCE)
        unit.add_counts({PASSED: 100})
        unit.finish_run(RunId("nowhere"), NOON)

    before, failing, after = _together(
        any_store,
        lambda unit: [unit.put_value("before", "1"), unit.add_counts({PASSED: 1})],
        fail,
        lambda unit: [unit.put_value("after", "1"), unit.add_counts({PASSED: 2})],
    )
    before.result()
    after.result()
    with pytest.raises(NotFoundError, match="no open run"):
        failing.result()
    with any_store.read() as reader:
        assert (reader.find_value("before"), reader.find_value("after")) == ("1", "1")
        assert reader.sources() == []
        assert reader.counts(TODAY, TODAY) == {PASSED: 3}


def test_a_failing_statement_undoes_its_work_alone(any_store: Store):
    any_store.transact(lambda unit: unit.add_hits([hit_of(1)]))
    first, twice, last = _together(
        any_store,
        lambda unit: unit.add_hits([hit_of(2)]),
        lambda unit: unit.add_hits([hit_of(3), hit_of(1)]),
        lambda unit: unit.add_hits([hit_of(4)]),
    )
    first.result()
    last.result()
    with pytest.raises(Exception, match="stored already"):
        twice.result()
    with any_store.read() as reader:
        assert {reader.get_hit(hit_of(number).id) for number in (1, 2, 4)}
        with pytest.raises(NotFoundError):
            reader.get_hit(hit_of(3).id)


def test_a_work_alone_that_fails_leaves_nothing(any_store: Store):
    def fail(unit: UnitOfWork) -> None:
        unit.put_value("name", "1")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        any_store.transact(fail)
    with any_store.read() as reader:
        assert reader.find_value("name") is None


def test_a_sequence_that_was_undone_is_given_to_the_next_change(any_store: Store):
    hash_list = add_list(any_store)

    def fail(unit: UnitOfWork) -> None:
        unit.add_entries(hash_list.id, [entry_of(1)], NOON)
        raise ValueError("no")

    with any_store.read() as reader:
        before = reader.change_sequence()
    failing, good = _together(any_store, fail, lambda unit: unit.add_entries(hash_list.id, [entry_of(2)], NOON))
    assert isinstance(failing.exception(), ValueError)
    good.result()
    with any_store.read() as reader:
        assert reader.change_sequence() == before + 1
        assert reader.count_index_rows(PDQ) == 1


def test_a_cancelled_work_is_not_done(any_store: Store):
    may_go = threading.Event()
    first = any_store.submit(lambda _: may_go.wait(30))
    cancelled = any_store.submit(lambda unit: unit.put_value("name", "1"))
    assert cancelled.cancel()
    may_go.set()
    first.result()
    any_store.transact(lambda unit: unit.put_value("other", "1"))
    with any_store.read() as reader:
        assert reader.find_value("name") is None


def test_works_are_done_in_the_order_in_which_they_came(any_store: Store):
    futures = [any_store.submit(putting("name", str(number))) for number in range(200)]
    for future in futures:
        future.result()
    with any_store.read() as reader:
        assert reader.find_value("name") == "199"


def test_a_work_that_submits_another_is_told_so_instead_of_waiting_for_ever(any_store: Store):
    with pytest.raises(RuntimeError, match="wait for itself"):
        any_store.transact(lambda _: any_store.transact(lambda unit: unit.put_value("name", "1")))


def test_closing_finishes_what_was_submitted_and_refuses_more(store_part: StorePart, any_url: str):
    store = store_part.open(any_url)
    futures = [store.submit(putting(str(number), "1")) for number in range(50)]
    store.close()
    assert all(future.exception(timeout=0) is None for future in futures)
    with pytest.raises(UnavailableError, match="this process is stopping"):
        store.submit(putting("late", "1"))


def test_a_reader_cannot_write(any_store: Store):
    with pytest.raises(Exception, match=r"read-only|cannot be opened or written"), any_store.read() as reader:
        reader._connection.exec_driver_sql("DELETE FROM lists")  # type: ignore[attr-defined]


@pytest.mark.pg
def test_works_that_deadlock_with_another_process_are_run_again(store_part: StorePart, postgres_url: str):
    stores = [store_part.open(postgres_url) for _ in range(2)]
    stores[0].transact(lambda unit: [unit.put_value("a", "0"), unit.put_value("b", "0")])
    both_hold_one = threading.Barrier(2)
    runs: list[str] = []

    def crossing(first: str, second: str) -> Callable[[UnitOfWork], None]:
        def work(unit: UnitOfWork) -> None:
            unit.put_value(first, first)
            runs.append(first)
            if len(runs) <= 2:
                both_hold_one.wait(30)
            unit.put_value(second, first)

        return work

    futures = [stores[0].submit(crossing("a", "b")), stores[1].submit(crossing("b", "a"))]
    for future in futures:
        future.result()
    assert len(runs) > 2, "nobody lost a race, so this test shows nothing"
    with stores[0].read() as reader:
        assert reader.find_value("a") == reader.find_value("b")
    for store in stores:
        store.close()


@pytest.mark.pg
def test_a_connection_that_the_server_ends_costs_at_most_the_commit_that_meets_it(
    store_part: StorePart, postgres_url: str
):
    store = store_part.open(postgres_url)
    backend = store.transact(_backend)
    with store.read() as reader:  # the writer has its connection still in hand
        reader._connection.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})  # type: ignore[attr-defined]
    met = store.submit(putting("met", "1")).exception()
    assert met is None or isinstance(met, UnavailableError)
    store.transact(putting("after", "1"))
    assert store.transact(_backend) != backend
    with store.read() as reader:
        assert (reader.find_value("met") is None) == (met is not None)
        assert reader.find_value("after") == "1"
    store.close()


def test_a_writer_with_nothing_to_do_gives_its_connection_back(any_store: Store):
    any_store.transact(putting("name", "1"))
    writing = any_store._database.writing  # type: ignore[attr-defined]
    with writing.begin() as connection:  # there is but one, and whoever asks waits for it
        connection.exec_driver_sql("UPDATE installation_values SET value = '2' WHERE name = 'name'")
    with any_store.read() as reader:
        assert reader.find_value("name") == "2"


def _backend(unit: UnitOfWork) -> int:
    return int(unit._connection.scalar(text("SELECT pg_backend_pid()")))  # type: ignore[attr-defined]


def putting(name: str, value: str) -> Callable[[UnitOfWork], None]:
    return lambda unit: unit.put_value(name, value)


def _together(store: Store, *works: Callable[[UnitOfWork], object]) -> list[Future[object]]:
    """The works, submitted while the writer is busy, so that they are done in one transaction."""
    may_go = threading.Event()
    busy = store.submit(lambda _: may_go.wait(30))
    futures = [store.submit(work) for work in works]
    may_go.set()
    busy.result()
    for future in futures:
        future.exception()
    return futures
