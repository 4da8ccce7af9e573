"""The order of the queue: lanes, their clocks, who may take a job, and when people on call are told."""

import enum
from dataclasses import replace
from datetime import datetime, timedelta

from clew.errors import ConflictError, RefusedError
from clew.records.case import FlagReason
from clew.records.identifiers import UserId
from clew.records.review import JobState, Lane, Lease, Look, ReviewJob
from clew.settings import Review


class PageStep(enum.StrEnum):
    """A moment of an urgent job's clock at which people on call are told."""

    OPENED = "opened"  # it stands in an urgent lane
    HALF = "half"  # half of its time is gone, and nobody holds it
    OVER = "over"  # its time is over, and it is not decided


_LANE_OF_FLAG = {FlagReason.LIVE_DANGER: Lane.LIVE_DANGER, FlagReason.EXTORTION: Lane.ONGOING_EXTORTION}


def lane_of(reason: FlagReason | None, *, infant: bool = False, accessible_child: bool = False) -> Lane:
    """The lane that what was said of a content asks for: the most urgent of them."""
    lanes = [Lane.ORDINARY]
    if reason in _LANE_OF_FLAG:
        lanes.append(_LANE_OF_FLAG[reason])
    if infant:
        lanes.append(Lane.INFANT)
    if accessible_child:
        lanes.append(Lane.ACCESSIBLE_CHILD)
    return min(lanes, key=lambda lane: lane.rank)


def due_at(lane: Lane, since: datetime, policy: Review) -> datetime | None:
    """When a lane's clock that began then is over; None where none runs."""
    minutes = {
        Lane.LIVE_DANGER: policy.live_danger_minutes,
        Lane.ONGOING_EXTORTION: policy.extortion_minutes,
        Lane.INFANT: policy.infant_minutes,
        Lane.ACCESSIBLE_CHILD: policy.accessible_child_minutes,
    }
    return since + timedelta(minutes=minutes[lane]) if lane.urgent else None


def raised(job: ReviewJob, lane: Lane, at: datetime, policy: Review) -> ReviewJob:
    """The job in a more urgent lane, its clock begun anew, a wish for a lower one gone; itself if it is as urgent."""
    if lane.rank >= job.lane.rank:
        return job
    return replace(
        job,
        lane=lane,
        since=at,
        due_at=due_at(lane, at, policy),
        downgrade_to=None,
        downgrade_by=None,
        downgrade_at=None,
    )


def lowered(job: ReviewJob, lane: Lane, policy: Review) -> ReviewJob:
    """The job in a less urgent lane; its clock goes on from when the job was opened."""
    return replace(
        job,
        lane=lane,
        since=job.opened_at,
        due_at=due_at(lane, job.opened_at, policy),
        downgrade_to=None,
        downgrade_by=None,
        downgrade_at=None,
    )


def demand_lease(job: ReviewJob, lease: Lease, at: datetime) -> None:
    """ConflictError unless the lease is the job's own and has not run out."""
    own = job.lease is not None and (job.lease.holder, job.lease.token) == (lease.holder, lease.token)
    if not own or job.lease is None or job.lease.until <= at:
        raise ConflictError(
            "you do not hold this job any more: its lease ran out or another took it; nothing was recorded, "
            "claim it again"
        )


def why_not(job: ReviewJob, person: UserId, at: datetime, *, senior: bool) -> ConflictError | RefusedError:
    """Why a person did not get a job: said as an error, with what to do."""
    if job.state is JobState.DECIDED:
        return ConflictError("this job is decided; reverse a verdict, or answer an appeal, to open it again")
    if person in job.not_by:
        return RefusedError("the next look at this job must be another person's: you gave the one before")
    if job.look in {Look.SENIOR, Look.APPEAL} and not senior:
        return RefusedError("this job waits for a senior reviewer")
    if job.not_before is not None and at < job.not_before:
        free_at = f"{job.not_before:%Y-%m-%d %H:%M}"
        return RefusedError(f"you may look at your own decision again from {free_at} UTC (review.self_review_hours)")
    return ConflictError("another person holds this job; take the next one")


def steps_due(job: ReviewJob, at: datetime) -> list[PageStep]:
    """The steps of a job's clock that have come by a moment."""
    if not job.lane.urgent or job.due_at is None or job.state is JobState.DECIDED:
        return []
    steps = [PageStep.OPENED]
    held = job.state is JobState.HELD and job.lease is not None and job.lease.until > at
    if at >= job.since + (job.due_at - job.since) / 2 and not held:
        steps.append(PageStep.HALF)
    if at >= job.due_at:
        steps.append(PageStep.OVER)
    return steps
