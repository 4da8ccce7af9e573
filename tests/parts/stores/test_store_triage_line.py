"""The waiting line over SQL, on each kind of database, held to the line in memory."""

import random
import threading
from datetime import timedelta
from operator import methodcaller

import pytest

from clew.errors import ConflictError
from clew.parts.stores._triage import PlaceFilter
from clew.parts.stores.base import Store
from clew.records.identifiers import PlaceId, UserId
from clew.records.triage import Disposition, Lot, OverrideKind, Place, PlaceState, Reason, Turns, WakeUp, Why
from tests.parts.stores.store_records import NOON
from tests.parts.stores.triage_records import at, override_of, place_of

ADA, BEN = UserId("ada"), UserId("ben")


def put(store: Store, *places: Place) -> None:
    store.transact(lambda unit: unit.put_places(places))


def claim(store: Store, number: int, who: UserId = ADA, why: Why | None = Why.SCORE) -> Place:
    return store.transact(lambda unit: unit.claim_place(PlaceId(number), who, why, at(60)))


def ids(store: Store, wanted: PlaceFilter) -> list[int]:
    with store.read() as reader:
        return [int(place.id) for place in reader.places(wanted)]


def test_a_place_comes_back_as_it_was_stored(any_store: Store):
    place = place_of(
        7,
        0.1 + 0.2,
        override=True,
        bundle_id=7,
        reports=4,
        copies=3,
        uploaders=2,
        platforms=2,
        newest=WakeUp.NEW_FILE,
        newest_at=at(3),
        country="NL",
        language="nl",
        why=Why.AUDIT,
        disposition=Disposition(reason=Reason.OUT_OF_REACH, at=at(4), rule="1", score=0.3, reached=0.5),
    )
    put(any_store, place)
    with any_store.read() as reader:
        assert reader.find_place(place.id) == place
        assert reader.places_of([place.id, PlaceId(8)]) == {place.id: place}
        assert reader.places_by_id(PlaceId(6), 5) == [place]
        assert reader.places_by_id(PlaceId(7), 5) == []


def test_the_line_is_in_the_order_of_override_score_time_and_id(any_store: Store):
    same = at(1)
    put(
        any_store,
        place_of(1, 0.5),
        place_of(2, -3.0, override=True),
        place_of(3, 0.9, since=same),
        place_of(4, 0.9, since=at(0)),
        place_of(5, 0.9, since=same),
        place_of(6, 0.4, override=True),
    )
    assert ids(any_store, PlaceFilter()) == [6, 2, 4, 3, 5, 1]
    with any_store.read() as reader:
        assert reader.oldest_place() == 4
        first = reader.most_urgent_place()
        assert first is not None
        assert first.id == 6


def test_pages_follow_one_another_without_a_gap_or_a_double(any_store: Store):
    drawn = random.Random(3)
    places = [
        place_of(number, drawn.choice([0.1, 0.2, -1.5]), override=drawn.random() < 0.3, since=at(drawn.randrange(4)))
        for number in range(1, 40)
    ]
    put(any_store, *places)
    seen: list[Place] = []
    with any_store.read() as reader:
        while page := reader.places(PlaceFilter(after=seen[-1].mark if seen else None, limit=7)):
            seen += page
    assert [place.id for place in seen] == ids(any_store, PlaceFilter(limit=100))
    assert len(seen) == len(places)


def test_a_filter_keeps_what_it_names(any_store: Store):
    put(
        any_store,
        place_of(1, country="NL", language="nl"),
        place_of(2, country="DE", override=True),
        place_of(3, state=PlaceState.DECIDED, country="NL"),
        place_of(4, overrides=(override_of(4),), language="nl"),
    )
    assert ids(any_store, PlaceFilter(country="NL")) == [1]
    assert ids(any_store, PlaceFilter(language="nl")) == [4, 1]
    assert ids(any_store, PlaceFilter(override=False)) == [1]
    assert ids(any_store, PlaceFilter(kind=OverrideKind.LIVE_STREAM)) == [2, 4]
    assert ids(any_store, PlaceFilter(kind=OverrideKind.HANDS_ON)) == []
    assert ids(any_store, PlaceFilter(states=frozenset(PlaceState), country="NL")) == [1, 3]


