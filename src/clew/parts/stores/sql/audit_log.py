"""The audit log as it is sealed: pending rows, leaves, checkpoints, and the keys of commitments."""

import json
from abc import ABC
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, CursorResult, RowMapping, Select, func, insert, or_, select, update

from clew.errors import ConflictError, DamagedError, InputError
from clew.ground.canonical import canonical
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.database import Database
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import audit_log as sealed
from clew.parts.stores.sql.values import Row, Value, from_us, maybe_at, to_us
from clew.records.audit import (
    AuditEvent,
    AuditFilter,
    AuditKey,
    AuditLine,
    PendingColumns,
    SealedBatch,
    SealedColumns,
    Subtree,
)
from clew.records.identifiers import AuditKeyId

_EVENTS, _KEYS = tables.audit_events.c, sealed.audit_keys.c
_SUBTREES, _CHECKPOINTS = sealed.audit_subtrees.c, sealed.audit_checkpoints.c
_PENDING = _EVENTS.number.is_(None)
_PAYLOAD = (_EVENTS.at, _EVENTS.actor, _EVENTS.act, _EVENTS.subject, _EVENTS.facts)
_LINE = (_EVENTS.id, _EVENTS.number, _EVENTS.key, *_PAYLOAD)

# With thousands of fresh tuples alive Python's garbage collector takes a tenth of the time.
_BATCH_ROWS = 500

# The largest integer that all readers of JSON read alike. Source: RFC 8785, section 3.2.2.3.
_LARGEST = 2**53 - 1
_FACTS = msgspec.json.Encoder(order="deterministic")


