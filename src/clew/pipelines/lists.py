"""Keep lists: make them, say what they are, change them, remove them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from clew.errors import ConflictError, InputError, NotFoundError
from clew.ground.clock import Clock
from clew.matching.thresholds import Measures, check_radius
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.sources import SourceClaim, agree_on_source, check_name, ensure_source
from clew.records.audit import AuditEvent
from clew.records.hashlist import Action, HashList
from clew.records.identifiers import ListId, ListName, SignalType

_MAX_KEPT_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanges:
    """What shall be different about a list; None leaves it.

    Attributes:
        within_bits: a radius for each type that is named; None gives that type its default again.
        kept_days: 0 means until removed.
    """

    vetted: bool | None = None
    exact_action: Action | None = None
    within_bits: Mapping[SignalType, int | None] = field(default_factory=dict)
    kept_days: int | None = None


def get_list(reader: Reader, name: ListName) -> HashList:
    """The list of that name; NotFoundError, with the names there are, else."""
    found = reader.find_list(name)
    if found is None:
        names = ", ".join(each.name for each in reader.lists())
        raise NotFoundError(f"no list '{name[:64]}'; there are: {names or 'none yet'}")
    return found


def list_event(
    at: datetime, actor: str, act: str, name: ListName, facts: Mapping[str, str | int | bool | None]
) -> AuditEvent:
    """The audit event of an act upon a list."""
    return AuditEvent(at=at, actor=actor, act=act, subject=f"list:{name}", facts=facts)


def ensure_list(
    unit: UnitOfWork, name: ListName, claim: SourceClaim, *, vetted: bool | None, actor: str, at: datetime
) -> HashList:
    """The list of that name, made now with its source if it was not there.

    Raises:
        InputError: the list or its source is new and something of the source is not said.
        ConflictError: what is said differs from what is recorded.
    """
    found = unit.find_list(name)
    if found is not None:
        _agree_on_list(unit, found, claim, vetted)
        return found
    check_name("a list", name)
    source = ensure_source(unit, claim, actor=actor, at=at)
    created = unit.create_list(
        HashList(id=ListId(0), name=name, source=source.name, vetted=bool(vetted), created_at=at)
    )
    unit.audit(list_event(at, actor, "list.create", name, {"source": source.name, "vetted": created.vetted}))
    return created


def create_list(
    store: Store,
    name: ListName,
    claim: SourceClaim,
    *,
    vetted: bool,
    actor: str,
    clock: Clock,
    changes: ListChanges | None = None,
    measures: Measures | None = None,
) -> HashList:
    """There is an empty list of that name, with the changes made to it in the same transaction.

    Args:
        measures: how each signal type is compared; needed for changes.
    Raises:
        ConflictError: there was such a list.
    """
    at = clock()
    if changes is not None:
        _check_changes(changes, measures or {})

    def work(unit: UnitOfWork) -> HashList:
        if unit.find_list(name) is not None:
            raise ConflictError(f"there is a list '{name}' already; change it with `clew lists set`")
        made = ensure_list(unit, name, claim, vetted=vetted, actor=actor, at=at)
        return made if changes is None else _change(unit, made, changes, actor, at)

    return store.transact(work)


def change_list(
    store: Store,
    name: ListName,
    changes: ListChanges,
    *,
    measures: Measures,
    actor: str,
    clock: Clock,
) -> HashList:
    """The list is as the changes say."""
    at = clock()
    _check_changes(changes, measures)
    return store.transact(lambda unit: _change(unit, get_list(unit, name), changes, actor, at))


def remove_list(store: Store, name: ListName, *, actor: str, clock: Clock) -> int:
    """The list is gone; how many entries went with it."""
    at = clock()

    def work(unit: UnitOfWork) -> int:
        count = unit.remove_list(get_list(unit, name).id, at)
        unit.audit(list_event(at, actor, "list.remove", name, {"entries": count}))
        return count

    return store.transact(work)


def _check_changes(changes: ListChanges, measures: Measures) -> None:
    for signal_type, bits in changes.within_bits.items():
        if signal_type not in measures:
            raise InputError(f"a radius must be for one of {', '.join(sorted(measures))}, got '{signal_type[:40]}'")
        if bits is not None:
            check_radius(signal_type, measures[signal_type], bits)
    if changes.kept_days is not None and not 0 <= changes.kept_days <= _MAX_KEPT_DAYS:
        raise InputError(f"kept days must be 1 to {_MAX_KEPT_DAYS:,}, or 0 for until removed, got {changes.kept_days}")


def _change(unit: UnitOfWork, before: HashList, changes: ListChanges, actor: str, at: datetime) -> HashList:
    radius = dict(before.within_bits)
    for signal_type, bits in changes.within_bits.items():
        radius.pop(signal_type, None)
        if bits is not None:
            radius[signal_type] = bits
    after = replace(
        before,
        vetted=before.vetted if changes.vetted is None else changes.vetted,
        exact_action=changes.exact_action or before.exact_action,
        within_bits=radius,
        kept_days=before.kept_days if changes.kept_days is None else changes.kept_days or None,
    )
    if after != before:
        unit.change_list(after)
        unit.audit(list_event(at, actor, "list.change", before.name, _differences(before, after)))
    return after


def _agree_on_list(unit: UnitOfWork, found: HashList, claim: SourceClaim, vetted: bool | None) -> None:
    """ConflictError when what is said of a list differs from what is recorded: an import must not change its ground."""
    if claim.name is not None and claim.name != found.source:
        raise ConflictError(f"the list '{found.name}' is of the source '{found.source}', not of '{claim.name[:64]}'")
    if vetted is not None and vetted != found.vetted:
        word = "vetted" if found.vetted else "not vetted"
        raise ConflictError(f"the list '{found.name}' is recorded as {word}; change it with `clew lists set`")
    agree_on_source(unit.get_source(found.source), claim)


def _differences(before: HashList, after: HashList) -> dict[str, str | int | bool | None]:
    """What changed, each as "before -> after"."""
    facts: dict[str, str | int | bool | None] = {}
    for name in ("vetted", "exact_action", "kept_days", "within_bits"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            facts[name] = f"{_plain(was)} -> {_plain(now)}"
    return facts


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={bits}" for name, bits in sorted(value.items())) or "default"
    return "none" if value is None else str(value).lower()
