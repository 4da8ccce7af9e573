"""Reports: what waits to be reported, every filing with how it stands, and one filing with its receipt."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ConflictError, InputError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines import filing as filings
from clew.pipelines.alerts import count_alerts, standing_alerts
from clew.pipelines.filing_shown import filing_file, filing_standing, waits_for_switch
from clew.pipelines.hand_over import as_sent, document
from clew.records.filing import FilingState, PaperKind, Step
from clew.records.identifiers import AlertId, FilingId
from clew.web.console import alerts
from clew.web.console.forms import Fields, Form
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ALERTS = 12
_ROWS = 50
_SEE_OTHER = 303
STATES = {
    FilingState.OFF: "Waits: filing is off",
    FilingState.WAITING: "Waits for its turn",
    FilingState.UNDER_WAY: "Under way",
    FilingState.HANDED: "Handed over, receipt awaited",
    FilingState.WITHDRAWING: "Being taken back",
    FilingState.FILED: "Filed",
    FilingState.FILED_BY_HAND: "Filed by hand",
    FilingState.FAILED: "Failed",
    FilingState.WITHDRAWN: "Withdrawn",
}
STEPS = {
    Step.BEGUN: "A worker took it",
    Step.RETRACTING: "Takes back what an earlier attempt left open",
    Step.RETRACTED: "What was open there is gone",
    Step.SUBMITTING: "Opens the report",
    Step.OPENED: "The clearinghouse gave its number",
    Step.UPLOADED: "A file arrived whole, digests equal",
    Step.DESCRIBED: "What is said of the file arrived",
    Step.FINISHING: "Hands the report in",
    Step.FINISHED: "The receipt is stored",
    Step.FOUND_FINISHED: "An earlier attempt had been finished",
    Step.HANDING: "Names its package",
    Step.HANDED: "A sealed package lies ready",
    Step.BY_HAND: "A person recorded that it was filed",
    Step.GAVE_UP: "This attempt ended",
    Step.WITHDRAWN: "Withdrawn",
}
# Whatever somebody answered: it need not be XML.
_RECEIPTS = {PaperKind.RECEIPT, PaperKind.OTHER_RECEIPT}
_DOCUMENTS = {
    "report.pdf": "The report as PDF",
    "report.json": "As police tools read it",
    "certificate.pdf": "Certificate, a draft",
}


@router.get("/reports")
def show_reports(
    request: Request,
    state: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[str, Query(max_length=26)] = "",
) -> Response:
    """What waits, what stands, every filing newest first."""
    installation = door_of(request).installation
    who = visit_of(request.scope).user
    assert who is not None, "a rule without roles leads to the reports"
    wanted = FilingState(state) if state in set(FilingState) else None
    asked = FilingFilter(
        states=(wanted,) if wanted else None, before=FilingId(before) if before else None, limit=_ROWS + 1
    )
    with installation.store.read() as reader:
        found = reader.filings(asked)
        standing = filing_standing(reader, installation.settings)
        stands = alerts.shown(reader, who, standing_alerts(reader, most=_ALERTS))
        stand = count_alerts(reader)
    shown = found[:_ROWS]
    return page(
        request,
        "reports.html",
        place="reports",
        filings=shown,
        more=_link(wanted, shown[-1].id) if len(found) > _ROWS else "",
        first_page=not before,
        wanted=wanted,
        standing=standing,
        alerts=stands,
        alerts_stand=stand,
        link=_link,
        waits=partial(waits_for_switch, settings=installation.settings),
        STATES=STATES,
    )


@router.get("/reports/{filing_id}")
def show_filing(request: Request, filing_id: str) -> Response:
    """One filing: receipt, steps, alerts, and what a person may do about it."""
    installation = door_of(request).installation
    at = installation.clock()
    with installation.store.read() as reader:
        shown = filing_file(reader, FilingId(filing_id))
        case_id = shown.filing.case_id
        kept = None if case_id is None else reader.find_preservation(case_id)
        destructions = [] if case_id is None else reader.destructions_of_case(case_id)
    note(request, "filing.read", shown.filing.subject, filing=shown.filing.id)
    uploaded = {each.key for each in shown.steps if each.step is Step.UPLOADED}
    return page(
        request,
        "filing.html",
        place="reports",
        shown=shown,
        filing=shown.filing,
        files=len(uploaded),
        kept=kept,
        kept_until=kept.kept_until(at) if kept else None,
        certified=next((each for each in reversed(destructions) if each.certificate is not None), None),
        papers=shown.papers,
        documents=_DOCUMENTS if _lies_there(shown.filing.state) else {},
        left_open=filings.left_open(installation.filing_desk, shown.filing),
        waits=waits_for_switch(shown.filing, installation.settings),
        STATES=STATES,
        STEPS=STEPS,
    )


@router.get("/reports/{filing_id}/papers/{number}")
def show_paper(request: Request, filing_id: str, number: int) -> Response:
    """A document as it was sent or came, byte for byte."""
    installation = door_of(request).installation
    with installation.store.read() as reader:
        shown = filing_file(reader, FilingId(filing_id))
    if not 0 <= number < len(shown.papers):
        raise InputError(f"this filing has {len(shown.papers)} documents, numbered from 0")
    paper = shown.papers[number]
    note(request, "filing.paper", shown.filing.subject, filing=shown.filing.id, kind=paper.kind.value)
    name = f"{paper.kind.value}-{shown.filing.number or shown.filing.id}-{number}.xml"
    return _download(paper.body, name, "text/xml" if paper.kind not in _RECEIPTS else "application/octet-stream")


@router.get("/reports/{filing_id}/documents/{name}")
def show_document(request: Request, filing_id: str, name: str) -> Response:
    """The report in one of the forms in which it is handed over; without evidence, and never of what was not filed."""
    installation = door_of(request).installation
    with installation.store.read() as reader:
        filing = reader.get_filing(FilingId(filing_id))
        if not _lies_there(filing.state):
            raise ConflictError("this report is not filed: there is no document of it yet that could be handed over")
        filed = as_sent(reader, filing, installation.settings.reporting, installation.clock())
    note(request, "report.read", filing.subject, filing=filing.id, document=name[:40])
    made = document(filed, name)
    return _download(made.body, f"{filed.name}-{name}", made.media_type)


@router.post("/reports/{filing_id}/again")
def file_again(request: Request, filing_id: str, form: Form) -> Response:
    """A failed filing is tried again; without taking back what the clearinghouse said is not filed."""
    desk = door_of(request).installation.filing_desk

    def work(unit: UnitOfWork, actor: str) -> None:
        filings.file_again(unit, desk, FilingId(filing_id), actor=actor, asked=form.get("asked") == "on")

    return _changed(request, filing_id, work)


@router.post("/reports/{filing_id}/by-hand")
def record_by_hand(request: Request, filing_id: str, form: Form) -> Response:
    """A person filed it elsewhere, and says when and under which number."""
    desk = door_of(request).installation.filing_desk
    filed_at = _moment(form)

    def work(unit: UnitOfWork, actor: str) -> None:
        number = form.get("number", "").strip()
        asked = form.get("asked") == "on"
        filings.record_by_hand(
            unit, desk, FilingId(filing_id), number=number, filed_at=filed_at, actor=actor, asked=asked
        )

    return _changed(request, filing_id, work)


@router.post("/reports/{filing_id}/withdraw")
def withdraw(request: Request, filing_id: str, form: Form) -> Response:
    """It is not to be filed after all, and a person says why."""
    desk = door_of(request).installation.filing_desk

    def work(unit: UnitOfWork, actor: str) -> None:
        because, asked = form.get("because", ""), form.get("asked") == "on"
        filings.withdraw(unit, desk, FilingId(filing_id), because=because, actor=actor, asked=asked)

    return _changed(request, filing_id, work)


@router.post("/reports/{filing_id}/alerts/{alert_id}/clear")
def clear_alert(request: Request, filing_id: str, alert_id: str) -> Response:
    """Somebody has seen to an alert."""
    desk = door_of(request).installation.filing_desk

    def work(unit: UnitOfWork, actor: str) -> None:
        filings.clear_alert(unit, desk, AlertId(alert_id), actor=actor)

    return _changed(request, filing_id, work)


def _lies_there(state: FilingState) -> bool:
    """Whether somebody outside has the report, or it lies sealed for them."""
    return state.filed or state is FilingState.HANDED


def _changed(request: Request, filing_id: str, work: Callable[[UnitOfWork, str], None]) -> Response:
    actor = visit_of(request.scope).actor
    door_of(request).installation.store.transact(lambda unit: work(unit, actor))
    return RedirectResponse(f"/reports/{filing_id}", _SEE_OTHER)


def _moment(form: Fields) -> datetime:
    try:
        at = datetime.fromisoformat(form.get("filed_at", "").strip())
    except ValueError:
        raise InputError("the time of filing must be ISO 8601, as 2026-03-08T02:14+01:00") from None
    if at.tzinfo is None:
        raise InputError("the time of filing needs its offset, as 2026-03-08T02:14+01:00 or Z")
    return at


def _link(state: FilingState | None, before: FilingId | None = None) -> str:
    asked = {name: value for name, value in (("state", state), ("before", before)) if value}
    return f"/reports?{urlencode(asked)}" if asked else "/reports"


def _download(body: bytes, name: str, media_type: str) -> Response:
    plain = "".join(each if each.isalnum() or each in "-._" else "-" for each in name)
    return Response(body, media_type=media_type, headers={"content-disposition": f'attachment; filename="{plain}"'})
