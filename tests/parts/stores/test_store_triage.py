"""Ordered reports, bundles, decisions, outcomes, models and the audit's turns, on each kind of database."""

from dataclasses import replace
from datetime import timedelta
from operator import methodcaller

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._triage import AuditTurn, Unreached
from clew.parts.stores.base import Store
from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, OutcomeId, PlaceId, SenderId, UserId
from clew.records.triage import Bundle, OfficerFact, WakeUp, Why
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct, PlaceDecision, PlaceOutcome, ScoreModel
from tests.parts.stores.store_records import DAY, NOON, PDQ, SHA256, add, add_list, entry_of, remove, value_of
from tests.parts.stores.triage_records import at, ordered_of

OUTCOME = PlaceOutcome(
    id=OutcomeId("O1"),
    place_id=PlaceId(1),
    kind=OutcomeKind.NOT_ACTIONABLE,
    at=NOON,
    recorded_at=NOON,
    recorded_by="user:ada",
    reason="no-identifier",
    source="unit 7",
    senders=(SenderId("S1"), SenderId("S2")),
    signs=frozenset({"chat-with-child"}),
    untold=frozenset({"live-stream"}),
    figure=-3.25,
    model="test-1",
    chance=0.25,
    language="nl",
    completeness=40,
)
MODEL = ScoreModel(version="a", made_at=NOON, base=-6.0, weights={"x": 1.5}, shares={"x": 0.01}, card='{"n": 3}')


def test_reports_are_found_by_place_cluster_and_bundle_in_the_order_of_their_numbers(any_store: Store):
    reports = [ordered_of(1), ordered_of(2, cluster=1), ordered_of(3, bundle=1), ordered_of(4, cluster=1)]
    any_store.transact(lambda unit: unit.put_ordered(reports))
    with any_store.read() as reader:
        assert reader.ordered_of([IntakeNumber(3), IntakeNumber(9)]) == {3: reports[2]}
        assert [each.number for each in reader.reports_of_place(PlaceId(1))] == [1, 2, 4]
        assert [each.number for each in reader.reports_of_place(PlaceId(1), after=IntakeNumber(2), limit=1)] == [4]
        assert [each.number for each in reader.reports_of_cluster(ClusterId(1), 2)] == [1, 2]
        assert [each.number for each in reader.reports_of_bundle(BundleId(1))] == [1, 3]
        assert [each.is_copy for each in reader.reports_of_bundle(BundleId(1))] == [False, True]
    any_store.transact(lambda unit: unit.put_ordered([replace(reports[2], place_id=PlaceId(1))]))
    with any_store.read() as reader:
        assert len(reader.reports_of_place(PlaceId(1))) == 4


def test_reports_move_with_their_cluster_and_copies_with_their_bundle(any_store: Store):
    reports = [ordered_of(1), ordered_of(2, cluster=1), ordered_of(3, bundle=1, place_id=PlaceId(1)), ordered_of(4)]
    any_store.transact(lambda unit: unit.put_ordered(reports))
    with any_store.read() as reader:
        sent = [number.to_bytes(8, "big") for number in (2, 3, 4)]
        assert reader.first_of_uploaders(PlaceId(1), sent) == {sent[0]: 2, sent[1]: 3}
        assert [each.number for each in reader.members_of([ClusterId(4), ClusterId(1)])] == [1, 2, 4]
    moved = any_store.transact(lambda unit: unit.move_copies(BundleId(1), PlaceId(1), PlaceId(9)))
    again = any_store.transact(lambda unit: unit.move_cluster(ClusterId(1), PlaceId(9)))
    assert (moved, again) == (1, 2)
    assert any_store.transact(lambda unit: unit.move_cluster(ClusterId(1), PlaceId(9))) == 0
    with any_store.read() as reader:
        assert [each.number for each in reader.reports_of_place(PlaceId(9))] == [1, 2, 3]
        assert reader.reports_of_place(PlaceId(1)) == []


