"""/hits: what screening found."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError
from clew.parts.stores.base import HitFilter
from clew.pipelines.lists import get_list
from clew.records.identifiers import HitId, ListName
from clew.web.answers import encode
from clew.web.api import hit_shapes
from clew.web.api.contract import answers_with
from clew.web.door import door_of
from clew.web.reads import note

router = APIRouter(tags=["hits"])

# Any other name may be a misspelt one, and its answer would look like one to the question that was meant.
_ASKED = frozenset({"list", "exact", "since", "before", "limit"})


@router.get("/api/v1/hits", responses=answers_with(hit_shapes.HitsSaid))
def show_hits(
    request: Request,
    list_name: Annotated[str | None, Query(alias="list", description="only hits with a match on this list")] = None,
    exact: Annotated[bool | None, Query(description="only exact matches, or only others")] = None,
    since: Annotated[datetime | None, Query(description="not before this moment, ISO 8601 with an offset")] = None,
    before: Annotated[str | None, Query(description="`next` of the page before", max_length=26)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Hits, newest first."""
    if not request.query_params.keys() <= _ASKED:
        raise InputError(f"the query may bear {', '.join(sorted(_ASKED))}, and nothing else")
    if since is not None and since.tzinfo is None:
        raise InputError("since must be ISO 8601 with an offset, as 2026-03-01T00:00:00Z")
    with door_of(request).installation.store.read() as reader:
        wanted = HitFilter(
            list_id=get_list(reader, ListName(list_name)).id if list_name is not None else None,
            exact=exact,
            since=since.astimezone(UTC) if since else None,
            before=HitId(before) if before else None,
            limit=limit + 1,
        )
        hits = reader.hits(wanted)
    more = len(hits) > limit
    note(request, "hits.read", "hits", shown=len(hits[:limit]))
    said = hit_shapes.HitsSaid(
        hits=[hit_shapes.say_hit(each) for each in hits[:limit]], next=hits[limit - 1].id if more else None
    )
    return Response(encode(said), media_type="application/json")


@router.get("/api/v1/hits/{hit_id}", responses=answers_with(hit_shapes.HitSaid))
def show_hit(request: Request, hit_id: str) -> Response:
    """One hit with its matches."""
    with door_of(request).installation.store.read() as reader:
        hit = reader.get_hit(HitId(hit_id))
    note(request, "hit.open", f"hit:{hit.id}")
    return Response(encode(hit_shapes.say_hit(hit)), media_type="application/json")
