"""Reports as they were taken in, and which of them wait for the order of work."""

import json
from abc import ABC
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, func, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.sql.intake_files import FileReading, FileWriting
from clew.parts.stores.sql.intake_mentions import MentionReading, MentionWriting
from clew.parts.stores.sql.intake_senders import SenderReading, SenderWriting
from clew.parts.stores.sql.session import portions
from clew.parts.stores.sql.tables import intake as tables
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import Gap, IntakeForm, IntakeReport, IntakeState

_R = tables.intake_reports.c
_P = tables.intake_pending.c
_COUNTER = tables.intake_counter.c
# What stands in the way of the same bytes again; a report that was taken back may be sent anew.
_STANDING = _R.state.in_((IntakeState.OPEN.value, IntakeState.TAKEN_IN.value))
# Asked for every report; see `Session._all`.
_OF_NUMBER = select(tables.intake_reports).where(_R.number == bindparam("of"))
_SAME = select(tables.intake_reports).where(
    _R.sender_id == bindparam("sender"), _R.digest == bindparam("bytes"), _STANDING
)
_STANDING_OF = select(_R.digest).where(
    _R.sender_id == bindparam("sender"), _R.digest.in_(bindparam("some", expanding=True)), _STANDING
)
_CHANGED = update(tables.intake_reports).where(_R.number == bindparam("of"))
_GROWN = update(tables.intake_counter).values(number=_COUNTER.number + bindparam("many")).returning(_COUNTER.number)
_COLUMNS = tuple(column.name for column in tables.intake_reports.columns)


class IntakeReading(SenderReading, MentionReading, FileReading, ABC):
    """Reading them."""

    def find_intake(self, number: IntakeNumber) -> IntakeReport | None:
        """By the primary key."""
        row = self._first(_OF_NUMBER, {"of": number})
        return None if row is None else _report_of(row)

    def intakes_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, IntakeReport]:
        """By the primary key, a portion at a time."""
        found: dict[IntakeNumber, IntakeReport] = {}
        for some in portions(numbers):
            for row in self._all(select(tables.intake_reports).where(_R.number.in_(some))):
                found[IntakeNumber(row["number"])] = _report_of(row)
        return found

    def find_same_intake(self, sender_id: SenderId, digest: bytes) -> IntakeReport | None:
        """By its unique index."""
        row = self._first(_SAME, {"sender": sender_id, "bytes": digest})
        return None if row is None else _report_of(row)

    def intakes(self, wanted: IntakeFilter) -> list[IntakeReport]:
        """Down the primary key, or the index of what is asked for."""
        query = select(tables.intake_reports).where(*_fits(wanted))
        return [_report_of(row) for row in self._all(query.order_by(_R.number.desc()).limit(wanted.limit))]

    def count_pending(self) -> int:
        """Counted."""
        row = self._first(select(func.count().label("n")).select_from(tables.intake_pending))
        return 0 if row is None else int(row["n"])

    def pending(self, limit: int) -> list[IntakeNumber]:
        """Along the primary key."""
        rows = self._all(select(_P.number).order_by(_P.number).limit(limit))
        return [IntakeNumber(row["number"]) for row in rows]


