"""How many entries of each kind a list has, known without counting ten million rows."""

from abc import ABC
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import RowMapping, func, select

from clew.parts.stores.base import Reader
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.values import from_us, maybe_at, to_us
from clew.records.hashlist import HashList, ListState
from clew.records.identifiers import ListId, SignalType

Key = tuple[int, str]  # list, type


class Tally(NamedTuple):
    """Counts of entries: all, those that say they are vetted, those that take the list's word, the disputed."""

    entries: int = 0
    vetted: int = 0
    unsaid: int = 0
    disputed: int = 0

    def plus(self, other: "Tally", times: int = 1) -> "Tally":
        """This and another one, so many times."""
        return Tally(*(mine + times * theirs for mine, theirs in zip(self, other, strict=True)))


def tally_of(*, vetted: bool | None, disputed: bool, entries: int = 1) -> Tally:
    """The tally of entries that say the same of themselves."""
    return Tally(entries, entries if vetted else 0, entries if vetted is None else 0, entries if disputed else 0)


class TallyReading(Session, Reader, ABC):
    """Telling how each list stands."""

    def list_states(self, at: datetime) -> list[ListState]:
        """From the tallies, less what has expired and is not swept yet."""
        sources = {source.name: source for source in self.sources()}
        standing = {(row["list_id"], row["type"]): _tally_of(row) for row in self._all(select(tables.list_counts))}
        expired = self._expired(at)
        imports = {row["list_id"]: row for row in self._all(select(tables.list_imports))}
        states = []
        for each in self.lists():
            live, gone = _live(each, standing, expired)
            total = Tally()
            for tally in live.values():
                total = total.plus(tally)
            imported = imports.get(each.id)
            states.append(
                ListState(
                    hash_list=each,
                    source=sources[each.source],
                    entries={name: tally.entries for name, tally in sorted(live.items()) if tally.entries},
                    vetted_entries=total.vetted + (total.unsaid if each.vetted else 0),
                    disputed_entries=total.disputed,
                    expired_entries=gone,
                    newest_at=self._added_at(each.id, newest=True),
                    oldest_at=self._added_at(each.id, newest=False),
                    last_import_at=maybe_at(imported["at"]) if imported else None,
                    last_import_faults=imported["faults"] if imported else 0,
                )
            )
        return states

    def _expired(self, at: datetime) -> Mapping[Key, Tally]:
        """What still stands though its time has come: few rows, since a sweeper removes them."""
        alike = (tables.entries.c.list_id, tables.entries.c.type, tables.entries.c.vetted, tables.entries.c.disputed)
        query = select(*alike, func.count().label("entries")).where(
            tables.STANDING, tables.entries.c.ends_at <= to_us(at)
        )
        found: dict[Key, Tally] = defaultdict(Tally)
        for row in self._all(query.group_by(*alike)):
            key = (row["list_id"], row["type"])
            tally = tally_of(vetted=row["vetted"], disputed=row["disputed"], entries=row["entries"])
            found[key] = found[key].plus(tally)
        return found

    def _added_at(self, list_id: ListId, *, newest: bool) -> datetime | None:
        """When the first or the last of the standing entries was added: ids rise with time."""
        entries = tables.entries.c
        query = select(entries.added_at).where(entries.list_id == list_id, tables.STANDING)
        row = self._first(query.order_by(entries.id.desc() if newest else entries.id).limit(1))
        return None if row is None else from_us(row["added_at"])


class TallyWriting(ChangingSession):
    """Keeping the tallies, in the transaction of each change."""

    def _add_tallies(self, changes: Mapping[Key, Tally], times: int = 1) -> None:
        """Each tally grows by its change, so many times; -1 takes it away."""
        rows = [
            {"list_id": list_id, "type": name, **Tally().plus(tally, times)._asdict()}
            for (list_id, name), tally in sorted(changes.items())
            if any(tally)
        ]
        statement = self._database.insert(tables.list_counts)
        grown = {name: tables.list_counts.c[name] + statement.excluded[name] for name in Tally._fields}
        self._change(statement.on_conflict_do_update(index_elements=["list_id", "type"], set_=grown), rows)


def _tally_of(row: RowMapping) -> Tally:
    return Tally(**{name: row[name] for name in Tally._fields})


def _live(
    hash_list: HashList, standing: Mapping[Key, Tally], expired: Mapping[Key, Tally]
) -> tuple[dict[SignalType, Tally], int]:
    """One list's tallies by type without what has expired, and how many entries those were."""
    live = {
        SignalType(name): tally.plus(expired.get((list_id, name), Tally()), times=-1)
        for (list_id, name), tally in standing.items()
        if list_id == hash_list.id
    }
    return live, sum(tally.entries for (list_id, _), tally in expired.items() if list_id == hash_list.id)
