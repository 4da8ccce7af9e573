"""Outcomes flow to what the score learns from and to senders' quality; officers' facts stand ahead, dated."""

from datetime import timedelta

import pytest

from clew.errors import ConflictError, InputError, NotFoundError
from clew.parts.stores.base import Store
from clew.pipelines.outcomes import record_fact, record_outcome, withdraw_fact, withdraw_outcome
from clew.records.identifiers import IntakeNumber, PlaceId, SenderId
from clew.records.report import IncidentType
from clew.records.triage import OverrideKind
from clew.records.worked import OutcomeKind
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN, account, file, incident

CHAT = incident(type=IncidentType.ENTICEMENT)
ACTOR = "user:ada"


@pytest.fixture
def house(any_store: Store) -> QueueHouse:
    return QueueHouse(any_store)


def outcome(house: QueueHouse, place: int, kind: OutcomeKind, **more):
    if kind is OutcomeKind.NOT_ACTIONABLE:
        more.setdefault("reason", "no-time")
    return record_outcome(house.desk, PlaceId(place), kind, actor=ACTOR, **{"at": house.clock(), **more})


def fact(house: QueueHouse, number: int = 1, **more):
    told = {"officer": "J. Doe, harbour police", "confirmed_at": house.clock(), **more}
    return record_fact(house.desk, IntakeNumber(number), "supervision", actor=ACTOR, **told)


def test_an_outcome_bears_what_the_machine_had_said(house: QueueHouse):
    place = house.ordered(CHAT, country="NL", language="nl")
    told = outcome(house, 1, OutcomeKind.CHILD_SAFEGUARDED, source="unit 7")
    assert (told.signs, told.untold, told.figure) == ({"enticement"}, place.risk.untold, place.score)
    assert (told.model, told.override, told.platform) == ("prior-2026-11", False, "S1")
    assert (told.country, told.language, told.completeness) == ("NL", "nl", place.completeness.figure)
    with house.store.read() as reader:
        assert reader.outcomes_of(PlaceId(1)) == [told]


def test_a_senders_outcomes_move_its_next_report_and_are_taken_back_whole(house: QueueHouse):
    before = house.ordered(CHAT)
    calm = [outcome(house, 1, OutcomeKind.NOT_ACTIONABLE) for _ in range(30)]
    house.ordered(CHAT, sender="S2")
    outcome(house, 2, OutcomeKind.ARREST)
    lower, higher, unknown = (house.ordered(CHAT, sender=sender).score for sender in ("S1", "S2", "S3"))
    assert lower < unknown < higher
    assert unknown == before.score
    for each in calm:
        withdraw_outcome(house.desk, each.id, actor=ACTOR)
    with house.store.read() as reader:
        assert list(reader.sender_outcomes([SenderId("S1"), SenderId("S2")])) == ["S2"]
    with pytest.raises(ConflictError):
        withdraw_outcome(house.desk, calm[0].id, actor=ACTOR)


def test_what_came_of_a_place_raises_what_is_linked_to_it_later(house: QueueHouse):
    house.ordered(CHAT, account("kim"), file(1))
    outcome(house, 1, OutcomeKind.ARREST)
    house.linked[2] = 1
    linked = house.ordered(PLAIN, account("kim"), file(2))
    assert "linked-outcome" in {each.name for each in linked.risk.factors}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (OutcomeKind.NOT_ACTIONABLE, {"reason": None}),
        (OutcomeKind.NOT_ACTIONABLE, {"reason": "bored"}),
        (OutcomeKind.ARREST, {"reason": "other"}),
        (OutcomeKind.ARREST, {"source": "a\nb"}),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(house: QueueHouse, kind: OutcomeKind, more: dict):
    house.ordered(CHAT)
    with pytest.raises(InputError):
        outcome(house, 1, kind, **more)
    with pytest.raises(InputError, match="past"):
        outcome(house, 1, OutcomeKind.ARREST, at=house.clock() + timedelta(seconds=1))
    with pytest.raises(NotFoundError):
        outcome(house, 9, OutcomeKind.ARREST)
    with pytest.raises(NotFoundError):
        outcome(house, 1, OutcomeKind.ARREST, number=IntakeNumber(9))


def test_an_officers_fact_stands_ahead_and_says_who_and_when(house: QueueHouse):
    house.ordered(PLAIN)
    fact(house)
    (override,) = house.place(1).overrides
    assert (override.kind, override.officer) == (OverrideKind.OFFICER_FACT, "J. Doe, harbour police")
    assert override.confirmed_at == house.clock()
    withdraw_fact(house.desk, IntakeNumber(1), "supervision", actor=ACTOR)
    assert house.place(1).overrides == ()
    with pytest.raises(NotFoundError):
        withdraw_fact(house.desk, IntakeNumber(1), "supervision", actor=ACTOR)


def test_a_fact_told_again_replaces_itself(house: QueueHouse):
    house.ordered(PLAIN)
    fact(house)
    fact(house, officer="K. Roe, harbour police")
    assert [each.officer for each in house.place(1).overrides] == ["K. Roe, harbour police"]


@pytest.mark.parametrize("more", [{"officer": " "}, {"confirmed_at": None}])
def test_a_fact_needs_a_name_and_a_date_that_is_past(house: QueueHouse, more: dict):
    house.ordered(PLAIN)
    if "confirmed_at" in more:
        more = {"confirmed_at": house.clock() + timedelta(seconds=1)}
    with pytest.raises(InputError):
        fact(house, **more)
    with pytest.raises(NotFoundError):
        fact(house, 9)


def test_whoever_is_cleared_bears_no_officers_fact_any_more(house: QueueHouse):
    house.ordered(PLAIN)
    fact(house)
    outcome(house, 1, OutcomeKind.CLEARED)
    assert house.place(1).overrides == ()
    with house.store.read() as reader:
        (told,) = reader.officer_facts_of([IntakeNumber(1)])[IntakeNumber(1)]
    assert told.withdrawn_at == house.clock()
