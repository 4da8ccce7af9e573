"""Filing at work: what the outbox does with a task of filing, and the reconciler that finds what nothing moves on."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from clew.errors import ConflictError, InputError, MissingPartError
from clew.ground.retries import latest_due
from clew.parts.clearinghouses.base import CalledPart, FetchingPart
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing import set_going, task_key
from clew.pipelines.filing_attempt import Attempt
from clew.pipelines.filing_desk import ACTOR, KIND, FilingDesk, alert, fail, note
from clew.pipelines.filing_handover import Handover
from clew.pipelines.outbox import Done, Held, Outbox, Outcome
from clew.records.filing import FilingAlertKind, FilingState
from clew.records.identifiers import FilingId
from clew.records.outbox import Task, TaskState

_PORTION = 200
# What the reconciler looks at.
_NOT_SETTLED = (
    FilingState.OFF,
    FilingState.WAITING,
    FilingState.UNDER_WAY,
    FilingState.HANDED,
    FilingState.WITHDRAWING,
    FilingState.FAILED,
)


def handler(desk: FilingDesk) -> Callable[[Held], Outcome]:
    """What the outbox does with a task of filing."""

    def handle(held: Held) -> Outcome:
        with desk.store.read() as reader:
            filing = reader.get_filing(FilingId(str(held.task.payload["filing"])))
        if filing.state.ended or task_key(filing) != held.task.key:
            return Done()
        try:
            part = desk.part(filing.clearinghouse)
            if isinstance(part, CalledPart):
                Attempt(desk, held, part, filing).run()
            elif isinstance(part, FetchingPart):
                Handover(desk, held, part, filing).run()
            else:
                give_up(desk, held, filing.id, f"clearinghouses/{part.name} neither is called nor fetches a package")
        except (MissingPartError, InputError) as error:
            give_up(desk, held, filing.id, str(error))
        return None

    return handle


def work_once(desk: FilingDesk, holder: str) -> bool:
    """One filing that is due was tried; False when none is due, or filing is off."""
    if not desk.settings.reporting.filing:
        return False
    return Outbox(desk.store, desk.clock, {KIND: handler(desk)}, holder).work_once()


def give_up(desk: FilingDesk, held: Held, filing_id: FilingId, told: str) -> None:
    """The filing has failed before anything could be tried."""
    at = desk.clock()

    def work(unit: UnitOfWork) -> None:
        unit.demand_task(held.fence, at)
        fail(unit, unit.get_filing(filing_id), told, at)
        unit.end_task(held.fence, at, TaskState.DEAD, told)

    desk.store.transact(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What a round of the reconciler changed; all zero is the rule."""

    switched: int = 0
    set_going: int = 0
    alerts: int = 0


def reconcile(desk: FilingDesk) -> Reconciled:
    """Every filing that has not ended has a task that moves it on, and every one that has failed has its alert.

    It changes nothing where transactions did their work; what it finds is put right and audited.
    """
    on = desk.settings.reporting.filing
    total = Reconciled()
    before: FilingId | None = None
    while True:
        with desk.store.read() as reader:
            some = reader.filings(FilingFilter(states=_NOT_SETTLED, before=before, limit=_PORTION))
        if not some:
            return total
        for filing in some:
            with suppress(ConflictError):  # a worker has just moved it on
                one = desk.store.transact(partial(_reconcile_one, desk=desk, filing_id=filing.id, on=on))
                total = Reconciled(
                    switched=total.switched + one.switched,
                    set_going=total.set_going + one.set_going,
                    alerts=total.alerts + one.alerts,
                )
        before = some[-1].id


def _reconcile_one(unit: UnitOfWork, desk: FilingDesk, filing_id: FilingId, *, on: bool) -> Reconciled:
    filing, at = unit.get_filing(filing_id), desk.clock()
    if filing.state is FilingState.FAILED:
        standing = {each.kind for each in unit.filing_alerts(filing_id=filing.id)}
        if FilingAlertKind.FAILED in standing:
            return Reconciled()
        alert(unit, filing, FilingAlertKind.FAILED, filing.told or "this filing has failed", at)
        return Reconciled(alerts=1)
    if filing.state.ended:
        return Reconciled()
    switched = 0
    task = unit.find_task(task_key(filing))
    wanted = _switched(filing.state, on=on, worked_at=_worked_at(task, at))
    if wanted is not filing.state:
        filing = unit.change_filing(replace(filing, state=wanted))
        note(unit, filing, "filing.switch", at, ACTOR, {"filing": filing.id, "state": wanted.value})
        switched = 1
    if task is not None and task.ended_at is None:
        return Reconciled(switched=switched)
    if task is not None and task.state is TaskState.DEAD:
        fail(unit, filing, task.told or "no attempt came to an end", at)
        return Reconciled(switched=switched, alerts=1)
    going_on = {FilingState.WITHDRAWING, FilingState.HANDED}
    set_going(unit, desk, filing, ACTOR, state=filing.state if filing.state in going_on else None)
    return Reconciled(switched=switched, set_going=1)


def _switched(state: FilingState, *, on: bool, worked_at: bool) -> FilingState:
    """What a switch makes of it: off, it waits; a worker that began before may end its attempt."""
    if on and state is FilingState.OFF:
        return FilingState.WAITING
    if not on and (state is FilingState.WAITING or (state is FilingState.UNDER_WAY and not worked_at)):
        return FilingState.OFF
    return state


def _worked_at(task: Task | None, at: datetime) -> bool:
    """Whether a worker has it in hand."""
    return task is not None and task.lease_until is not None and at < task.lease_until <= latest_due(at)
