"""Hits: everything matched, by list and nearness, without a picture; and one hit with all that explains it."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.parts.stores.base import HitFilter, Reader
from clew.pipelines.lists import get_list
from clew.records.hashlist import Action
from clew.records.identifiers import HitId, ListName
from clew.records.match import Hit
from clew.web.console import review_words
from clew.web.console.pages import page
from clew.web.console.place import SPANS, AskedFor, neighbours, page_around
from clew.web.door import door_of
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

_ROWS = 50
# Distances of the newest hits, in the steps in which a person thinks of them.
_STEPS = ((0, 0), (1, 10), (11, 20), (21, 31), (32, 256))
_STEPS_OF = 500


@router.get("/hits")
def show_hits(
    request: Request,
    asked: AskedFor,
    before: Annotated[str, Query(max_length=26)] = "",
    at: Annotated[str, Query(max_length=26)] = "",
) -> Response:
    """The page.

    Args:
        before: the last hit of the page before this one.
        at: the hit to mark; the page is the one on which it stands.
    """
    installation = door_of(request).installation
    with installation.store.read() as reader:
        if asked.list_name:
            get_list(reader, ListName(asked.list_name))
        wanted = asked.wanted(reader, installation.clock())
        paged = page_around(reader, wanted, HitId(at), _ROWS) if at else wanted
        paged = replace(paged, before=HitId(before)) if before else paged
        hits = reader.hits(replace(paged, limit=_ROWS + 1))
        total = reader.count_hits(wanted)
        newest = reader.hits(HitFilter(limit=_STEPS_OF))
        by_list = _by_list(reader, replace(wanted, exact=None))
    note(request, "hits.read", "hits", shown=len(hits[:_ROWS]))
    return page(
        request,
        "hits.html",
        place="hits",
        hits=hits[:_ROWS],
        more=asked.link(before=hits[_ROWS - 1].id) if len(hits) > _ROWS else "",
        first_page=paged.before is None,
        marked=at,
        total=total,
        asked=asked,
        spans=SPANS,
        steps=_steps(newest),
        newest=len(newest),
        by_list=by_list,
        Action=Action,
    )


def _by_list(reader: Reader, wanted: HitFilter) -> list[tuple[str, int, int]]:
    """Each list with its exact and its other hits, of those that are asked for: what its links open."""
    rows: list[tuple[str, int, int]] = []
    for each in reader.lists():
        total = reader.count_hits(replace(wanted, list_id=each.id))
        exact = reader.count_hits(replace(wanted, list_id=each.id, exact=True))
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
def show_hit(request: Request, hit_id: str, asked: AskedFor) -> Response:
    """One hit, among those that were asked for. Opening it shows the platform's reference, so it is written down."""
    installation = door_of(request).installation
    at = installation.clock()
    with installation.store.read() as reader:
        hit = reader.get_hit(HitId(hit_id))
        if asked.list_name and reader.find_list(ListName(asked.list_name)) is None:
            asked = asked.but(list_name="")
        newer, older = neighbours(reader, asked.wanted(reader, at), hit.id)
        states = {each.hash_list.id: each for each in reader.list_states(at)}
        content = reader.find_content_of_hit(hit.id)
        job = reader.get_job_of_case(content.case_id) if content else None

    note(request, "hit.open", f"hit:{hit.id}")
    searched = sum(each.entries for each in installation.index.status().types if each.signal_type == "pdq")
    return page(
        request,
        "hit.html",
        place="hits",
        hit=hit,
        asked=asked,
        newer=newer,
        older=older,
        states=states,
        content=content,
        job=job,
        review_words=review_words,
        searched=searched,
        Action=Action,
    )
