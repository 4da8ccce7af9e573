"""Hits: everything matched, by list and nearness, without a picture; and one hit with all that explains it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from clew.parts.stores.base import HitFilter, Reader, UnitOfWork
from clew.pipelines.lists import get_list
from clew.records.audit import AuditEvent
from clew.records.hashlist import Action
from clew.records.identifiers import HitId, ListName
from clew.records.match import Hit
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 50
_DAYS = {"1": "24 hours", "7": "7 days", "30": "30 days", "": "Any time"}
# Distances of the newest hits, in the steps in which a person thinks of them.
_STEPS = ((0, 0), (1, 10), (11, 20), (21, 31), (32, 256))
_STEPS_OF = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; words that are not known ask for everything."""

    list_name: str
    near: str
    days: str

    def link(self, **changed: str) -> str:
        """The address with some of it changed."""
        asked = {"list": self.list_name, "near": self.near, "days": self.days} | changed
        return "/hits?" + urlencode({name: value for name, value in asked.items() if value})


@router.get("/hits")
def show_hits(
    request: Request,
    list_name: Annotated[str, Query(alias="list")] = "",
    near: str = "",
    days: str = "",
    before: Annotated[str, Query(max_length=26)] = "",
) -> Response:
    """The page."""
    installation = door_of(request).installation
    asked = Filters(
        list_name, near if near in {"exact", "near"} else "", days if days in _DAYS and days.isdigit() else ""
    )
    with installation.store.read() as reader:
        wanted = HitFilter(
            list_id=get_list(reader, ListName(list_name)).id if list_name else None,
            exact={"exact": True, "near": False}.get(asked.near),
            since=installation.clock() - timedelta(days=int(asked.days)) if asked.days else None,
            before=HitId(before) if before else None,
            limit=_ROWS + 1,
        )
        hits = reader.hits(wanted)
        total = reader.count_hits(wanted)
        newest = reader.hits(HitFilter(limit=_STEPS_OF))
        by_list = _by_list(reader)
    return page(
        request,
        "hits.html",
        place="hits",
        hits=hits[:_ROWS],
        more=asked.link(before=hits[_ROWS - 1].id) if len(hits) > _ROWS else "",
        first_page=not before,
        total=total,
        asked=asked,
        spans=_DAYS,
        steps=_steps(newest),
        newest=len(newest),
        by_list=by_list,
        Action=Action,
    )


def _by_list(reader: Reader) -> list[tuple[str, int, int]]:
    """Each list with its exact and its other hits."""
    rows: list[tuple[str, int, int]] = []
    for each in reader.lists():
        total = reader.count_hits(HitFilter(list_id=each.id))
        exact = reader.count_hits(HitFilter(list_id=each.id, exact=True))
        rows.append((each.name, exact, total - exact))
    return rows


def _steps(hits: list[Hit]) -> list[tuple[str, int]]:
    """How many hits have their nearest match in each step of distance; "same bytes" apart."""
    same = sum(any(match.exact for match in hit.matches) for hit in hits)
    rows = [("same bytes", same)]
    others = [min(m.distance for m in hit.matches) for hit in hits if hit.matches and not hit.matches[0].exact]
    for low, high in _STEPS:
        contents = sum(low <= each <= high for each in others)
        if contents or high <= 31:  # noqa: PLR2004  (the trade's radius; beyond it only where a list asks for more)
            rows.append((f"{low} bits" if low == high else f"{low} to {high} bits", contents))
    return rows


@router.get("/hits/{hit_id}")
def show_hit(request: Request, hit_id: str) -> Response:
    """One hit. Opening it shows the platform's reference, so it is written down."""
    installation = door_of(request).installation
    at = installation.clock()
    with installation.store.read() as reader:
        hit = reader.get_hit(HitId(hit_id))
        states = {each.hash_list.id: each for each in reader.list_states(at)}

    def work(unit: UnitOfWork) -> None:
        actor = visit_of(request.scope).actor
        unit.audit(AuditEvent(at=at, actor=actor, act="hit.open", subject=f"hit:{hit.id}", facts={}))

    installation.store.transact(work)
    searched = sum(each.entries for each in installation.index.status().types if each.signal_type == "pdq")
    return page(request, "hit.html", place="hits", hit=hit, states=states, searched=searched, Action=Action)
