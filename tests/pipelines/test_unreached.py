"""What nobody reached in time has a disposition, and the audit tells how many of it were urgent."""

from datetime import UTC, datetime, timedelta

import pytest

from clew.errors import InputError
from clew.parts.stores.base import Store
from clew.pipelines.unreached import measure_misses, settle_unreached
from clew.pipelines.work_queue import decide, take_next
from clew.records.report import IncidentType
from clew.records.triage import PlaceState, Reason, WakeUp, Why
from clew.records.worked import CloseReason, PlaceAct
from tests.pipelines.queue_house import ADA, QueueHouse
from tests.triage.facts import PLAIN, account, file, incident

CHAT = incident(type=IncidentType.ENTICEMENT)


@pytest.fixture
def house(any_store: Store) -> QueueHouse:
    house = QueueHouse(any_store)
    house.open(reserve_permille=500, audit_permille=1000, audit_cuts="-5", audit_chances="0.5,1.0")
    return house


def days(house: QueueHouse) -> tuple[datetime, datetime]:
    """The whole days around now."""
    noon = house.clock()
    first = datetime(noon.year, noon.month, noon.day, tzinfo=UTC)
    return first - timedelta(days=3), first + timedelta(days=3)


def work(house: QueueHouse, *, urgent: bool | None = False) -> Why | None:
    place = take_next(house.desk, ADA, actor="user:ada")
    if place is None:
        return None
    reason = CloseReason.NO_OFFENCE
    decide(house.desk, place.id, place.token, ADA, PlaceAct.CLOSE, actor="user:ada", reason=reason, urgent=urgent)
    return place.why


def test_a_place_has_a_disposition_once_it_waited_a_day_and_keeps_its_place(house: QueueHouse):
    first, late = house.ordered(CHAT), house.ordered(PLAIN)
    assert work(house) is Why.SCORE
    house.clock.move(hours=24)
    assert settle_unreached(house.desk) == 0
    house.clock.move(seconds=1)
    assert settle_unreached(house.desk) == 1
    place = house.place(late.id)
    told = place.disposition
    assert told is not None
    assert (told.reason, told.score, told.at) == (Reason.OUT_OF_REACH, place.score, house.clock())
    assert told.reached is None  # what was reached was reached on another day
    assert (place.state, house.place(first.id).disposition) == (PlaceState.WAITING, None)
    assert settle_unreached(house.desk) == 0


def test_it_says_what_was_reached_meanwhile(house: QueueHouse):
    house.ordered(PLAIN)
    house.clock.move(hours=25)
    chat = house.ordered(CHAT)
    assert work(house) is Why.SCORE
    settle_unreached(house.desk)
    told = house.place(1).disposition
    assert told is not None
    assert told.reached == chat.score


def test_a_new_element_ends_the_disposition_and_it_waits_like_a_new_one(house: QueueHouse):
    house.ordered(PLAIN, account("kim"), file(1))
    house.clock.move(hours=25)
    settle_unreached(house.desk)
    house.ordered(PLAIN, account("kim"), file(1))
    assert house.place(1).disposition is not None
    woken = house.ordered(PLAIN, account("bo"), file(1))
    assert (woken.disposition, woken.since, woken.newest) == (None, house.clock(), WakeUp.NEW_UPLOADER)


def test_the_audit_finds_what_nobody_reached_and_tells_how_many_were_urgent(house: QueueHouse):
    for _ in range(40):
        house.ordered(PLAIN)
    house.clock.move(hours=25)
    settle_unreached(house.desk)
    drawn = [number for number in range(1, 41) if house.place(number).lot.drawn]
    with pytest.raises(InputError, match=f"{len(drawn)} of {len(drawn)}"), house.store.read() as reader:
        measure_misses(reader, *days(house))
    looked = 0
    while looked < len(drawn):
        looked += work(house, urgent=looked == 0) is Why.AUDIT
        # What the order took meanwhile was unreached too, and a look at a drawn one is a look.
        with house.store.read() as reader:
            looked = sum(turn.looked_at is not None for turn in reader.audit_turns(*days(house)))
    with house.store.read() as reader:
        found = measure_misses(reader, *days(house))
    assert (found.reports, found.looked_at, found.found) == (40, len(drawn), 1)
    assert found.missed == pytest.approx(2.0)
    assert found.low <= found.rate <= found.high


def test_an_audit_needs_the_answer(house: QueueHouse):
    house.open(reserve_permille=1000, audit_permille=1000, audit_cuts="", audit_chances="1.0")
    house.ordered(PLAIN)
    house.clock.move(hours=25)
    place = take_next(house.desk, ADA, actor="user:ada")
    assert place is not None
    assert (place.why, place.disposition is not None) == (Why.AUDIT, True)
    with pytest.raises(InputError, match="audit"):
        decide(
            house.desk,
            place.id,
            place.token,
            ADA,
            PlaceAct.CLOSE,
            actor="user:ada",
            reason=CloseReason.SPAM,
        )


def test_a_place_taken_late_before_any_round_belongs_to_the_unreached_all_the_same(house: QueueHouse):
    house.ordered(PLAIN)
    house.clock.move(hours=25)
    assert work(house) is not None
    with house.store.read() as reader:
        assert sum(day.places for day in reader.unreached(*days(house))) == 1


def test_a_miss_rate_is_told_of_whole_days(house: QueueHouse):
    with house.store.read() as reader, pytest.raises(InputError, match="midnights"):
        measure_misses(reader, house.clock(), house.clock())
