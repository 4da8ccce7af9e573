"""Folder runs, and the mark of every file that one is done with."""

import hashlib
import json
from abc import ABC
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, delete, insert, select, update

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql import tables
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.hashlist import Action
from clew.records.identifiers import ChangeSequence, HitId, RunId, SignalType
from clew.records.screening import FileMark, Run
from clew.records.signal import NO_PICTURE, Reason

_PAGE_ROWS = 5_000
# A PostgreSQL index row holds at most 2,704 bytes; a path 4,096 and more.
_PATH_KEY_BYTES, _PATH_DIGEST_BYTES = 1024, 16

_RUNS, _MARKS = tables.runs.c, tables.file_marks.c


class RunReading(Session, Reader, ABC):
    """Reading runs and marks."""

    def find_open_run(self, key: str) -> Run | None:
        """By the unique index of open runs."""
        row = self._first(select(tables.runs).where(_RUNS.key == key, _RUNS.finished_at.is_(None)))
        return None if row is None else _run_of(row)

    def runs(self, limit: int) -> list[Run]:
        """Ids are ordered by time."""
        return [_run_of(row) for row in self._all(select(tables.runs).order_by(_RUNS.id.desc()).limit(limit))]

    def stream_marks(self, run_id: RunId) -> Iterator[FileMark]:
        """Page by page from the last key: no cursor stays open between two marks."""
        last = b""
        page = select(tables.file_marks).where(_MARKS.run_id == run_id).order_by(_MARKS.path_key).limit(_PAGE_ROWS)
        while rows := self._all(page.where(_MARKS.path_key > last)):
            for row in rows:
                yield _mark_of(row)
            last = bytes(rows[-1]["path_key"])

    def find_mark(self, run_id: RunId, path: bytes) -> FileMark | None:
        """By the primary key."""
        query = select(tables.file_marks).where(_MARKS.run_id == run_id, _MARKS.path_key == path_key(path))
        row = self._first(query)
        return None if row is None else _mark_of(row)


class RunWriting(RunReading, ChangingSession, UnitOfWork, ABC):
    """Changing runs and marks."""

    def create_run(self, run: Run) -> None:
        """One run with a key may be open."""
        if self.find_open_run(run.key) is not None:
            raise ConflictError("the same screening has begun already and is not finished; resume it")
        self._change(insert(tables.runs).values(_run_row(run)))

    def add_marks(self, run_id: RunId, marks: Sequence[FileMark]) -> None:
        """The totals grow by the new marks and shrink by those that are replaced."""
        rows = {path_key(mark.path): _mark_row(run_id, mark) for mark in marks}
        if not rows:
            return
        replaced = [
            row
            for keys in portions(sorted(rows))
            for row in self._all(
                select(_MARKS.hit_id, _MARKS.unhashable).where(_MARKS.run_id == run_id, _MARKS.path_key.in_(keys))
            )
        ]
        grown = {
            _RUNS.files: _RUNS.files + len(rows) - len(replaced),
            _RUNS.hits: _RUNS.hits + _having("hit_id", rows.values()) - _having("hit_id", replaced),
            _RUNS.unhashable: _RUNS.unhashable + _not_in_full(rows.values()) - _not_in_full(replaced),
        }
        if not self._change(update(tables.runs).where(_RUNS.id == run_id, _RUNS.finished_at.is_(None)).values(grown)):
            raise NotFoundError(f"no open run '{run_id}'; it may be finished")
        statement = self._database.insert(tables.file_marks)
        taken = {column.name: statement.excluded[column.name] for column in _MARKS if not column.primary_key}
        self._change(
            statement.on_conflict_do_update(index_elements=["run_id", "path_key"], set_=taken),
            [rows[key] for key in sorted(rows)],
        )

    def finish_run(self, run_id: RunId, at: datetime, *, unread: int = 0) -> Run:
        """The totals stay, the marks go."""
        finished = update(tables.runs).where(_RUNS.id == run_id, _RUNS.finished_at.is_(None))
        if not self._change(finished.values(finished_at=to_us(at), unread=unread)):
            raise NotFoundError(f"no open run '{run_id}'; it may be finished")
        self._change(delete(tables.file_marks).where(_MARKS.run_id == run_id))
        return _run_of(self._connection.execute(select(tables.runs).where(_RUNS.id == run_id)).mappings().one())


def path_key(path: bytes) -> bytes:
    """What stands for a path in the index: the path itself, or the head of a long one and its digest."""
    if len(path) <= _PATH_KEY_BYTES:
        return path
    # One byte longer than any path that stands for itself, so that the two kinds never meet.
    head = path[: _PATH_KEY_BYTES + 1 - _PATH_DIGEST_BYTES]
    return head + hashlib.blake2b(path, digest_size=_PATH_DIGEST_BYTES).digest()


def _having(name: str, rows: Iterable[RowMapping | Row]) -> int:
    return sum(row[name] is not None for row in rows)


def _not_in_full(rows: Iterable[RowMapping | Row]) -> int:
    """Files without a signal that was to be expected; that a text is no picture is in order."""
    texts = (str(row["unhashable"] or "[]") for row in rows)
    return sum(any(why not in NO_PICTURE for _, why in json.loads(text)) for text in texts)


def _run_row(run: Run) -> Row:
    return {
        "id": run.id,
        "key": run.key,
        "against": run.against,
        "sequence": run.sequence,
        "roots": compact([root.hex() for root in run.roots]),
        "started_at": to_us(run.started_at),
        "finished_at": maybe_us(run.finished_at),
        "files": run.files,
        "hits": run.hits,
        "unhashable": run.unhashable,
        "unread": run.unread,
    }


def _run_of(row: RowMapping) -> Run:
    return Run(
        id=RunId(row["id"]),
        key=row["key"],
        against=row["against"],
        sequence=ChangeSequence(row["sequence"]),
        roots=tuple(bytes.fromhex(root) for root in json.loads(row["roots"])),
        started_at=from_us(row["started_at"]),
        finished_at=maybe_at(row["finished_at"]),
        files=row["files"],
        hits=row["hits"],
        unhashable=row["unhashable"],
        unread=row["unread"],
    )


def _mark_row(run_id: RunId, mark: FileMark) -> Row:
    key = path_key(mark.path)
    return {
        "run_id": run_id,
        "path_key": key,
        "long_path": None if key == mark.path else mark.path,
        "size_bytes": mark.size_bytes,
        "modified_ns": mark.modified_ns,
        "changed_ns": mark.changed_ns,
        "action": mark.action.value,
        "unhashable": compact(mark.unhashable) if mark.unhashable else None,
        "hit_id": mark.hit_id,
    }


def _mark_of(row: RowMapping) -> FileMark:
    return FileMark(
        path=bytes(row["path_key"] if row["long_path"] is None else row["long_path"]),
        size_bytes=row["size_bytes"],
        modified_ns=row["modified_ns"],
        changed_ns=row["changed_ns"],
        action=Action(row["action"]),
        unhashable=tuple((SignalType(name), Reason(why)) for name, why in json.loads(row["unhashable"] or "[]")),
        hit_id=None if row["hit_id"] is None else HitId(row["hit_id"]),
    )
