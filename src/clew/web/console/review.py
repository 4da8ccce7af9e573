"""The queue of review: what waits, most urgent first, why it is here, and who holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import InputError
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import Reader
from clew.pipelines import review, verdicts
from clew.pipelines.reported import untold_jobs
from clew.pipelines.review_desk import ReviewDesk, senior
from clew.pipelines.settling import waits_for
from clew.records.case import Content
from clew.records.identifiers import ContentId, JobId
from clew.records.match import Hit
from clew.records.people import User
from clew.records.review import AskReason, JobState, Look, ReviewJob
from clew.web.console import review_words
from clew.web.console.exposure import meter_of
from clew.web.console.forms import Form
from clew.web.console.holding import SEE_OTHER, desk_of, keep_holding, lease_of, lease_or_claim
from clew.web.console.pages import page
from clew.web.console.undoing import undo_of
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

_ROWS = 25
_HITS_READ = 8
_OPEN = (JobState.WAITING, JobState.HELD)
FILTERS = {
    "": "All that is open",
    "free": "Open to me",
    "mine": "Held by me",
    "urgent": "Urgent",
    "safeguarding": "Safeguarding",
    "decided": "Decided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job of the queue, explained.

    Attributes:
        holder: who holds it now: "you", a name, or "" for nobody.
        barred: why the person cannot take it; "" when they can, or hold it.
    """

    job: ReviewJob
    what: str
    reasons: list[str]
    clock: review_words.Clock | None
    holder: str
    barred: str

    @property
    def mine(self) -> bool:
        """Whether the person who looks holds it."""
        return self.holder == "you"


