"""Work the queue: take what comes next, hold it, decide about it, look a second time at what was lowered, take back.

A decision that takes what stands ahead of every score out of the way of a referral is a downgrade: another person looks
before it holds. Whoever bears an old token has lost the place, whatever they think.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.ground.text import bears_controls
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.placing import place_again, surface
from clew.pipelines.queue_desk import QueueDesk, note_place
from clew.pipelines.queue_line import QueueLine, now_us
from clew.pipelines.unreached import note_reached, settle, settle_unreached
from clew.pipelines.waking import wake_listed
from clew.records.identifiers import PlaceId, UserId
from clew.records.triage import OrderedReport, Place, PlaceState, WakeUp, Why
from clew.records.worked import CloseReason, PlaceAct, PlaceDecision
from clew.triage.queue import choose

# Two who take at the same moment differ by one turn; more than this is no chance.
_TRIES = 5
_NOTE_CHARACTERS = 2000
_LAPSED_AT_ONCE = 500
# Portions of changed lists in one round; an import of very many hashes goes on in the next.
_MOST_WAKINGS = 20
_PAGE = 1000
_DOORS = ("command:", "key:")
_STATE_AFTER = {
    PlaceAct.REFER: PlaceState.DECIDED,
    PlaceAct.CLOSE: PlaceState.DECIDED,
    PlaceAct.ASK: PlaceState.SET_ASIDE,
    PlaceAct.SET_ASIDE: PlaceState.SET_ASIDE,
    PlaceAct.DOWNGRADE: PlaceState.WAITING,
}


def take_next(desk: QueueDesk, who: UserId, *, actor: str) -> Place | None:
    """What this person works next, claimed by the rule of the queue; None when nothing waits."""
    for tries_left in reversed(range(_TRIES)):
        try:
            return desk.store.transact(lambda unit: take_in(unit, desk, who, actor=actor))
        except ConflictError:
            if not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


def take_in(unit: UnitOfWork, desk: QueueDesk, who: UserId, *, actor: str) -> Place | None:
    """`take_next` within a transaction.

    Raises:
        ConflictError: another process took a turn in between; take again.
    """
    at = desk.clock()
    release_lapsed(unit, at)
    line = QueueLine(unit, who, at + desk.lease, own_too=desk.alone)
    turns = unit.queue_turns()
    choice = choose(line, turns, desk.rule, now_us(at))
    if choice is None:
        return None
    # Whoever is taken late was unreached first: the audit counts every one of them.
    settle(unit, desk, [_get(unit, choice.place)], at)
    line.why = choice.why
    line.claim(choice.place)
    taken = _get(unit, choice.place)
    if choice.why is Why.SCORE:
        note_reached(unit, taken.score, at)
    unit.put_turns(turns, choice.turns)
    note_place(unit, at, actor, "place.claim", choice.place, why=choice.why.value)
    return taken


def claim(desk: QueueDesk, place_id: PlaceId, who: UserId, *, actor: str) -> Place:
    """A place that somebody picked by hand is theirs; it takes no turn of the rule.

    Raises:
        NotFoundError: there is no such place.
        ConflictError: it does not wait.
        RefusedError: it waits for a second look at this person's own word.
    """

    def work(unit: UnitOfWork) -> Place:
        at = desk.clock()
        release_lapsed(unit, at)
        place = _get(unit, place_id)
        if place.state is PlaceState.SECOND_LOOK and not desk.alone and maybe_same(place.asked_by, who):
            raise RefusedError("this waits for another person's look at what you decided; take another place")
        settle(unit, desk, [place], at)
        note_place(unit, at, actor, "place.claim", place_id, why=None)
        return unit.claim_place(place_id, who, None, at + desk.lease)

    return desk.store.transact(work)


def keep(desk: QueueDesk, place_id: PlaceId, token: int) -> Place:
    """The lease of a claimed place runs on from now; ConflictError when it was lost."""

    def work(unit: UnitOfWork) -> Place:
        place = _held(unit, place_id, token)
        kept = replace(place, lease_until=desk.clock() + desk.lease)
        unit.put_places([kept])
        return kept

    return desk.store.transact(work)


def release(desk: QueueDesk, place_id: PlaceId, token: int, *, actor: str) -> Place:
    """The place waits again where it stood; ConflictError when it was lost already."""

    def work(unit: UnitOfWork) -> Place:
        _held(unit, place_id, token)
        note_place(unit, desk.clock(), actor, "place.release", place_id)
        return unit.put_back_place(place_id)

    return desk.store.transact(work)


def queue_round(desk: QueueDesk) -> None:
    """What nobody's hand does: leases that ran out end, and what nobody reached in time has its disposition."""
    desk.store.transact(lambda unit: release_lapsed(unit, desk.clock()))
    while settle_unreached(desk):
        pass
    for _ in range(_MOST_WAKINGS):
        if not wake_listed(desk):
            break


