"""Alerts: all that stands until a person has seen to it, of filings and of cases, in one list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.parts.stores.base import Reader
from clew.pipelines.alerts import StandingAlert, count_alerts, end_case_alert, standing_alerts
from clew.records.identifiers import AlertId, CaseId
from clew.records.people import User
from clew.web.console.forms import Form
from clew.web.console.holding import SEE_OTHER
from clew.web.console.navigation import may_open
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An alert, and where this person goes for it.

    Attributes:
        link: where it is seen to, or stands with its form; "" where the person may not go.
        job: its case's review job; "" where there is none, or the person may not go.
    """

    alert: StandingAlert
    link: str
    job: str


@router.get("/alerts")
def show_alerts(
    request: Request,
    said: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[str, Query(max_length=26)] = "",
) -> Response:
    """The page, newest first; who may end an alert finds the form beside it."""
    installation = door_of(request).installation
    who = visit_of(request.scope).user
    assert who is not None, "a rule without roles leads to the alerts"
    note(request, "alerts.list", "alerts")
    with installation.store.read() as reader:
        asked = AlertId(before) if before else None
        stands = standing_alerts(reader, before=asked, most=_ROWS + 1)
        found = shown(reader, who, stands[:_ROWS])
        stand = count_alerts(reader)
    return page(
        request,
        "alerts.html",
        place="reports",
        alerts=found,
        stand=stand,
        first_page=not before,
        older=f"/alerts?before={found[-1].alert.id}" if len(stands) > _ROWS else "",
        may_end=may_end(who),
        told="The alert does not stand any more." if said == "ended" else "",
    )


@router.post("/alerts/{alert_id}/end")
def end_alert(request: Request, alert_id: str, form: Form) -> Response:
    """The alert of a case was seen to, and the person said how."""
    desk, actor = door_of(request).installation.review_desk, visit_of(request.scope).actor
    end_case_alert(desk, AlertId(alert_id), because=form.get("because", ""), actor=actor)
    return RedirectResponse("/alerts?said=ended", SEE_OTHER)


def shown(reader: Reader, who: User, alerts: Sequence[StandingAlert]) -> list[Shown]:
    """The alerts, with where this person goes for each."""
    return [Shown(alert=each, link=_link(who, each), job=_job(reader, who, each.case_id)) for each in alerts]


def may_end(who: User) -> bool:
    """Whether the person ends alerts of cases."""
    return may_open(who, "/reports/draft/{case_id}")


def _link(who: User, alert: StandingAlert) -> str:
    if alert.filing_id is not None:
        return f"/reports/{alert.filing_id}" if may_open(who, "/reports") else ""
    return f"/alerts#{alert.id}" if may_open(who, "/alerts") else ""


def _job(reader: Reader, who: User, case_id: CaseId | None) -> str:
    if case_id is None or not may_open(who, "/review"):
        return ""
    return f"/review/{reader.get_job_of_case(case_id).id}"
