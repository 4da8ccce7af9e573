"""Keep evidence as the law says: open cases, finished reports, legal holds; and say when each ends."""

from dataclasses import replace
from datetime import datetime, timedelta

from clew.errors import ConflictError, InputError, NotFoundError, UnavailableError
from clew.ground.clock import iso
from clew.ground.identity import new_id
from clew.ground.text import bears_controls
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.strongroom import Facts, Strongroom, event
from clew.records.audit import AuditEvent
from clew.records.case import CaseState
from clew.records.evidence import Deadline, DeadlineKind, Hold, HoldKind, LegalProcess
from clew.records.identifiers import CaseId, HoldId, ProcessId

_GROUND_CHARACTERS = 500
_MOST_DEADLINES = 1_000
_OPEN_CASE = "the case is open, or its report is not finished"
# A vault that locks objects keeps a new one so long, until its case has a period of its own: no longer than that, so
# that a benign file can be destroyed when its case is dismissed, and long enough for a person to notice a lost hold.
_FIRST_LOCK = timedelta(days=30)


# ---------------------------------------------------------------- within another's transaction


def keep_open_case(unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, *, actor: str) -> Hold:
    """Whatever belongs to the case is kept until somebody decides and, where it is reportable, its report is finished.

    Other holds that stand may end before that, so an open case has this one beside them; a closed case needs none.
    """
    standing = standing_holds(unit, case_id, strongroom.clock())
    kept = next((each for each in standing if each.kind is HoldKind.OPEN_CASE), None)
    if kept is None and standing and _is_closed(unit, case_id):
        kept = standing[0]
    return kept or begin_open_case(unit, strongroom, case_id, actor=actor)


def begin_open_case(unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, *, actor: str) -> Hold:
    """`keep_open_case` of a case that is opened in this transaction, on which nothing can stand yet."""
    at = strongroom.clock()
    hold = _hold(strongroom, case_id, HoldKind.OPEN_CASE, _OPEN_CASE, None, at, None, actor)
    unit.put_hold(hold)
    unit.audit(hold_event(strongroom, "hold.begin", hold, actor))
    return hold


def end_open_case(unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, *, ground: str, actor: str) -> None:
    """The case ended without a report: it is kept no longer on that ground alone; nothing is destroyed by it."""
    for hold in standing_holds(unit, case_id, strongroom.clock()):
        if hold.kind is HoldKind.OPEN_CASE:
            end_hold(unit, strongroom, hold, checked_text(ground, "a ground"), actor)


def preserve(
    unit: UnitOfWork,
    strongroom: Strongroom,
    case_id: CaseId,
    *,
    finished_at: datetime,
    reference: str,
    actor: str,
) -> Hold:
    """The evidence of a finished report is kept for the period of the jurisdiction, from the receipt on.

    A second call with the same reference changes nothing. The vault's own locks follow by `extend_locks`.

    Args:
        finished_at: when the receipt came.
        reference: the filing.
    """
    for hold in unit.holds_of_case(case_id):
        if hold.kind is HoldKind.PRESERVATION and hold.reference == reference:
            return hold
    retention = strongroom.jurisdiction.retention
    until = retention.until(finished_at)
    ground = f"report finished: {retention.statement.label}"
    hold = _hold(strongroom, case_id, HoldKind.PRESERVATION, ground, reference, finished_at, until, actor)
    unit.put_hold(hold)
    unit.audit(hold_event(strongroom, "hold.begin", hold, actor))
    end_open_case(unit, strongroom, case_id, ground="the report is finished", actor=actor)
    return hold


def end_hold(
    unit: UnitOfWork, strongroom: Strongroom, hold: Hold, ground: str, actor: str, *, alone: bool | None = None
) -> Hold:
    """The hold does not stand any more, in this transaction; nothing is destroyed by it.

    Args:
        alone: where two people must agree, whether one did for both.
    """
    released = replace(hold, released_at=strongroom.clock(), released_by=actor, release_ground=ground)
    unit.put_hold(released)
    unit.audit(hold_event(strongroom, "hold.release", released, actor, alone=alone))
    return released


