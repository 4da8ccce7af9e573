"""What a person does with a place in the console; a form that is refused comes back with what was typed."""

import enum
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.pipelines import outcomes, work_queue
from clew.pipelines.queue_desk import QueueDesk
from clew.records.identifiers import IntakeNumber, OutcomeId, PlaceId, UserId
from clew.records.triage import WakeUp
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct
from clew.web.answers import encode
from clew.web.console.forms import Fields, Form
from clew.web.console.holding import SEE_OTHER
from clew.web.console.queue import queue_of
from clew.web.console.queue_place import number_of, place_page
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

Word = TypeVar("Word", bound=enum.StrEnum)

_LONGEST_TOKEN = 18
_URGENT = {"yes": True, "no": False, "unknown": None}
_REFUSED = (ConflictError, RefusedError, InputError, NotFoundError)


@router.post("/queue/next")
def take_next(request: Request) -> Response:
    """What comes next by the rule of the queue is the person's."""
    desk, who, actor = _who(request)
    place = work_queue.take_next(desk, who, actor=actor)
    return _to("/queue?said=none" if place is None else f"/queue/{place.id}")


@router.post("/queue/{place_id}/claim")
def claim(request: Request, place_id: str) -> Response:
    """A place that was picked by hand is the person's."""

    def work(desk: QueueDesk, of: PlaceId, who: UserId, actor: str) -> str:
        work_queue.claim(desk, of, who, actor=actor)
        return f"/queue/{of}"

    return _done(request, place_id, Fields([]), "claim", work)


@router.post("/queue/{place_id}/renew")
def renew(request: Request, place_id: str, form: Form) -> Response:
    """The lease runs on; the page says until when."""
    desk, _, _ = _who(request)
    kept = work_queue.keep(desk, PlaceId(number_of(place_id)), _token(form))
    until = "" if kept.lease_until is None else kept.lease_until.strftime("%H:%M")
    return Response(encode({"until": until}), media_type="application/json")


@router.post("/queue/{place_id}/release")
def release(request: Request, place_id: str, form: Form) -> Response:
    """The place waits again where it stood."""

    def work(desk: QueueDesk, of: PlaceId, _: UserId, actor: str) -> str:
        work_queue.release(desk, of, _token(form), actor=actor)
        return f"/queue?at={of}&said=released"

    return _done(request, place_id, form, "release", work)


@router.post("/queue/{place_id}/decide")
def decide(request: Request, place_id: str, form: Form) -> Response:
    """What the person decided is recorded, and the queue offers to take it back."""

    def work(desk: QueueDesk, of: PlaceId, who: UserId, actor: str) -> str:
        act, urgent = _word(PlaceAct, form, "act", "what is done with it"), form.get("urgent", "")
        if urgent not in _URGENT:
            raise InputError("say whether a child was in danger, as you judge; nothing is chosen for you")
        reason = _word(CloseReason, form, "reason", "why it is closed") if act is PlaceAct.CLOSE else None
        made = work_queue.decide(
            desk,
            of,
            _token(form),
            who,
            act,
            actor=actor,
            reason=reason,
            urgent=_URGENT[urgent],
            note=form.get("note", ""),
        )
        return f"/queue?undo={made.id}"

    return _done(request, place_id, form, "decide", work)


@router.post("/queue/{place_id}/undo")
def undo(request: Request, place_id: str, form: Form) -> Response:
    """The last decision does not hold any more."""

    def work(desk: QueueDesk, _: PlaceId, who: UserId, actor: str) -> str:
        back = work_queue.undo(desk, form.get("decision", "")[:26], who, actor=actor)
        return f"/queue/{back.id}?said=undone"

    return _done(request, place_id, form, "undo", work)


@router.post("/queue/{place_id}/wake")
def wake(request: Request, place_id: str, form: Form) -> Response:
    """A person wants the place to wait again."""

    def work(desk: QueueDesk, of: PlaceId, _: UserId, actor: str) -> str:
        work_queue.wake(desk, of, WakeUp.PERSON, actor=actor)
        return f"/queue/{of}?said=woken"

    return _done(request, place_id, form, "wake", work)


