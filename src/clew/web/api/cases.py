"""/flags, /subjects, /contents, /appeals: what a platform sends in so that a person can judge all of a case."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from clew.errors import InputError
from clew.pipelines import appeals, flags, subjects
from clew.pipelines.appeals import AppealedAgainst
from clew.pipelines.uploads import parse_signal
from clew.records.case import FlagReason, Origin
from clew.records.identifiers import CaseId, ContentId
from clew.records.signal import Signal
from clew.web import schemas
from clew.web.answers import encode
from clew.web.api import case_shapes as shapes
from clew.web.api import screen_shapes
from clew.web.api.contract import takes
from clew.web.body import read_body
from clew.web.door import Door, door_of
from clew.web.upload_shapes import demand_storable, hear_upload, hear_word
from clew.web.visit import visit_of

router = APIRouter(tags=["cases"])

_REFERENCE_CHARACTERS = 255


async def _body(request: Request) -> bytes:
    """The body of a request, within what its rule allows."""
    rule = visit_of(request.scope).rule
    assert rule is not None
    assert rule.body_bytes is not None
    with door_of(request).held.room() as room:
        return await read_body(request.receive, room, rule.body_bytes)


Body = Annotated[bytes, Depends(_body)]


@router.post("/api/v1/flags", status_code=201, **takes(shapes.FlagHeard, shapes.FlaggedSaid, 201))
def flag(request: Request, body: Body) -> Response:
    """Report an account to the people who review: with a file's hashes, with messages, or with neither."""
    heard = schemas.hear(body, shapes.FlagHeard)
    demand_storable(heard)
    door = door_of(request)
    wanted = flags.Flag(
        subject=heard.subject,
        reason=hear_word(FlagReason, heard.reason, "reason"),
        reference=heard.reference,
        signals=_signals(door, heard.signals),
        media_type=heard.media_type,
        size_bytes=heard.size_bytes,
        facts=hear_upload(heard.upload),
        messages=shapes.hear_messages(heard.messages),
        infant=heard.infant,
        accessible_child=heard.accessible_child,
        safeguarding=heard.safeguarding,
    )
    return _said(flags.flag(door.installation.review_desk, wanted, actor=visit_of(request.scope).actor))


@router.post("/api/v1/contents", status_code=201, **takes(shapes.ThreadHeard, shapes.FlaggedSaid, 201))
def add_thread(request: Request, body: Body) -> Response:
    """Send messages that belong to a subject's case, with those around them marked as context."""
    heard = schemas.hear(body, shapes.ThreadHeard)
    demand_storable(heard)
    wanted = flags.Flag(
        subject=heard.subject,
        reason=FlagReason.OTHER,
        reference=heard.reference,
        facts=hear_upload(heard.upload),
        messages=shapes.hear_messages(heard.messages),
        origin=Origin.CONTEXT,
    )
    desk = door_of(request).installation.review_desk
    return _said(flags.flag(desk, wanted, actor=visit_of(request.scope).actor))


@router.put("/api/v1/subjects/{reference}", **takes(shapes.SubjectHeard, shapes.SubjectSaid))
def put_subject(request: Request, reference: str, body: Body) -> Response:
    """Say all that is known of an account; it replaces what was said before."""
    if len(reference) > _REFERENCE_CHARACTERS or "\0" in reference:
        raise InputError(f"a reference has at most {_REFERENCE_CHARACTERS} characters, none of them NUL")
    heard = schemas.hear(body, shapes.SubjectHeard)
    demand_storable(heard)
    stored = subjects.put_subject(
        door_of(request).installation.review_desk,
        reference,
        shapes.hear_particulars(heard),
        safeguarding=heard.safeguarding,
        actor=visit_of(request.scope).actor,
    )
    said = shapes.SubjectSaid(id=stored.id, reference=reference, safeguarding=stored.safeguarding)
    return Response(encode(said), media_type="application/json")


@router.post("/api/v1/appeals", status_code=201, **takes(shapes.AppealHeard, shapes.AppealsSaid, 201))
def appeal(request: Request, body: Body) -> Response:
    """Pass on the appeal of a user: somebody else than who decided looks again. Clew tells nobody of the outcome."""
    heard = schemas.hear(body, shapes.AppealHeard)
    demand_storable(heard)
    against = AppealedAgainst(
        case_id=None if heard.case is None else CaseId(heard.case),
        subject=heard.subject,
        content_id=None if heard.content is None else ContentId(heard.content),
        content_reference=heard.content_reference,
    )
    desk = door_of(request).installation.review_desk
    made = appeals.lodge(desk, against, reference=heard.reference, actor=visit_of(request.scope).actor)
    with desk.store.read() as reader:
        said = [
            shapes.AppealSaid(
                id=each.id,
                case=each.case_id,
                content=reader.get_verdict(each.verdict_id).content_id,
                state=each.state.value,
            )
            for each in made
        ]
    return Response(encode(shapes.AppealsSaid(appeals=said)), status_code=201, media_type="application/json")


def _said(flagged: flags.Flagged) -> Response:
    said = shapes.FlaggedSaid(
        case=flagged.case.id, content=flagged.content.id, job=flagged.job.id, lane=flagged.job.lane.value
    )
    return Response(encode(said), status_code=201, media_type="application/json")


def _signals(door: Door, given: Sequence[screen_shapes.SignalGiven]) -> tuple[Signal, ...]:
    parse = {name: part.parse for name, part in door.installation.signals.items()}
    found = []
    for place, each in enumerate(given):
        try:
            found.append(parse_signal(each.type, each.value, each.quality, parse))
        except InputError as error:
            raise InputError(f"signals[{place}]: {error}") from None
    return tuple(found)