def hold_event(strongroom: Strongroom, act: str, hold: Hold, actor: str, *, alone: bool | None = None) -> AuditEvent:
    """An audit row about a hold; its words stay out of it."""
    facts: Facts = {
        "hold": hold.id,
        "kind": hold.kind.value,
        "until": iso(hold.until) if hold.until else None,
        "reference": hold.reference,
    }
    if alone is not None:
        facts["alone"] = alone
    return event(strongroom.clock(), actor, act, hold.case_id, facts)


def standing_holds(reader: Reader, case_id: CaseId, at: datetime) -> tuple[Hold, ...]:
    """What forbids that anything of the case be erased at a moment; empty when nothing does."""
    return tuple(hold for hold in reader.holds_of_case(case_id) if hold.stands(at))


def lock_until(reader: Reader, strongroom: Strongroom, case_id: CaseId) -> datetime:
    """Until when a vault that can lock lets nobody delete a new object of the case."""
    at = strongroom.clock()
    ends = [hold.until for hold in standing_holds(reader, case_id, at) if hold.until is not None]
    return max([at + _FIRST_LOCK, *ends])


# ---------------------------------------------------------------- what a person does


def hold_legally(
    strongroom: Strongroom,
    case_id: CaseId,
    *,
    ground: str,
    until: datetime | None,
    actor: str,
    process_id: ProcessId | None = None,
) -> Hold:
    """Nothing of the case is destroyed until the hold ends, or is released, whoever asks for it.

    Args:
        process_id: the recorded legal process that asks for it, where there is one.
    Raises:
        NotFoundError: nothing of that case was ever kept.
        ConflictError: its evidence was destroyed.
        InputError: the words or the date cannot be.
    """
    hold = strongroom.store.transact(
        lambda unit: begin_legal_hold(
            unit, strongroom, case_id, ground=ground, until=until, actor=actor, process_id=process_id
        )
    )
    extend_locks(strongroom, case_id)
    return hold


def begin_legal_hold(
    unit: UnitOfWork,
    strongroom: Strongroom,
    case_id: CaseId,
    *,
    ground: str,
    until: datetime | None,
    actor: str,
    process_id: ProcessId | None = None,
) -> Hold:
    """`hold_legally` within another's transaction; the vault's locks follow by `extend_locks`."""
    at, why = strongroom.clock(), checked_text(ground, "a ground")
    if until is not None and until <= at:
        raise InputError(f"a hold ends in the future, got {until:%Y-%m-%d}; leave it out for one without an end")
    key = unit.lock_case_key(case_id)
    demand_kept(unit, case_id)
    if key is not None and key.wrapped is None:
        raise ConflictError(
            "the evidence of that case was destroyed; nothing is left to hold, its certificate says when"
        )
    hold = _hold(strongroom, case_id, HoldKind.LEGAL, why, process_id, at, until, actor)
    unit.put_hold(hold)
    unit.audit(hold_event(strongroom, "hold.begin", hold, actor))
    return hold


def extend(strongroom: Strongroom, hold_id: HoldId, *, until: datetime | None, ground: str, actor: str) -> Hold:
    """A second hold of the same kind follows the first and ends later; the first stays as it was recorded.

    Raises:
        InputError: the new end is not later than the old one.
        ConflictError: the hold does not stand any more; make a legal hold.
    """
    why = checked_text(ground, "a ground")

    def work(unit: UnitOfWork) -> Hold:
        unit.lock_case_key(unit.get_hold(hold_id).case_id)
        hold, at = unit.get_hold(hold_id), strongroom.clock()  # again: it may have been released meanwhile
        if not hold.stands(at):
            raise ConflictError("that hold does not stand any more; begin a new one: clew evidence hold CASE")
        if hold.until is None or (until is not None and until <= hold.until):
            ends = "has no end" if hold.until is None else f"ends on {hold.until:%Y-%m-%d}"
            raise InputError(f"an extension ends later than the hold, which {ends}; to end it sooner, release it")
        longer = _hold(strongroom, hold.case_id, hold.kind, why, hold.id, at, until, actor)
        unit.put_hold(longer)
        unit.audit(hold_event(strongroom, "hold.extend", longer, actor))
        return longer

    longer = strongroom.store.transact(work)
    extend_locks(strongroom, longer.case_id)
    return longer


