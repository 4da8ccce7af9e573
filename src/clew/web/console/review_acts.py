"""What a person does at a review job: decide, take back, stay, change its lane, answer an appeal."""

from collections.abc import Mapping
from contextlib import suppress

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from clew.errors import ConflictError, InputError, RefusedError
from clew.pipelines import appeals, lanes, review, verdicts
from clew.pipelines.case_marks import set_route, set_safeguarding
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.verdicts import VerdictGiven
from clew.records.case import ReportRoute
from clew.records.identifiers import AppealId, ContentId, JobId, VerdictId
from clew.records.people import User
from clew.records.review import AskReason, Decision, FileAnnotation, IndustryClass, Lane, ReviewJob
from clew.web.console.forms import Fields, Form
from clew.web.console.holding import SEE_OTHER, desk_of, keep_holding, lease_of
from clew.web.console.review import barred, next_open
from clew.web.console.undoing import demand_of_job, holds

router = APIRouter(include_in_schema=False)

_CHOICES: Mapping[str, Decision] = {
    "1": Decision.SAME_AS_LISTED,
    "2": Decision.NOT_LISTED,
    "3": Decision.NOT_REPORTABLE,
    "4": Decision.CANNOT_TELL,
}
_DANGER = "5"


# ---------------------------------------------------------------- deciding


@router.post("/review/{job_id}/verdict")
def record(request: Request, job_id: str, form: Form) -> Response:
    """The decision stands; the page of what is next is shown."""
    desk, who = desk_of(request)
    lease = lease_of(desk, who, JobId(job_id), form)
    content_id = ContentId(form.get("content", ""))
    choice = form.get("verdict", "")
    if choice == _DANGER:
        said = _raise(desk, who, JobId(job_id))
        keep_holding(desk, who, lease)
        return _to(f"/review/{job_id}?content={content_id}&said={said}")
    if choice not in _CHOICES:
        raise InputError("choose one of the five answers; none is chosen beforehand")
    given = VerdictGiven(
        content_id=content_id,
        decision=_CHOICES[choice],
        industry_class=_class(form),
        annotations=_annotations(form),
    )
    recorded = verdicts.record_verdict(desk, who, lease, given)
    undo = f"&undo={recorded.verdict.id}" if recorded.verdict else "&said=second"
    if recorded.left:
        keep_holding(desk, who, lease)
        return _to(f"/review/{job_id}?content={_after(desk, job_id, content_id, recorded.left)}{undo}")
    following = next_open(desk, who)
    return _to(f"/review/{following.id}?{undo[1:]}" if following else f"/review?{undo[1:]}")


def _after(desk: ReviewDesk, job_id: str, content_id: ContentId, left: tuple[ContentId, ...]) -> ContentId:
    """The next that is left, in the order of the list."""
    with desk.store.read() as reader:
        order = [each.id for each in reader.contents_of(reader.get_job(JobId(job_id)).case_id)]
    at = order.index(content_id)
    return next((each for each in order[at + 1 :] if each in left), left[0])


def _raise(desk: ReviewDesk, who: User, job_id: JobId) -> str:
    try:
        lanes.change_lane(desk, who, job_id, Lane.LIVE_DANGER)
    except ConflictError:
        return "raised-already"
    return "raised"


def _class(form: Fields) -> IndustryClass | None:
    text = form.get("industry_class", "")
    if text and text not in set(IndustryClass):
        raise InputError(f"the industry class is one of {', '.join(IndustryClass)}, or none")
    return IndustryClass(text) if text else None


def _annotations(form: Fields) -> tuple[FileAnnotation, ...]:
    texts = form.all("annotation")
    if not set(texts) <= set(FileAnnotation):
        raise InputError("an annotation is one of those that the page has")
    return tuple(FileAnnotation(text) for text in texts)


