"""/urls: partners report addresses, and read where the work on them stands."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError
from clew.parts.stores._url_reports import UrlFilter
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.url_reports import Origin, receive
from clew.pipelines.url_shown import shown_urls, url_file
from clew.records.identifiers import UrlReportId
from clew.records.url_report import UrlCame, UrlState
from clew.web import schemas
from clew.web.answers import encode
from clew.web.api import url_shapes as shapes
from clew.web.api.cases import Body
from clew.web.api.contract import answers_with, takes
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.upload_shapes import demand_storable, hear_word
from clew.web.visit import visit_of

router = APIRouter(tags=["urls"])

_ASKED = frozenset({"state", "due", "after", "limit"})


@router.get("/api/v1/urls", responses=answers_with(shapes.UrlsSaid))
def show_urls(
    request: Request,
    state: Annotated[list[str] | None, Query(description=f"only these, of: {', '.join(UrlState)}")] = None,
    due: Annotated[bool, Query(description="only those at which something is to be done by now")] = False,
    after: Annotated[str | None, Query(description="`next` of the page before", max_length=26)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Addresses, what is due first ahead; every one is defanged."""
    if not request.query_params.keys() <= _ASKED:
        raise InputError(f"the query may bear {', '.join(sorted(_ASKED))}, and nothing else")
    desk = door_of(request).installation.hotline_desk
    wanted = UrlFilter(
        states=tuple(hear_word(UrlState, each, "state") for each in state) if state else None,
        due_by=desk.clock() if due else None,
        after=UrlReportId(after) if after else None,
        limit=limit + 1,
    )
    with desk.store.read() as reader:
        found = reader.url_reports(wanted)
    shown = shown_urls(desk, found[:limit])
    note(request, "url.list", "urls", shown=len(shown))
    more = shown[-1].report.id if len(found) > limit else None
    return _json(shapes.UrlsSaid(urls=[shapes.say_url(each) for each in shown], next=more))


@router.get("/api/v1/urls/{url_id}", responses=answers_with(shapes.UrlDetailSaid))
def show_url(request: Request, url_id: str) -> Response:
    """One address with all that was done."""
    desk = door_of(request).installation.hotline_desk
    with desk.store.read() as reader:
        file = url_file(reader, desk, UrlReportId(url_id))
    note(request, "url.read", f"url:{file.shown.report.id}")
    return _json(shapes.say_url_file(file))


@router.post("/api/v1/urls", status_code=201, **takes(shapes.UrlHeard, shapes.UrlsTakenSaid, 201))
def report_urls(request: Request, body: Body) -> Response:
    """Report addresses; each is durable when it is answered, and one that is known is sighted once more."""
    heard = schemas.hear(body, shapes.UrlHeard)
    demand_storable(heard)
    desk, actor = door_of(request).installation.hotline_desk, visit_of(request.scope).actor
    origin = Origin(came=UrlCame.PARTNER, actor=actor, reference=heard.reference)
    said = [_taken(desk, each, origin, heard.words) for each in heard.addresses]
    return _json(shapes.UrlsTakenSaid(urls=said), 201)


def _taken(desk: HotlineDesk, address: str, origin: Origin, words: str) -> shapes.UrlTakenSaid:
    try:
        got = receive(desk, address, origin, words=words)
    except InputError as error:
        return shapes.UrlTakenSaid(id=None, new=False, fault=str(error))
    return shapes.UrlTakenSaid(id=got.report.id, new=got.new, fault=None)


def _json(said: schemas.Said, status: int = 200) -> Response:
    return Response(encode(said), status_code=status, media_type="application/json")
