"""Preservation: what is held of each case, why, until when; holds, legal process, and how it ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, InputError, NotFoundError
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.parts.stores.base import Reader
from clew.pipelines import holds, legal_process
from clew.pipelines.destruction import certificate_of, destroy, plan, withdraw
from clew.pipelines.judged import needs_two
from clew.pipelines.process_void import keep_process, void_process
from clew.pipelines.release import keep_standing, release
from clew.pipelines.strongroom import Strongroom
from clew.pipelines.two_words import free_at, same_person
from clew.records.evidence import HoldKind, ProcessKind
from clew.records.identifiers import CaseId, HoldId, ProcessId
from clew.web.console.forms import Fields, Form
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.step_up import proved_lately
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 50
_SEE_OTHER = 303
_AHEAD = timedelta(days=60)
KEPT = {Kept.HELD: "Held", Kept.LAPSED: "No hold stands", Kept.DESTROYED: "Destroyed"}
KINDS = {
    HoldKind.OPEN_CASE: "Open case",
    HoldKind.PRESERVATION: "Preservation",
    HoldKind.LEGAL: "Legal hold",
}
PROCESSES = {
    ProcessKind.PRESERVATION_REQUEST: "Preservation request",
    ProcessKind.SUBPOENA: "Subpoena",
    ProcessKind.COURT_ORDER: "Court order",
    ProcessKind.WARRANT: "Warrant",
    ProcessKind.EXIGENCY: "Exigency, danger to life",
    ProcessKind.DESTRUCTION_REQUEST: "Destruction request",
}


@router.get("/evidence")
def show_evidence(
    request: Request,
    kept: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Every case of which anything is kept, the newest first, and what runs out soon.

    Args:
        kept: "held", "lapsed" or "destroyed"; anything else is all of them.
        before: the last case of the page before this one.
    """
    room = _room(request)
    wanted = Kept(kept) if kept in set(Kept) else None
    note(request, "evidence.read", "vault", kept=wanted.value if wanted else None)
    with room.store.read() as reader:
        at = room.clock()
        asked = PreservationFilter(at=at, kept=wanted, before=CaseId(before) if before else None, limit=_ROWS + 1)
        cases = reader.preservations(asked)
        counts = reader.count_preservations(at)
        due = holds.deadlines(reader, at, _AHEAD)
        undated = holds.undated_requests(reader, at)
        objects, size_bytes = reader.count_objects()
    return page(
        request,
        "evidence.html",
        place="evidence",
        cases=cases[:_ROWS],
        more=_link(wanted, cases[_ROWS - 1].case_id) if len(cases) > _ROWS else "",
        first_page=not before,
        wanted=wanted,
        counts=counts,
        objects=objects,
        size_bytes=size_bytes,
        due=due,
        undated=undated,
        ahead_days=_AHEAD.days,
        law=room.jurisdiction,
        KEPT=KEPT,
        KINDS=KINDS,
        PROCESSES=PROCESSES,
        link=_link,
    )


@router.get("/evidence/{case_id}")
def show_case(request: Request, case_id: str) -> Response:
    """One case: its holds, the legal process on it, and what a destruction would take."""
    return _case(request, CaseId(case_id))


