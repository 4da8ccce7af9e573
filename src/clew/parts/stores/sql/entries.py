"""Reading entries, and the feed of changes that every process's index follows."""

import json
from abc import ABC
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, RowMapping, func, or_, select

from clew.parts.stores.base import EntryColumns, Reader
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.session import Session, portions
from clew.parts.stores.sql.values import category_of, from_us, maybe_at, to_us
from clew.records.hashlist import Entry, Opinion, Standing
from clew.records.identifiers import ChangeSequence, EntryId, ListId, SignalType

_PAGE_ROWS = 5_000

_ENTRIES = tables.entries.c


class EntryReading(Session, Reader, ABC):
    """Reading entries and their changes."""

    def get_entries(self, ids: Sequence[EntryId], at: datetime) -> dict[EntryId, Entry]:
        """By primary key, some hundreds at a time."""
        return {
            EntryId(row["id"]): _entry_of(row)
            for some in portions(ids)
            for row in self._all(_ENTRY_ROWS.where(_ENTRIES.id.in_(some), _live(at)))
        }

    def find_entry(self, list_id: ListId, signal_type: SignalType, value: bytes) -> Entry | None:
        """By the unique index of standing entries."""
        row = self._first(
            _ENTRY_ROWS.where(_ENTRIES.list_id == list_id, _ENTRIES.type == signal_type, _ENTRIES.value == value)
        )
        return None if row is None else _entry_of(row)

    def stream_entries(self, list_id: ListId, at: datetime) -> Iterator[Entry]:
        """Page by page from the last id: no cursor stays open between two entries."""
        last = 0
        page = _ENTRY_ROWS.where(_ENTRIES.list_id == list_id, _live(at)).order_by(_ENTRIES.id).limit(_PAGE_ROWS)
        while rows := self._all(page.where(_ENTRIES.id > last)):
            for row in rows:
                yield _entry_of(row)
            last = rows[-1]["id"]

    def change_sequence(self) -> ChangeSequence:
        """The one row of the counter."""
        return ChangeSequence(self._connection.execute(select(tables.change_counter.c.sequence)).scalar_one())

    def stream_index_rows(
        self, signal_type: SignalType, *, after: ChangeSequence, through: ChangeSequence, width_bytes: int
    ) -> Iterator[EntryColumns]:
        """A walk along the index by type and sequence; as fast as a scan of the table when `after` is 0.

        Ids are given in the order of sequences, so that order is the order of ids.
        """
        query = (
            select(_ENTRIES.value, _ENTRIES.id, _ENTRIES.list_id)
            .where(
                _ENTRIES.type == signal_type,
                _ENTRIES.added_seq > after,
                _ENTRIES.added_seq <= through,
                or_(_ENTRIES.removed_seq.is_(None), _ENTRIES.removed_seq > through),
            )
            .order_by(_ENTRIES.added_seq, _ENTRIES.id)
        )
        # COPY takes no parameters: the two numbers and the type's name stand in the text, quoted by SQLAlchemy.
        written = query.compile(dialect=self._connection.dialect, compile_kwargs={"literal_binds": True})
        return self._database.stream_index_rows(self._connection, str(written), width_bytes)

    def removed_since(self, signal_type: SignalType, after: ChangeSequence) -> NDArray[np.int64]:
        """By the index of removed entries."""
        query = select(_ENTRIES.id).where(_ENTRIES.type == signal_type, _ENTRIES.removed_seq > after)
        return np.sort(np.fromiter(self._connection.execute(query).scalars(), np.int64))

    def count_index_rows(self, signal_type: SignalType) -> int:
        """From the tallies."""
        counts = tables.list_counts.c
        query = select(func.sum(counts.entries)).where(counts.type == signal_type)
        return int(self._connection.execute(query).scalar() or 0)


_ENTRY_ROWS = (
    select(tables.entries, tables.lists.c.vetted.label("list_vetted"))
    .join(tables.lists, tables.lists.c.id == _ENTRIES.list_id)
    .where(tables.STANDING)
)


def _live(at: datetime) -> ColumnElement[bool]:
    return or_(_ENTRIES.ends_at.is_(None), _ENTRIES.ends_at > to_us(at))


def _entry_of(row: RowMapping) -> Entry:
    said = row["vetted"]
    return Entry(
        id=EntryId(row["id"]),
        list_id=ListId(row["list_id"]),
        type=SignalType(row["type"]),
        value=bytes(row["value"]),
        quality=row["quality"],
        category=category_of(row),
        vetted=bool(row["list_vetted"] if said is None else said),
        opinions=_opinions_of(row["opinions"]),
        made_at=maybe_at(row["made_at"]),
        added_at=from_us(row["added_at"]),
        expires_at=maybe_at(row["expires_at"]),
        note=row["note"],
    )


def _opinions_of(written: str | None) -> tuple[Opinion, ...]:
    return tuple(
        Opinion(member=member, standing=Standing(standing), at=from_us(at_us))
        for member, standing, at_us in json.loads(written or "[]")
    )
