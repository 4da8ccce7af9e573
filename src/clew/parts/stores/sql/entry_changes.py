"""Adding and removing entries, in bulk, each change with its sequence and its tallies."""

import json
from abc import ABC
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, RowMapping, bindparam, select, update

from clew.errors import NotFoundError
from clew.parts.stores.base import Added, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.lists import ListWriting
from clew.parts.stores.sql.session import portions
from clew.parts.stores.sql.tallies import Key, Tally, TallyWriting, tally_of
from clew.parts.stores.sql.values import DAY_US, Row, Value, compact, to_us
from clew.records.hashlist import NewEntry, Opinion, Standing
from clew.records.identifiers import ListId, SignalType

_ENTRIES = tables.entries.c


# One list's entries of one call: by type, then by value.
Wanted = dict[SignalType, dict[bytes, NewEntry]]


class Particulars(NamedTuple):
    """What an import may change of an entry that stands already, by column; such a change needs no index change."""

    quality: int | None
    category_scheme: str | None
    category_code: str | None
    vetted: bool | None
    opinions: str | None
    disputed: bool
    made_at: int | None
    expires_at: int | None
    note: str | None


_COLUMNS = ("list_id", "type", "value", *Particulars._fields, "added_at", "ends_at", "added_seq")


class EntryWriting(ListWriting, TallyWriting, UnitOfWork, ABC):
    """Changing entries."""

    def add_entries(self, list_id: ListId, entries: Sequence[NewEntry], at: datetime) -> Added:
        """All are inserted in one stroke; only when some were passed over are those that stand compared."""
        sequence = self._take_sequence()
        kept_days = self._get_list(list_id).kept_days
        wanted: Wanted = defaultdict(dict)
        for each in entries:
            wanted[each.type][each.value] = each
        total = sum(map(len, wanted.values()))
        rows = _rows(list_id, wanted, to_us(at), kept_days, sequence)
        new = self._database.insert_entries(self._connection, _COLUMNS, rows) if total else 0
        tallies = _tallies(list_id, wanted)
        changed = 0
        if new < total:
            changed = self._change_standing(list_id, wanted, sequence, kept_days, tallies)
        self._add_tallies(tallies)
        return Added(new=new, changed=changed, unchanged=total - new - changed)

    def put_entry_opinion(self, list_id: ListId, signal_type: SignalType, value: bytes, opinion: Opinion) -> None:
        """The tallies follow; the index need not, for it holds no word of members."""
        self._take_sequence()
        self._get_list(list_id)
        row = next(self._standing(list_id, {signal_type: [value]}), None)
        if row is None:
            raise NotFoundError("the hash is not on the list")
        said = [each for each in json.loads(row["opinions"] or "[]") if each[0] != opinion.member]
        said.append([opinion.member, opinion.standing.value, to_us(opinion.at)])
        disputed = any(standing != Standing.POSITIVE for _, standing, _ in said)
        changed = update(tables.entries).where(_ENTRIES.id == row["id"])
        self._change(changed.values(opinions=compact(said), disputed=disputed))
        self._add_tallies({(list_id, signal_type): Tally(disputed=int(disputed) - int(row["disputed"]))})

    def remove_entries(self, list_id: ListId, keys: Sequence[tuple[SignalType, bytes]], at: datetime) -> int:
        """Found by the unique index, then marked."""
        sequence = self._take_sequence()
        self._get_list(list_id)
        values: dict[SignalType, set[bytes]] = defaultdict(set)
        for name, value in keys:
            values[name].add(value)
        return self._remove(list(self._standing(list_id, values)), sequence, at)

    def expire_entries(self, at: datetime, limit: int) -> int:
        """Those that ended first go first. No sequence is taken when there is nothing to do."""
        query = select(*_TALLIED).where(tables.STANDING, _ENTRIES.ends_at <= to_us(at))
        query = query.order_by(_ENTRIES.ends_at, _ENTRIES.id).limit(limit)
        if not self._all(query.limit(1)):
            return 0
        # Looked up again now that nobody else can remove them.
        sequence = self._take_sequence()
        return self._remove(self._all(query), sequence, at)

    def _change_standing(
        self, list_id: ListId, wanted: Wanted, sequence: int, kept_days: int | None, tallies: dict[Key, Tally]
    ) -> int:
        """Entries that stood before this call take their new particulars; how many differed.

        `tallies` counts every wanted entry as new: what stood before is taken off it.
        """
        changes: list[Row] = []
        for row in self._standing(list_id, wanted):
            if row["added_seq"] == sequence:
                continue
            given = _particulars(wanted[SignalType(row["type"])][bytes(row["value"])])
            key = (list_id, row["type"])
            tallies[key] = tallies[key].plus(_tally_of(row), times=-1)
            if row["opinions"]:
                whole = _with_opinions_of(row, given)
                tallies[key] = tallies[key].plus(Tally(disputed=whole.disputed - given.disputed))
                given = whole
            if given != tuple(row[name] for name in Particulars._fields):
                ends = ends_at_us(given.expires_at, row["added_at"], kept_days)
                changes.append({"entry_id": row["id"], "ends_at": ends, **given._asdict()})
        columns: dict[str, ColumnElement[Value]] = {name: bindparam(name) for name in (*Particulars._fields, "ends_at")}
        self._change(update(tables.entries).where(_ENTRIES.id == bindparam("entry_id")).values(columns), changes)
        return len(changes)

    def _standing(self, list_id: ListId, values: Mapping[SignalType, Iterable[bytes]]) -> Iterator[RowMapping]:
        """The list's standing entries with those types and values."""
        query = select(tables.entries).where(_ENTRIES.list_id == list_id, tables.STANDING)
        for name, some in values.items():
            for portion in portions(sorted(some)):
                yield from self._all(query.where(_ENTRIES.type == name, _ENTRIES.value.in_(portion)))

    def _remove(self, rows: Sequence[RowMapping], sequence: int, at: datetime) -> int:
        tallies: dict[Key, Tally] = defaultdict(Tally)
        for row in rows:
            key = (row["list_id"], row["type"])
            tallies[key] = tallies[key].plus(_tally_of(row))
        for ids in portions([row["id"] for row in rows]):
            gone = update(tables.entries).where(_ENTRIES.id.in_(ids))
            self._change(gone.values(removed_seq=sequence, removed_at=to_us(at)))
        self._add_tallies(tallies, times=-1)
        return len(rows)


