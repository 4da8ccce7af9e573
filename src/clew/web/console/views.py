"""Serving what was asked for, and only that: a small picture, the whole file, the file's own fields, the messages.

Asking is a form; the answer names one serving, which can be fetched once, from any process of the service, and is
weighed again then. So neither a browser that loads pages ahead nor a page that is loaded again opens anything.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from clew.errors import ClewError, InputError, NotFoundError, RefusedError
from clew.pipelines import serving, views
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.views import Asked, View
from clew.records.case import Content
from clew.records.identifiers import ContentId, JobId, ViewId
from clew.records.review import Lease, Look
from clew.records.viewing import CropBox, Filter, Ground
from clew.review.picture import png_of
from clew.web import answers
from clew.web.console import review_words
from clew.web.console.exposure import Meter, meter_of
from clew.web.console.forms import Fields, Form
from clew.web.console.holding import SEE_OTHER, desk_of, keep_holding, lease_of
from clew.web.console.pages import page
from clew.web.door import Door, door_of
from clew.web.step_up import StepUpError, demand_step_up
from clew.web.visit import header, visit_of

router = APIRouter(include_in_schema=False)

# What a browser shows by itself without running anything; other kinds stay sealed.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
FILMS = frozenset({"video/mp4", "video/webm"})
# To prove that a film came whole, a page holds it three times over: with this, a gigabyte, which browsers allow.
FILM_MB = 300
# Pictures that may move: a browser plays them by itself, and nothing stops it.
ANIMATED = frozenset({"image/gif", "image/webp"})
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": 'inline; filename="content"',
}
_GROUNDS = {Look.SECOND: Ground.SECOND_LOOK, Look.SENIOR: Ground.SECOND_LOOK, Look.APPEAL: Ground.APPEAL}
_SIDE = 3  # a crop is one of three times three parts
_PART = 1000 // _SIDE


@router.post("/review/{job_id}/view")
async def ask(request: Request, job_id: str, form: Form) -> Response:
    """The view that was asked for waits to be fetched, with its line in the ledger; a script is told where."""
    try:
        return await _asked(request, JobId(job_id), form)
    except ClewError as error:
        if not _scripted(request):
            raise
        return _told(JobId(job_id), error)


async def _asked(request: Request, job_id: JobId, form: Fields) -> Response:
    desk, who = desk_of(request)
    door = door_of(request)
    # Who does not hold the job is told so first: a proof would be asked for in vain.
    lease = await door.in_thread(lambda: lease_of(desk, who, job_id, form))
    demand_step_up(request, 60 * desk.step_up_minutes)
    asked = await door.in_thread(lambda: _wish(desk, job_id, form))
    session = visit_of(request.scope).session
    assert session is not None

    def weigh() -> View:
        return views.request_view(desk, who, lease, asked, proved_at=session.proved_at)

    try:
        view = await door.in_thread(weigh)
    except RefusedError:
        seen = await door.in_thread(lambda: views.own_exposure(desk, who))
        if not seen.stopped and (asked.filter is not Filter.FULL or seen.whole_left > 0):
            raise
        return _go(request, f"/exposure?stopped=true&job={job_id}")
    await door.in_thread(lambda: keep_holding(desk, who, lease))
    if asked.filter is Filter.METADATA:
        return await _fields(request, door, desk, view, lease)
    if asked.filter is not Filter.FULL:
        # Made now, so that who asks is told at once when there is none.
        door.pictures.put(view.event.id, await _picture(door, desk, view))
    meter = await door.in_thread(lambda: meter_of(desk, who))
    return _go(request, f"/review/{job_id}/views/{view.event.id}", view, meter)


def _wish(desk: ReviewDesk, job_id: JobId, form: Fields) -> Asked:
    """What the form asks for."""
    with desk.store.read() as reader:
        job = reader.get_job(job_id)
        content = reader.get_content(ContentId(form.get("content", "")))
    wanted, crop = _filter(form), None
    if wanted is Filter.FULL and content.media_type not in PICTURES | FILMS:
        raise InputError("browsers show no whole file of this kind; decide by what is known, or hand the job over")
    # Said before anything is weighed or counted.
    if wanted is not Filter.FULL and (why := no_picture(content)):
        raise InputError(why)
    if wanted is Filter.CROP:
        crop = _crop(form.get("part", ""))
    return Asked(content_id=content.id, filter=wanted, ground=_GROUNDS.get(job.look, Ground.REVIEW), crop=crop)


def streams(content: Content) -> bool:
    """Whether the file is a film too large for a page to hold, which therefore proves nothing of it."""
    return content.media_type in FILMS and (content.size_bytes or 0) > FILM_MB * 1_000_000


def no_picture(content: Content) -> str:
    """Why no small view of a file can be made, and what can be done instead; empty when one may be."""
    kind = content.media_type
    if kind is None or kind in serving.pictured_types():
        return ""
    film = kind.startswith("video/")
    told = f"no part here can make {'keyframes' if film else 'a picture'} of {kind}, so there is no small view of it"
    whole = " open the whole film (silent, and only once you start it)," if kind in FILMS else ""
    return f"{told}; you may decide by what is known,{whole} or hand the job over"


def _filter(form: Fields) -> Filter:
    match form.get("want", ""):
        case "small":
            return {
                (True, True): Filter.BLURRED_GREY,
                (True, False): Filter.BLURRED,
                (False, True): Filter.GREY,
                (False, False): Filter.KEYFRAME,
            }["blur" in form, "grey" in form]
        case "part":
            return Filter.CROP
        case "whole":
            return Filter.FULL
        case "fields":
            return Filter.METADATA
        case _:
            raise InputError("ask for one of: small, part, whole, fields")


def _crop(number: str) -> CropBox:
    if not (number.isdecimal() and len(number) == 1 and 1 <= int(number) <= _SIDE * _SIDE):
        raise InputError("a part is one of 1 to 9, row by row")
    down, across = divmod(int(number) - 1, _SIDE)
    return CropBox(left=across * _PART, top=down * _PART, width=_PART + 1, height=_PART + 1)


async def _picture(door: Door, desk: ReviewDesk, view: View) -> bytes:
    """A PNG made of the confined worker's bare pixels."""
    descriptor = await door.in_thread(lambda: serving.hold_for_picture(desk, view))
    outcome = await door.hashing.look(descriptor, serving.wanted_of(view.event))
    made = outcome.picture
    if made is None:
        why = outcome.hashed.unhashable[0].detail if outcome.hashed.unhashable else "its kind is not known"
        raise NotFoundError(f"no small picture can be made of this file: {why}")
    return await door.in_thread(lambda: png_of(made.height, made.width, made.pixels))


