"""The person at the desk of review: who asks, the lease that a form bears, and that work keeps a job held."""

from collections.abc import Mapping

from fastapi import Request

from clew.errors import ConflictError, InputError
from clew.pipelines.review import claim, renew
from clew.pipelines.review_desk import ReviewDesk
from clew.records.identifiers import JobId
from clew.records.people import User
from clew.records.review import JobState, Lease
from clew.web.door import door_of
from clew.web.visit import visit_of

SEE_OTHER = 303


def desk_of(request: Request) -> tuple[ReviewDesk, User]:
    """The desk, and who sits at it."""
    user = visit_of(request.scope).user
    assert user is not None, "a rule without roles leads to a page of review"
    return door_of(request).installation.review_desk, user


def lease_of(desk: ReviewDesk, who: User, job_id: JobId, form: Mapping[str, str]) -> Lease:
    """The lease that the form bears.

    Raises:
        ConflictError: the job is not this person's any more; what the form asks for does not happen.
    """
    with desk.store.read() as reader:
        job = reader.get_job(job_id)
    token = form.get("lease", "")
    if not token.isdecimal() or len(token) > 18:  # noqa: PLR2004  (of 64 bits)
        raise InputError("the form must bear the lease of its page; load the job again")
    if job.lease is None or job.lease.holder != who.id:
        raise ConflictError("you do not hold this job any more; nothing was recorded, claim it again")
    return Lease(job_id=job_id, holder=who.id, token=int(token), until=job.lease.until)


def lease_or_claim(desk: ReviewDesk, who: User, job_id: JobId, form: Mapping[str, str]) -> Lease:
    """The same; a form of the queue, which bears none, takes the job first."""
    if form.get("lease"):
        return lease_of(desk, who, job_id, form)
    lease = claim(desk, who, job_id).lease
    assert lease is not None
    return lease


def keep_holding(desk: ReviewDesk, who: User, lease: Lease) -> None:
    """Whoever works at a job keeps it; a job that the work has ended is let go."""
    with desk.store.read() as reader:
        job = reader.get_job(lease.job_id)
    if job.state is JobState.HELD and job.lease is not None and job.lease.holder == who.id:
        try:
            renew(desk, who, lease)
        except ConflictError:
            return  # it ran out at this moment; the next act says so
