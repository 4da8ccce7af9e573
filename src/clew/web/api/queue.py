"""/queue: the line is read and worked by other systems, by the same rule and with the same second looks."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError, NotFoundError
from clew.parts.stores._triage import IN_LINE, PlaceFilter
from clew.pipelines import outcomes, work_queue
from clew.pipelines.place_shown import READ, place_file
from clew.pipelines.queue_desk import QueueDesk
from clew.records.identifiers import IntakeNumber, PlaceId, UserId
from clew.records.triage import Place, PlaceState
from clew.web import schemas
from clew.web.answers import encode
from clew.web.api import queue_shapes as shapes
from clew.web.api.cases import Body
from clew.web.api.contract import answers_with, takes
from clew.web.door import door_of
from clew.web.place_mark import place_id_of, read_mark, write_mark
from clew.web.reads import note
from clew.web.upload_shapes import demand_storable, hear_word
from clew.web.visit import visit_of

router = APIRouter(tags=["queue"])

_ASKED = frozenset({"state", "urgent", "country", "language", "after", "limit"})


@router.get("/api/v1/queue", responses=answers_with(shapes.PlacesSaid))
def show_places(
    request: Request,
    state: Annotated[list[str] | None, Query(description=f"only these, of: {', '.join(PlaceState)}")] = None,
    urgent: Annotated[bool | None, Query(description="only what stands ahead of every score, or only the rest")] = None,
    country: Annotated[str | None, Query(max_length=2, description="ISO 3166 letters")] = None,
    language: Annotated[str | None, Query(max_length=12)] = None,
    after: Annotated[str | None, Query(description="`next` of the page before", max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Places in the order in which they are worked, without a name and without a word of any report."""
    if not request.query_params.keys() <= _ASKED:
        raise InputError(f"the query may bear {', '.join(sorted(_ASKED))}, and nothing else")
    wanted = PlaceFilter(
        states=frozenset(hear_word(PlaceState, each, "state") for each in state) if state else IN_LINE,
        override=urgent,
        country=_storable(country),
        language=_storable(language),
        after=read_mark(after) if after else None,
        limit=limit + 1,
    )
    desk = _desk(request)
    note(request, "queue.list", "queue")
    with desk.store.read() as reader:
        found, counts = reader.places(wanted), reader.queue_counts()
    more = write_mark(found[limit - 1].mark) if len(found) > limit else None
    said = [shapes.say_place(each) for each in found[:limit]]
    return _json(shapes.PlacesSaid(places=said, waiting=counts.waiting, urgent=counts.urgent, next=more))


@router.get("/api/v1/queue/{place_id}", responses=answers_with(shapes.PlaceDetailSaid))
def show_place(request: Request, place_id: str) -> Response:
    """One place: why it stands there, its reports' numbers, and what was done."""
    desk = _desk(request)
    with desk.store.read() as reader:
        file = place_file(reader, _number(place_id), actor=visit_of(request.scope).actor)
    note(request, READ, f"place:{file.place.id}")
    return _json(
        shapes.PlaceDetailSaid(
            **shapes.place_row(file.place),  # type: ignore[arg-type]
            factors=[
                shapes.FactorSaid(name=each.name, weight=each.weight, source=each.source, report=each.number)
                for each in file.place.risk.factors
            ],
            gaps=[shapes.MissingSaid(because=each.because, cost=each.cost) for each in file.place.completeness.gaps],
            report_numbers=[each.ordered.number for each in file.reports],
            decisions=[shapes.say_decision(each) for each in file.decisions],
            outcomes=[shapes.say_outcome(each) for each in file.outcomes],
        )
    )


@router.post("/api/v1/queue/next", responses=answers_with(shapes.TakenSaid))
def take_next(request: Request) -> Response:
    """Take what comes next by the rule of the queue, and hold it."""
    who, actor = _who(request)
    return _taken(work_queue.take_next(_desk(request), who, actor=actor))