async def _fields(request: Request, door: Door, desk: ReviewDesk, view: View, lease: Lease) -> Response:
    """What the file says of itself, as text; sent as one page, so it is served when the page is made."""
    descriptor = await door.in_thread(lambda: serving.hold_for_picture(desk, view))
    outcome = await door.hashing.look(descriptor, serving.wanted_of(view.event))
    if outcome.hashed.unhashable:
        # Nothing was read, which is not the same as a file without fields: this serving never becomes complete.
        raise NotFoundError(f"the fields of this file cannot be read: {outcome.hashed.unhashable[0].detail}")
    size_bytes = sum(len(name) + len(text) for name, text in outcome.fields)
    await door.in_thread(lambda: serving.view_served(desk, view.event.id, size_bytes))
    return page(
        request, "view_fields.html", place="review", event=view.event, fields=outcome.fields, job_id=lease.job_id
    )


# ---------------------------------------------------------------- fetching


@router.get("/review/{job_id}/views/{view_id}")
def show_view(request: Request, job_id: str, view_id: str) -> Response:
    """A page with that one view, for whoever has no script; once served it is a line of the ledger and no more."""
    desk, who = desk_of(request)
    with desk.store.read() as reader:
        event = reader.get_view(ViewId(view_id))
        job = reader.get_job(JobId(job_id))
        content = reader.get_content(event.content_id)
        confirmed = any(each.view_id == event.id for each in reader.confirmations_of(content.id))
    if event.person != who.id or event.case_id != job.case_id:
        raise NotFoundError("you asked for no view of that id")
    return page(
        request,
        "view.html",
        place="review",
        job=job,
        event=event,
        content=content,
        film=event.filter is Filter.FULL and content.media_type in FILMS,
        streams=streams(content),
        film_mb=FILM_MB,
        waits=serving.waits(desk, event, desk.clock()),
        confirmed=confirmed,
        review_words=review_words,
        Filter=Filter,
    )