class IntakeWriting(IntakeReading, SenderWriting, MentionWriting, FileWriting, ABC):
    """Changing them."""

    def add_intake(self, report: IntakeReport) -> IntakeReport:
        """As many at once."""
        (stored,) = self.add_intakes([report])
        if stored is None:
            raise ConflictError("the same sender sent those very bytes before; ask for that report by its digest")
        return stored

    def add_intakes(self, reports: Sequence[IntakeReport]) -> list[IntakeReport | None]:
        """The counter's lock comes first: until the commit nobody else adds, so what is looked up stays true."""
        if not reports:
            return []
        last = self._take_numbers(len(reports))
        known = self._known({(each.sender_id, each.digest) for each in reports})
        stored: list[IntakeReport | None] = []
        number = last - len(reports)
        for report in reports:
            key = (report.sender_id, report.digest)
            if key in known:
                stored.append(None)
                continue
            known.add(key)
            number += 1
            stored.append(replace(report, number=IntakeNumber(number)))
        rows = [tuple(_row_of(each)[name] for name in _COLUMNS) for each in stored if each is not None]
        self._database.insert_rows(self._connection, tables.intake_reports, _COLUMNS, rows)
        return stored

    def change_intake(self, report: IntakeReport) -> None:
        """The row as it was is read first: what was taken in keeps its words."""
        before = self.find_intake(report.number)
        if before is None:
            raise NotFoundError(f"no report was taken in under the number {report.number}")
        if before.state is not IntakeState.OPEN and report != replace(
            before, state=report.state, ended_at=report.ended_at
        ):
            raise ConflictError(f"report {report.number} is {before.state.value}: what it states does not change")
        self._change(_CHANGED, [_row_of(report) | {"of": report.number}])

    def put_gaps(self, number: IntakeNumber, gaps: Sequence[Gap]) -> None:
        """The one thing about a report that its sender's answers change."""
        row: Row = {"gaps": _gaps_text(gaps), "gap_count": len(gaps)}
        if not self._change(update(tables.intake_reports).where(_R.number == number).values(row)):
            raise NotFoundError(f"no report was taken in under the number {number}")

    def put_pending(self, numbers: Sequence[IntakeNumber]) -> None:
        """One that waits already stays."""
        rows: list[Row] = [{"number": each} for each in sorted(set(numbers))]
        self._change(self._database.insert(tables.intake_pending).on_conflict_do_nothing(), rows)

    def delete_pending(self, numbers: Sequence[IntakeNumber]) -> int:
        """A portion at a time."""
        gone = 0
        for some in portions(numbers):
            gone += self._change(delete(tables.intake_pending).where(_P.number.in_(some)))
        return gone

    def _take_numbers(self, many: int) -> int:
        """The last of so many numbers that nobody else gets."""
        row = self._first(_GROWN, {"many": many})
        if row is None:
            first: Row = {"id": 1, "number": 0}
            self._change(self._database.insert(tables.intake_counter).values(first).on_conflict_do_nothing())
            return self._take_numbers(many)
        return int(row["number"])

    def _known(self, keys: set[tuple[SenderId, bytes]]) -> set[tuple[SenderId, bytes]]:
        found: set[tuple[SenderId, bytes]] = set()
        for sender_id in sorted({sender for sender, _ in keys}):
            digests = sorted(digest for sender, digest in keys if sender == sender_id)
            for some in portions(digests):
                own = self._all(_STANDING_OF, {"sender": sender_id, "some": some})
                found.update((sender_id, bytes(row["digest"])) for row in own)
        return found


def _fits(wanted: IntakeFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.sender_id is not None:
        asked.append(_R.sender_id == wanted.sender_id)
    if wanted.state is not None:
        asked.append(_R.state == wanted.state.value)
    if wanted.form is not None:
        asked.append(_R.form == wanted.form.value)
    if wanted.incomplete is not None:
        asked.append(_R.gap_count > 0 if wanted.incomplete else _R.gap_count == 0)
    if wanted.before is not None:
        asked.append(_R.number < wanted.before)
    return asked


def _gaps_text(gaps: Sequence[Gap]) -> str:
    return compact([[each.path, each.because, each.cost] for each in gaps])


def _row_of(report: IntakeReport) -> Row:
    return {
        "number": report.number,
        "sender_id": report.sender_id,
        "form": report.form.value,
        "state": report.state.value,
        "reference": report.reference,
        "digest": report.digest,
        "received_at": to_us(report.received_at),
        "ended_at": maybe_us(report.ended_at),
        "incident_type": report.incident_type,
        "incident_at": maybe_us(report.incident_at),
        "country": report.country,
        "language": report.language,
        "file_count": report.file_count,
        "gaps": _gaps_text(report.gaps),
        "gap_count": len(report.gaps),
        "document": report.document,
    }


def _report_of(row: RowMapping) -> IntakeReport:
    return IntakeReport(
        number=IntakeNumber(row["number"]),
        sender_id=SenderId(row["sender_id"]),
        form=IntakeForm(row["form"]),
        state=IntakeState(row["state"]),
        reference=row["reference"],
        digest=bytes(row["digest"]),
        received_at=from_us(row["received_at"]),
        document=row["document"],
        incident_type=row["incident_type"],
        incident_at=maybe_at(row["incident_at"]),
        ended_at=maybe_at(row["ended_at"]),
        country=row["country"],
        language=row["language"],
        file_count=row["file_count"],
        gaps=tuple(Gap(path=path, because=because, cost=cost) for path, because, cost in json.loads(row["gaps"])),
    )
