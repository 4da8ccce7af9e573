"""How long a report stays open, and what a restart keeps."""

from pathlib import Path

import pytest

from clew.errors import ConflictError, DamagedError, UnavailableError
from tests.web.ispws.clearinghouse_desk import Desk, open_desk
from tests.web.web_desk import SetClock


def test_an_open_report_expires_a_day_after_it_was_opened(desk: Desk) -> None:
    number = desk.submit().number
    desk.clock.move(hours=24, seconds=-1)
    assert desk.upload(number).code == 0
    number = desk.submit().number
    desk.clock.move(hours=24)
    assert desk.finish(number).code == 5001
    assert desk.states() == ["expired", "expired"]


@pytest.mark.parametrize("last", ["upload", "describe"])
def test_a_file_or_its_details_buy_an_hour_when_that_is_later(desk: Desk, last: str) -> None:
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    desk.clock.move(hours=23, minutes=30)
    assert (desk.upload(number) if last == "upload" else desk.describe(number, file_id)).code == 0
    desk.clock.move(minutes=59)  # 24 h 29 min after opening
    assert desk.states() == ["open"]
    desk.clock.move(minutes=1)
    assert desk.retract(number).code == 5001


def test_a_file_that_came_early_takes_nothing_from_the_day(desk: Desk) -> None:
    number = desk.submit().number
    desk.upload(number)
    desk.clock.move(hours=23)
    assert desk.finish(number).code == 0


@pytest.mark.parametrize("then", ["upload", "describe", "finish", "retract"])
def test_an_expired_report_is_gone_for_every_call(desk: Desk, then: str) -> None:
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    desk.clock.move(days=2)
    more = (file_id,) if then == "describe" else ()
    assert getattr(desk, then)(number, *more).code == 5001


def test_a_clock_that_goes_back_brings_no_report_back(desk: Desk) -> None:
    number = desk.submit().number
    desk.clock.move(days=2)
    assert desk.finish(number).code == 5001
    desk.clock.move(days=-2)
    assert desk.finish(number).code == 5001


def test_what_has_ended_does_not_expire(desk: Desk) -> None:
    finished, retracted = desk.submit().number, desk.submit().number
    desk.finish(finished)
    desk.retract(retracted)
    desk.clock.move(days=400)
    assert desk.states() == ["finished", "retracted"]
    assert desk.retract(finished).code == 5102


def test_a_restart_keeps_every_report_file_and_time(tmp_path: Path) -> None:
    clock, state = SetClock(), tmp_path / "state.db"
    with open_desk(clock=clock, state=state) as desk:
        kept, done = desk.submit().number, desk.submit().number
        file_id = desk.upload(kept).file_id
        desk.finish(done)
        before = desk.recorded()["reports"]
    clock.move(hours=3)
    with open_desk(clock=clock, state=state) as desk:
        assert desk.recorded()["reports"] == before
        assert desk.describe(kept, file_id).code == 0
        assert desk.finish(done).code == 5102
        assert desk.submit().number not in {kept, done}
        assert desk.finish(kept).read.file_ids == (file_id,)


def test_two_servers_cannot_share_a_register(tmp_path: Path) -> None:
    with open_desk(state=tmp_path / "state.db"), pytest.raises(ConflictError), open_desk(state=tmp_path / "state.db"):
        pass


def test_a_file_that_is_no_register_is_named_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    state.write_bytes(b"no database at all" * 100)
    with pytest.raises(DamagedError, match=r"state\.db"), open_desk(state=state):
        pass
    assert state.read_bytes() == b"no database at all" * 100


def test_a_register_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    state.mkdir()
    with pytest.raises(UnavailableError, match=r"state\.db"), open_desk(state=state):
        pass


def test_the_register_holds_digests_and_sizes_and_nothing_else_of_what_came(tmp_path: Path) -> None:
    with open_desk(state=tmp_path / "state.db") as desk:
        number = desk.submit().number
        desk.describe(number, desk.upload(number, b"bytes of a landscape").file_id)
        desk.finish(number)
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert written
    for word in (b"account-1", b"desk@example.org", b"landscape", b"picture.png", b"Enticement"):
        assert word not in written
