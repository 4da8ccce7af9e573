"""Sources and lists: who gave entries, on what ground, and by which list they are kept."""

import json
from abc import ABC
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, case, delete, insert, null, or_, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.values import DAY_US, Row, basis_of, basis_row, compact, from_us, to_us
from clew.records.hashlist import Action, HashList, Right, RowFault, ServiceKind, Source
from clew.records.identifiers import ListId, ListName, SignalType, SourceName

# How many faults of one import are kept; their count tells of the others.
_KEPT_FAULTS = 1000

_LISTS, _ENTRIES = tables.lists.c, tables.entries.c


class ListReading(Session, Reader, ABC):
    """Reading sources and lists; both tables are small."""

    def get_source(self, name: SourceName) -> Source:
        """One row by its key."""
        row = self._first(select(tables.sources).where(tables.sources.c.name == name))
        if row is None:
            raise NotFoundError(f"no source '{name}'; there are: {_listed([each.name for each in self.sources()])}")
        return _source_of(row)

    def sources(self) -> list[Source]:
        """The whole table."""
        return [_source_of(row) for row in self._all(select(tables.sources).order_by(tables.sources.c.name))]

    def find_list(self, name: ListName) -> HashList | None:
        """One row by its unique name."""
        row = self._first(_STANDING_LISTS.where(_LISTS.name == name))
        return None if row is None else _list_of(row)

    def lists(self) -> list[HashList]:
        """The whole table."""
        return [_list_of(row) for row in self._all(_STANDING_LISTS.order_by(_LISTS.name))]

    def import_faults(self, list_id: ListId, limit: int) -> list[RowFault]:
        """In the order of the rows."""
        faults = tables.import_faults
        query = select(faults).where(faults.c.list_id == list_id).order_by(faults.c.place).limit(limit)
        return [RowFault(row=row["row"], fault=row["fault"]) for row in self._all(query)]

    def _get_list(self, list_id: ListId) -> HashList:
        """The list of that id; NotFoundError else."""
        row = self._first(_STANDING_LISTS.where(_LISTS.id == list_id))
        if row is None:
            raise NotFoundError(f"no list with the id {list_id}; it may have been removed")
        return _list_of(row)


class ListWriting(ListReading, ChangingSession, UnitOfWork, ABC):
    """Changing sources and lists. Each change takes a sequence, so that what is kept in memory of lists follows too."""

    def put_source(self, source: Source) -> None:
        """An upsert."""
        self._take_sequence()
        row = _source_row(source)
        statement = self._database.insert(tables.sources).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["name"], set_=row))

    def create_list(self, hash_list: HashList) -> HashList:
        """The database gives the id."""
        self._take_sequence()
        self.get_source(hash_list.source)
        self._refuse_taken_name(hash_list.name, but=None)
        self._change(insert(tables.lists).values(_list_row(hash_list)))
        return _list_of(self._connection.execute(_STANDING_LISTS.where(_LISTS.name == hash_list.name)).mappings().one())

    def change_list(self, hash_list: HashList) -> None:
        """The row is replaced; other kept days move the end of every entry."""
        self._take_sequence()
        before = self._get_list(hash_list.id)
        self.get_source(hash_list.source)
        self._refuse_taken_name(hash_list.name, but=hash_list.id)
        self._change(update(tables.lists).where(_LISTS.id == hash_list.id).values(_list_row(hash_list)))
        if before.kept_days != hash_list.kept_days:
            moved = update(tables.entries).where(_ENTRIES.list_id == hash_list.id, tables.STANDING)
            self._change(moved.values(ends_at=_end_under(hash_list.kept_days)))

    def remove_list(self, list_id: ListId, at: datetime) -> int:
        """One statement over the list's entries; its row stays, so that its number is not used again."""
        sequence = self._take_sequence()
        self._get_list(list_id)
        gone = update(tables.entries).where(_ENTRIES.list_id == list_id, tables.STANDING)
        removed = self._change(gone.values(removed_seq=sequence, removed_at=to_us(at)))
        self._change(delete(tables.list_counts).where(tables.list_counts.c.list_id == list_id))
        self._change(delete(tables.list_imports).where(tables.list_imports.c.list_id == list_id))
        self._change(update(tables.lists).where(_LISTS.id == list_id).values(removed_at=to_us(at)))
        return removed

    def put_import(
        self, list_id: ListId, at: datetime, rows: int, faults: Sequence[RowFault], fault_count: int
    ) -> None:
        """The import before is replaced; its faults go with it."""
        self._take_sequence()
        self._get_list(list_id)
        self._change(delete(tables.list_imports).where(tables.list_imports.c.list_id == list_id))
        outcome: Row = {"list_id": list_id, "at": to_us(at), "rows": rows, "faults": fault_count}
        self._change(insert(tables.list_imports).values(outcome))
        kept = enumerate(sorted(faults, key=lambda fault: fault.row)[:_KEPT_FAULTS])
        self._change(
            insert(tables.import_faults),
            [{"list_id": list_id, "place": place, "row": each.row, "fault": each.fault} for place, each in kept],
        )

    def _refuse_taken_name(self, name: ListName, but: ListId | None) -> None:
        taken = self.find_list(name)
        if taken is not None and taken.id != but:
            raise ConflictError(f"a list named '{name}' exists already; take another name, or change that list")


_STANDING_LISTS = select(tables.lists).where(_LISTS.removed_at.is_(None))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none yet"


def _end_under(kept_days: int | None) -> ColumnElement[int | None]:
    """An entry's end, from its own columns; `entry_changes.ends_at_us` says the same of a value in memory."""
    if kept_days is None:
        return _ENTRIES.expires_at
    kept_until = _ENTRIES.added_at + kept_days * DAY_US
    return case(
        (or_(_ENTRIES.expires_at.is_(null()), _ENTRIES.expires_at > kept_until), kept_until), else_=_ENTRIES.expires_at
    )


def _source_row(source: Source) -> Row:
    return {
        "name": source.name,
        "kind": source.kind.value,
        "jurisdiction": source.jurisdiction,
        **basis_row(source.legal_basis),
        "rights": compact(sorted(source.rights)),
    }


def _source_of(row: RowMapping) -> Source:
    return Source(
        name=SourceName(row["name"]),
        kind=ServiceKind(row["kind"]),
        jurisdiction=row["jurisdiction"],
        legal_basis=basis_of(row),
        rights=frozenset(Right(right) for right in json.loads(row["rights"])),
    )


def _list_row(hash_list: HashList) -> Row:
    return {
        "name": hash_list.name,
        "source": hash_list.source,
        "vetted": hash_list.vetted,
        "exact_action": hash_list.exact_action.value,
        "within_bits": compact(hash_list.within_bits),
        "kept_days": hash_list.kept_days,
        "created_at": to_us(hash_list.created_at),
    }


def _list_of(row: RowMapping) -> HashList:
    return HashList(
        id=ListId(row["id"]),
        name=ListName(row["name"]),
        source=SourceName(row["source"]),
        vetted=bool(row["vetted"]),
        exact_action=Action(row["exact_action"]),
        within_bits={SignalType(name): bits for name, bits in json.loads(row["within_bits"]).items()},
        kept_days=row["kept_days"],
        created_at=from_us(row["created_at"]),
    )
