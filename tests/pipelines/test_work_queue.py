"""People work the queue: turns, leases, decisions, second looks, taking back; on each kind of database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.parts.stores.base import Store
from clew.pipelines.work_queue import claim, decide, keep, release, take_next, undo, wake
from clew.records.audit import AuditFilter
from clew.records.identifiers import PlaceId, UserId
from clew.records.report import IncidentType, ReportAnnotation
from clew.records.triage import Place, PlaceState, WakeUp, Why
from clew.records.worked import CloseReason, PlaceAct, PlaceDecision
from tests.pipelines.queue_house import ADA, BEN, QueueHouse
from tests.triage.facts import PLAIN, account, file, incident

URGENT = incident(urgent_because="now")
CHAT = incident(type=IncidentType.ENTICEMENT)
ACTOR = "user:ada"


@pytest.fixture
def house(any_store: Store) -> QueueHouse:
    return QueueHouse(any_store)


def take(house: QueueHouse, who: UserId = ADA) -> Place | None:
    return take_next(house.desk, who, actor=f"user:{who}")


def taken(house: QueueHouse, who: UserId = ADA) -> Place:
    place = take(house, who)
    assert place is not None
    return place


def say(house: QueueHouse, place: Place, act: PlaceAct, who: UserId = ADA, **more) -> PlaceDecision:
    house.clock.move(seconds=1)
    if act is PlaceAct.CLOSE:
        more.setdefault("reason", CloseReason.NO_OFFENCE)
    return decide(house.desk, place.id, place.token, who, act, actor=f"user:{who}", **more)


def acts(house: QueueHouse, number: int) -> list[str]:
    with house.store.read() as reader:
        lines = reader.audit_lines(AuditFilter(subject=f"place:{number}"))
    return [line.event.act for line in reversed(lines) if line.event is not None]


def test_people_take_what_comes_next_and_each_place_goes_to_one(house: QueueHouse):
    plain, chat, urgent = (house.ordered(each) for each in (PLAIN, CHAT, URGENT))
    got = [taken(house, who) for who in (ADA, BEN, ADA)]
    assert [place.id for place in got] == [urgent.id, chat.id, plain.id]
    assert [place.why for place in got] == [Why.OVERRIDE, Why.SCORE, Why.SCORE]
    assert got[0].lease_until == house.clock() + timedelta(minutes=30)
    assert take(house) is None


def test_a_reserved_turn_takes_the_oldest(house: QueueHouse):
    house.open(reserve_permille=500)
    plain = house.ordered(PLAIN)
    house.clock.move(minutes=1)
    house.ordered(CHAT)
    house.ordered(CHAT)
    second = [taken(house), taken(house)][1]
    assert (second.id, second.why) == (plain.id, Why.OLDEST)


def test_a_decision_ends_the_claim_and_is_in_the_audit_in_its_transaction(house: QueueHouse):
    house.ordered(CHAT)
    place = taken(house)
    decision = say(house, place, PlaceAct.REFER, urgent=True, note="to the harbour unit")
    assert (decision.why, decision.urgent, decision.pending, decision.chance) == (Why.SCORE, True, False, 1.0)
    assert house.place(place.id).state is PlaceState.DECIDED
    assert take(house) is None
    assert acts(house, place.id) == ["place.claim", "place.decide"]


@pytest.mark.parametrize("act", [PlaceAct.ASK, PlaceAct.SET_ASIDE])
def test_what_is_set_aside_sleeps_until_something_wakes_it(house: QueueHouse, act: PlaceAct):
    house.ordered(CHAT)
    place = taken(house)
    say(house, place, act)
    assert (house.place(place.id).state, house.waiting()) == (PlaceState.SET_ASIDE, [])
    house.clock.move(hours=1)
    woken = wake(house.desk, place.id, WakeUp.ANSWER, actor=ACTOR)
    assert (woken.state, woken.newest, woken.since) == (PlaceState.WAITING, WakeUp.ANSWER, house.clock())


@pytest.mark.parametrize("act", [PlaceAct.CLOSE, PlaceAct.SET_ASIDE, PlaceAct.ASK, PlaceAct.DOWNGRADE])
def test_what_stood_ahead_is_lowered_only_by_two(house: QueueHouse, act: PlaceAct):
    house.ordered(URGENT)
    first = say(house, taken(house), act)
    assert first.pending
    assert house.place(1).state is PlaceState.SECOND_LOOK
    assert take(house) is None  # not for whoever said it
    with pytest.raises(RefusedError, match="another person"):
        claim(house.desk, PlaceId(1), ADA, actor=ACTOR)
    second = say(house, taken(house, BEN), act, BEN)
    assert (second.pending, second.confirms) == (False, first.id)
    left = PlaceState.WAITING if act is PlaceAct.DOWNGRADE else house.place(1).state
    assert (house.place(1).state, left.waits) == (left, act is PlaceAct.DOWNGRADE)
    with house.store.read() as reader:
        assert not any(each.pending for each in reader.decisions_of(PlaceId(1)))


def test_a_referral_of_what_stands_ahead_needs_no_second_look_nor_does_closing_what_does_not(house: QueueHouse):
    house.ordered(URGENT)
    assert not say(house, taken(house), PlaceAct.REFER).pending
    house.ordered(CHAT)
    assert not say(house, taken(house), PlaceAct.CLOSE).pending


def test_the_second_person_may_differ_and_theirs_holds(house: QueueHouse):
    house.ordered(URGENT)
    say(house, taken(house), PlaceAct.CLOSE)
    decision = say(house, taken(house, BEN), PlaceAct.REFER, BEN)
    assert (decision.pending, house.place(1).state) == (False, PlaceState.DECIDED)


def test_what_is_escalated_waits_for_another(house: QueueHouse):
    house.ordered(CHAT)
    assert say(house, taken(house), PlaceAct.ESCALATE).pending
    assert take(house) is None
    assert say(house, taken(house, BEN), PlaceAct.CLOSE, BEN).confirms


def test_the_console_and_a_command_do_not_make_two_people(house: QueueHouse):
    house.ordered(URGENT)
    say(house, taken(house), PlaceAct.CLOSE)
    root = UserId("command:root")
    with pytest.raises(RefusedError):
        claim(house.desk, PlaceId(1), root, actor="command:root")
    by_rule = taken(house, root)
    with pytest.raises(RefusedError, match="same door"):
        say(house, by_rule, PlaceAct.CLOSE, root)


def test_one_person_alone_looks_again_after_a_delay(house: QueueHouse):
    house.alone()
    house.ordered(URGENT)
    say(house, taken(house), PlaceAct.CLOSE)
    again = taken(house)
    with pytest.raises(RefusedError, match="alone"):
        say(house, again, PlaceAct.CLOSE)
    house.clock.move(hours=12)
    again = taken(house)  # its lease had run out
    assert say(house, again, PlaceAct.CLOSE).confirms


def test_a_lowered_danger_stays_lowered_until_another_report_tells_of_it(house: QueueHouse):
    first = house.ordered(URGENT, account("kim"), file(1))
    say(house, taken(house), PlaceAct.DOWNGRADE)
    say(house, taken(house, BEN), PlaceAct.DOWNGRADE, BEN)
    assert house.place(first.id).overrides == ()
    copy = house.ordered(PLAIN, account("kim"), file(1))
    assert copy.overrides == ()
    told_again = house.ordered(URGENT, account("kim"), file(1))
    assert [each.number for each in told_again.overrides] == [3]


def test_undoing_brings_back_what_stood(house: QueueHouse):
    before = house.ordered(URGENT)
    say(house, taken(house), PlaceAct.DOWNGRADE)
    decision = say(house, taken(house, BEN), PlaceAct.DOWNGRADE, BEN)
    back = undo(house.desk, decision.id, BEN, actor="user:ben")
    assert (back.overrides, back.state, back.since) == (before.overrides, PlaceState.WAITING, before.since)
    assert house.waiting() == [before.id]
    with pytest.raises(ConflictError):
        undo(house.desk, decision.id, BEN, actor="user:ben")
    with pytest.raises(NotFoundError):
        undo(house.desk, "D9", BEN, actor="user:ben")


def test_undoing_a_pending_downgrade_ends_the_second_look(house: QueueHouse):
    house.ordered(URGENT)
    decision = say(house, taken(house), PlaceAct.CLOSE)
    undo(house.desk, decision.id, ADA, actor=ACTOR)
    assert taken(house).asked_by is None


def test_nothing_is_undone_under_somebodys_hands_or_before_what_came_later(house: QueueHouse):
    house.ordered(CHAT)
    first = say(house, taken(house), PlaceAct.SET_ASIDE)
    wake(house.desk, PlaceId(1), WakeUp.PERSON, actor=ACTOR)
    place = taken(house)
    with pytest.raises(ConflictError, match="works"):
        undo(house.desk, first.id, ADA, actor=ACTOR)
    say(house, place, PlaceAct.CLOSE)
    with pytest.raises(ConflictError, match="after"):
        undo(house.desk, first.id, ADA, actor=ACTOR)


def test_a_lease_that_ran_out_gives_the_place_back_and_the_old_token_is_worth_nothing(house: QueueHouse):
    house.ordered(CHAT)
    lost = taken(house)
    house.clock.move(minutes=29)
    assert take(house, BEN) is None
    kept = keep(house.desk, lost.id, lost.token)
    house.clock.move(minutes=29)
    assert take(house, BEN) is None
    assert kept.lease_until is not None
    house.clock.now = kept.lease_until
    again = taken(house, BEN)
    assert (again.id, again.token) == (lost.id, lost.token + 1)
    for act in (lambda: say(house, lost, PlaceAct.REFER), lambda: keep(house.desk, lost.id, lost.token)):
        with pytest.raises(ConflictError, match="no longer"):
            act()
    assert acts(house, lost.id) == ["place.claim", "place.lapse", "place.claim"]


def test_what_is_released_waits_where_it_stood(house: QueueHouse):
    first, second = house.ordered(CHAT), house.ordered(CHAT)
    place = taken(house)
    release(house.desk, place.id, place.token, actor=ACTOR)
    assert house.waiting() == [first.id, second.id]
    with pytest.raises(ConflictError):
        release(house.desk, place.id, place.token, actor=ACTOR)


def test_a_place_picked_by_hand_takes_no_turn(house: QueueHouse):
    house.ordered(CHAT)
    place = claim(house.desk, PlaceId(1), ADA, actor=ACTOR)
    assert (place.why, place.holder) == (None, ADA)
    with house.store.read() as reader:
        assert reader.queue_turns().taken == 0
    with pytest.raises(NotFoundError):
        claim(house.desk, PlaceId(9), ADA, actor=ACTOR)


@pytest.mark.parametrize(
    ("act", "more"),
    [
        (PlaceAct.CLOSE, {"reason": None}),
        (PlaceAct.REFER, {"reason": CloseReason.SPAM}),
        (PlaceAct.REFER, {"note": "x" * 2001}),
        (PlaceAct.REFER, {"note": "a\x1b[2J"}),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_changes_nothing(house: QueueHouse, act: PlaceAct, more: dict):
    house.ordered(CHAT)
    place = taken(house)
    with pytest.raises(InputError):
        say(house, place, act, **more)
    assert house.place(place.id).state is PlaceState.CLAIMED


def test_more_copies_of_a_place_somebody_holds_leave_it_theirs(house: QueueHouse):
    house.ordered(PLAIN, account("kim"), file(1))
    place = taken(house)
    house.ordered(incident(annotations=frozenset({ReportAnnotation.SEXTORTION})), account("kim"), file(1))
    held = house.place(place.id)
    assert (held.state, held.token, held.copies, held.newest) == (PlaceState.CLAIMED, place.token, 1, WakeUp.DANGER)
    assert say(house, replace(place), PlaceAct.CLOSE).pending