@router.post("/queue/{place_id}/outcome")
def outcome(request: Request, place_id: str, form: Form) -> Response:
    """What became of it is recorded."""

    def work(desk: QueueDesk, of: PlaceId, _: UserId, actor: str) -> str:
        kind, number = _word(OutcomeKind, form, "kind", "what became of it"), form.get("number", "")
        outcomes.record_outcome(
            desk,
            of,
            kind,
            actor=actor,
            at=_day(form, "at", desk.clock(), otherwise=desk.clock()),
            number=IntakeNumber(number_of(number)) if number else None,
            reason=form.get("reason") or None if kind is OutcomeKind.NOT_ACTIONABLE else None,
            source=form.get("source", ""),
        )
        return f"/queue/{of}?said=outcome"

    return _done(request, place_id, form, "outcome", work)


@router.post("/queue/{place_id}/outcome/withdraw")
def withdraw_outcome(request: Request, place_id: str, form: Form) -> Response:
    """An outcome that was recorded by mistake counts no more."""

    def work(desk: QueueDesk, of: PlaceId, _: UserId, actor: str) -> str:
        outcomes.withdraw_outcome(desk, OutcomeId(form.get("outcome", "")[:26]), actor=actor)
        return f"/queue/{of}?said=outcome-withdrawn"

    return _done(request, place_id, form, "outcome", work)


@router.post("/queue/{place_id}/fact")
def fact(request: Request, place_id: str, form: Form) -> Response:
    """What an officer confirmed stands ahead of the score."""

    def work(desk: QueueDesk, of: PlaceId, _: UserId, actor: str) -> str:
        outcomes.record_fact(
            desk,
            IntakeNumber(number_of(form.get("number", ""))),
            form.get("about", ""),
            officer=form.get("officer", ""),
            confirmed_at=_day(form, "confirmed", desk.clock()),
            actor=actor,
        )
        return f"/queue/{of}?said=fact"

    return _done(request, place_id, form, "fact", work)


@router.post("/queue/{place_id}/fact/withdraw")
def withdraw_fact(request: Request, place_id: str, form: Form) -> Response:
    """An officer's fact holds no more."""

    def work(desk: QueueDesk, of: PlaceId, _: UserId, actor: str) -> str:
        number = IntakeNumber(number_of(form.get("number", "")))
        outcomes.withdraw_fact(desk, number, form.get("about", ""), actor=actor)
        return f"/queue/{of}?said=fact-withdrawn"

    return _done(request, place_id, form, "fact", work)


def _done(
    request: Request,
    place_id: str,
    form: Fields,
    name: str,
    work: Callable[[QueueDesk, PlaceId, UserId, str], str],
) -> Response:
    """The act is done, and a page says so; or it is refused, and the place's page says why beside what was typed."""
    desk, who, actor = _who(request)
    of = PlaceId(number_of(place_id))
    try:
        return _to(work(desk, of, who, actor))
    except _REFUSED as error:
        return place_page(request, of, fault=error, typed=form, form=name)


def _who(request: Request) -> tuple[QueueDesk, UserId, str]:
    visit = visit_of(request.scope)
    assert visit.user is not None, "a rule without roles leads to an act of the queue"
    return queue_of(request), visit.user.id, visit.actor


def _to(address: str) -> Response:
    return RedirectResponse(address, SEE_OTHER)


def _token(form: Fields) -> int:
    text = form.get("token", "")
    if not (text.isdecimal() and text.isascii() and len(text) <= _LONGEST_TOKEN):
        raise InputError("the form must bear the claim of its page; load the page again")
    return int(text)


def _word(kind: type[Word], form: Fields, name: str, what: str) -> Word:
    text = form.get(name, "")
    try:
        return kind(text)
    except ValueError:
        raise InputError(f"choose {what}; nothing is chosen for you") from None


def _day(form: Fields, name: str, now: datetime, otherwise: datetime | None = None) -> datetime:
    """The day that a form names, at its beginning in UTC."""
    text = form.get(name, "")
    if not text and otherwise is not None:
        return otherwise
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"a day is written as {now:%Y-%m-%d}") from None
