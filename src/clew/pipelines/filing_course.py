"""How an attempt at filing begins, is put off and given up, under the fence, whichever way the report goes."""

from dataclasses import replace
from datetime import timedelta

from clew.ground.retries import next_delay
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing_desk import ACTOR, FilingDesk, fail, record
from clew.pipelines.outbox import Held
from clew.records.filing import Filing, FilingState, Step
from clew.records.outbox import TaskState
from clew.reporting.submit import over


def begun(unit: UnitOfWork, desk: FilingDesk, held: Held, filing: Filing, place: str) -> Filing:
    """The attempt is recorded; or the filing has failed before it, because nothing more may be tried.

    Args:
        place: where the report goes.
    """
    at = desk.clock()
    unit.demand_task(held.fence, at)
    if over(filing, held.task.attempts - 1, at, _horizon(desk)):
        return given_up(unit, desk, held, filing, _after(desk, filing.told or "no attempt came to an end"))
    since = filing.attempting_since
    withdrawing = filing.state is FilingState.WITHDRAWING
    taken = replace(
        filing,
        state=filing.state if withdrawing else FilingState.UNDER_WAY,
        place=place,
        attempts=filing.attempts + 1,
        # A clock that went back must not lengthen the horizon.
        attempting_since=at if since is None or since > at else since,
        due_at=None,
    )
    return record(unit, taken, Step.BEGUN, at, actor=ACTOR)


def put_off(
    unit: UnitOfWork, desk: FilingDesk, held: Held, filing: Filing, told: str, *, request_id: str | None = None
) -> None:
    """The next attempt is due in a while, and a withdrawal stays one; or the horizon is over and it has failed."""
    at = desk.clock()
    unit.demand_task(held.fence, at)
    if over(filing, held.task.attempts, at, _horizon(desk)):
        given_up(unit, desk, held, filing, _after(desk, told))
        return
    due_at = at + next_delay(held.task.attempts)
    # Why a person took it back stays what is told of it; the step bears what happened.
    withdrawing = filing.state is FilingState.WITHDRAWING
    waiting = (
        replace(filing, due_at=due_at)
        if withdrawing
        else replace(filing, state=FilingState.WAITING, due_at=due_at, told=told)
    )
    record(unit, waiting, Step.GAVE_UP, at, actor=ACTOR, told=told, request_id=request_id)
    unit.put_task_back(held.fence, due_at, told)


def given_up(unit: UnitOfWork, desk: FilingDesk, held: Held, filing: Filing, told: str) -> Filing:
    """The filing has failed with its alert, and its task is dead."""
    at = desk.clock()
    unit.demand_task(held.fence, at)
    failed = fail(unit, filing, told, at)
    unit.end_task(held.fence, at, TaskState.DEAD, told)
    return failed


def _horizon(desk: FilingDesk) -> timedelta:
    return timedelta(hours=desk.settings.reporting.retry_hours)


def _after(desk: FilingDesk, told: str) -> str:
    return f"Given up after {_horizon(desk).total_seconds() / 3600:.0f} hours: {told}"