@router.post("/review/{job_id}/undo")
def undo_verdict(request: Request, job_id: str, form: Form) -> Response:
    """A verdict of the job is taken back; whoever may decide it again holds the job."""
    desk, who = desk_of(request)
    verdict = demand_of_job(desk, VerdictId(form.get("verdict", "")), JobId(job_id))
    verdicts.reverse(desk, who, verdict.id, AskReason.UNSURE)
    with desk.store.read() as reader:
        job: ReviewJob = reader.get_job(JobId(job_id))
    if not holds(who, job, desk.clock()) and not barred(job, who, desk.clock()):
        with suppress(RefusedError):  # taken back it is, also when the person holds as many jobs as they may
            review.claim(desk, who, job.id)
    return _to(f"/review/{job_id}?content={verdict.content_id}&said=undone")


@router.post("/review/{job_id}/renew")
def renew(request: Request, job_id: str, form: Form) -> Response:
    """The lease lasts longer; a script asks while somebody works at the page."""
    desk, who = desk_of(request)
    renewed = review.renew(desk, who, lease_of(desk, who, JobId(job_id), form))
    return JSONResponse({"until": renewed.until.strftime("%H:%M")})


# ---------------------------------------------------------------- the job itself


@router.post("/review/{job_id}/lane")
def change_lane(request: Request, job_id: str, form: Form) -> Response:
    """The job is in another lane, or a less urgent one is asked for, agreed to or refused."""
    desk, who = desk_of(request)
    answer = form.get("answer", "")
    if answer:
        lanes.answer_lane(desk, who, JobId(job_id), agree=answer == "agree")
        return _to(f"/review/{job_id}?said=lane")
    if form.get("lane") not in set(Lane):
        raise InputError(f"the lane is one of {', '.join(Lane)}")
    job = lanes.change_lane(desk, who, JobId(job_id), Lane(form["lane"]))
    return _to(f"/review/{job_id}?said={'lane-asked' if job.downgrade_to else 'lane'}")


@router.post("/review/{job_id}/appeal")
def answer_appeal(request: Request, job_id: str, form: Form) -> Response:
    """The verdict stands, or falls and is to be given again."""
    desk, who = desk_of(request)
    lease = lease_of(desk, who, JobId(job_id), form)
    answer = form.get("answer", "")
    if answer not in {"uphold", "overturn"}:
        raise InputError("answer the appeal with: uphold or overturn")
    appeals.answer_appeal(desk, who, lease, AppealId(form.get("appeal", "")), uphold=answer == "uphold")
    return _to(f"/review/{job_id}?said=appeal")


@router.post("/review/{job_id}/safeguarding")
def mark(request: Request, job_id: str, form: Form) -> Response:
    """The case is on the safeguarding track, or not any more."""
    desk, who = desk_of(request)
    set_safeguarding(desk, who, lease_of(desk, who, JobId(job_id), form), on=form.get("on") == "yes")
    return _to(f"/review/{job_id}?said=safeguarding")


@router.post("/review/{job_id}/appeals")
def lodge_appeal(request: Request, job_id: str, form: Form) -> Response:
    """A senior reviewer passes on an appeal against a final verdict of the job; another person answers it."""
    desk, who = desk_of(request)
    verdict = demand_of_job(desk, VerdictId(form.get("verdict", "")), JobId(job_id))
    appeals.appeal(desk, verdict.id, reference=form.get("reference"), actor=who.actor)
    return _to(f"/review/{job_id}?content={verdict.content_id}&said=appealed")


@router.post("/review/{job_id}/route")
def choose_route(request: Request, job_id: str, form: Form) -> Response:
    """The case goes to the receiver to be acted on, or as information only, with the reason."""
    desk, who = desk_of(request)
    if form.get("route") not in set(ReportRoute):
        raise InputError(f"the route is one of {', '.join(ReportRoute)}")
    with desk.store.read() as reader:
        case_id = reader.get_job(JobId(job_id)).case_id
    set_route(desk, who, case_id, ReportRoute(form["route"]), form.get("because"))
    return _to(f"/review/{job_id}?said=route")


def _to(path: str) -> Response:
    return RedirectResponse(path, SEE_OTHER)
