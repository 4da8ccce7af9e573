"""Reports become ranked places: linked, bundled, scored, woken; on each kind of database."""

import random
from dataclasses import replace
from functools import partial

import pytest

from clew.parts.stores.base import Store
from clew.pipelines.ordering import move_reports
from clew.pipelines.placing import place_again
from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, PlaceId
from clew.records.intake import IntakeState
from clew.records.report import IncidentType, Person, ReportAnnotation, Victim
from clew.records.report_file import FileHash, ReportFile
from clew.records.review import FileAnnotation, IndustryClass
from clew.records.triage import OverrideKind, Place, PlaceState, WakeUp
from tests.parts.stores.store_records import SHA256, add, add_list, entry_of, value_of
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN, account, file, incident, picture

URGENT = incident(urgent_because="she is on her way to him")
CHAT = incident(type=IncidentType.ENTICEMENT)
LIVE = replace(PLAIN, files=(ReportFile(key="f0", annotations=frozenset({FileAnnotation.LIVE_STREAMING})),))


@pytest.fixture
def house(any_store: Store) -> QueueHouse:
    return QueueHouse(any_store)


def put(house: QueueHouse, *places: Place) -> None:
    house.store.transact(lambda unit: unit.put_places(places))


def close(house: QueueHouse, number: int) -> None:
    put(house, replace(house.place(number), state=PlaceState.DECIDED))


def kinds(place: Place) -> list[OverrideKind]:
    return [each.kind for each in place.overrides]


def test_what_was_taken_in_stands_in_the_queue_by_override_and_score(house: QueueHouse):
    plain, chat, urgent = (house.take_in(each) for each in (PLAIN, CHAT, URGENT))
    assert house.order() == 3
    assert house.waiting() == [urgent, chat, plain]
    place = house.place(chat)
    assert [each.name for each in place.risk.factors] == ["base", "enticement"]
    assert place.arrived_at == place.since == house.clock()
    assert house.order() == 0


def test_a_report_is_ordered_once_and_one_that_was_taken_back_never(house: QueueHouse):
    number = house.take_in(PLAIN)
    gone = house.take_in(PLAIN, state=IntakeState.RETRACTED)
    house.order()
    house.store.transact(lambda unit: unit.put_pending([IntakeNumber(number)]))
    house.order()
    assert house.waiting() == [number]
    assert house.place(number).reports == 1
    assert gone not in house.waiting()


def test_a_document_that_cannot_be_read_is_ordered_as_a_thin_report(house: QueueHouse):
    place = house.ordered(PLAIN, document='{"files": 7}')
    assert place.completeness.figure < 50
    assert place.risk.untold


def test_copies_stand_in_one_row_with_a_count_and_raise_nothing(house: QueueHouse):
    first = house.ordered(CHAT, account("kim"), file(1))
    for _ in range(5):
        house.take_in(CHAT, account("kim"), file(1), sender="S2")
    house.order()
    place = house.place(first.id)
    assert house.waiting() == [first.id]
    assert (place.reports, place.copies, place.uploaders, place.bundle_id) == (6, 5, 1, BundleId(first.id))
    assert place.risk == first.risk
    assert (place.overrides, place.since, place.newest) == ((), first.since, None)


def test_copies_within_one_batch_find_one_another(house: QueueHouse):
    one, near = b"x" * 32, b"x" * 31 + b"y"
    house.take_in(PLAIN, picture(one))
    house.take_in(PLAIN, picture(near), sender="S2")
    house.order()
    house.take_in(PLAIN, picture(one))
    house.order()
    assert house.waiting() == [1]
    assert house.place(1).copies == 2


@pytest.mark.parametrize("state", [PlaceState.DECIDED, PlaceState.SET_ASIDE])
def test_one_more_of_the_same_wakes_nothing_and_a_new_uploader_or_file_does(house: QueueHouse, state: PlaceState):
    first = house.ordered(PLAIN, account("kim"), file(1))
    put(house, replace(first, state=state))
    house.ordered(PLAIN, account("kim"), file(1))
    assert house.place(first.id).state is state
    house.clock.move(hours=1)
    woken = house.ordered(PLAIN, account("bo"), file(1))
    assert (woken.id, woken.state, woken.newest, woken.since) == (
        first.id,
        PlaceState.WAITING,
        WakeUp.NEW_UPLOADER,
        house.clock(),
    )
    put(house, replace(woken, state=state))
    again = house.ordered(PLAIN, account("bo"), file(1, 0), file(2, 1))
    assert (again.state, again.newest) == (PlaceState.WAITING, WakeUp.NEW_FILE)


def test_a_sign_of_a_victim_in_a_copy_surfaces_and_stands_ahead(house: QueueHouse):
    first = house.ordered(PLAIN, account("kim"), file(1))
    close(house, first.id)
    seen = replace(PLAIN, victims=(Victim(person=Person()),))
    woken = house.ordered(seen, account("kim"), file(1))
    assert (woken.id, woken.state, woken.newest) == (first.id, PlaceState.WAITING, WakeUp.DANGER)
    assert kinds(woken) == [OverrideKind.VICTIM]


