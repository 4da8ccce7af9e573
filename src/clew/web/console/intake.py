"""What was taken in, newest first, and the reports that state an identifier; no word of a report is shown here."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError
from clew.ground.defang import defanged
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Reader
from clew.pipelines.intake_shown import intake_page, names_of, search
from clew.records.identifiers import ClusterId, IntakeNumber, SenderId
from clew.records.intake import IntakeForm, IntakeReport, IntakeState
from clew.records.mention import IdentifierKind
from clew.web.console import queue_words
from clew.web.console.clusters import number_of
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

_ROWS = 50
# Of what begins so; whoever needs more types more of it.
_BEGINNINGS = 20
_STATES = {
    IntakeState.OPEN: "not finished by its sender",
    IntakeState.TAKEN_IN: "taken in",
    IntakeState.RETRACTED: "taken back by its sender",
    IntakeState.EXPIRED: "never finished, kept as incomplete",
}

Found = tuple[IdentifierKind, str, list[IntakeNumber]]


@router.get("/intake")
def show_intakes(
    request: Request,
    sender: Annotated[str, Query(max_length=100)] = "",
    form: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    incomplete: Annotated[str, Query(max_length=1)] = "",
    before: Annotated[str, Query(max_length=18)] = "",
) -> Response:
    """Reports that fit, newest first, without their contents."""
    asked = {"sender": sender, "form": form, "state": state, "incomplete": incomplete}
    wanted = IntakeFilter(
        sender_id=SenderId(sender) if sender else None,
        form=IntakeForm(form) if form in set(IntakeForm) else None,
        state=IntakeState(state) if state in set(IntakeState) else None,
        incomplete=True if incomplete else None,
        before=number_of(before) if before else None,
        limit=_ROWS,
    )
    note(request, "intake.list", "intake")
    with door_of(request).installation.store.read() as reader:
        reports, more = intake_page(reader, wanted)
        names = names_of(reader.senders())
        clusters = _clusters(reader, reports)
    chosen = {name: value for name, value in asked.items() if value}
    return page(
        request,
        "intake.html",
        place="intake",
        reports=reports,
        clusters=clusters,
        names=names,
        asked=asked,
        filtered=bool(chosen),
        first_page=not before,
        more=f"/intake?{urlencode({**chosen, 'before': more})}" if more else "",
        q="",
        wanted=None,
        exact=False,
        states=_STATES,
        forms=queue_words.FORMS,
        kinds=queue_words.KINDS,
    )


@router.get("/intake/search")
def search_intakes(
    request: Request,
    q: Annotated[str, Query(max_length=2_048)] = "",
    kind: Annotated[str, Query(max_length=20)] = "",
    exact: Annotated[str, Query(max_length=1)] = "",
    before: Annotated[str, Query(max_length=18)] = "",
) -> Response:
    """The reports that state an identifier, or one that begins so; the search is noted without its words."""
    text = q.replace("\0", "").strip()
    wanted = IdentifierKind(kind) if kind in set(IdentifierKind) else None
    last = number_of(before) if before else None
    fault, more = "", ""
    found: list[Found] = []
    note(request, "intake.search", "intake")
    with door_of(request).installation.store.read() as reader:
        try:
            if exact and wanted is not None:
                stating = reader.reports_mentioning(wanted, text, before=last, limit=_ROWS + 1)
                found = [(wanted, text, stating[:_ROWS])] if stating else []
                more = _exactly(wanted, text, stating[_ROWS - 1]) if len(stating) > _ROWS else ""
            elif exact:
                fault = "An exact search needs the kind of the identifier: choose one."
            else:
                found = search(reader, text, wanted, limit=_BEGINNINGS)
        except InputError as error:
            fault = f"{str(error)[:1].upper()}{str(error)[1:]}."
        numbers = sorted({number for _, _, stating in found for number in stating})
        clusters = reader.clusters_of(numbers)
    return page(
        request,
        "intake_search.html",
        place="intake",
        status=InputError.http_status if fault else 200,
        q=text,
        wanted=wanted,
        exact=bool(exact),
        found=found,
        clusters=clusters,
        fault=fault,
        more=more,
        full=_BEGINNINGS,
        exactly=_exactly,
        shown=_shown,
        kinds=queue_words.KINDS,
    )


def _clusters(reader: Reader, reports: Sequence[IntakeReport]) -> dict[IntakeNumber, ClusterId]:
    """The cluster of each report that was linked; one that shares nothing with others has none."""
    return reader.clusters_of([each.number for each in reports])


def _exactly(kind: IdentifierKind, value: str, before: IntakeNumber | None = None) -> str:
    asked: dict[str, object] = {"q": value, "kind": kind.value, "exact": 1}
    return f"/intake/search?{urlencode(asked if before is None else {**asked, 'before': before})}"


def _shown(kind: IdentifierKind, value: str) -> str:
    """The identifier as it may stand on a page: an address of the web does not open by a careless click."""
    return defanged(value) if kind is IdentifierKind.URL else value
