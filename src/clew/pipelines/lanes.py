"""Move a job into another lane: up at once, down when a second look agrees."""

from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError, RefusedError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.review_desk import ReviewDesk, note
from clew.pipelines.review_steps import raise_lane
from clew.records.identifiers import JobId
from clew.records.people import User
from clew.records.review import JobState, Lane, ReviewJob
from clew.review import decide, queue

_OWN = "a less urgent lane needs a second look by another person"


def change_lane(desk: ReviewDesk, who: User, job_id: JobId, lane: Lane) -> ReviewJob:
    """The job is in a more urgent lane at once; a less urgent one is only asked for, and another person agrees or not.

    Raises:
        ConflictError: it is decided, or in that lane.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        job = unit.take_job(job_id)
        if job.state is JobState.DECIDED or lane is job.lane:
            raise ConflictError(f"the job is {'decided' if lane is not job.lane else 'in that lane'} already")
        if lane.rank < job.lane.rank:
            return raise_lane(unit, desk, job, lane, at, who.actor)
        unit.change_job(replace(job, downgrade_to=lane, downgrade_by=who.id, downgrade_at=at))
        note(unit, at, who.actor, "review.ask_lower_lane", job.case_id, lane=lane, was=job.lane)
        return unit.get_job(job_id)

    return desk.store.transact(work)


def answer_lane(desk: ReviewDesk, who: User, job_id: JobId, *, agree: bool) -> ReviewJob:
    """The second look at a downgrade: the job is in the less urgent lane, or stays where it is.

    Raises:
        ConflictError: nobody asked for one.
        RefusedError: it is the person's own wish.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        job = unit.take_job(job_id)
        if job.downgrade_to is None or job.downgrade_at is None:
            raise ConflictError("nobody asks for a less urgent lane for this job")
        refusal = why_not_agree(desk, who, job, at)
        if agree and refusal:
            raise RefusedError(refusal)
        lane = job.downgrade_to
        unit.change_job(
            queue.lowered(job, lane, desk.policy)
            if agree
            else replace(job, downgrade_to=None, downgrade_by=None, downgrade_at=None)
        )
        note(
            unit,
            at,
            who.actor,
            "review.answer_lane",
            job.case_id,
            lane=lane,
            agreed=agree,
            self_review=agree and job.downgrade_by == who.id,
        )
        return unit.get_job(job_id)

    return desk.store.transact(work)


def why_not_agree(desk: ReviewDesk, who: User, job: ReviewJob, at: datetime) -> str:
    """Why a person may not agree to the less urgent lane that is asked for; "" when they may."""
    if job.downgrade_at is None or job.downgrade_by != who.id:
        return ""
    return decide.why_not_own(job.downgrade_at, at, desk.policy, another=_OWN)
