"""/reports: how filings stand, and a report that a person has saved is filed, once, or taken back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing import withdraw
from clew.pipelines.filing_shown import filing_file
from clew.pipelines.report_drafts import demand_saved, file_case
from clew.records.filing import Filing, FilingState
from clew.records.identifiers import CaseId, FilingId
from clew.web import schemas
from clew.web.answers import encode
from clew.web.api import report_shapes as shapes
from clew.web.api.cases import Body
from clew.web.api.contract import answers_with, takes
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.upload_shapes import demand_storable, hear_word
from clew.web.visit import visit_of

router = APIRouter(tags=["reports"])

# Any other name may be a misspelt one, and its answer would look like one to the question that was meant.
_ASKED = frozenset({"state", "case", "before", "limit"})


@router.get("/api/v1/reports", responses=answers_with(shapes.FilingsSaid))
def show_filings(
    request: Request,
    state: Annotated[list[str] | None, Query(description=f"only these, of: {', '.join(FilingState)}")] = None,
    case: Annotated[str | None, Query(description="only of this case", max_length=26)] = None,
    before: Annotated[str | None, Query(description="`next` of the page before", max_length=26)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Filings, newest first: every one ends filed, filed by hand, failed with an alert, or is shown as waiting."""
    if not request.query_params.keys() <= _ASKED:
        raise InputError(f"the query may bear {', '.join(sorted(_ASKED))}, and nothing else")
    wanted = FilingFilter(
        states=tuple(hear_word(FilingState, each, "state") for each in state) if state else None,
        case_id=CaseId(case) if case is not None else None,
        before=FilingId(before) if before else None,
        limit=limit + 1,
    )
    with door_of(request).installation.store.read() as reader:
        found = reader.filings(wanted)
    shown = found[:limit]
    note(request, "filings.read", "filings", shown=len(shown))
    more = shown[-1].id if len(found) > limit else None
    return _json(shapes.FilingsSaid(filings=[shapes.say_filing(each) for each in shown], next=more))


@router.get("/api/v1/reports/{filing_id}", responses=answers_with(shapes.FilingDetailSaid))
def show_filing(request: Request, filing_id: str) -> Response:
    """One filing with its steps, its alerts and its receipt."""
    with door_of(request).installation.store.read() as reader:
        known = filing_file(reader, FilingId(filing_id))
    note(request, "filing.read", known.filing.subject, filing=known.filing.id)
    return _json(shapes.say_filing_file(known))


@router.post("/api/v1/reports", status_code=201, **takes(shapes.FileHeard, shapes.FilingSaid, 201))
def file_saved(request: Request, body: Body) -> Response:
    """File the draft that a person has saved of a case; a worker sends it. A second call files nothing twice."""
    heard = schemas.hear(body, shapes.FileHeard)
    demand_storable(heard)
    desk, actor = door_of(request).installation.filing_desk, visit_of(request.scope).actor
    case_id = CaseId(heard.case)

    def work(unit: UnitOfWork) -> Filing:
        unit.be_alone()
        unit.get_case(case_id)
        demand_saved(unit, case_id, supplement=heard.supplement)
        return file_case(unit, desk, case_id, actor=actor, supplement=heard.supplement)

    return _json(shapes.say_filing(desk.store.transact(work)), 201)


@router.post("/api/v1/reports/{filing_id}/retract", **takes(shapes.RetractHeard, shapes.FilingSaid))
def retract(request: Request, filing_id: str, body: Body) -> Response:
    """Take back a filing that is not finished; what lies open at the clearinghouse is dropped there by a worker."""
    heard = schemas.hear(body, shapes.RetractHeard)
    demand_storable(heard)
    desk, actor = door_of(request).installation.filing_desk, visit_of(request.scope).actor
    taken = desk.store.transact(
        lambda unit: withdraw(unit, desk, FilingId(filing_id), because=heard.because, actor=actor)
    )
    return _json(shapes.say_filing(taken))


def _json(said: schemas.Said, status: int = 200) -> Response:
    return Response(encode(said), status_code=status, media_type="application/json")