@router.post("/api/v1/queue/{place_id}/claim", responses=answers_with(shapes.TakenSaid))
def claim(request: Request, place_id: str) -> Response:
    """Hold a place that was picked by hand."""
    who, actor = _who(request)
    return _taken(work_queue.claim(_desk(request), _number(place_id), who, actor=actor))


@router.post("/api/v1/queue/{place_id}/renew", **takes(shapes.HeldHeard, shapes.TakenSaid))
def renew(request: Request, place_id: str, body: Body) -> Response:
    """The claim runs on from now."""
    heard = schemas.hear(body, shapes.HeldHeard)
    return _taken(work_queue.keep(_desk(request), _number(place_id), heard.token))


@router.post("/api/v1/queue/{place_id}/release", **takes(shapes.HeldHeard, shapes.PlaceSaid))
def release(request: Request, place_id: str, body: Body) -> Response:
    """Let a held place wait again where it stood."""
    heard, (_, actor) = schemas.hear(body, shapes.HeldHeard), _who(request)
    return _json(shapes.say_place(work_queue.release(_desk(request), _number(place_id), heard.token, actor=actor)))


@router.post(
    "/api/v1/queue/{place_id}/decide", status_code=201, **takes(shapes.DecisionHeard, shapes.DecisionSaid, 201)
)
def decide(request: Request, place_id: str, body: Body) -> Response:
    """Decide about a held place; what lowers something that stands ahead of every score waits for another's look."""
    heard, (who, actor) = schemas.hear(body, shapes.DecisionHeard), _who(request)
    demand_storable(heard)
    made = work_queue.decide(
        _desk(request),
        _number(place_id),
        heard.token,
        who,
        heard.act,
        actor=actor,
        reason=heard.reason,
        urgent=heard.urgent,
        note=heard.note,
    )
    return _json(shapes.say_decision(made), 201)


@router.post("/api/v1/queue/{place_id}/undo/{decision_id}", responses=answers_with(shapes.PlaceSaid))
def undo(request: Request, place_id: str, decision_id: str) -> Response:
    """Take the last decision about a place back."""
    who, actor = _who(request)
    desk, wanted = _desk(request), _number(place_id)
    with desk.store.read() as reader:
        made = reader.find_decision(decision_id) if decision_id.isalnum() and decision_id.isascii() else None
    if made is None or made.place_id != wanted:
        raise NotFoundError("no decision of that id about that place")
    return _json(shapes.say_place(work_queue.undo(desk, made.id, who, actor=actor)))


@router.post("/api/v1/queue/{place_id}/outcome", status_code=201, **takes(shapes.OutcomeHeard, shapes.OutcomeSaid, 201))
def outcome(request: Request, place_id: str, body: Body) -> Response:
    """Record what became of a place: it flows to the score's model and to its senders' quality."""
    heard, (_, actor) = schemas.hear(body, shapes.OutcomeHeard), _who(request)
    demand_storable(heard)
    desk = _desk(request)
    told = outcomes.record_outcome(
        desk,
        _number(place_id),
        heard.kind,
        actor=actor,
        at=desk.clock(),
        number=None if heard.report is None else IntakeNumber(heard.report),
        reason=heard.reason,
        source=heard.source,
    )
    return _json(shapes.say_outcome(told), 201)


def _desk(request: Request) -> QueueDesk:
    return door_of(request).installation.queue_desk


def _who(request: Request) -> tuple[UserId, str]:
    """A key holds and decides under its own name."""
    actor = visit_of(request.scope).actor
    return UserId(actor), actor


def _storable(text: str | None) -> str | None:
    if text is not None and not text.isprintable():
        raise InputError("a country and a language are letters")
    return text


def _number(text: str) -> PlaceId:
    try:
        return place_id_of(text)
    except ValueError:
        raise NotFoundError("no place of that number") from None


def _taken(place: Place | None) -> Response:
    if place is None:
        return _json(shapes.TakenSaid(place=None, token=None))
    return _json(shapes.TakenSaid(place=shapes.say_place(place), token=place.token))


def _json(said: schemas.Said, status: int = 200) -> Response:
    return Response(encode(said), status_code=status, media_type="application/json")