def test_a_place_is_claimed_once_and_put_back_where_it_stood(any_store: Store):
    put(any_store, place_of(1, 0.5), place_of(2, 0.4))
    claimed = claim(any_store, 1)
    assert (claimed.state, claimed.holder, claimed.lease_until, claimed.token) == (PlaceState.CLAIMED, ADA, at(60), 1)
    with pytest.raises(ConflictError):
        claim(any_store, 1, BEN)
    assert ids(any_store, PlaceFilter()) == [2]
    back = any_store.transact(lambda unit: unit.put_back_place(PlaceId(1)))
    assert (back.state, back.holder, back.lease_until) == (PlaceState.WAITING, None, None)
    assert ids(any_store, PlaceFilter()) == [1, 2]
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.put_back_place(PlaceId(1)))
    assert claim(any_store, 1, BEN).token == 2


def test_of_many_who_claim_at_once_one_gets_the_place(any_store: Store):
    put(any_store, *(place_of(number) for number in range(1, 9)))
    got: list[PlaceId] = []

    def work(name: str) -> None:
        while True:
            with any_store.read() as reader:
                first = reader.most_urgent_place()
            if first is None:
                return
            try:
                got.append(claim(any_store, first.id, UserId(name)).id)
            except ConflictError:
                continue

    threads = [threading.Thread(target=work, args=(f"p{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 9))


def test_a_second_look_is_passed_over_for_whoever_asked_for_it(any_store: Store):
    put(any_store, place_of(1, 0.9, state=PlaceState.SECOND_LOOK, asked_by=ADA), place_of(2, 0.1))
    with any_store.read() as reader:
        assert [reader.most_urgent_place(ADA).id, reader.oldest_place(ADA)] == [2, 2]  # type: ignore[union-attr]
        assert [reader.most_urgent_place(BEN).id, reader.oldest_place(BEN)] == [1, 1]  # type: ignore[union-attr]
    claim(any_store, 1, BEN)
    assert any_store.transact(lambda unit: unit.put_back_place(PlaceId(1))).state is PlaceState.SECOND_LOOK


def test_a_lot_is_taken_only_when_it_is_drawn_and_old_enough(any_store: Store):
    drawn = Lot(stratum=0, chance=0.5, drawn=True)
    put(any_store, place_of(1), place_of(2, lot=drawn), place_of(3, lot=drawn))
    with any_store.read() as reader:
        assert reader.drawn_place(at(2)) is None
        assert reader.drawn_place(at(9)) == 2


def test_counts_follow_every_change(any_store: Store):
    put(any_store, place_of(1, override=True), place_of(2), place_of(3), place_of(4, state=PlaceState.SECOND_LOOK))
    claim(any_store, 2)
    put(any_store, place_of(3, state=PlaceState.DECIDED), place_of(5))
    any_store.transact(lambda unit: unit.delete_places([PlaceId(5), PlaceId(6)]))
    with any_store.read() as reader:
        counts = reader.queue_counts()
    assert (counts.waiting, counts.urgent, counts.claimed, counts.second_looks) == (1, 1, 1, 1)
    assert counts.oldest_since == at(1)
    any_store.transact(lambda unit: unit.put_back_place(PlaceId(2)))
    with any_store.read() as reader:
        assert reader.queue_counts().waiting == 2


def test_leases_that_ran_out_and_places_of_which_nothing_is_said_are_found(any_store: Store):
    put(any_store, place_of(1), place_of(2), place_of(3))
    claim(any_store, 1)
    said = Disposition(reason=Reason.ASKED, at=NOON, rule="1", score=0.0)
    put(any_store, place_of(3, disposition=said))
    with any_store.read() as reader:
        assert reader.lapsed_places(at(59), 9) == []
        assert reader.lapsed_places(at(60), 9) == [1]
        assert reader.places_without_disposition(at(60), 9) == [2]
        assert reader.places_without_disposition(at(2), 9) == []


def test_turns_move_on_from_where_they_were_and_nowhere_else(any_store: Store):
    first, second = Turns(taken=1), Turns(taken=2, reserved=1)
    any_store.transact(lambda unit: unit.put_turns(Turns(), first))
    any_store.transact(lambda unit: unit.put_turns(first, second))
    for before in (Turns(), first):
        with pytest.raises(ConflictError):
            any_store.transact(methodcaller("put_turns", before=before, after=Turns(taken=9)))
    with any_store.read() as reader:
        assert reader.queue_turns() == second


def test_what_is_undone_leaves_the_line_and_its_counts_alone(any_store: Store):
    put(any_store, place_of(1))

    def fail(unit):
        unit.claim_place(PlaceId(1), ADA, None, NOON + timedelta(hours=1))
        unit.put_places([place_of(2)])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        any_store.transact(fail)
    assert ids(any_store, PlaceFilter()) == [1]
    with any_store.read() as reader:
        assert reader.queue_counts().waiting == 1
