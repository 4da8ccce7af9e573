"""What happened elsewhere brings a place up again."""

from dataclasses import replace

import pytest

from clew.parts.stores.base import Store
from clew.pipelines.outcomes import record_outcome
from clew.pipelines.waking import wake_answered, wake_listed
from clew.pipelines.work_queue import queue_round
from clew.records.identifiers import IntakeNumber, PlaceId, SignalType
from clew.records.mention import IdentifierKind
from clew.records.triage import PlaceState, WakeUp
from clew.records.worked import OutcomeKind
from tests.parts.stores.store_records import add, add_list, entry_of, value_of
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN, account, file, mention


@pytest.fixture
def house(any_store: Store) -> QueueHouse:
    return QueueHouse(any_store)


def sleep(house: QueueHouse, number: int) -> None:
    place = replace(house.place(number), state=PlaceState.SET_ASIDE)
    house.store.transact(lambda unit: unit.put_places([place]))
    house.clock.move(minutes=1)


def test_an_answer_of_the_sender_wakes_what_it_is_about(house: QueueHouse):
    house.ordered(PLAIN)
    sleep(house, 1)
    woken = house.store.transact(lambda unit: wake_answered(unit, IntakeNumber(1), house.clock()))
    assert woken == house.place(1)
    assert (woken.state, woken.newest, woken.since) == (PlaceState.WAITING, WakeUp.ANSWER, house.clock())
    assert house.store.transact(lambda unit: wake_answered(unit, IntakeNumber(9), house.clock())) is None


def test_what_came_of_one_copy_wakes_the_other_places_of_its_incident(house: QueueHouse):
    house.ordered(PLAIN, account("kim"), file(1))
    house.linked[3] = 2
    house.ordered(PLAIN, account("bo"), file(2))
    house.ordered(PLAIN, account("bo"), file(1))  # a copy of the first's, in a cluster with another incident
    for number in (1, 2):
        sleep(house, number)
    record_outcome(
        house.desk, PlaceId(1), OutcomeKind.NOT_ACTIONABLE, actor="user:ada", at=house.clock(), reason="other"
    )
    assert house.place(2).state is PlaceState.SET_ASIDE
    record_outcome(house.desk, PlaceId(1), OutcomeKind.CHILD_SAFEGUARDED, actor="user:ada", at=house.clock())
    assert (house.place(2).state, house.place(2).newest) == (PlaceState.WAITING, WakeUp.OUTCOME)
    assert house.place(1).state is PlaceState.SET_ASIDE


def test_a_list_that_gets_a_files_digest_wakes_its_place_once(house: QueueHouse):
    digest = mention(IdentifierKind.FILE, f"sha256:{value_of(1).hex()}", "files[0].hashes[0]")
    house.ordered(PLAIN, digest)
    house.ordered(PLAIN, file(2))
    hash_list = add_list(house.store)
    assert not wake_listed(house.desk)
    for number in (1, 2):
        sleep(house, number)
    add(house.store, hash_list, replace(entry_of(1), type=SignalType("sha256")))
    queue_round(house.desk)
    assert (house.place(1).state, house.place(1).newest) == (PlaceState.WAITING, WakeUp.LISTED)
    assert house.place(2).state is PlaceState.SET_ASIDE
    sleep(house, 1)
    queue_round(house.desk)
    assert house.place(1).state is PlaceState.SET_ASIDE


def test_more_changes_than_one_portion_bears_are_all_seen(house: QueueHouse):
    house.ordered(PLAIN, mention(IdentifierKind.FILE, f"sha256:{value_of(9).hex()}", "files[0].hashes[0]"))
    hash_list = add_list(house.store)
    wake_listed(house.desk)
    sleep(house, 1)
    for number in range(1, 12):
        add(house.store, hash_list, replace(entry_of(number), type=SignalType("sha256")))
    portions = 1
    while wake_listed(house.desk):
        portions += 1
    assert portions > 1
    assert house.place(1).newest is WakeUp.LISTED