class AuditLogReading(Session, Reader, ABC):
    """Reading them."""

    def audit_lines(self, wanted: AuditFilter) -> list[AuditLine]:
        """By the index of the one thing that is asked for, backwards; by the primary key when nothing is."""
        query = select(*_LINE).order_by(_EVENTS.id.desc()).limit(wanted.limit)
        for column, value in (
            (_EVENTS.actor, wanted.actor),
            (_EVENTS.act, wanted.act),
            (_EVENTS.subject, wanted.subject),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.since is not None:
            query = query.where(_EVENTS.at >= to_us(wanted.since))
        if wanted.until is not None:
            query = query.where(_EVENTS.at < to_us(wanted.until))
        if wanted.before is not None:
            query = query.where(_EVENTS.id < wanted.before)
        if wanted.without:
            # What was erased has no act, and stays.
            query = query.where(or_(_EVENTS.act.is_(None), _EVENTS.act.not_in(wanted.without)))
        return [_line_of(row) for row in self._all(query)]

    def stream_audit_lines(self, since: int) -> Iterator[AuditLine]:
        """By the index of numbers."""
        query = select(*_LINE).where(_EVENTS.number >= since).order_by(_EVENTS.number)
        for row in self._stream(query).mappings():
            yield _line_of(row)

    def find_audit_line(self, number: int) -> tuple[AuditLine, bytes, AuditKey] | None:
        """By the index of numbers."""
        query = select(*_LINE, _EVENTS.commitment, _KEYS.subject.label("key_subject"), _KEYS.secret)
        joined = query.join_from(tables.audit_events, sealed.audit_keys, _KEYS.id == _EVENTS.key)
        row = self._first(joined.where(_EVENTS.number == number))
        if row is None:
            return None
        key = AuditKey(id=AuditKeyId(row["key"]), subject=row["key_subject"], secret=_maybe_bytes(row["secret"]))
        return _line_of(row), bytes(row["commitment"]), key

    def pending_audit(self, limit: int) -> PendingColumns:
        """By the index of what is pending, which is small."""
        query = select(_EVENTS.id, *_PAYLOAD).where(_PENDING).order_by(_EVENTS.id).limit(limit)
        rows = self._connection.execute(query).fetchall()
        if not rows:
            return PendingColumns(ids=(), ats_us=(), actors=(), acts=(), subjects=(), facts=())
        ids, ats_us, actors, acts, subjects, facts = zip(*rows, strict=True)
        return PendingColumns(ids=ids, ats_us=ats_us, actors=actors, acts=acts, subjects=subjects, facts=facts)

    def count_pending_audit(self) -> tuple[int, datetime | None]:
        """By the index of what is pending."""
        query = select(func.count().label("rows"), func.min(_EVENTS.at).label("oldest")).where(_PENDING)
        row = self._all(query)[0]
        return int(row["rows"]), maybe_at(row["oldest"])

    def stream_sealed_audit(self, since: int) -> Iterator[SealedColumns]:
        """By the index of numbers; the key of each row by its primary key."""
        at_once = _BATCH_ROWS
        while True:
            try:
                for rows in self._database.stream_rows(self._connection, self._sealed_since(since), at_once):
                    found = SealedColumns(*zip(*rows, strict=True))
                    since = found.numbers[-1] + 1
                    yield found
            except Exception as error:
                # The driver's words bear the text that it could not read; only the database's own failures go on.
                explained = self._database.explain(error)
                if explained is not error:
                    raise explained from error
                if "decode" not in str(error):
                    raise
                if at_once == 1:
                    raise DamagedError(f"leaf {since} of the audit log, or one soon after it, is no text") from None
                at_once = 1
            else:
                return

    def _sealed_since(self, since: int) -> str:
        columns = (_EVENTS.number, _EVENTS.id, *_PAYLOAD, _EVENTS.key, _EVENTS.commitment, _KEYS.subject, _KEYS.secret)
        joined = tables.audit_events.outerjoin(sealed.audit_keys, _KEYS.id == _EVENTS.key)
        query = select(*columns).select_from(joined).where(_EVENTS.number >= since).order_by(_EVENTS.number)
        dialect = self._connection.dialect
        return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))

    def audit_commitments(self, first: int, count: int) -> list[bytes]:
        """By the index of numbers."""
        query = select(_EVENTS.commitment).where(_EVENTS.number >= first, _EVENTS.number < first + count)
        return [bytes(each) for each in self._connection.scalars(query.order_by(_EVENTS.number))]

    def audit_subtrees(self, level: int, first: int, count: int) -> list[bytes]:
        """By the primary key."""
        query = select(_SUBTREES.hash).where(_SUBTREES.level == level)
        among = query.where(_SUBTREES.place >= first, _SUBTREES.place < first + count).order_by(_SUBTREES.place)
        return [bytes(each) for each in self._connection.scalars(among)]

    def audit_subtrees_since(self, number: int) -> list[Subtree]:
        """By the primary key, level by level; a level that is none of ours holds nodes that belong to nothing."""
        levels = list(self._connection.scalars(select(_SUBTREES.level).distinct()))
        later = [(_SUBTREES.level == each) & (_SUBTREES.place >= number >> each) for each in levels if 0 <= each < 64]  # noqa: PLR2004  (the bits of a number in the database)
        strange = [_SUBTREES.level == each for each in levels if not 0 <= each < 64]  # noqa: PLR2004  (the bits of a number in the database)
        if not levels:
            return []
        query = select(sealed.audit_subtrees).where(or_(*later, *strange))
        return [
            Subtree(level=level, place=place, hash=bytes(value))
            for level, place, value in self._connection.execute(query)
        ]

    def audit_size(self) -> int:
        """The end of the primary key."""
        return self._connection.scalar(select(func.max(_CHECKPOINTS.size))) or 0

    def find_checkpoint(self, size: int) -> str | None:
        """By the primary key, backwards."""
        query = select(_CHECKPOINTS.note).where(_CHECKPOINTS.size <= size).order_by(_CHECKPOINTS.size.desc()).limit(1)
        return self._connection.scalar(query)

    def stream_checkpoints(self, size: int) -> Iterator[tuple[int, str]]:
        """By the primary key."""
        query = select(_CHECKPOINTS.size, _CHECKPOINTS.note).where(_CHECKPOINTS.size >= size)
        for row in self._stream(query.order_by(_CHECKPOINTS.size)).mappings():
            yield row["size"], row["note"]

    def audit_keys(self, subjects: Collection[str]) -> list[AuditKey]:
        """By the index of subjects."""
        found: list[AuditKey] = []
        for some in portions(list(subjects)):
            rows = self._all(select(sealed.audit_keys).where(_KEYS.subject.in_(some)))
            found += [
                AuditKey(id=row["id"], subject=row["subject"], secret=_maybe_bytes(row["secret"])) for row in rows
            ]
        return found

    def erased_audit_keys(self) -> list[AuditKeyId]:
        """By the index of what was erased."""
        return list(self._connection.scalars(select(_KEYS.id).where(_KEYS.secret.is_(None)).order_by(_KEYS.id)))

    def last_audit_key(self) -> AuditKeyId:
        """The end of the primary key."""
        return AuditKeyId(self._connection.scalar(select(func.max(_KEYS.id))) or 0)

    def _stream(self, query: Select[Any], at_once: int = _BATCH_ROWS) -> CursorResult[Any]:
        """In batches from the server, in constant memory here."""
        options = {"stream_results": True, "max_row_buffer": at_once}
        return self._connection.execute(query, execution_options=options)


