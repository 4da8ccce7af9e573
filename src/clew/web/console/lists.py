"""Lists: where they come from, how old and how sound they are, on what ground and with what rights they are used."""

from fastapi import APIRouter, Request, Response

from clew.parts.stores.base import HitFilter
from clew.pipelines.lists import get_list
from clew.records.hashlist import Action, ListState
from clew.records.identifiers import ListName
from clew.web.console import words
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
    return page(
        request,
        "lists.html",
        place="lists",
        states=states,
        total=sum(sum(s.entries.values()) for s in states),
        vetted=vetted,
        leads_to=leads_to,
    )


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
        vetted=vetted(state),
        follows=_follows(state),
        faults=faults,
        hits=hits,
        measures=installation.measures,
    )


def vetted(state: ListState) -> str:
    """How many of its entries are vetted: an entry may say otherwise than its list."""
    entries = sum(state.entries.values())
    if not entries:
        return f"no entry yet; the list is {'vetted' if state.hash_list.vetted else 'not vetted'}"
    return f"{words.number(state.vetted_entries)} of {words.count(entries, 'entry', 'entries')} vetted"


def leads_to(state: ListState) -> str:
    """What an exact match on it leads to, by the entries that it has."""
    entries, action = sum(state.entries.values()), state.hash_list.exact_action
    if action is Action.REVIEW or (entries and not state.vetted_entries):
        return "review"
    mixed = not entries or state.vetted_entries < entries
    return f"{action.value} if vetted, else review" if mixed else action.value


def _follows(state: ListState) -> str:
    """The same as a sentence."""
    if not state.vetted_entries or state.hash_list.exact_action is Action.REVIEW:
        return "whatever matches goes to a person"
    unless = ", unless disputed" if state.disputed_entries else ""
    return (
        f"exact matches on those lead to {state.hash_list.exact_action.value}{unless}; everything else is for a person"
    )
