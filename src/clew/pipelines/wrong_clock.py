"""Mend what a clock that was wrong for a while has written into review jobs: nothing waits for a time so far ahead.

A clock that was set a year ahead and put back leaves leases, delays and places in the queue that would end in a year.
The times themselves are mended, each with its line in the audit, so that nobody who reads them need think of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from clew.ground.retries import latest_end
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.review_desk import ReviewDesk, note
from clew.pipelines.settling import settle_job
from clew.records.identifiers import JobId
from clew.records.review import JobState
from clew.review import queue

# Machines whose clocks agree to within this need no mending; no job begins to wait in the future.
_CLOCKS_DIFFER = timedelta(minutes=5)


def mend_times(desk: ReviewDesk) -> int:
    """No undecided job has a lease, a delay or a beginning that lies further ahead than any can; how many had.

    Whoever held such a lease has lost it: the next claim raises its token, and they are told so at their next act.
    """
    latest = _latest(desk, desk.clock())
    with desk.store.read() as reader:
        ahead = reader.jobs_ahead(since=latest.since, lease_until=latest.lease_until, not_before=latest.not_before)
    return sum(desk.store.transact(partial(_mend, desk=desk, job_id=job.id)) for job in ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Latest:
    """The latest that a right clock can have set each of them to."""

    since: datetime
    lease_until: datetime
    not_before: datetime


def _latest(desk: ReviewDesk, at: datetime) -> _Latest:
    return _Latest(
        since=at + _CLOCKS_DIFFER,
        lease_until=latest_end(at, timedelta(minutes=desk.policy.lease_minutes)),
        not_before=latest_end(at, timedelta(hours=desk.policy.self_review_hours)),
    )


def _mend(unit: UnitOfWork, desk: ReviewDesk, job_id: JobId) -> bool:
    unit.take_case(unit.get_job(job_id).case_id)
    job, at = unit.take_job(job_id), desk.clock()
    latest = _latest(desk, at)
    begun = job.since > latest.since
    leased = job.lease is not None and job.lease.until > latest.lease_until
    delayed = job.not_before is not None and job.not_before > latest.not_before
    if job.state is JobState.DECIDED or not (begun or leased or delayed):
        return False  # another round was faster
    if begun:
        job = replace(job, since=at, due_at=queue.due_at(job.lane, at, desk.policy))
    if leased:
        job = replace(job, state=JobState.WAITING, lease=None)
    note(unit, at, "system:review", "review.mend_times", job.case_id, begun=begun, leased=leased, delayed=delayed)
    settle_job(unit, desk, job, None, at)
    return True
