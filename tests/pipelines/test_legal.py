from datetime import UTC, datetime

import pytest

from clew.errors import InputError, NotFoundError
from clew.pipelines.legal import end_basis, purposes, record_basis, sweep_kept_signals
from clew.records.identifiers import SignalType
from clew.records.screening import Purpose
from clew.records.signal import Signal
from tests.pipelines.list_desk import ACTOR

SINCE, UNTIL = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
MESSAGES = Purpose.PRIVATE_MESSAGES


def record(desk, *, since: datetime = SINCE, until: datetime | None = UNTIL, text: str = "A regulation"):
    return record_basis(desk.store, MESSAGES, text=text, since=since, until=until, actor=ACTOR, clock=desk.clock)


def test_every_purpose_is_off_until_its_ground_is_recorded(any_desk) -> None:
    assert purposes(any_desk.store) == {Purpose.PRIVATE_MESSAGES: None, Purpose.KEPT_SIGNALS: None}
    record(any_desk)
    recorded = purposes(any_desk.store)[MESSAGES]
    assert recorded is not None
    assert (recorded.basis.text, recorded.recorded_by, recorded.recorded_at) == (
        "A regulation",
        ACTOR,
        any_desk.clock.at,
    )
    assert purposes(any_desk.store)[Purpose.KEPT_SIGNALS] is None


def test_a_ground_is_in_force_from_its_first_day_to_its_end(desk) -> None:
    basis = record(desk).basis
    assert [basis.holds(at) for at in (SINCE, UNTIL)] == [True, False]


def keep(desk, number: int) -> None:
    signal = Signal(type=SignalType("md5"), value=number.to_bytes(16))
    desk.store.transact(lambda unit: unit.keep_signals([(signal, None)], desk.clock.at))


def kept(desk) -> int:
    with desk.store.read() as reader:
        return int(reader.count_kept_signals())


def test_what_was_kept_on_a_ground_goes_when_the_ground_ends_by_its_date(any_desk) -> None:
    ground = {"since": SINCE, "until": UNTIL, "actor": ACTOR, "clock": any_desk.clock}
    record_basis(any_desk.store, Purpose.KEPT_SIGNALS, text="A regulation", **ground)
    keep(any_desk, 1)
    assert sweep_kept_signals(any_desk.store, actor="system:watch", clock=any_desk.clock) == 0
    any_desk.clock.pass_days(100)
    assert sweep_kept_signals(any_desk.store, actor="system:watch", clock=any_desk.clock) == 1
    assert kept(any_desk) == 0
    assert [each["deleted_signals"] for each in any_desk.audit("legal.sweep")] == [1]
    assert sweep_kept_signals(any_desk.store, actor="system:watch", clock=any_desk.clock) == 0


def test_a_new_ground_takes_nothing_over_from_one_that_ended(desk) -> None:
    ground = {"actor": ACTOR, "clock": desk.clock}
    record_basis(desk.store, Purpose.KEPT_SIGNALS, text="A regulation", since=SINCE, until=UNTIL, **ground)
    keep(desk, 1)
    record_basis(desk.store, Purpose.KEPT_SIGNALS, text="The same, longer", since=SINCE, until=UNTIL, **ground)
    assert kept(desk) == 1
    desk.clock.pass_days(100)
    record_basis(desk.store, Purpose.KEPT_SIGNALS, text="Another", since=UNTIL, until=None, **ground)
    assert kept(desk) == 0


def test_an_ended_ground_is_no_longer_in_force(desk) -> None:
    record(desk)
    ended = end_basis(desk.store, MESSAGES, actor="command:eve", clock=desk.clock)
    assert not ended.basis.holds(desk.clock.at)
    assert purposes(desk.store)[MESSAGES] == ended
    assert (ended.recorded_by, ended.basis.until) == ("command:eve", desk.clock.at)
    assert desk.audit("legal.set", "legal.end") == [
        {
            "actor": ACTOR,
            "subject": "purpose:private-messages",
            "since": "2026-05-01T00:00:00.000Z",
            "until": "2026-09-01T00:00:00.000Z",
            "in_force": True,
        },
        {
            "actor": "command:eve",
            "subject": "purpose:private-messages",
            "since": "2026-05-01T00:00:00.000Z",
            "until": "2026-06-01T12:00:00.000Z",
            "deleted_signals": 0,
        },
    ]


def test_a_ground_that_has_not_begun_can_be_ended_too(desk) -> None:
    record(desk, since=datetime(2026, 7, 1, tzinfo=UTC))
    ended = end_basis(desk.store, MESSAGES, actor=ACTOR, clock=desk.clock).basis
    assert not ended.holds(datetime(2026, 7, 2, tzinfo=UTC))


def test_what_was_kept_on_a_ground_is_gone_with_it(any_desk) -> None:
    purpose, store, clock = Purpose.KEPT_SIGNALS, any_desk.store, any_desk.clock
    record_basis(store, purpose, text="A regulation", since=SINCE, until=UNTIL, actor=ACTOR, clock=clock)
    kept = [(Signal(type=SignalType("md5"), value=bytes(15) + b"1"), "upload-1")]
    store.transact(lambda unit: unit.keep_signals(kept, clock()))
    end_basis(store, purpose, actor=ACTOR, clock=clock)
    with store.read() as reader:
        assert reader.count_kept_signals() == 0


def test_what_is_off_cannot_be_ended(desk) -> None:
    with pytest.raises(NotFoundError, match="private-messages has no legal basis that could be ended"):
        end_basis(desk.store, MESSAGES, actor=ACTOR, clock=desk.clock)
    record(desk)
    end_basis(desk.store, MESSAGES, actor=ACTOR, clock=desk.clock)
    with pytest.raises(NotFoundError, match="it is off"):
        end_basis(desk.store, MESSAGES, actor=ACTOR, clock=desk.clock)


def test_a_ground_has_words_and_ends_after_it_begins(desk) -> None:
    with pytest.raises(InputError, match="must be said in words"):
        record(desk, text=" ")
    with pytest.raises(InputError, match="must end after it begins"):
        record(desk, until=SINCE)