class AuditLogWriting(AuditLogReading, ChangingSession, UnitOfWork, ABC):
    """Changing them. Events wait in memory and are written once for all works of a commit, see `write_audit`."""

    def __init__(self, connection: Connection, database: Database) -> None:
        super().__init__(connection, database)
        self.audited: list[tuple[Value, ...]] = []

    def audit(self, event: AuditEvent) -> None:
        """It is added to those that wait."""
        names = f"{event.actor}{event.act}{event.subject}"
        if "\0" in names:
            raise InputError("an audit event's actor, act and subject are text without NUL characters")
        names.encode()  # what no database takes must fail this work, not the commit that it shares with others
        self.audited.append((to_us(event.at), event.actor, event.act, event.subject, _facts_text(event.facts)))

    def seal_audit(self, batch: SealedBatch, note: str) -> None:
        """The checkpoint first: of two that seal at once, the second finds its size taken or the log longer."""
        if self.audit_size() != batch.first:
            raise ConflictError("another process has sealed the audit log meanwhile; seal again")
        self._change(insert(sealed.audit_checkpoints).values(size=batch.size, note=note))
        database, connection = self._database, self._connection
        database.insert_rows(
            connection,
            sealed.audit_keys,
            ("id", "subject", "secret"),
            [(each.id, each.subject, each.secret) for each in batch.new_keys],
        )
        numbers = range(batch.first, batch.size)
        rows = list(zip(batch.ids, numbers, batch.keys, batch.commitments, strict=True))
        changed = database.update_rows(
            connection, tables.audit_events, ("id", "number", "key", "commitment"), rows, where=_PENDING
        )
        if changed != len(rows):
            raise ConflictError("rows of the audit log were sealed or changed meanwhile; seal again")
        database.insert_rows(
            connection,
            sealed.audit_subtrees,
            ("level", "place", "hash"),
            [(each.level, each.place, each.hash) for each in batch.subtrees],
        )

    def erase_audit(self, subjects: Sequence[str]) -> list[tuple[AuditKeyId, int]]:
        """By the indexes of subjects; what was there is overwritten where the database can do so."""
        erased: list[tuple[AuditKeyId, int]] = []
        blank: Row = dict.fromkeys(column.name for column in _PAYLOAD)
        with self._database.overwriting(self._connection):
            for subject in subjects:
                key_id = self._connection.scalar(select(_KEYS.id).where(_KEYS.subject == subject))
                if key_id is not None:
                    those = update(tables.audit_events).where(_EVENTS.subject == subject, _EVENTS.key == key_id)
                    erased.append((AuditKeyId(key_id), self._change(those.values(blank))))
                    self._change(update(sealed.audit_keys).where(_KEYS.id == key_id).values(subject=None, secret=None))
        return erased


def write_audit(connection: Connection, database: Database, rows: Sequence[tuple[Value, ...]]) -> None:
    """The events of a commit's works are stored, in their order, not sealed yet."""
    database.insert_rows(connection, tables.audit_events, tuple(column.name for column in _PAYLOAD), rows)


def _facts_text(facts: Mapping[str, str | int | bool | None]) -> str:
    """Canonical JSON; by the fast library where it writes the same as the careful one."""
    for value in facts.values():
        if value.__class__ is int:
            if not -_LARGEST <= value <= _LARGEST:
                raise InputError(
                    "an integer in an audit event's facts is at most 2**53 - 1; write a larger one as text"
                )
        elif value is not None and not isinstance(value, (str, bool)):
            raise InputError(
                f"an audit event's fact is text, a whole number, true, false or null, got a {type(value).__name__}"
            )
    plain = dict(facts)
    # The two sort keys outside of the first plane differently.
    return (_FACTS.encode(plain) if "".join(plain).isascii() else canonical(plain)).decode()


def _line_of(row: RowMapping) -> AuditLine:
    event = None
    if row["facts"] is not None:
        event = AuditEvent(
            at=from_us(row["at"]),
            actor=row["actor"],
            act=row["act"],
            subject=row["subject"],
            facts=json.loads(row["facts"]),
        )
    return AuditLine(id=row["id"], number=row["number"], event=event, key=row["key"])


def _maybe_bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)