def release_lapsed(unit: UnitOfWork, at: datetime) -> int:
    """Places whose holder gave no sign for a lease's length wait again where they stood; how many."""
    lapsed = unit.lapsed_places(at, _LAPSED_AT_ONCE)
    for place_id in lapsed:
        unit.put_back_place(place_id)
        note_place(unit, at, "system:queue", "place.lapse", place_id)
    return len(lapsed)


def decide(
    desk: QueueDesk,
    place_id: PlaceId,
    token: int,
    who: UserId,
    act: PlaceAct,
    *,
    actor: str,
    reason: CloseReason | None = None,
    urgent: bool | None = None,
    note: str = "",
) -> PlaceDecision:
    """What a person decided about a place they hold; pending where it lowers what stood ahead of every score.

    Args:
        reason: of a close, and of nothing else.
        urgent: whether a child was in danger, as this person judges; a place taken for the audit needs the answer.

    Raises:
        InputError: a close without a reason, an audit's look without its answer, or words that are too long.
        ConflictError: the place is not held by that token any more.
        RefusedError: the second look at one's own word, where others are there.
    """
    _demand(act, reason, note)

    def work(unit: UnitOfWork) -> PlaceDecision:
        at = desk.clock()
        place = _held(unit, place_id, token)
        audited = place.lot.drawn and place.disposition is not None
        if audited and urgent is None and act.ends:
            raise InputError("this place was drawn for the audit: say whether it was urgent; the miss rate counts it")
        first = _asked(unit, place)
        if first is not None and (desk.alone or maybe_same(first.by, who)):
            _demand_alone(desk, first, at)
        decision = PlaceDecision(
            id=new_id(at),
            place_id=place_id,
            by=who,
            at=at,
            act=act,
            reason=reason,
            urgent=urgent,
            note=note.strip(),
            why=place.why,
            chance=place.lot.chance if audited else 1.0,
            pending=act is PlaceAct.ESCALATE or (first is None and lowers(place, act)),
            confirms=None if first is None else first.id,
        )
        unit.put_decision(decision)
        if first is not None:
            unit.put_decision(replace(first, pending=False))
        unit.put_places([_after(place, decision)])
        if act is PlaceAct.DOWNGRADE and not decision.pending:
            _lower(unit, place_id)
        if urgent is not None and audited:
            unit.put_audit_look(place_id, at, urgent=urgent)
        note_place(
            unit,
            at,
            actor,
            "place.decide",
            place_id,
            decision=decision.id,
            decided=act.value,
            reason=None if reason is None else reason.value,
            pending=decision.pending,
            second=first is not None,
        )
        return decision

    return desk.store.transact(work)


def lowers(place: Place, act: PlaceAct) -> bool:
    """Whether the act takes what stands ahead of every score out of a referral's way."""
    return bool(place.overrides) and act not in {PlaceAct.REFER, PlaceAct.ESCALATE}


def maybe_same(first: UserId | None, second: UserId) -> bool:
    """Whether two words may be one person's: by the same name, or one in the console and one by a command.

    Whoever runs the machine gives commands under a name of their own, and whoever holds a key works under its name, so
    that two doors make no two people.
    """
    return first == second or _door(first) != _door(second)