_TALLIED = tuple(_ENTRIES[name] for name in ("id", "list_id", "type", "vetted", "disputed"))


def ends_at_us(expires_at_us: int | None, added_at_us: int, kept_days: int | None) -> int | None:
    """When an entry falls silent: the earlier of its source's word and the list's kept days."""
    if kept_days is None:
        return expires_at_us
    kept_until_us = added_at_us + kept_days * DAY_US
    return kept_until_us if expires_at_us is None else min(expires_at_us, kept_until_us)


def _tally_of(row: RowMapping) -> Tally:
    return tally_of(vetted=row["vetted"], disputed=row["disputed"])


def _rows(
    list_id: ListId, wanted: Wanted, added_at_us: int, kept_days: int | None, sequence: int
) -> Iterator[tuple[Value, ...]]:
    """New rows, in the order of `_COLUMNS`, one by one: thousands at once would keep the garbage collector busy.

    Sorted by value, because the unique index is sorted too, and neighbours share a page.
    """
    for name, by_value in wanted.items():
        for value in sorted(by_value):
            given = _particulars(by_value[value])
            ends = ends_at_us(given.expires_at, added_at_us, kept_days)
            yield (list_id, name, value, *given, added_at_us, ends, sequence)


def _tallies(list_id: ListId, wanted: Wanted) -> dict[Key, Tally]:
    """The tally of every wanted entry, as if all were new."""
    tallies: dict[Key, Tally] = defaultdict(Tally)
    for name, by_value in wanted.items():
        alike = Counter((each.vetted, _is_disputed(each)) for each in by_value.values())
        for (vetted, disputed), count in alike.items():
            tally = tally_of(vetted=vetted, disputed=disputed, entries=count)
            tallies[list_id, name] = tallies[list_id, name].plus(tally)
    return tallies


def _is_disputed(new: NewEntry) -> bool:
    return any(opinion.standing is not Standing.POSITIVE for opinion in new.opinions) if new.opinions else False


def _particulars(new: NewEntry) -> Particulars:
    category = new.category
    return Particulars(
        new.quality,
        category.scheme if category else None,
        category.code if category else None,
        new.vetted,
        _opinions_text(new.opinions) if new.opinions else None,
        _is_disputed(new),
        None if new.made_at is None else to_us(new.made_at),
        None if new.expires_at is None else to_us(new.expires_at),
        new.note,
    )


def _with_opinions_of(row: RowMapping, given: Particulars) -> Particulars:
    """The particulars, with what members that they do not name have said of the standing entry."""
    said = {member: (standing, at_us) for member, standing, at_us in json.loads(row["opinions"])}
    said |= {member: (standing, at_us) for member, standing, at_us in json.loads(given.opinions or "[]")}
    return given._replace(
        opinions=compact([[member, standing, at_us] for member, (standing, at_us) in said.items()]),
        disputed=any(standing != Standing.POSITIVE for standing, _ in said.values()),
    )


def _opinions_text(opinions: Sequence[Opinion]) -> str:
    return compact([[opinion.member, opinion.standing.value, to_us(opinion.at)] for opinion in opinions])