@router.get("/review")
def show_queue(
    request: Request,
    show: str = "",
    after: Annotated[str, Query(max_length=64)] = "",
    at: Annotated[str, Query(max_length=64)] = "",
    undo: Annotated[str, Query(max_length=64)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The page.

    Args:
        show: one of the filters; another word is all that is open.
        after: the last job of the page before this one.
        at: the job that is marked and explained; the first one else.
        undo: the verdict just given, which can perhaps be taken back.
    """
    desk, who = desk_of(request)
    show = show if show in FILTERS else ""
    now = desk.clock()
    note(request, "review.queue", "review", shown=show)
    with desk.store.read() as reader:
        jobs = _jobs(reader, _wanted(show, who, now), JobId(after) if after else None)
        rows = [_row(reader, job, who, now) for job in jobs[:_ROWS]]
        counts = {name: _count(reader, _wanted(name, who, now)) for name in FILTERS if name != "decided"}
        running = sum(len(untold_jobs(reader, JobFilter(state=each, urgent=True))) for each in _OPEN)
        undoing = undo_of(desk, reader, who, undo, now)
    marked = next((row for row in rows if row.job.id == at), rows[0] if rows else None)
    return page(
        request,
        "review.html",
        place="review",
        rows=rows,
        urgent=[row for row in rows if row.job.lane.urgent],
        ordinary=[row for row in rows if not row.job.lane.urgent],
        marked=marked,
        at=at,
        show=show,
        counts=counts,
        running=running,
        filters=FILTERS,
        first_page=not after,
        more=_address(show, after=jobs[_ROWS - 1].id) if len(jobs) > _ROWS else "",
        link=_address,
        meter=meter_of(desk, who),
        undoing=undoing,
        told=TOLD.get(said, ""),
        review_words=review_words,
        JobState=JobState,
    )


TOLD = {
    "released": "The job waits again, with its clock and all that was decided.",
    "escalated": "The job waits for a senior reviewer.",
    "second": "A second look is asked for.",
    "none": "No job is open to you now.",
    "undone": "The verdict is taken back. Its file is to be decided again.",
}


@router.post("/review/next")
def take_next(request: Request) -> Response:
    """The most urgent job that is open to the person is theirs."""
    desk, who = desk_of(request)
    job = review.claim_next(desk, who)
    return _to("/review?said=none" if job is None else f"/review/{job.id}")


@router.post("/review/{job_id}/claim")
def claim(request: Request, job_id: str) -> Response:
    """The person holds the job."""
    desk, who = desk_of(request)
    review.claim(desk, who, JobId(job_id))
    return _to(f"/review/{job_id}")


@router.post("/review/{job_id}/release")
def release(request: Request, job_id: str, form: Form) -> Response:
    """The job waits again; with a reason it is handed over."""
    desk, who = desk_of(request)
    reason = _reason(form.get("reason", AskReason.SHIFT_ENDS), review_words.HANDING_OVER)
    review.hand_over(desk, who, lease_of(desk, who, JobId(job_id), form), reason)
    return _to("/review?said=released")


@router.post("/review/{job_id}/escalate")
def escalate(request: Request, job_id: str, form: Form) -> Response:
    """The job waits for a senior reviewer."""
    desk, who = desk_of(request)
    reason = _reason(form.get("reason", ""), review_words.ESCALATING)
    review.escalate(desk, who, lease_or_claim(desk, who, JobId(job_id), form), reason)
    return _to("/review?said=escalated")


@router.post("/review/{job_id}/second")
def ask_second(request: Request, job_id: str, form: Form) -> Response:
    """A second look is asked for: at the file that the form names, else at each that the person can decide."""
    desk, who = desk_of(request)
    lease = lease_or_claim(desk, who, JobId(job_id), form)
    with desk.store.read() as reader:
        left = waits_for(reader, desk, reader.get_job(JobId(job_id)), who, desk.clock()).left_to_holder
    named = form.get("content")
    asked = [ContentId(named)] if named else left
    if not asked:
        raise InputError("nothing of this job is left to you; name the file at which another look is wanted")
    recorded = [verdicts.ask_second(desk, who, lease, each) for each in asked]
    if recorded[-1].left:
        keep_holding(desk, who, lease)
        return _to(f"/review/{job_id}?content={recorded[-1].left[0]}&said=second")
    return _to("/review?said=second")


# ---------------------------------------------------------------- the rows


def _wanted(show: str, who: User, now: datetime) -> JobFilter:
    """As the store takes it, without the states."""
    if show == "free":
        return JobFilter(open_to=who.id, senior=senior(who), at=now)
    if show == "mine":
        return JobFilter(holder=who.id, at=now)
    if show == "decided":
        return JobFilter(state=JobState.DECIDED)
    return JobFilter(urgent=True if show == "urgent" else None, safeguarding=True if show == "safeguarding" else None)


def _states(wanted: JobFilter) -> tuple[JobState, ...]:
    return _OPEN if wanted.state is None else (wanted.state,)


def _jobs(reader: Reader, wanted: JobFilter, after: JobId | None) -> list[ReviewJob]:
    """One more than a page has, of all states that are asked for, in the order of the queue."""
    found = [
        job
        for state in _states(wanted)
        for job in reader.jobs(replace(wanted, state=state, after=after, limit=_ROWS + 1))
    ]
    return sorted(found, key=lambda job: (job.lane.rank, job.since, job.id))[: _ROWS + 1]


def _count(reader: Reader, wanted: JobFilter) -> int:
    return sum(reader.count_jobs(replace(wanted, state=state)) for state in _states(wanted))


def _row(reader: Reader, job: ReviewJob, who: User, now: datetime) -> Row:
    contents = reader.contents_of(job.case_id)
    held = job.lease is not None and job.lease.until > now and job.state is JobState.HELD
    return Row(
        job=job,
        what=review_words.what(contents),
        reasons=review_words.why(job, contents, _hits(reader, contents)),
        clock=review_words.clock_of(reader, job, now),
        holder=review_words.name_of(reader, job.lease.holder, who.id) if job.lease is not None and held else "",
        barred=barred(job, who, now),
    )


def _hits(reader: Reader, contents: Sequence[Content]) -> list[Hit]:
    ids = [hit_id for each in contents for hit_id in each.hit_ids]
    return [reader.get_hit(hit_id) for hit_id in ids[:_HITS_READ]]


def barred(job: ReviewJob, who: User, now: datetime) -> str:
    """Why the person cannot take the job now; "" when they can, or hold it."""
    if job.state is JobState.DECIDED:
        return "it is decided"
    if job.lease is not None and job.lease.until > now:
        return "" if job.lease.holder == who.id else "another person holds it"
    if who.id in job.not_by:
        return "the next look must be another person's: you gave the one before"
    if job.look in {Look.SENIOR, Look.APPEAL} and not senior(who):
        return "it waits for a senior reviewer"
    if job.not_before is not None and now < job.not_before:
        return f"your own second look is possible from {job.not_before:%d %b %H:%M} UTC"
    return ""


def next_open(desk: ReviewDesk, who: User) -> ReviewJob | None:
    """The most urgent job that the person could take; nobody has taken it by that."""
    with desk.store.read() as reader:
        found = reader.jobs(JobFilter(open_to=who.id, senior=senior(who), at=desk.clock(), limit=1))
    return found[0] if found else None


def _reason(text: str, allowed: dict[AskReason, str]) -> AskReason:
    if text not in set(allowed):
        raise InputError(f"choose a reason: one of {', '.join(allowed)}")
    return AskReason(text)


def _to(path: str) -> Response:
    return RedirectResponse(path, SEE_OTHER)


def _address(show: str, **more: str) -> str:
    query = urlencode({name: value for name, value in ({"show": show} | more).items() if value})
    return f"/review?{query}" if query else "/review"