def extend_locks(strongroom: Strongroom, case_id: CaseId) -> None:
    """The vault's own locks on a case's objects reach as far as its holds.

    The database's holds count without them. A vault that cannot lock has nothing to do. A hold without an end locks
    for some weeks at a time; each verification of the vault renews it.

    Raises:
        UnavailableError: the vault is not to be had; the hold stands all the same.
    """
    if not strongroom.vault.locks:
        return
    with strongroom.store.read() as reader:
        until = lock_until(reader, strongroom, case_id)
        objects = [each for each in reader.objects_of_case(case_id) if each.gone_at is None]
    try:
        for sealed in objects:
            strongroom.vault.keep(sealed.id, until)
    except UnavailableError as error:
        raise UnavailableError(
            f"the hold stands, but the storage's own lock was not prolonged ({error}); clew evidence verify does it"
        ) from error


# ---------------------------------------------------------------- what runs out


def deadlines(reader: Reader, at: datetime, within: timedelta) -> list[Deadline]:
    """By when a person must have acted, the soonest first: legal requests to answer, last holds and last legal holds.

    Overdue ones stand first. Records of other providers that expire stand with their case.
    """
    due = [
        Deadline(
            case_id=process.case_id,
            kind=DeadlineKind.LEGAL_REQUEST,
            what=f"{process.kind.value} {process.reference}, {process.authority}",
            due_at=process.due_at,
        )
        for process in reader.processes_due(_MOST_DEADLINES)
        if process.due_at is not None and process.due_at < at + within
    ]
    last = reader.endings(at, at + within)
    ending = [
        Deadline(case_id=case_id, kind=DeadlineKind.HOLD_END, what="the last hold ends", due_at=ends)
        for case_id, ends in last
    ]
    legal = [
        Deadline(
            case_id=case_id,
            kind=DeadlineKind.LEGAL_HOLD_END,
            what="the last legal hold ends; it is kept on other grounds",
            due_at=ends,
        )
        for case_id, ends in reader.endings(at, at + within, HoldKind.LEGAL)
        if (case_id, ends) not in last
    ]
    return sorted([*due, *ending, *legal], key=lambda each: (each.due_at, each.case_id))


def undated_requests(reader: Reader, at: datetime) -> list[LegalProcess]:
    """Legal requests that wait for an answer and say no day for it, the oldest first."""
    return reader.processes_undated(at, _MOST_DEADLINES)


def _hold(
    strongroom: Strongroom,
    case_id: CaseId,
    kind: HoldKind,
    ground: str,
    reference: str | None,
    begun_at: datetime,
    until: datetime | None,
    actor: str,
) -> Hold:
    at = strongroom.clock()
    return Hold(
        id=HoldId(new_id(at)),
        case_id=case_id,
        kind=kind,
        ground=ground,
        reference=reference,
        begun_at=begun_at,
        until=until,
        recorded_by=actor,
        recorded_at=at,
    )


def _is_closed(reader: Reader, case_id: CaseId) -> bool:
    try:
        return reader.get_case(case_id).state is CaseState.CLOSED
    except NotFoundError:
        return False  # evidence that was taken in without a case of review


def demand_kept(reader: Reader, case_id: CaseId) -> None:
    """NotFoundError unless something of the case is or was kept."""
    if not reader.holds_of_case(case_id):
        raise NotFoundError(f"nothing of a case '{case_id[:40]}' was ever kept; see: clew evidence show")


def checked_text(text: str, what: str) -> str:
    """Words that a person gave, fit for a page and the audit."""
    told = text.strip()
    if not told or len(told) > _GROUND_CHARACTERS or bears_controls(told):
        raise InputError(f"{what} must be said in 1 to {_GROUND_CHARACTERS} printable characters")
    return told
