"""What every act at a review job does within its transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from clew.errors import NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.paging import tell
from clew.pipelines.reported import is_reported
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.case import AlertKind, Case, CaseAlert, Content
from clew.records.identifiers import AlertId, ContentId, OpinionId, VerdictId
from clew.records.people import User
from clew.records.review import AskReason, Lane, Lease, Look, ReviewJob, SecondOpinion, Verdict, VerdictStanding
from clew.review import queue

T = TypeVar("T")


def lease_until(desk: ReviewDesk, at: datetime) -> datetime:
    """When a lease that is given now runs out."""
    return at + timedelta(minutes=desk.policy.lease_minutes)


def is_held(job: ReviewJob, at: datetime) -> bool:
    """Whether somebody holds the job, and their time is not over."""
    return job.lease is not None and job.lease.until > at


def is_escalated(reader: Reader, job: ReviewJob) -> bool:
    """Whether the job went up to senior people; there it stays until all of it is decided."""
    return job.look is Look.SENIOR and bool(reader.escalations_of(job.id))


def demand_own(lease: Lease, who: User) -> None:
    """RefusedError when the lease is another person's."""
    if lease.holder != who.id:
        raise RefusedError("this lease is another person's")


def at_job(desk: ReviewDesk, who: User, lease: Lease, work: Callable[[UnitOfWork, datetime, Case, ReviewJob], T]) -> T:
    """The work, in a transaction that holds the case and the job, done by the one who holds the lease."""
    at = desk.clock()

    def held(unit: UnitOfWork) -> T:
        demand_own(lease, who)
        case = unit.take_case(unit.get_job(lease.job_id).case_id)
        job = unit.take_job(lease.job_id)
        queue.demand_lease(job, lease, at)
        return work(unit, at, case, job)

    return desk.store.transact(held)


def take_verdict(unit: UnitOfWork, verdict_id: VerdictId) -> tuple[Case, ReviewJob, Verdict]:
    """The verdict as it is, with its case and job, which nobody else changes before the commit."""
    verdict = unit.get_verdict(verdict_id)
    case = unit.take_case(verdict.case_id)
    job = unit.take_job(verdict.job_id)
    return case, job, unit.get_verdict(verdict_id)


def content_of(unit: UnitOfWork, job: ReviewJob, content_id: ContentId) -> Content:
    """The content, which is one of the job's; NotFoundError else."""
    content = unit.get_content(content_id)
    if content.case_id != job.case_id:
        raise NotFoundError("this job has no content of that id")
    return content


def standing_on(unit: UnitOfWork, job: ReviewJob, content_id: ContentId) -> list[Verdict]:
    """What was said of one content and is not taken back, oldest first."""
    return [
        each
        for each in unit.verdicts_of(job.case_id)
        if each.content_id == content_id and each.standing is not VerdictStanding.REVERSED
    ]


def ask(
    unit: UnitOfWork,
    who: User,
    job: ReviewJob,
    content_id: ContentId,
    reason: AskReason,
    first: VerdictId | None,
    at: datetime,
) -> None:
    """A second look at a content is asked for.

    Args:
        first: the verdict that is looked at again; None when the person could not tell.
    """
    unit.put_opinion(
        SecondOpinion(
            id=OpinionId(new_id(at)),
            job_id=job.id,
            content_id=content_id,
            asked_by=who.id,
            asked_at=at,
            reason=reason,
            first=first,
        )
    )
    note(unit, at, who.actor, "review.ask_second", job.case_id, reason=reason)


def raise_lane(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, lane: Lane, at: datetime, actor: str) -> ReviewJob:
    """The job is in that lane and people on call are told, unless it is as urgent already."""
    raised = queue.raised(job, lane, at, desk.policy)
    if raised != job:
        unit.change_job(raised)
        tell(unit, raised, desk.policy, at)
        note(unit, at, actor, "review.raise_lane", job.case_id, lane=lane, was=job.lane)
    return raised


def take_back(unit: UnitOfWork, case: Case, fallen: Sequence[Verdict], at: datetime) -> None:
    """Verdicts on one content fall; when a report rests on one that called it reportable, an alert stands."""
    unit.set_standing([each.id for each in fallen], VerdictStanding.REVERSED)
    for each in fallen:
        unit.forget_known(each.id)
    said = [each for each in fallen if each.decision.reportable]
    if not said or not is_reported(unit, case.id, said):
        return
    content_id = said[0].content_id
    if any(
        each.kind is AlertKind.REVERSED_AFTER_FILING and each.content_id == content_id
        for each in unit.case_alerts(case_id=case.id)
    ):
        return
    unit.raise_case_alert(
        CaseAlert(
            id=AlertId(new_id(at)),
            case_id=case.id,
            kind=AlertKind.REVERSED_AFTER_FILING,
            at=at,
            content_id=content_id,
        )
    )