@router.post("/evidence/{case_id}/hold")
def hold(request: Request, case_id: str, form: Form) -> Response:
    """A legal hold stands on the case."""

    def work(room: Strongroom, actor: str) -> None:
        until = _day(form, "until", ends=True)
        holds.hold_legally(room, CaseId(case_id), ground=form.get("ground", ""), until=until, actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/extend")
def extend(request: Request, case_id: str, form: Form) -> Response:
    """A hold of the case ends later."""

    def work(room: Strongroom, actor: str) -> None:
        hold_id = _hold_of(room, CaseId(case_id), form)
        until = _day(form, "until", ends=True)
        holds.extend(room, hold_id, until=until, ground=form.get("ground", ""), actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/release")
def release_hold(request: Request, case_id: str, form: Form) -> Response:
    """A hold of the case does not stand any more, or waits for another person's word; or is kept after all."""

    def work(room: Strongroom, actor: str) -> None:
        hold_id = _hold_of(room, CaseId(case_id), form)
        if "keep" in form:
            keep_standing(room, hold_id, actor=actor)
        else:
            release(room, hold_id, ground=form.get("ground", ""), actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/process")
def record_process(request: Request, case_id: str, form: Form) -> Response:
    """A legal request is on record."""

    def work(room: Strongroom, actor: str) -> None:
        kind, issued_at = form.get("kind", ""), _day(form, "issued")
        if kind not in set(ProcessKind) or issued_at is None:
            raise InputError("a legal request has a kind and the date that it bears; choose both")
        asked = legal_process.Asked(
            kind=ProcessKind(kind),
            reference=form.get("reference", ""),
            authority=form.get("authority", ""),
            issued_at=issued_at,
            due_at=_day(form, "due", ends=True),
            expires_at=_day(form, "expires", ends=True),
        )
        legal_process.record_process(room, CaseId(case_id), asked, actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/approve")
def approve(request: Request, case_id: str, form: Form) -> Response:
    """An exigency opens what it asks for."""

    def work(room: Strongroom, actor: str) -> None:
        legal_process.approve_process(room, _process_of(room, CaseId(case_id), form), actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/answered")
def answered(request: Request, case_id: str, form: Form) -> Response:
    """A legal request was answered."""

    def work(room: Strongroom, actor: str) -> None:
        legal_process.answer_process(room, _process_of(room, CaseId(case_id), form), actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/void")
def void(request: Request, case_id: str, form: Form) -> Response:
    """A legal request opens nothing any more, and waits for another person's word; or is in force after all."""

    def work(room: Strongroom, actor: str) -> None:
        process_id = _process_of(room, CaseId(case_id), form)
        if "keep" in form:
            keep_process(room, process_id, actor=actor)
        else:
            void_process(room, process_id, ground=form.get("ground", ""), actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/destroy")
def destroy_case(request: Request, case_id: str, form: Form) -> Response:
    """The destruction is asked for by this person, or confirmed by them and done."""

    def work(room: Strongroom, actor: str) -> None:
        process = form.get("process", "")
        destroy(
            room,
            CaseId(case_id),
            confirm=form.get("confirm", "").strip(),
            process_id=ProcessId(process) if process else None,
            actor=actor,
        )

    return _changed(request, CaseId(case_id), work)


@router.post("/evidence/{case_id}/withdraw")
def withdraw_destruction(request: Request, case_id: str) -> Response:
    """The destruction that waits for a second person is not wanted any more."""

    def work(room: Strongroom, actor: str) -> None:
        withdraw(room, CaseId(case_id), actor=actor)

    return _changed(request, CaseId(case_id), work)


@router.get("/evidence/{case_id}/certificate")
def certificate(request: Request, case_id: str) -> Response:
    """The signed certificate of the case's destruction, byte for byte."""
    note(request, "evidence.certificate", f"case:{case_id}")
    with _room(request).store.read() as reader:
        signed = certificate_of(reader, CaseId(case_id))
    headers = {"content-disposition": 'attachment; filename="destruction-certificate.json"'}
    return Response(signed, media_type="application/json", headers=headers)


def _case(request: Request, case_id: CaseId, fault: ClewError | None = None) -> Response:
    room, actor = _room(request), visit_of(request.scope).actor
    fresh_s = 60 * room.settings.people.step_up_minutes
    note(request, "evidence.open-case", f"case:{case_id}")
    with room.store.read() as reader:
        kept = reader.find_preservation(case_id)
        if kept is None:
            raise NotFoundError("nothing of that case was ever kept")
        processes = reader.processes_of_case(case_id)
        destructions = reader.destructions_of_case(case_id)
        brought = reader.brought_into(case_id)
        planned = plan(reader, room, case_id)
        by_two = {each.id for each in kept.holds if needs_two(reader, each)}
        names = _names(reader)
    return page(
        request,
        "evidence_case.html",
        place="evidence",
        status=fault.http_status if fault else 200,
        fault=str(fault) if fault else "",
        kept=kept,
        processes=processes,
        destructions=destructions,
        brought=brought,
        plan=planned,
        by_two=by_two,
        names=names,
        law=room.jurisdiction,
        two_people=room.two_people,
        free_at=partial(free_at, room),
        actor=actor,
        fresh=proved_lately(visit_of(request.scope), room.clock(), fresh_s),
        own=lambda by: by is not None and same_person(room, by, actor),
        KINDS=KINDS,
        PROCESSES=PROCESSES,
    )


def _changed(request: Request, case_id: CaseId, work: Callable[[Strongroom, str], None]) -> Response:
    """The page again after a change, or with what went wrong where the person was."""
    try:
        work(_room(request), visit_of(request.scope).actor)
    except ClewError as error:
        return _case(request, case_id, error)
    return RedirectResponse(f"/evidence/{case_id}", _SEE_OTHER)


def _hold_of(room: Strongroom, case_id: CaseId, form: Fields) -> HoldId:
    """The hold that a form names, if it is one of the case."""
    hold_id = HoldId(form.get("hold", ""))
    with room.store.read() as reader:
        if reader.get_hold(hold_id).case_id != case_id:
            raise NotFoundError("that hold is another case's")
    return hold_id


def _process_of(room: Strongroom, case_id: CaseId, form: Fields) -> ProcessId:
    """The legal process that a form names, if it is one of the case."""
    process_id = ProcessId(form.get("process", ""))
    with room.store.read() as reader:
        if reader.get_process(process_id).case_id != case_id:
            raise NotFoundError("that legal process is another case's")
    return process_id


def _day(form: Fields, name: str, *, ends: bool = False) -> datetime | None:
    """A day of a form, its beginning in UTC, or where something `ends` with it, the beginning of the next."""
    text = form.get(name, "").strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InputError("a day is written as 2026-03-08; see the form's dates") from None
    return day + timedelta(days=1) if ends else day


def _names(reader: Reader) -> dict[str, str]:
    """The names of the people here, by the actor that they are."""
    return {user.actor: user.name for user in reader.users()}


def _link(kept: Kept | None, before: str = "") -> str:
    words = {name: value for name, value in (("kept", kept.value if kept else ""), ("before", before)) if value}
    return f"/evidence?{urlencode(words)}" if words else "/evidence"


def _room(request: Request) -> Strongroom:
    return door_of(request).installation.strongroom