def undo(desk: QueueDesk, decision_id: str, who: UserId, *, actor: str) -> Place:
    """The decision does not hold any more, and the place waits where it stood before.

    Raises:
        NotFoundError: there is no such decision, or its place was joined to another.
        ConflictError: it was undone already, something was decided after it, or somebody works at the place.
    """

    def work(unit: UnitOfWork) -> Place:
        at = desk.clock()
        decision = unit.find_decision(decision_id)
        if decision is None:
            raise NotFoundError(f"no decision '{decision_id[:40]}'")
        place = _get(unit, decision.place_id)
        standing = [each for each in unit.decisions_of(place.id) if each.undone_at is None]
        if not standing or standing[0].id != decision_id:
            raise ConflictError("it was undone already, or something was decided after it; undo that first")
        if place.state is PlaceState.CLAIMED:
            raise ConflictError("somebody works at this place; let them finish or release it")
        unit.put_decision(replace(decision, pending=False, undone_at=at, undone_by=who))
        back = replace(place, state=PlaceState.WAITING, asked_by=None, holder=None, lease_until=None)
        unit.put_places([back])
        if decision.act is PlaceAct.DOWNGRADE and not decision.pending:
            _raise_again(unit, place.id)
            place_again(unit, desk, place.id, at, links_too=True)
        note_place(unit, at, actor, "place.undo", place.id, decision=decision_id)
        return _get(unit, place.id)

    return desk.store.transact(work)


def wake(desk: QueueDesk, place_id: PlaceId, because: WakeUp, *, actor: str) -> Place:
    """Something happened that brings the place up again, if it had left the line or was out of reach."""

    def work(unit: UnitOfWork) -> Place:
        at = desk.clock()
        woken = surface(_get(unit, place_id), [because], at)
        unit.put_places([woken])
        note_place(unit, at, actor, "place.wake", place_id, because=because.value)
        return woken

    return desk.store.transact(work)


def _after(place: Place, decision: PlaceDecision) -> Place:
    """The place as the decision leaves it; one that was seen has no disposition of a machine any more."""
    free = replace(place, holder=None, lease_until=None, asked_by=None, disposition=None)
    if decision.pending:
        return replace(free, state=PlaceState.SECOND_LOOK, asked_by=decision.by)
    after = replace(free, state=_STATE_AFTER[decision.act])
    return replace(after, overrides=()) if decision.act is PlaceAct.DOWNGRADE else after


def _lower(unit: UnitOfWork, place_id: PlaceId) -> None:
    """What the place's reports say of danger stands ahead of nothing; what a later report says does again."""
    for page in _pages(unit, place_id):
        lowered = [
            replace(each, overrides=(), lowered=each.lowered + each.overrides) for each in page if each.overrides
        ]
        unit.put_ordered(lowered)


def _raise_again(unit: UnitOfWork, place_id: PlaceId) -> None:
    for page in _pages(unit, place_id):
        unit.put_ordered(
            [replace(each, overrides=each.lowered + each.overrides, lowered=()) for each in page if each.lowered]
        )


def _pages(unit: UnitOfWork, place_id: PlaceId) -> Iterator[list[OrderedReport]]:
    after = None
    while page := unit.reports_of_place(place_id, after=after, limit=_PAGE):
        yield page
        after = page[-1].number


def _asked(unit: UnitOfWork, place: Place) -> PlaceDecision | None:
    """The pending decision that the place waits for another person's word on."""
    if place.asked_by is None:
        return None
    return next((each for each in unit.decisions_of(place.id) if each.pending and each.undone_at is None), None)


def _demand(act: PlaceAct, reason: CloseReason | None, note: str) -> None:
    if (act is PlaceAct.CLOSE) != (reason is not None):
        raise InputError(f"a close needs one of the reasons {', '.join(CloseReason)}; nothing else has one")
    if len(note) > _NOTE_CHARACTERS or bears_controls(note, lines=True):
        raise InputError(f"a note has at most {_NOTE_CHARACTERS} printable characters")


def _door(who: UserId | None) -> str:
    """By which door somebody came: people of the console bear no door's name."""
    return next((door for door in _DOORS if str(who).startswith(door)), "")


def _demand_alone(desk: QueueDesk, first: PlaceDecision, at: datetime) -> None:
    if not desk.alone:
        raise RefusedError("another person must look at this, at the same door: two doors may be one person's")
    if at < (free := first.at + desk.alone_after):
        raise RefusedError(f"you are alone here: look again after {free:%Y-%m-%d %H:%M} UTC, not before")


def _get(unit: UnitOfWork, place_id: PlaceId) -> Place:
    place = unit.find_place(place_id)
    if place is None:
        raise NotFoundError(f"no place {place_id}: its reports are worked in another place, or were never ordered")
    return place


def _held(unit: UnitOfWork, place_id: PlaceId, token: int) -> Place:
    place = _get(unit, place_id)
    if place.state is not PlaceState.CLAIMED or place.token != token:
        raise ConflictError("you hold this place no longer: its lease ran out, or it was decided; claim it again")
    return place
