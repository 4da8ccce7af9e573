"""What reports mention, one identifier a row, found by its value."""

from abc import ABC
from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import intake as tables
from clew.parts.stores.sql.values import Value, from_us, maybe_us
from clew.records.identifiers import IntakeNumber
from clew.records.mention import IdentifierKind, Mention, Origin, Part

_M = tables.intake_mentions.c
_COLUMNS = tuple(column.name for column in tables.intake_mentions.columns)


class MentionReading(Session, Reader, ABC):
    """Reading them."""

    def mentions_of(
        self, numbers: Sequence[IntakeNumber], *, most_each: int | None = None
    ) -> dict[IntakeNumber, list[Mention]]:
        """Along the primary key, a portion of reports at a time."""
        found: dict[IntakeNumber, list[Mention]] = {each: [] for each in numbers}
        for some in portions(numbers):
            query = select(tables.intake_mentions).where(_M.number.in_(some))
            if most_each is not None:
                query = query.where(_M.place < most_each)
            for row in self._all(query.order_by(_M.number, _M.place)):
                found[IntakeNumber(row["number"])].append(_mention_of(row))
        return found

    def count_mentions(self, number: IntakeNumber) -> int:
        """Places are counted from 0 without a gap, so the last one tells."""
        row = self._first(select(func.max(_M.place).label("last")).where(_M.number == number))
        return 0 if row is None or row["last"] is None else int(row["last"]) + 1

    def reports_mentioning(
        self, kind: IdentifierKind, value: str, *, before: IntakeNumber | None = None, limit: int = 50
    ) -> list[IntakeNumber]:
        """Down the index of values."""
        query = select(_M.number).distinct().where(_M.value == value, _M.kind == kind.value)
        if before is not None:
            query = query.where(_M.number < before)
        return [IntakeNumber(row["number"]) for row in self._all(query.order_by(_M.number.desc()).limit(limit))]

    def values_like(self, kind: IdentifierKind | None, beginning: str, limit: int) -> list[tuple[IdentifierKind, str]]:
        """One step along the index for each value: one that a million reports state costs as little as a rare one."""
        found: list[tuple[IdentifierKind, str]] = []
        after: tuple[str, str] | None = None
        until = beginning + "\U0010ffff"
        while len(found) < limit:
            query = select(_M.value, _M.kind).where(_M.value >= beginning, _M.value < until)
            if after is not None:
                query = query.where((_M.value > after[0]) | ((_M.value == after[0]) & (_M.kind > after[1])))
                query = query.where(_M.value >= after[0])
            row = self._first(query.order_by(_M.value, _M.kind).limit(1))
            if row is None:
                break
            after = (row["value"], row["kind"])
            if kind is None or row["kind"] == kind.value:
                found.append((IdentifierKind(row["kind"]), row["value"]))
        return found


class MentionWriting(MentionReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def add_mentions(self, mentions: Sequence[tuple[IntakeNumber, Mention]]) -> None:
        """Places go on after the last that each report has."""
        places: dict[IntakeNumber, int] = {}
        for some in portions(sorted({number for number, _ in mentions})):
            last = select(_M.number, func.max(_M.place).label("last")).where(_M.number.in_(some)).group_by(_M.number)
            places.update((IntakeNumber(row["number"]), row["last"] + 1) for row in self._all(last))
        rows: list[tuple[Value, ...]] = []
        for number, mention in mentions:
            place = places.get(number, 0)
            places[number] = place + 1
            rows.append(_row_of(number, place, mention))
        self._database.insert_rows(self._connection, tables.intake_mentions, _COLUMNS, rows)


def _row_of(number: IntakeNumber, place: int, mention: Mention) -> tuple[Value, ...]:
    return (
        number,
        place,
        mention.kind.value,
        mention.value,
        None if mention.raw == mention.value else mention.raw,
        mention.origin.path,
        mention.origin.start,
        mention.part.value,
        mention.person,
        maybe_us(mention.at),
        mention.port,
        mention.verified,
    )


def _mention_of(row: RowMapping) -> Mention:
    return Mention(
        kind=IdentifierKind(row["kind"]),
        value=row["value"],
        raw=row["value"] if row["raw"] is None else row["raw"],
        origin=Origin(path=row["path"], start=row["start"]),
        part=Part(row["part"]),
        person=row["person"],
        at=None if row["at"] is None else from_us(row["at"]),
        port=row["port"],
        verified=None if row["verified"] is None else bool(row["verified"]),
    )
