"""The day's counts, and signals that are kept of content without a hit."""

import functools
from abc import ABC
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Dialect, RowMapping, delete, func, insert, select

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.database import Database
from clew.parts.stores.sql.session import ChangingSession, Session
from clew.parts.stores.sql.values import Row, name_bytes, to_us
from clew.records.hashlist import Action
from clew.records.identifiers import SignalType
from clew.records.match import Channel
from clew.records.screening import CountKey
from clew.records.signal import Reason, Signal

_COUNTS = tables.counts.c
_KEY = ("day", "channel", "action", "type", "reason")


class CountReading(Session, Reader, ABC):
    """Reading counts."""

    def counts(self, since: date, until: date) -> dict[CountKey, int]:
        """Days are ISO text, which sorts as days do."""
        query = select(tables.counts).where(_COUNTS.day >= since.isoformat(), _COUNTS.day <= until.isoformat())
        in_order = query.order_by(*(_COUNTS[name] for name in _KEY))
        return {_key_of(row): row["count"] for row in self._all(in_order)}

    def count_kept_signals(self) -> int:
        """Row by row: they are few, or somebody has a legal ground for many."""
        row = self._first(select(func.count().label("kept")).select_from(tables.kept_signals))
        return 0 if row is None else int(row["kept"])


class CountWriting(CountReading, ChangingSession, UnitOfWork, ABC):
    """Counting. Counts wait in memory and are written once for all works of a commit, see `write_counts`."""

    def __init__(self, connection: Connection, database: Database, counted_before: Mapping[CountKey, int]) -> None:
        super().__init__(connection, database)
        self._counted_before = counted_before
        self.counted: Counter[CountKey] = Counter()

    def add_counts(self, counts: Mapping[CountKey, int]) -> None:
        """They are added to those that wait."""
        self.counted.update(counts)

    def counts(self, since: date, until: date) -> dict[CountKey, int]:
        """What is written and what waits."""
        total = Counter(super().counts(since, until))
        for waiting in (self._counted_before, self.counted):
            total.update({key: count for key, count in waiting.items() if since <= key.day <= until})
        return dict(total)

    def keep_signals(self, signals: Sequence[tuple[Signal, str | None]], at: datetime) -> None:
        """One statement, however many signals."""
        rows: list[Row] = [
            {
                "at": to_us(at),
                "type": signal.type,
                "value": signal.value,
                "quality": signal.quality,
                "form": signal.form,
                "reference": name_bytes(reference),
            }
            for signal, reference in signals
        ]
        self._change(insert(tables.kept_signals), rows)

    def delete_kept_signals(self, before: datetime | None = None) -> int:
        """By the index over their time."""
        statement = delete(tables.kept_signals)
        return self._change(statement if before is None else statement.where(tables.kept_signals.c.at < to_us(before)))


def write_counts(connection: Connection, database: Database, counts: Mapping[CountKey, int]) -> None:
    """The counts grow by that much.

    Called once, last in the transaction, in the order of the keys: everybody counts in the same few rows, and so two
    processes on PostgreSQL hold them for a moment only and cannot wait for one another.
    """
    rows = sorted(
        ({**_key_row(key), "count": count} for key, count in counts.items()),
        key=lambda row: [row[name] for name in _KEY],
    )
    if not rows:
        return
    text, names = _growing(type(database), connection.dialect)
    connection.exec_driver_sql(text, rows if names is None else [tuple(row[name] for name in names) for row in rows])


@functools.cache
def _growing(kind: type[Database], dialect: Dialect) -> tuple[str, Sequence[str] | None]:
    """The statement of `write_counts` in the database's words, and the order of its values where they have no names.

    Made once: to make it, or to look it up among the compiled, for each commit takes a third of the writer's time.
    """
    statement = kind.insert(tables.counts)
    growing = statement.on_conflict_do_update(
        index_elements=_KEY, set_={"count": _COUNTS["count"] + statement.excluded["count"]}
    )
    compiled = growing.compile(dialect=dialect, column_keys=[*_KEY, "count"])
    return str(compiled), compiled.positiontup


def _key_row(key: CountKey) -> dict[str, str | int]:
    return {
        "day": key.day.isoformat(),
        "channel": key.channel.value,
        "action": key.action.value if key.action else "",
        "type": key.type or "",
        "reason": key.reason.value if key.reason else "",
    }


def _key_of(row: RowMapping) -> CountKey:
    return CountKey(
        day=date.fromisoformat(row["day"]),
        channel=Channel(row["channel"]),
        action=Action(row["action"]) if row["action"] else None,
        type=SignalType(row["type"]) if row["type"] else None,
        reason=Reason(row["reason"]) if row["reason"] else None,
    )