def test_a_value_is_listed_while_it_stands_on_a_list(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1), entry_of(2))
    remove(any_store, hash_list, value_of(2))
    with any_store.read() as reader:
        assert reader.listed_values(PDQ, [value_of(number) for number in (1, 2, 3)]) == {value_of(1)}
        assert reader.listed_values(SHA256, [value_of(1)]) == set()
    any_store.transact(lambda unit: unit.remove_list(hash_list.id, NOON))
    with any_store.read() as reader:
        assert reader.listed_values(PDQ, [value_of(1)]) == set()


def test_a_key_leads_to_the_bundle_that_had_it_first(any_store: Store):
    bundle = Bundle(id=BundleId(1), first_at=NOON, last_at=at(1), reports=2, uploaders=1, newest=WakeUp.NEW_FILE)
    any_store.transact(lambda unit: unit.add_bundles([bundle]))
    any_store.transact(lambda unit: unit.add_bundle_keys({b"k1": BundleId(1), b"k2": BundleId(1)}))
    any_store.transact(lambda unit: unit.add_bundle_keys({b"k2": BundleId(5), b"k3": BundleId(5)}))
    with any_store.read() as reader:
        assert reader.bundles_by_key([b"k1", b"k2", b"k3", b"k4"]) == {b"k1": 1, b"k2": 1, b"k3": 5}
        assert reader.find_bundle(BundleId(1)) == bundle
        assert reader.find_bundle(BundleId(5)) is None


def test_uploaders_and_pictures_of_a_bundle_are_followed(any_store: Store):
    any_store.transact(lambda unit: unit.add_bundle_uploaders([(BundleId(1), b"a"), (BundleId(1), b"a")]))
    any_store.transact(lambda unit: unit.add_bundle_uploaders([(BundleId(1), b"a"), (BundleId(2), b"b")]))
    any_store.transact(lambda unit: unit.add_bundle_pictures([(BundleId(1), b"p"), (BundleId(2), b"q")]))
    with any_store.read() as reader:
        assert reader.known_uploaders(BundleId(1), [b"a", b"b"]) == {b"a"}
        first, second = reader.pictures_after(0, 9)
        assert (first.bundle_id, first.pdq, second.bundle_id) == (1, b"p", 2)
        assert reader.pictures_after(first.id, 9) == [second]


def test_decisions_stand_newest_first_and_an_undone_one_is_told(any_store: Store):
    first = PlaceDecision(
        id="D1",
        place_id=PlaceId(1),
        by=UserId("ada"),
        at=NOON,
        act=PlaceAct.CLOSE,
        reason=CloseReason.VIRAL,
        urgent=False,
        note="seen",
        why=Why.AUDIT,
        chance=0.25,
        pending=True,
    )
    second = replace(first, id="D2", act=PlaceAct.REFER, reason=None, urgent=None, pending=False, confirms="D1")
    for decision in (first, second):
        any_store.transact(methodcaller("put_decision", decision=decision))
    undone = replace(first, pending=False, undone_at=at(1), undone_by=UserId("ben"))
    any_store.transact(lambda unit: unit.put_decision(undone))
    with any_store.read() as reader:
        assert reader.decisions_of(PlaceId(1)) == [second, undone]
        assert reader.find_decision("D9") is None