def test_a_link_scores_the_place_anew_and_wakes_it(house: QueueHouse):
    first = house.ordered(PLAIN, account("kim"), file(1))
    close(house, first.id)
    house.linked[2] = first.id
    house.take_in(CHAT, account("kim"), file(2))
    house.order()
    place = house.place(first.id)
    assert (place.state, place.newest, place.reports) == (PlaceState.WAITING, WakeUp.NEW_LINK, 2)
    assert {each.name for each in place.risk.factors} >= {"enticement", "linked-incident"}
    assert place.score > first.score


def test_the_same_subject_from_two_platforms_stands_ahead_and_from_one_does_not(house: QueueHouse):
    house.linked |= {2: 1, 3: 1}
    house.ordered(PLAIN, account("kim"), file(1))
    house.ordered(PLAIN, account("kim"), file(2))
    assert kinds(house.place(1)) == []
    house.ordered(PLAIN, account("kim"), file(3), sender="S2")
    assert kinds(house.place(1)) == [OverrideKind.REPEAT_SUBJECT]
    assert house.place(1).platforms == 2


def test_clusters_that_join_share_the_older_place(house: QueueHouse):
    house.ordered(PLAIN, account("kim"), file(1))
    house.ordered(LIVE, account("bo"), file(2))
    house.ordered(PLAIN, account("ann"), file(2))  # a copy of the second's
    assert house.waiting() == [2, 1]
    house.linked[4] = 1
    house.take_in(PLAIN, file(4))
    house.moved = {2: 1}
    house.order()
    assert house.waiting() == [1]
    place = house.place(1)
    assert (place.reports, place.copies, place.uploaders) == (4, 1, 4)
    assert kinds(place) == [OverrideKind.LIVE_STREAM]
    assert place.newest is WakeUp.DANGER


def test_a_split_gives_each_cluster_its_own_place_back(house: QueueHouse):
    house.ordered(PLAIN, account("kim"), file(1))
    alone = house.ordered(LIVE, account("bo"), file(2))
    house.ordered(PLAIN, account("ann"), file(2))
    with_copy = house.place(2)
    for clusters in ({2: 1}, {2: 2}):
        moved = {IntakeNumber(number): ClusterId(cluster) for number, cluster in clusters.items()}
        house.store.transact(partial(move_reports, desk=house.desk, clusters=moved, at=house.clock()))
    assert house.waiting() == [2, 1]
    back = house.place(2)
    assert (back.reports, back.copies, back.risk, back.overrides) == (2, 1, with_copy.risk, alone.overrides)
    assert house.place(1).reports == 1
    assert [each.number for each in _reports(house, 2)] == [2, 3]


def test_a_file_on_a_list_and_one_on_none_are_told_apart(house: QueueHouse):
    hash_list = add_list(house.store)
    add(house.store, hash_list, replace(entry_of(1), type=SHA256))
    shown = ReportFile(key="f0", industry_class=IndustryClass.A1, viewed=True)
    known, new = (
        replace(PLAIN, files=(replace(shown, hashes=(FileHash(type="SHA256", value=value_of(number).hex()),)),))
        for number in (1, 2)
    )
    assert kinds(house.ordered(known)) == []
    assert kinds(house.ordered(new)) == [OverrideKind.NEW_MATERIAL]


def test_whatever_comes_in_whatever_batches_a_place_added_to_is_the_place_made_anew(store: Store):
    drawn = random.Random(11)
    house = QueueHouse(store)
    reports = [PLAIN, CHAT, LIVE, incident(annotations=frozenset({ReportAnnotation.SPAM}))]
    for number in range(1, 120):
        if drawn.random() < 0.3:
            # A link to an older report whose cluster is its own.
            own = [n for n in range(1, number) if house.linked.get(n, n) == n]
            house.linked[number] = drawn.choice(own or [number])
        name = account(drawn.choice("abcdef"))
        shown = [file(drawn.randrange(12), place) for place in range(drawn.choice([0, 1, 1, 2]))]
        house.take_in(drawn.choice(reports), name, *shown, sender=drawn.choice(["S1", "S2", "S3"]))
        if drawn.random() < 0.2:
            house.order()
    house.order()
    with store.read() as reader:
        places = reader.places_by_id(PlaceId(0), 1000)
    assert sum(place.reports for place in places) == 119
    assert max(place.copies for place in places) > 3
    for place in places:
        store.transact(partial(place_again, desk=house.desk, place_id=place.id, at=house.clock()))
        assert _told(house.place(place.id)) == _told(place)


def _told(place: Place) -> tuple:
    """What follows from the reports; sources may be another report's."""
    factors = {(each.name, each.weight) for each in place.risk.factors}
    counts = (place.reports, place.copies, place.uploaders, place.platforms)
    return factors, place.risk.untold, round(place.score, 9), {each.kind for each in place.overrides}, counts


def _reports(house: QueueHouse, number: int):
    with house.store.read() as reader:
        return reader.reports_of_place(PlaceId(number))
