"""/lists: make a list, add and remove entries, see how each list stands."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response

from clew.errors import InputError
from clew.ground.text import bears_controls
from clew.pipelines import list_entries
from clew.pipelines import lists as keeping
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import Action, Category, NewEntry, Right, ServiceKind
from clew.records.identifiers import ListName, SignalType
from clew.web import schemas
from clew.web.answers import encode
from clew.web.api import list_shapes
from clew.web.api.contract import answers_with, takes
from clew.web.body import read_body
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(tags=["lists"])

_SHOWN_FAULTS = 100


async def _body(request: Request) -> bytes:
    """The body of a request, within what its rule allows."""
    rule = visit_of(request.scope).rule
    assert rule is not None
    assert rule.body_bytes is not None
    with door_of(request).held.room() as room:
        return await read_body(request.receive, room, rule.body_bytes)


Body = Annotated[bytes, Depends(_body)]


@router.get("/api/v1/lists", responses=answers_with(list_shapes.ListsSaid))
def show_lists(request: Request) -> Response:
    """Every list and how it stands."""
    door = door_of(request)
    at = door.installation.clock()
    with door.installation.store.read() as reader:
        states = reader.list_states(at)
    return _json(list_shapes.ListsSaid(lists=[list_shapes.say_list(each, at) for each in states]))


@router.post("/api/v1/lists", status_code=201, **takes(list_shapes.ListHeard, list_shapes.ListSaid, 201))
def create_list(request: Request, body: Body) -> Response:
    """A new list with its source. A source of that name that is known with other particulars is a conflict."""
    heard = schemas.hear(body, list_shapes.ListHeard)
    installation, actor = door_of(request).installation, visit_of(request.scope).actor
    changes = keeping.ListChanges(
        exact_action=_word(Action, heard.exact_action, "exact_action"),
        within_bits={SignalType(kind): bits for kind, bits in heard.within_bits.items()},
        kept_days=heard.kept_days,
    )
    unknown = [kind for kind in heard.within_bits if SignalType(kind) not in installation.measures]
    if unknown:
        raise InputError(f"within_bits must be for one of {', '.join(sorted(installation.measures))}")
    made = keeping.create_list(
        installation.store,
        ListName(heard.name),
        _claim(heard.source),
        vetted=heard.vetted,
        actor=actor,
        clock=installation.clock,
        changes=changes,
        measures=installation.measures,
    )
    return _json(_state(request, made.name), 201)


@router.get("/api/v1/lists/{name}", responses=answers_with(list_shapes.ListDetailSaid))
def show_list(request: Request, name: str) -> Response:
    """One list, how it stands, and the first faults of its last import."""
    door = door_of(request)
    at = door.installation.clock()
    with door.installation.store.read() as reader:
        wanted = keeping.get_list(reader, ListName(name))
        state = next(each for each in reader.list_states(at) if each.hash_list.id == wanted.id)
        faults = reader.import_faults(wanted.id, _SHOWN_FAULTS)
    return _json(list_shapes.say_list_detail(state, faults, at))


@router.post("/api/v1/lists/{name}/entries", **takes(list_shapes.EntriesHeard, list_shapes.AddedSaid))
def add_entries(request: Request, name: str, body: Body) -> Response:
    """The entries are on the list and match within a second. All are taken, or none."""
    heard = schemas.hear(body, list_shapes.EntriesHeard)
    it = door_of(request).installation
    entries = [_entry(request, place, each) for place, each in enumerate(heard.entries)]
    actor = visit_of(request.scope).actor
    added = list_entries.add_entries(it.store, ListName(name), entries, actor=actor, clock=it.clock)
    return _json(list_shapes.AddedSaid(new=added.new, changed=added.changed, unchanged=added.unchanged))


@router.delete("/api/v1/lists/{name}/entries", **takes(list_shapes.ValuesHeard, list_shapes.RemovedSaid))
def remove_entries(request: Request, name: str, body: Body) -> Response:
    """The values are on the list no longer and fall silent within a second."""
    heard = schemas.hear(body, list_shapes.ValuesHeard)
    it = door_of(request).installation
    values = [
        (SignalType(each.type), _value(request, place, each.type, each.value))
        for place, each in enumerate(heard.entries)
    ]
    actor = visit_of(request.scope).actor
    removed = list_entries.remove_entries(it.store, ListName(name), values, actor=actor, clock=it.clock)
    return _json(list_shapes.RemovedSaid(removed=removed))


def _json(said: schemas.Said, status: int = 200) -> Response:
    return Response(encode(said), status, media_type="application/json")


def _state(request: Request, name: ListName) -> list_shapes.ListSaid:
    installation = door_of(request).installation
    at = installation.clock()
    with installation.store.read() as reader:
        return next(list_shapes.say_list(each, at) for each in reader.list_states(at) if each.hash_list.name == name)


def _claim(heard: list_shapes.SourceHeard) -> SourceClaim:
    return SourceClaim(
        name=heard.name,
        kind=_word(ServiceKind, heard.kind, "source.kind"),
        jurisdiction=heard.jurisdiction,
        legal_basis=heard.legal_basis.text,
        since=_moment(heard.legal_basis.since, "source.legal_basis.since"),
        until=_moment(heard.legal_basis.until, "source.legal_basis.until"),
        rights=frozenset(_word(Right, each, "source.rights") for each in heard.rights),
    )


E = TypeVar("E", Action, ServiceKind, Right)


def _word(kind: type[E], text: str, field: str) -> E:
    try:
        return kind(text)
    except ValueError:
        raise InputError(f"{field} must be one of {', '.join(kind)}") from None


def _moment(at: datetime | None, field: str) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise InputError(f"{field} must be ISO 8601 with an offset, as 2026-03-01T00:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise InputError(f"{field} lies outside the years 1 to 9999") from None


def _entry(request: Request, place: int, heard: list_shapes.EntryHeard) -> NewEntry:
    """The entry, checked as an import checks it."""
    value = _value(request, place, heard.type, heard.value)
    try:
        door_of(request).installation.signals[SignalType(heard.type)].check(value, heard.quality)
    except InputError as error:
        raise InputError(f"entries[{place}]: {error}") from None
    category = heard.category
    if category is not None and (bears_controls(category.scheme) or bears_controls(category.code)):
        raise InputError(f"entries[{place}].category must be printable text, got a control character")
    if heard.note is not None and bears_controls(heard.note, lines=True):
        raise InputError(f"entries[{place}].note must be printable text, got a control character")
    return NewEntry(
        type=SignalType(heard.type),
        value=value,
        quality=heard.quality,
        category=Category(scheme=category.scheme, code=category.code) if category else None,
        vetted=heard.vetted,
        made_at=_moment(heard.made_at, f"entries[{place}].made_at"),
        expires_at=_moment(heard.expires_at, f"entries[{place}].expires_at"),
        note=heard.note,
    )


def _value(request: Request, place: int, kind: str, text: str) -> bytes:
    parts = door_of(request).installation.signals
    part = parts.get(SignalType(kind))
    if part is None:
        raise InputError(f"entries[{place}].type must be one of {', '.join(sorted(parts))}")
    try:
        return part.parse(text)
    except InputError as error:
        raise InputError(f"entries[{place}].value: {error}") from None
