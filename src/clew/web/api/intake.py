"""/intake and /senders: reports are given in by other systems, and read where they are worked."""

import io
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError, NotFoundError, RateError
from clew.parts.stores._intake import IntakeFilter
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.intake_shown import (
    file_row,
    intake_file,
    intake_page,
    names_of,
    quality_row,
    report_row,
    search,
    sender_row,
)
from clew.pipelines.intake_streams import take_stream
from clew.pipelines.senders import find_sender, left_today, quality_of
from clew.records.identifiers import IntakeNumber
from clew.records.intake import IntakeForm, IntakeSender, IntakeState, Unread
from clew.records.mention import IdentifierKind
from clew.web import schemas
from clew.web.answers import encode
from clew.web.api import intake_shapes as shapes
from clew.web.api.cases import Body
from clew.web.api.contract import answers_with
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.upload_shapes import hear_word
from clew.web.visit import visit_of

router = APIRouter(tags=["intake"])

_LISTED = frozenset({"sender", "form", "state", "incomplete", "before", "limit"})
_SEARCHED = frozenset({"q", "kind", "limit"})
_FORMS = (IntakeForm.FACTS, IntakeForm.IDS_JSON)
_HIGHEST = 2**63 - 1
_TEXT = {"schema": {"type": "string"}}
_LINES = {"requestBody": {"required": True, "content": {"application/x-ndjson": _TEXT, "text/plain": _TEXT}}}


@router.get("/api/v1/intake", responses=answers_with(shapes.IntakesSaid))
def show_intakes(
    request: Request,
    sender: Annotated[str | None, Query(max_length=100, description="name or id of the sender")] = None,
    form: Annotated[str | None, Query(description=f"one of: {', '.join(IntakeForm)}")] = None,
    state: Annotated[str | None, Query(description=f"one of: {', '.join(IntakeState)}")] = None,
    incomplete: Annotated[bool | None, Query(description="only those with, or without, gaps")] = None,
    before: Annotated[int | None, Query(ge=1, le=_HIGHEST, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Reports as they came in, newest first, without their contents."""
    _only(request, _LISTED)
    desk = door_of(request).installation.intake_desk
    with desk.store.read() as reader:
        wanted = IntakeFilter(
            sender_id=None if sender is None else find_sender(reader, sender).id,
            form=None if form is None else hear_word(IntakeForm, form, "form"),
            state=None if state is None else hear_word(IntakeState, state, "state"),
            incomplete=incomplete,
            before=None if before is None else IntakeNumber(before),
            limit=limit,
        )
        found, more = intake_page(reader, wanted)
        names = names_of(reader.senders())
    rows = [report_row(each, names.get(each.sender_id)) for each in found]
    return _json(shapes.IntakesSaid(reports=[msgspec.convert(row, shapes.IntakeSaid) for row in rows], next=more))


@router.get("/api/v1/intake/search", responses=answers_with(shapes.FoundSaid))
def search_intakes(
    request: Request,
    q: Annotated[str, Query(min_length=3, max_length=2048, description="how the identifier begins")],
    kind: Annotated[str | None, Query(description=f"one of: {', '.join(IdentifierKind)}")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """The reports that state an identifier, or one that begins so; the search is noted without its words."""
    _only(request, _SEARCHED)
    wanted = None if kind is None else hear_word(IdentifierKind, kind, "kind")
    note(request, "intake.search", "intake")
    with door_of(request).installation.store.read() as reader:
        found = search(reader, q.replace("\0", ""), wanted, limit=limit)
    rows = [shapes.FoundOneSaid(kind=each.value, value=value, reports=list(at)) for each, value, at in found]
    return _json(shapes.FoundSaid(found=rows))


@router.get("/api/v1/intake/{number}", responses=answers_with(shapes.IntakeDetailSaid))
def show_intake(request: Request, number: str) -> Response:
    """One report with its contents; that it was read is noted."""
    if not (number.isascii() and number.isdigit() and 0 < int(number[:20]) <= _HIGHEST):
        raise NotFoundError("no report of that number")
    with door_of(request).installation.store.read() as reader:
        file = intake_file(reader, IntakeNumber(int(number)))
    note(request, "intake.read", f"intake:{file.report.number}")
    return _json(msgspec.convert(file_row(file), shapes.IntakeDetailSaid))


@router.post("/api/v1/intake", status_code=201, responses=answers_with(shapes.TakenInSaid, 201), openapi_extra=_LINES)
def give_intakes(
    request: Request,
    body: Body,
    sender: Annotated[str, Query(min_length=1, max_length=100, description="name or id of the sender")],
    form: Annotated[str, Query(description=f"one of: {', '.join(_FORMS)}")] = IntakeForm.FACTS.value,
) -> Response:
    """Take reports in, one JSON object a line; each that has a number in the answer is durable.

    The same line again is answered with the number that it has. Over the sender's quota nothing of the call is taken.
    """
    chosen = hear_word(IntakeForm, form, "form")
    if chosen not in _FORMS:
        raise InputError(f"'form' is one of {', '.join(_FORMS)}; other forms come in by `clew intake`")
    desk = door_of(request).installation.intake_desk
    with desk.store.read() as reader:
        who = find_sender(reader, sender)
    _demand_room(desk, who, sum(bool(line.strip()) for line in body.split(b"\n")))
    delivery = Delivery(sender_id=who.id, form=chosen, actor=visit_of(request.scope).actor)
    found = list(take_stream(desk, delivery, io.BytesIO(body), form=chosen))
    return _json(shapes.TakenInSaid(reports=[_taken(each) for each in found]), 201)


@router.get("/api/v1/senders", responses=answers_with(shapes.SendersSaid))
def show_senders(request: Request) -> Response:
    """Every sender, without credentials, with what its last 30 days on which it sent were worth."""
    _only(request, frozenset())
    with door_of(request).installation.store.read() as reader:
        rows = [{**quality_row(quality_of(reader, each.id)), **sender_row(each)} for each in reader.senders()]
    return _json(shapes.SendersSaid(senders=[msgspec.convert(row, shapes.SenderSaid) for row in rows]))


def _demand_room(desk: IntakeDesk, sender: IntakeSender, reports: int) -> None:
    """Room in the sender's quota for so many, or RateError, counted."""
    at = desk.clock()
    with desk.store.read() as reader:
        left = left_today(reader, sender, at)
    if left is None or reports <= left:
        return
    desk.store.transact(lambda unit: unit.count_sent(sender.id, at, refused=1))
    wait_s = (_next_day(at) - at).total_seconds()
    raise RateError(f"the sender's quota has room for {left:,} more reports today (UTC)", retry_after_s=wait_s)


def _next_day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _taken(each: Taken | Unread) -> shapes.TakenInOneSaid:
    if isinstance(each, Unread):
        return shapes.TakenInOneSaid(number=None, repeated=False, gaps=[], unread=each.because)
    gaps = [shapes.GapSaid(path=gap.path, because=gap.because, cost=gap.cost) for gap in each.report.gaps]
    return shapes.TakenInOneSaid(number=each.report.number, repeated=each.repeated, gaps=gaps, unread=None)


def _only(request: Request, known: frozenset[str]) -> None:
    if not request.query_params.keys() <= known:
        allowed = f"{', '.join(sorted(known))}, and nothing else" if known else "nothing"
        raise InputError(f"the query may bear {allowed}")


def _json(said: schemas.Said, status: int = 200) -> Response:
    return Response(encode(said), status_code=status, media_type="application/json")
