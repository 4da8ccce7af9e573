"""Say how a case is handled: on the safeguarding track or not, to be acted on or as information only."""

from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError, RefusedError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.holds import checked_text
from clew.pipelines.reported import is_filed
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.pipelines.review_steps import is_held
from clew.records.case import Case, ReportRoute
from clew.records.identifiers import CaseId
from clew.records.people import User
from clew.records.review import Lease
from clew.review import queue


def set_safeguarding(desk: ReviewDesk, who: User, lease: Lease, *, on: bool) -> Case:
    """The child behind the account was extorted, or was not: the case is on the safeguarding track, or off it.

    Raises:
        ConflictError: the lease is over.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> Case:
        case = unit.take_case(unit.get_job(lease.job_id).case_id)
        queue.demand_lease(unit.take_job(lease.job_id), lease, at)
        return mark_safeguarding(unit, case, on, at, who.actor)

    return desk.store.transact(work)


def set_route(desk: ReviewDesk, who: User, case_id: CaseId, route: ReportRoute, because: str | None = None) -> Case:
    """The case goes to the receiver for action, or as information only, which needs its reason.

    Raises:
        InputError: an informational route without its reason.
        ConflictError: its report is filed; a supplement says otherwise.
        RefusedError: the person neither holds the job nor is a senior reviewer.
    """
    informational = route is ReportRoute.INFORMATIONAL
    why = checked_text(because or "", "why nobody can act on it") if informational else None
    at = desk.clock()

    def work(unit: UnitOfWork) -> Case:
        case = unit.take_case(case_id)
        job = unit.get_job_of_case(case_id)
        holds = is_held(job, at) and job.lease is not None and job.lease.holder == who.id
        if not holds and not senior(who):
            raise RefusedError("the route is changed by whoever holds the job, or by a senior reviewer")
        if is_filed(unit, case_id):
            raise ConflictError("a report of this case is filed; what it says is corrected by a supplement")
        changed = replace(case, route=route, informational_because=why)
        unit.change_case(changed)
        note(unit, at, who.actor, "case.route", case_id, route=route)
        return changed

    return desk.store.transact(work)


def mark_safeguarding(unit: UnitOfWork, case: Case, on: bool, at: datetime, actor: str) -> Case:
    """The mark, of the case and of its subject, within another's transaction."""
    marked = replace(case, safeguarding=on)
    unit.change_case(marked)
    unit.change_subject(case.subject_id, at, safeguarding=on)
    note(unit, at, actor, "case.safeguarding", case.id, on=on)
    return marked
