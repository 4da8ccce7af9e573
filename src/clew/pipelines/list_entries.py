"""Judge single entries: remove one, note what a member says of one, let those go whose time has come."""

from collections.abc import Sequence
from dataclasses import replace

from clew.errors import NotFoundError
from clew.ground.clock import Clock
from clew.parts.stores.base import Added, Reader, Store, UnitOfWork
from clew.pipelines.lists import get_list, list_event
from clew.pipelines.sources import check_name, demand_basis
from clew.records.audit import AuditEvent
from clew.records.hashlist import Entry, HashList, NewEntry, Opinion, Standing
from clew.records.identifiers import ListName, SignalType
from clew.redact import short_hash

# In one transaction, so that others get their turn between.
_EXPIRE_ENTRIES = 5_000


def add_entries(store: Store, name: ListName, entries: Sequence[NewEntry], *, actor: str, clock: Clock) -> Added:
    """The entries are on the list, all or none.

    Raises:
        NotFoundError: there is no such list.
        RefusedError: the legal basis of its source is not in force.
    """
    at = clock()

    def work(unit: UnitOfWork) -> Added:
        found = get_list(unit, name)
        demand_basis(unit.get_source(found.source), at)
        added = unit.add_entries(found.id, entries, at)
        unit.audit(list_event(at, actor, "entry.add", name, {"new": added.new, "changed": added.changed}))
        return added

    return store.transact(work)


def remove_entries(
    store: Store, name: ListName, values: Sequence[tuple[SignalType, bytes]], *, actor: str, clock: Clock
) -> int:
    """The hashes are no longer on the list, whatever its source's legal basis; how many of them were."""
    at = clock()

    def work(unit: UnitOfWork) -> int:
        removed = unit.remove_entries(get_list(unit, name).id, values, at)
        unit.audit(list_event(at, actor, "entry.remove", name, {"removed": removed}))
        return removed

    return store.transact(work)


def remove_entry(
    store: Store, name: ListName, signal_type: SignalType, value: bytes, *, actor: str, clock: Clock
) -> None:
    """The hash is no longer on the list; NotFoundError when it was not."""
    at = clock()

    def work(unit: UnitOfWork) -> None:
        found = get_list(unit, name)
        entry = _get_entry(unit, found, signal_type, value)
        unit.remove_entries(found.id, [(signal_type, value)], at)
        unit.audit(list_event(at, actor, "entry.remove", name, {"entry": entry.id, "type": signal_type}))

    store.transact(work)


def add_opinion(
    store: Store,
    name: ListName,
    signal_type: SignalType,
    value: bytes,
    *,
    member: str,
    standing: Standing,
    actor: str,
    clock: Clock,
) -> Entry:
    """The member says this of the entry, in place of what it said before; any word against it ends blocking by it."""
    at = clock()
    check_name("a member", member)
    opinion = Opinion(member=member, standing=standing, at=at)

    def work(unit: UnitOfWork) -> Entry:
        found = get_list(unit, name)
        entry = _get_entry(unit, found, signal_type, value)
        others = tuple(each for each in entry.opinions if each.member != member)
        changed = replace(entry, opinions=(*others, opinion))
        unit.put_entry_opinion(found.id, signal_type, value, opinion)
        facts: dict[str, str | int | bool | None]
        facts = {"entry": entry.id, "type": signal_type, "member": member, "standing": standing.value}
        unit.audit(list_event(at, actor, "entry.opinion", name, facts))
        return changed

    return store.transact(work)


def expire(store: Store, *, actor: str, clock: Clock) -> int:
    """Every entry whose time has come is removed; how many were."""
    at, total = clock(), 0

    def work(unit: UnitOfWork) -> int:
        count = unit.expire_entries(at, _EXPIRE_ENTRIES)
        if count:
            unit.audit(AuditEvent(at=at, actor=actor, act="entry.expire", subject="lists", facts={"entries": count}))
        return count

    while count := store.transact(work):
        total += count
    return total


def _get_entry(reader: Reader, found: HashList, signal_type: SignalType, value: bytes) -> Entry:
    entry = reader.find_entry(found.id, signal_type, value)
    if entry is None:
        raise NotFoundError(f"{signal_type} {short_hash(value)} is not on the list '{found.name}'")
    return entry
