"""Lists as JSON: a new one with its source, entries to add and to remove, and how a list stands."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from clew.ground.clock import iso
from clew.records.hashlist import Action, ListState, Right, RowFault, ServiceKind
from clew.web.schemas import Heard, HexValue, Name, Percent, Said, Short, Text

# Words of a choice are told in the document and checked where they are used, which names the choices in its error.
KindWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": sorted(ServiceKind)})]
ActionWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": list(Action)})]
RightWord = Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"enum": sorted(Right)})]
Bits = Annotated[int, msgspec.Meta(ge=0, le=256)]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]


class BasisHeard(Heard):
    """The ground on which a source's entries are used; times are ISO 8601 with an offset."""

    text: Text
    since: datetime
    until: datetime | None = None


class SourceHeard(Heard):
    """Who gives the entries, and what may be done with them beyond matching: "export", "share"."""

    name: Name
    kind: KindWord
    jurisdiction: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,3}$")]
    legal_basis: BasisHeard
    rights: list[RightWord] = msgspec.field(default_factory=list)


class ListHeard(Heard):
    """A new list; its source is recorded with it."""

    name: Name
    source: SourceHeard
    vetted: bool = False
    exact_action: ActionWord = "block"
    within_bits: dict[str, Bits] = msgspec.field(default_factory=dict)
    kept_days: Days | None = None


class CategoryHeard(Heard):
    """A category of a scheme."""

    scheme: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class EntryHeard(Heard):
    """One hash for a list; `vetted` left out takes the list's word."""

    type: Short
    value: HexValue
    quality: Percent | None = None
    category: CategoryHeard | None = None
    vetted: bool | None = None
    made_at: datetime | None = None
    expires_at: datetime | None = None
    note: Text | None = None


class EntriesHeard(Heard):
    """Entries to add: all are taken, or none and the answer names the first that cannot be."""

    entries: Annotated[list[EntryHeard], msgspec.Meta(min_length=1, max_length=10_000)]


class ValueHeard(Heard):
    """One hash to remove."""

    type: Short
    value: HexValue


class ValuesHeard(Heard):
    """Hashes to remove; those that are not on the list are passed over."""

    entries: Annotated[list[ValueHeard], msgspec.Meta(min_length=1, max_length=10_000)]


class AddedSaid(Said):
    """What became of the entries."""

    new: int
    changed: int
    unchanged: int


class RemovedSaid(Said):
    """How many entries were on the list and are no longer."""

    removed: int


class BasisSaid(Said):
    """The ground on which a source's entries are used, and whether it is in force now."""

    text: str
    since: str
    until: str | None
    holds: bool


class SourceSaid(Said):
    """Who gives the entries."""

    name: str
    kind: str
    jurisdiction: str
    legal_basis: BasisSaid
    rights: list[str]


class ListSaid(Said):
    """One list and how it stands."""

    name: str
    source: SourceSaid
    vetted: bool
    exact_action: str
    within_bits: dict[str, int]
    kept_days: int | None
    created_at: str
    entries: dict[str, int]
    vetted_entries: int
    disputed_entries: int
    expired_entries: int
    newest_at: str | None
    oldest_at: str | None
    last_import_at: str | None
    last_import_faults: int


class ListsSaid(Said):
    """Every list, by name."""

    lists: list[ListSaid]


class FaultSaid(Said):
    """A row of the last import that could not be taken."""

    row: int
    fault: str


class ListDetailSaid(ListSaid):
    """One list with the first faults of its last import."""

    faults: list[FaultSaid]


def say_list(state: ListState, at: datetime) -> ListSaid:
    """A list and its state as JSON."""
    return ListSaid(**_list_fields(state, at))


def say_list_detail(state: ListState, faults: list[RowFault], at: datetime) -> ListDetailSaid:
    """A list, its state and the faults of its last import as JSON."""
    return ListDetailSaid(
        **_list_fields(state, at), faults=[FaultSaid(row=each.row, fault=each.fault) for each in faults]
    )


def _list_fields(state: ListState, at: datetime) -> dict[str, Any]:
    each, source = state.hash_list, state.source
    basis = source.legal_basis
    return {
        "name": each.name,
        "source": SourceSaid(
            name=source.name,
            kind=source.kind.value,
            jurisdiction=source.jurisdiction,
            legal_basis=BasisSaid(
                text=basis.text, since=iso(basis.since), until=_maybe(basis.until), holds=basis.holds(at)
            ),
            rights=sorted(right.value for right in source.rights),
        ),
        "vetted": each.vetted,
        "exact_action": each.exact_action.value,
        "within_bits": dict(each.within_bits),
        "kept_days": each.kept_days,
        "created_at": iso(each.created_at),
        "entries": dict(state.entries),
        "vetted_entries": state.vetted_entries,
        "disputed_entries": state.disputed_entries,
        "expired_entries": state.expired_entries,
        "newest_at": _maybe(state.newest_at),
        "oldest_at": _maybe(state.oldest_at),
        "last_import_at": _maybe(state.last_import_at),
        "last_import_faults": state.last_import_faults,
    }


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
