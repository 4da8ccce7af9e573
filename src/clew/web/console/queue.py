"""The queue of the clearinghouse: places in the order in which they are worked, and why each stands where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError
from clew.parts.stores._triage import IN_LINE, PlaceFilter, QueueCounts
from clew.parts.stores.base import Reader
from clew.pipelines.place_shown import PlaceRow, rows_of
from clew.pipelines.queue_desk import QueueDesk
from clew.pipelines.work_queue import maybe_same
from clew.records.identifiers import UserId
from clew.records.people import User
from clew.records.triage import OverrideKind, Place, PlaceState
from clew.records.worked import PlaceDecision
from clew.web.answers import encode
from clew.web.console import queue_words
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.place_mark import read_mark, write_mark
from clew.web.reads import note
from clew.web.rules import QUEUE_WORK
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 25
_COUNTRY_LETTERS = 2
FILTERS = {
    "": "All that wait",
    "urgent": "Ahead of every score",
    "score": "By score",
    "second": "Second look",
    "mine": "Held by me",
    "held": "Held",
    "aside": "Set aside",
    "decided": "Decided",
}
_STATES = {
    "urgent": frozenset({PlaceState.WAITING}),
    "second": frozenset({PlaceState.SECOND_LOOK}),
    "mine": frozenset({PlaceState.CLAIMED}),
    "held": frozenset({PlaceState.CLAIMED}),
    "aside": frozenset({PlaceState.SET_ASIDE}),
    "decided": frozenset({PlaceState.DECIDED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which places are asked for."""

    show: str = ""
    kind: str = ""
    country: str = ""
    language: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything beyond the state is asked for."""
        return bool(self.kind or self.country or self.language)

    def link(self, show: str | None = None, **more: object) -> str:
        """The address of the page that asks so."""
        asked = {"show": self.show if show is None else show, "kind": self.kind}
        asked |= {"country": self.country, "language": self.language}
        kept = {name: value for name, value in {**asked, **more}.items() if value}
        return f"/queue?{urlencode(kept)}" if kept else "/queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One place of the queue, explained.

    Attributes:
        holder: "you", a name, or "" for nobody.
        barred: why the person cannot take it; "" when they can, or hold it.
    """

    shown: PlaceRow
    holder: str
    barred: str

    @property
    def place(self) -> Place:
        """The place."""
        return self.shown.place

    @property
    def mine(self) -> bool:
        """Whether the person who looks holds it."""
        return self.holder == "you"


@router.get("/queue")
def show_queue(
    request: Request,
    show: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=30)] = "",
    country: Annotated[str, Query(max_length=2)] = "",
    language: Annotated[str, Query(max_length=12)] = "",
    after: Annotated[str, Query(max_length=100)] = "",
    at: Annotated[str, Query(max_length=20)] = "",
    undo: Annotated[str, Query(max_length=26)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The page.

    Args:
        show: one of the filters; another word is all that wait.
        after: where the page before this one ended.
        at: the place that is marked and explained; the first one else.
        undo: the decision just given, which can perhaps be taken back.
    """
    desk, who = queue_of(request), visit_of(request.scope).user
    asked = Asked(
        show=show if show in FILTERS else "",
        kind=kind if kind in set(OverrideKind) else "",
        country=_country(country),
        language=language.strip().lower(),
    )
    note(request, "queue.list", "queue", show=asked.show)
    with desk.store.read() as reader:
        found = reader.places(_wanted(asked, who, after))
        rows = _rows(reader, rows_of(reader, found[:_ROWS]), who, alone=desk.alone)
        counts = reader.queue_counts()
        undoing = undo_of(reader, who, undo)
    marked = next((row for row in rows if str(row.place.id) == at), rows[0] if rows else None)
    return page(
        request,
        "queue.html",
        place="queue",
        rows=rows,
        urgent=[row for row in rows if row.place.overrides],
        ordinary=[row for row in rows if not row.place.overrides],
        marked=marked,
        at=at,
        asked=asked,
        filters=FILTERS,
        counts=counts,
        filter_counts=_filter_counts(counts),
        first_page=not after,
        after=after,
        more=asked.link(after=write_mark(found[_ROWS - 1].mark)) if len(found) > _ROWS else "",
        undoing=undoing,
        told=queue_words.SAID.get(said, ""),
        works=may_work(who),
        kinds={each: queue_words.OVERRIDES[each][0] for each in OverrideKind},
        words=queue_words,
    )


@router.get("/queue/standing")
def show_standing(request: Request) -> Response:
    """How many wait, for a page that is open: counts alone, nothing of any place."""
    with queue_of(request).store.read() as reader:
        counts = reader.queue_counts()
    told = {"waiting": counts.waiting + counts.second_looks, "urgent": counts.urgent}
    return Response(encode(told), media_type="application/json")


def queue_of(request: Request) -> QueueDesk:
    """The desk."""
    return door_of(request).installation.queue_desk


def may_work(user: User | None) -> bool:
    """Whether a person works the queue, and does not only read it."""
    return user is not None and user.has(*QUEUE_WORK)


def undo_of(reader: Reader, who: User | None, decision_id: str) -> PlaceDecision | None:
    """The person's own decision just given; None when there is none of that id, or it was taken back."""
    decision = reader.find_decision(decision_id) if decision_id else None
    if decision is None or who is None or decision.by != who.id or decision.undone_at is not None:
        return None
    return decision


def names_of(reader: Reader) -> dict[str, str]:
    """Who did something, by the name that they act under."""
    return {name: user.name for user in reader.users() for name in (user.actor, str(user.id))}


def holder_of(place: Place, who: User | None, names: Mapping[str, str]) -> str:
    """Who holds a place: "you", a name, or "" for nobody."""
    if place.state is not PlaceState.CLAIMED or place.holder is None:
        return ""
    if who is not None and place.holder == who.id:
        return "you"
    return names.get(place.holder, place.holder)


def barred_from(place: Place, who: User | None, *, alone: bool) -> str:
    """Why a person cannot take a place; "" when they can."""
    if place.state is PlaceState.CLAIMED:
        return "" if who is not None and place.holder == who.id else "somebody holds it"
    if not place.state.waits:
        return "it has left the line"
    if place.state is PlaceState.SECOND_LOOK and not alone and who is not None and maybe_same(place.asked_by, who.id):
        return "it waits for another person's look at what you decided"
    return ""


def _wanted(asked: Asked, who: User | None, after: str) -> PlaceFilter:
    override = {"urgent": True, "score": False}.get(asked.show)
    return PlaceFilter(
        states=_STATES.get(asked.show, IN_LINE),
        override=override,
        kind=OverrideKind(asked.kind) if asked.kind else None,
        country=asked.country or None,
        language=asked.language or None,
        holder=UserId(who.id) if asked.show == "mine" and who is not None else None,
        after=read_mark(after) if after else None,
        limit=_ROWS + 1,
    )


def _country(text: str) -> str:
    text = text.strip().upper()
    if text and not (len(text) == _COUNTRY_LETTERS and text.isascii() and text.isalpha()):
        raise InputError("a country is two letters, as in DE")
    return text


def _rows(reader: Reader, shown: list[PlaceRow], who: User | None, *, alone: bool) -> list[Row]:
    names = names_of(reader)
    return [
        Row(shown=each, holder=holder_of(each.place, who, names), barred=barred_from(each.place, who, alone=alone))
        for each in shown
    ]


def _filter_counts(counts: QueueCounts) -> dict[str, int]:
    return {
        "": counts.waiting + counts.second_looks,
        "urgent": counts.urgent,
        "second": counts.second_looks,
        "held": counts.claimed,
    }
