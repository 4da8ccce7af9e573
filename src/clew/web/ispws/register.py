"""Which reports were taken in, in which state, with which files: durable before a call is answered.

It keeps what a test asks for and no more: numbers, states, times, sizes and digests. The documents and the bytes of
files are not kept.
"""

import enum
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.errors import DamagedError, UnavailableError

# Of the numbers that real reports bear: seven to nine digits.
_FIRST_NUMBER = 1_000_001
_TABLES = """
CREATE TABLE IF NOT EXISTS report (
    number INTEGER PRIMARY KEY, sender TEXT NOT NULL, state TEXT NOT NULL, batched INTEGER NOT NULL,
    document_sha256 TEXT NOT NULL, subjects_sha256 TEXT NOT NULL,
    opened_at INTEGER NOT NULL, touched_at INTEGER, ended_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS file (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, report INTEGER NOT NULL REFERENCES report (number),
    md5 TEXT NOT NULL, size_bytes INTEGER NOT NULL, uploaded_at INTEGER NOT NULL, described_at INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS file_of_report ON file (report);
"""
_COLUMNS = "number, sender, state, batched, document_sha256, subjects_sha256, opened_at, touched_at, ended_at"


class State(enum.StrEnum):
    """Where a report stands; only an open one can change."""

    OPEN = "open"
    FINISHED = "finished"
    RETRACTED = "retracted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """A file that came.

    Attributes:
        md5: of the bytes as they came, in hexadecimal digits.
        described_at: when its details came; None as long as they have not.
    """

    id: str
    md5: str
    size_bytes: int
    uploaded_at: datetime
    described_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenReport:
    """A report that came.

    Attributes:
        batched: many accounts of one viral file stand in it.
        document_sha256: of the document as it came, in hexadecimal digits.
        subjects_sha256: of the platform's own id of each reported account, in UTF-8.
        touched_at: when the last file or the last details of a file came.
        ended_at: when it was finished, retracted, or found expired.
    """

    number: int
    sender: str
    state: State
    batched: bool
    document_sha256: str
    subjects_sha256: tuple[str, ...]
    opened_at: datetime
    touched_at: datetime | None = None
    ended_at: datetime | None = None
    files: tuple[TakenFile, ...] = ()


class Register:
    """The reports of one server.

    Args:
        path: of the SQLite file; None keeps all in memory, and a restart forgets it.
    Raises:
        UnavailableError: the file cannot be opened or written.
        DamagedError: it is none of ours.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        try:
            self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            # What was answered stays, also after a power cut.
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_TABLES)
        except sqlite3.OperationalError as error:
            raise UnavailableError(f"{path} cannot be opened: {error}; see to the folder's rights and room") from error
        except sqlite3.DatabaseError as error:
            raise DamagedError(f"{path} is no register of a clearinghouse server; move it away") from error

    def close(self) -> None:
        """Nothing can be asked any more."""
        with self._lock:
            self._database.close()

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """One transaction, the only one at a time; durable at its end, undone when an error leaves it."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield Change(self._database)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


class Change:
    """What can be read and written within one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def open_report(
        self, sender: str, *, batched: bool, document_sha256: str, subjects_sha256: tuple[str, ...], at: datetime
    ) -> int:
        """A new open report; its number."""
        (last,) = self._database.execute("SELECT max(number) FROM report").fetchone()
        number: int = _FIRST_NUMBER if last is None else last + 1
        self._database.execute(
            "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (number, sender, State.OPEN, batched, document_sha256, " ".join(subjects_sha256), _write(at)),
        )
        return number

    def find(self, number: int) -> TakenReport | None:
        """The report of that number, whoever sent it."""
        found = self._reports("WHERE number = ?", number)
        return found[0] if found else None

    def all(self) -> list[TakenReport]:
        """Every report, oldest first."""
        return self._reports("ORDER BY number")

    def add_file(self, number: int, file: TakenFile) -> None:
        """The report has one file more."""
        self._database.execute(
            "INSERT INTO file (id, report, md5, size_bytes, uploaded_at) VALUES (?, ?, ?, ?, ?)",
            (file.id, number, file.md5, file.size_bytes, _write(file.uploaded_at)),
        )
        self._touch(number, file.uploaded_at)

    def describe_file(self, number: int, file_id: str, at: datetime) -> None:
        """What is to be said of the file has been said."""
        self._database.execute("UPDATE file SET described_at = ? WHERE id = ?", (_write(at), file_id))
        self._touch(number, at)

    def end(self, number: int, state: State, at: datetime) -> None:
        """The report is open no longer."""
        self._database.execute(
            "UPDATE report SET state = ?, ended_at = ? WHERE number = ?", (state, _write(at), number)
        )

    def _touch(self, number: int, at: datetime) -> None:
        self._database.execute("UPDATE report SET touched_at = ? WHERE number = ?", (_write(at), number))

    def _reports(self, which: str, *values: int) -> list[TakenReport]:
        # `which` is our own words; values are bound.
        rows = self._database.execute(f"SELECT {_COLUMNS} FROM report {which}", values).fetchall()  # noqa: S608  (our own words; values are parameters)
        return [
            TakenReport(
                number=number,
                sender=sender,
                state=State(state),
                batched=bool(batched),
                document_sha256=document,
                subjects_sha256=tuple(subjects.split()),
                opened_at=_read(opened),
                touched_at=_read_or_none(touched),
                ended_at=_read_or_none(ended),
                files=self._files(number),
            )
            for number, sender, state, batched, document, subjects, opened, touched, ended in rows
        ]

    def _files(self, number: int) -> tuple[TakenFile, ...]:
        rows = self._database.execute(
            "SELECT id, md5, size_bytes, uploaded_at, described_at FROM file WHERE report = ? ORDER BY place", (number,)
        )
        return tuple(
            TakenFile(
                id=file_id,
                md5=md5,
                size_bytes=size_bytes,
                uploaded_at=_read(uploaded),
                described_at=_read_or_none(described),
            )
            for file_id, md5, size_bytes, uploaded, described in rows
        )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)


def _write(at: datetime) -> int:
    return (at - _EPOCH) // _STEP


def _read(at: int) -> datetime:
    return _EPOCH + at * _STEP


def _read_or_none(at: int | None) -> datetime | None:
    return None if at is None else _read(at)
