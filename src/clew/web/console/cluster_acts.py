"""What a person does to clusters in the console; a form that is refused comes back with what was typed."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.ground.text import bears_controls
from clew.parts.stores.base import UnitOfWork
from clew.pipelines import linking
from clew.pipelines.ordering import change_links
from clew.records.identifiers import ClusterId, SuggestionId
from clew.records.mention import IdentifierKind
from clew.web.console.clusters import clusters_page, number_of, one_page, part_page
from clew.web.console.forms import Form
from clew.web.console.holding import SEE_OTHER
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_REASON = 500
_REFUSED = (ConflictError, RefusedError, InputError, NotFoundError)


@router.post("/clusters/{cluster_id}/split")
def split(request: Request, cluster_id: str, form: Form) -> Response:
    """An identifier joins a report to nobody any more."""
    kind, value, reports = form.get("kind", ""), form.get("value", ""), form.all("report")
    try:
        if kind not in set(IdentifierKind) or len(reports) != 1:
            raise InputError("choose the report that the identifier joins wrongly")
        report, act = number_of(reports[0]), _act(request, form)
        touched = _change(request, lambda unit: linking.split(unit, report, (IdentifierKind(kind), value), act))
    except _REFUSED as fault:
        of = number_of(cluster_id)
        return part_page(request, of, kind=kind, value=value, reports=reports, fault=fault, typed=form)
    return _to(f"/clusters/{cluster_id}", "split" if touched else "same")


@router.post("/clusters/{cluster_id}/take-out")
def take_out(request: Request, cluster_id: str, form: Form) -> Response:
    """Reports leave their cluster together."""
    reports = form.all("report")
    try:
        if not reports:
            raise InputError("choose the reports that do not belong here")
        numbers, act = [number_of(each) for each in reports], _act(request, form)
        touched = _change(request, lambda unit: linking.take_out(unit, numbers, act))
    except _REFUSED as fault:
        return part_page(request, number_of(cluster_id), kind="", value="", reports=reports, fault=fault, typed=form)
    return _to(f"/clusters/{cluster_id}", "out" if touched else "same")


@router.post("/clusters/{cluster_id}/merge")
def merge(request: Request, cluster_id: str, form: Form) -> Response:
    """The cluster and that of another report are one."""
    of = number_of(cluster_id)
    try:
        other, act = number_of(form.get("other", "").strip()), _act(request, form)
        touched = _change(request, lambda unit: linking.join(unit, of, other, act))
    except _REFUSED as fault:
        return one_page(request, of, fault=fault)
    return _to(f"/clusters/{cluster_id}", "merged" if touched else "same")


@router.post("/clusters/{cluster_id}/undo")
def undo(request: Request, cluster_id: str, form: Form) -> Response:
    """A person's change is taken back."""
    of = number_of(cluster_id)
    try:
        change, act = int(number_of(form.get("change", ""))), _act(request, form)
        touched = _change(request, lambda unit: linking.undo(unit, change, act))
    except _REFUSED as fault:
        return one_page(request, of, fault=fault)
    return _to(f"/clusters/{cluster_id}", "undone" if touched else "same")


@router.post("/clusters/suggestions/{suggestion_id}")
def decide(request: Request, suggestion_id: str, form: Form) -> Response:
    """A person says whether two reports tell of one subject."""
    try:
        answer = form.get("answer", "")
        if answer not in {"join", "leave"}:
            raise InputError("say whether the two are one; nothing is chosen for you")
        act, accepted = _act(request, form), answer == "join"
        which = SuggestionId(suggestion_id)
        _change(request, lambda unit: linking.decide(unit, which, accepted=accepted, act=act))
    except _REFUSED as fault:
        return clusters_page(request, fault=fault)
    return _to("/clusters", "joined" if accepted else "left")


def _act(request: Request, form: Form) -> linking.Act:
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > _REASON or bears_controls(reason):
        raise InputError(f"say why, in one sentence of at most {_REASON} characters; it stands in the history")
    return linking.Act(by=visit_of(request.scope).actor, at=door_of(request).installation.clock(), reason=reason)


def _change(request: Request, change: Callable[[UnitOfWork], set[ClusterId]]) -> set[ClusterId]:
    return change_links(door_of(request).installation.queue_desk, change)


def _to(link: str, said: str) -> Response:
    return RedirectResponse(f"{link}?said={said}", SEE_OTHER)