@router.get("/review/{job_id}/views/{view_id}/bytes")
async def serve(request: Request, job_id: str, view_id: str) -> Response:
    """The view itself, once, to the person who asked for it."""
    desk, who = desk_of(request)
    door = door_of(request)
    view = await door.in_thread(lambda: serving.begin_serving(desk, who, JobId(job_id), ViewId(view_id)))
    if view.event.filter is Filter.FULL:
        size_bytes, kind = view.event.size_bytes or 0, await door.in_thread(lambda: _kind(desk, view))
        pieces = serving.stream_whole(desk, view)
    else:
        picture = door.pictures.take(view.event.id) or await _picture(door, desk, view)
        size_bytes, kind = len(picture), "image/png"
        pieces = serving.stream_picture(desk, view, picture)
    begun = await door.in_thread(lambda: _begun(pieces))
    return StreamingResponse(begun, headers={**_HEADERS, "content-length": str(size_bytes)}, media_type=kind)


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, the first of them taken: what cannot be opened is an error before the answer begins."""
    first = next(pieces)

    def go_on() -> Iterator[bytes]:
        yield first
        yield from pieces

    return go_on()


def _kind(desk: ReviewDesk, view: View) -> str:
    with desk.store.read() as reader:
        return reader.get_content(view.event.content_id).media_type or "application/octet-stream"


# ---------------------------------------------------------------- the person's word, and messages


@router.post("/review/{job_id}/confirm")
def confirm(request: Request, job_id: str, form: Form) -> Response:
    """The person says that they saw all of one serving."""
    desk, who = desk_of(request)
    view_id = ViewId(form.get("view", ""))
    with desk.store.read() as reader:
        event, job = reader.get_view(view_id), reader.get_job(JobId(job_id))
    if event.case_id != job.case_id:
        raise NotFoundError("this job has no view of that id")
    serving.confirm_view(desk, who, view_id, proof=_proof(form))
    return RedirectResponse(f"/review/{job.id}?content={event.content_id}&said=viewed", SEE_OTHER)


def _proof(form: Fields) -> bytes:
    """What the page's script made of the bytes it received; empty from a page without a script."""
    try:
        return bytes.fromhex(form.get("proof", ""))
    except ValueError:
        return b""


@router.post("/review/{job_id}/messages")
def read_messages(request: Request, job_id: str, form: Form) -> Response:
    """The messages of one thread, shown to the person who asked, with a line in the ledger."""
    desk, who = desk_of(request)
    lease = lease_of(desk, who, JobId(job_id), form)
    demand_step_up(request, 60 * desk.step_up_minutes)
    session = visit_of(request.scope).session
    assert session is not None
    content_id = ContentId(form.get("content", ""))
    with desk.store.read() as reader:
        job = reader.get_job(JobId(job_id))
    ground = _GROUNDS.get(job.look, Ground.REVIEW)
    try:
        thread = views.read_messages(desk, who, lease, content_id, proved_at=session.proved_at, ground=ground)
    except RefusedError:
        if not views.own_exposure(desk, who).stopped:
            raise
        return _go(request, f"/exposure?stopped=true&job={job_id}")
    keep_holding(desk, who, lease)
    shown = page(
        request,
        "messages.html",
        place="review",
        job=job,
        lease=lease,
        content_id=content_id,
        messages=thread.messages,
        review_words=review_words,
    )
    serving.view_served(desk, thread.event.id, sum(len(each.text.encode()) for each in thread.messages))
    return shown


# ---------------------------------------------------------------- scripts


def _scripted(request: Request) -> bool:
    return "application/json" in (header(request.scope, b"accept") or "")


def _go(request: Request, path: str, view: View | None = None, meter: Meter | None = None) -> Response:
    """To that page; a script that asked for a view is told where its bytes are instead, and what is left then."""
    if not _scripted(request):
        return RedirectResponse(path, SEE_OTHER)
    if view is None or meter is None:
        return JSONResponse({"go": path})
    whole = view.event.filter is Filter.FULL
    words = review_words.FILTERS[view.event.filter]
    told = {"view": view.event.id, "source": f"{path}/bytes", "page": path, "words": words, "whole": whole}
    return JSONResponse({**told, "meter": meter.told})


def _told(job_id: JobId, error: ClewError) -> Response:
    if isinstance(error, StepUpError):
        return JSONResponse({"go": f"/stepup?{urlencode({'back': f'/review/{job_id}'})}"})
    return JSONResponse({"message": answers.told(error)}, error.http_status)
