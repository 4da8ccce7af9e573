"""Lists: where they come from, how old and how sound they are, on what ground and with what rights they are used."""

from fastapi import APIRouter, Request, Response

from clew.parts.stores.base import HitFilter
from clew.pipelines.lists import get_list
from clew.records.identifiers import ListName
from clew.web.console.pages import page
from clew.web.door import door_of

router = APIRouter(include_in_schema=False)

_FAULTS = 100


@router.get("/lists")
def show_lists(request: Request) -> Response:
    """Every list."""
    installation = door_of(request).installation
    with installation.store.read() as reader:
        states = reader.list_states(installation.clock())
    return page(request, "lists.html", place="lists", states=states, total=sum(sum(s.entries.values()) for s in states))


@router.get("/lists/{name}")
def show_list(request: Request, name: str) -> Response:
    """One list."""
    installation = door_of(request).installation
    with installation.store.read() as reader:
        wanted = get_list(reader, ListName(name))
        state = next(each for each in reader.list_states(installation.clock()) if each.hash_list.id == wanted.id)
        faults = reader.import_faults(wanted.id, _FAULTS)
        hits = reader.count_hits(HitFilter(list_id=wanted.id))
    return page(
        request,
        "list.html",
        place="lists",
        state=state,
        faults=faults,
        hits=hits,
        measures=installation.measures,
    )