def test_an_outcome_counts_for_its_senders_until_it_is_withdrawn(any_store: Store):
    any_store.transact(lambda unit: unit.put_outcome(OUTCOME))
    arrest = replace(OUTCOME, id=OutcomeId("O2"), kind=OutcomeKind.ARREST, reason=None, senders=(SenderId("S1"),))
    any_store.transact(lambda unit: unit.put_outcome(arrest))
    with any_store.read() as reader:
        assert reader.outcomes_of(PlaceId(1)) == [arrest, OUTCOME]
        quality = reader.sender_outcomes([SenderId("S1"), SenderId("S2"), SenderId("S3")])
        assert quality[SenderId("S1")].counts == {OutcomeKind.ARREST: 1, OutcomeKind.NOT_ACTIONABLE: 1}
        assert quality[SenderId("S2")].reasons == {"no-identifier": 1}
        assert SenderId("S3") not in quality
        assert reader.outcome_totals() == {OutcomeKind.ARREST: 1, OutcomeKind.NOT_ACTIONABLE: 2}
    any_store.transact(lambda unit: unit.withdraw_outcome(OUTCOME.id, at(5)))
    with any_store.read() as reader:
        assert list(reader.stream_outcomes()) == [arrest]
        assert list(reader.stream_outcomes(at(1))) == []
        assert list(reader.sender_outcomes([SenderId("S1"), SenderId("S2")])) == ["S1"]
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.withdraw_outcome(OUTCOME.id, at(6)))
    with pytest.raises(NotFoundError):
        any_store.transact(lambda unit: unit.withdraw_outcome(OutcomeId("O9"), at(6)))


def test_an_officers_fact_is_stored_with_who_and_when(any_store: Store):
    fact = OfficerFact(
        number=IntakeNumber(1),
        about="supervision",
        officer="J. Doe, harbour police",
        confirmed_at=NOON,
        recorded_by="user:ada",
        recorded_at=at(1),
    )
    other = replace(fact, about="register")
    for each in (fact, other, replace(fact, withdrawn_at=at(9))):
        any_store.transact(methodcaller("put_officer_fact", fact=each))
    with any_store.read() as reader:
        found = reader.officer_facts_of([IntakeNumber(1), IntakeNumber(2)])
        assert found == {1: [other, replace(fact, withdrawn_at=at(9))]}


def test_one_model_is_in_force_at_most(any_store: Store):
    with any_store.read() as reader:
        assert reader.find_model() is None
    later = replace(MODEL, version="b", made_at=at(1))
    for model in (replace(MODEL, in_force_since=NOON, put_by="user:ada"), later):
        any_store.transact(methodcaller("put_model", model=model))
    any_store.transact(lambda unit: unit.put_model(replace(later, in_force_since=at(2), put_by="user:ben")))
    with any_store.read() as reader:
        assert [model.version for model in reader.score_models()] == ["b", "a"]
        assert [model.in_force_since for model in reader.score_models()] == [at(2), None]
        assert reader.find_model() == replace(later, in_force_since=at(2), put_by="user:ben")
        assert reader.find_model("a") == replace(MODEL, put_by="user:ada")


def test_the_audit_keeps_every_drawn_place_and_counts_all(any_store: Store):
    turn = AuditTurn(place_id=PlaceId(1), unreached_at=NOON, stratum=0, chance=0.5)
    again = replace(turn, unreached_at=NOON + 2 * DAY)
    day = NOON.date().isoformat()
    count = Unreached(day=day, stratum=0, places=3, lowest_chance=0.5)
    any_store.transact(lambda unit: unit.add_unreached([turn, again], [count]))
    any_store.transact(lambda unit: unit.add_unreached([turn], [replace(count, places=2, lowest_chance=0.25)]))
    any_store.transact(lambda unit: unit.add_unreached([], [replace(count, places=1, lowest_chance=0.75)]))
    begin, end = NOON - timedelta(hours=12, microseconds=250_001), NOON + 3 * DAY
    with any_store.read() as reader:
        assert reader.audit_turns(begin, end) == [turn, again]
        assert reader.audit_turns(NOON + DAY, end) == [again]
        assert reader.unreached(begin, begin + DAY) == [replace(count, places=6, lowest_chance=0.25)]
        assert reader.unreached(begin + DAY, end) == []
    looks = [any_store.transact(lambda unit: unit.put_audit_look(PlaceId(1), at(1), urgent=True)) for _ in range(2)]
    assert looks == [True, False]
    assert not any_store.transact(lambda unit: unit.put_audit_look(PlaceId(2), at(1), urgent=True))
    with any_store.read() as reader:
        assert reader.audit_turns(begin, end) == [turn, replace(again, looked_at=at(1), urgent=True)]
