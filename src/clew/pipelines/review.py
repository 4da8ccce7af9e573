"""Take a review job, keep it, and hand it on."""

from dataclasses import replace
from datetime import datetime

from clew.errors import RefusedError
from clew.ground.identity import new_id
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.pipelines.review_steps import at_job, demand_own, lease_until
from clew.pipelines.settling import settle_job
from clew.records.case import Case
from clew.records.identifiers import JobId, OpinionId
from clew.records.people import Role, User
from clew.records.review import AskReason, Escalation, JobState, Lease, Look, ReviewJob
from clew.review import queue

# How many jobs are tried for the next: others may take the first ones at the same moment.
_TRIED = 16
# Of a longer queue the first tell enough.
_MOST_WAITING = 1_000


def claim(desk: ReviewDesk, who: User, job_id: JobId) -> ReviewJob:
    """The person holds the job.

    Raises:
        ConflictError: another holds it, or it is decided.
        RefusedError: the next look must be another's, or later, or a senior reviewer's; or the person holds so many.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        if not unit.get_job(job_id).lane.urgent:
            _demand_room(unit, desk, who, at)
        lease = unit.try_claim(job_id, who.id, at, lease_until(desk, at), senior=senior(who))
        job = unit.get_job(job_id)
        if lease is None:
            raise queue.why_not(job, who.id, at, senior=senior(who))
        note(unit, at, who.actor, "review.claim", job.case_id, token=lease.token)
        return job

    return desk.store.transact(work)


def claim_next(desk: ReviewDesk, who: User) -> ReviewJob | None:
    """The person holds the most urgent job that is open to them; None when there is none.

    Raises:
        RefusedError: it is not urgent, and the person holds as many as policy allows.
    """
    at = desk.clock()
    wanted = JobFilter(open_to=who.id, senior=senior(who), at=at, limit=_TRIED)

    def work(unit: UnitOfWork) -> ReviewJob | None:
        for job in unit.jobs(wanted):
            if not job.lane.urgent:
                _demand_room(unit, desk, who, at)
            lease = unit.try_claim(job.id, who.id, at, lease_until(desk, at), senior=senior(who))
            if lease is not None:
                note(unit, at, who.actor, "review.claim", job.case_id, token=lease.token)
                return unit.get_job(job.id)
        return None

    return desk.store.transact(work)


def jobs_for_nobody(reader: Reader) -> list[ReviewJob]:
    """Jobs that wait and that nobody who works here may take: somebody must be added, or given a role."""
    waiting = reader.jobs(JobFilter(state=JobState.WAITING, limit=_MOST_WAITING))
    people = reader.users()
    return [job for job in waiting if not any(_may_take(each, job) for each in people)]


def who_may_take(reader: Reader, job: ReviewJob) -> list[User]:
    """Who of those that work here may take the job, now or once a delay or another's lease is over, by name."""
    return [each for each in reader.users() if _may_take(each, job)]


def _may_take(who: User, job: ReviewJob) -> bool:
    wanted = Role.SENIOR_REVIEWER if job.look in {Look.SENIOR, Look.APPEAL} else Role.REVIEWER
    return who.disabled_at is None and who.has(wanted, Role.SENIOR_REVIEWER) and who.id not in job.not_by


def renew(desk: ReviewDesk, who: User, lease: Lease) -> Lease:
    """The lease lasts longer. ConflictError when it ran out or another holds the job: then all of it is theirs."""
    at = desk.clock()

    def work(unit: UnitOfWork) -> Lease:
        demand_own(lease, who)
        renewed = unit.try_renew(lease, at, lease_until(desk, at))
        if renewed is None:
            queue.demand_lease(unit.get_job(lease.job_id), replace(lease, token=-1), at)
            raise AssertionError("a lease that could not be renewed was good")
        note(unit, at, who.actor, "review.renew", unit.get_job(lease.job_id).case_id, token=lease.token)
        return renewed

    return desk.store.transact(work)


def release(desk: ReviewDesk, who: User, lease: Lease) -> ReviewJob:
    """The job waits again; what was decided stays."""
    return hand_over(desk, who, lease, AskReason.SHIFT_ENDS)


def hand_over(desk: ReviewDesk, who: User, lease: Lease, reason: AskReason) -> ReviewJob:
    """The job waits for whoever comes next, with its verdicts, its clock and its lane."""

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> ReviewJob:
        note(unit, at, who.actor, "review.hand_over", case.id, reason=reason)
        return settle_job(unit, desk, replace(job, state=JobState.WAITING), None, at).job

    return at_job(desk, who, lease, work)


def leave_for_exposure(unit: UnitOfWork, desk: ReviewDesk, who: User, job: ReviewJob, at: datetime) -> None:
    """Within a transaction that took the job: it goes on to others, because its holder's exposure is used up."""
    note(unit, at, who.actor, "review.hand_over", job.case_id, reason=AskReason.EXPOSURE)
    settle_job(unit, desk, replace(job, state=JobState.WAITING), None, at)


def escalate(desk: ReviewDesk, who: User, lease: Lease, reason: AskReason) -> ReviewJob:
    """The job waits for a senior reviewer."""

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> ReviewJob:
        unit.add_escalation(Escalation(id=OpinionId(new_id(at)), job_id=job.id, by=who.id, at=at, reason=reason))
        note(unit, at, who.actor, "review.escalate", case.id, reason=reason)
        return settle_job(unit, desk, replace(job, state=JobState.WAITING, look=Look.SENIOR), None, at).job

    return at_job(desk, who, lease, work)


def _demand_room(unit: UnitOfWork, desk: ReviewDesk, who: User, at: datetime) -> None:
    """What one person keeps from all others is bounded: whoever holds a job that they do not work at blocks it."""
    held = unit.count_jobs(JobFilter(holder=who.id, at=at))
    if held >= desk.policy.jobs_held:
        raise RefusedError(
            f"you hold {held} jobs, and one person holds {desk.policy.jobs_held} at once (review.jobs_held); decide "
            "one of them or give it back, then take the next"
        )
