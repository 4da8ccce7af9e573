"""What the service does by the clock."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from clew.errors import UnavailableError
from clew.parts.stores.base import Reader
from clew.records.hashlist import LegalBasis
from clew.records.identifiers import SignalType
from clew.records.screening import Purpose, PurposeBasis, Scope
from clew.records.signal import Signal
from clew.web import log
from clew.web.watch import Grounds, keep
from tests.web.web_desk import WebDesk, pdq, signal


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure("warning", stream)
    yield stream
    log.configure("error")


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(each) for each in stream.getvalue().splitlines()]


def record_basis(desk: WebDesk, *, ends_in: timedelta) -> None:
    at = desk.clock()
    basis = PurposeBasis(
        purpose=Purpose.PRIVATE_MESSAGES,
        basis=LegalBasis(text="a test", since=at - timedelta(days=9), until=at + ends_in),
        recorded_by="command:test",
        recorded_at=at,
    )
    desk.installation.store.transact(lambda unit: unit.put_basis(basis))


def test_a_ground_that_had_ended_before_the_start_is_told_once(desk: WebDesk, told: io.StringIO) -> None:
    record_basis(desk, ends_in=timedelta(days=-1))
    grounds = Grounds(desk.app.state.door)
    grounds.look()
    grounds.look()
    assert [(each["level"], each["purpose"]) for each in lines(told)] == [("error", "private-messages")]


def test_a_ground_that_ends_is_told_then_and_again_after_it_was_renewed(desk: WebDesk, told: io.StringIO) -> None:
    record_basis(desk, ends_in=timedelta(hours=1))
    grounds = Grounds(desk.app.state.door)
    grounds.look()
    assert lines(told) == []
    desk.clock.move(hours=2)
    grounds.look()
    assert len(lines(told)) == 1
    record_basis(desk, ends_in=timedelta(hours=1))
    grounds.look()
    desk.clock.move(hours=2)
    grounds.look()
    assert len(lines(told)) == 2


@pytest.mark.parametrize("error", [RuntimeError("a secret that an exception bears"), UnavailableError("it is down")])
def test_the_watch_goes_on_whatever_goes_wrong(desk: WebDesk, told: io.StringIO, error: Exception) -> None:
    rounds = 0
    enough = threading.Event()

    def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds < 4:
            raise error
        enough.set()

    async def watch() -> None:
        task = asyncio.create_task(keep(desk.app.state.door, work, 0.0))
        await asyncio.to_thread(enough.wait, 10)
        task.cancel()

    desk.runner.run(watch())
    assert enough.is_set()
    assert [each["error"] for each in lines(told)] == [type(error).__name__]
    assert "secret" not in told.getvalue()


def test_the_event_loop_never_reads_the_database_to_screen(desk: WebDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_list("national", [pdq(1)])
    key = desk.key(Scope.SCREEN)
    readers: list[threading.Thread] = []
    read = desk.installation.store.read

    def noted() -> AbstractContextManager[Reader]:
        readers.append(threading.current_thread())
        return read()

    monkeypatch.setattr(desk.installation.store, "read", noted)
    bodies: list[dict[str, object]] = [{"signals": [signal(pdq(number))]} for number in (1, 9, 1)]
    bodies += [{"signals": [signal(pdq(9))], "lists": ["nowhere"]}, {"batch": list(bodies)}]
    assert [desk.screen(key, json=each).status_code for each in bodies] == [200, 200, 200, 404, 200]
    assert readers
    assert threading.main_thread() not in readers


def test_what_was_kept_on_a_ground_that_ended_is_gone_at_the_next_look(desk: WebDesk) -> None:
    store, at = desk.installation.store, desk.clock()
    ground = LegalBasis(text="a test", since=at - timedelta(days=9), until=at + timedelta(hours=1))
    basis = PurposeBasis(purpose=Purpose.KEPT_SIGNALS, basis=ground, recorded_by="command:test", recorded_at=at)
    store.transact(lambda unit: unit.put_basis(basis))
    kept = Signal(type=SignalType("pdq"), value=pdq(1))
    store.transact(lambda unit: unit.keep_signals([(kept, None)], at))
    grounds, left = Grounds(desk.app.state.door), []
    for hours in (0, 2):
        desk.clock.move(hours=hours)
        grounds.look()
        with store.read() as reader:
            left.append(reader.count_kept_signals())
    assert left == [1, 0]
