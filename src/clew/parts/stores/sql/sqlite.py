"""SQLite: one file in the data folder, many readers, one writer at a time over all processes."""

import contextlib
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np
from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from clew.errors import ClewError, DamagedError, UnavailableError
from clew.parts.stores.base import EntryColumns
from clew.parts.stores.sql.database import Database, driver_error
from clew.parts.stores.sql.tables import STANDING, change_counter, entries, leases, lists
from clew.parts.stores.sql.values import Value

T = TypeVar("T")

# How long a write waits for another process's before it gives up.
_BUSY_S = 30.0
# SQLite's own busy handler sleeps up to 100 ms between attempts and so never gets in beside a bulk import that lets go
# for moments only; we ask every millisecond instead.
_POLL_S = 0.001
# How long a log that was taken away is written into the database while others read.
_RESCUE_S = 2.0
# Above three polls, so that a waiting process sees the gap.
_YIELD_S = 0.004
# Pages of 4 KiB: a bulk import touches the same index pages again and again, and a checkpoint writes each only once.
_CHECKPOINT_PAGES = 8_000
# Few rows at a time: with thousands of fresh tuples alive Python's garbage collector takes half of the time.
_FETCH_ROWS, _BATCH_FETCHES = 500, 100

# No file's device and inode.
_LOST = (-1, -1)

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_MOVED = (
    "{file} was removed or replaced while Clew used it: nothing more is stored in it, and what was stored last may be "
    "gone with it; stop Clew, put the file back or restore it from a backup, then start Clew again"
)
_JOURNAL_MOVED = (
    "{journal} was removed or replaced while Clew used it, and with it the last changes; they are written into {file} "
    "as far as that can be done. Nothing more is stored: find what touches Clew's folder, then stop Clew and start it "
    "again"
)
_ORPHAN = (
    "{file} is not there, and {journal} with its last changes is; put the database back beside it or restore both from "
    "a backup, or move the journal away to begin with an empty database"
)
_TAKEN = "another process has been writing to {file} for {waited_s:.0f} s; try again"
_DAMAGED = "{file} is no sound SQLite database; move it away, or restore it from a backup"
_CLOSED = "{file} cannot be opened or written; see that it exists, and let this user read and write in {folder}"
_NO_ROOM = (
    "no space is left for the database in {folder} ({free_mb} MB free); nothing of this change is stored: "
    "make room, then do it again"
)
_FAILING = (
    "the disk under {folder} failed while the database was read or written ({free_mb} MB free); nothing of this change "
    "is stored: look at the disk and at this process's file-size limit, then do it again"
)
_MEANING: dict[int, tuple[type[ClewError], str]] = {
    sqlite3.SQLITE_BUSY: (UnavailableError, _TAKEN),
    sqlite3.SQLITE_LOCKED: (UnavailableError, _TAKEN),
    sqlite3.SQLITE_FULL: (UnavailableError, _NO_ROOM),
    sqlite3.SQLITE_IOERR: (UnavailableError, _FAILING),
    sqlite3.SQLITE_CORRUPT: (DamagedError, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (DamagedError, _DAMAGED),
    sqlite3.SQLITE_CANTOPEN: (UnavailableError, _CLOSED),
    sqlite3.SQLITE_READONLY: (UnavailableError, _CLOSED),
    sqlite3.SQLITE_PERM: (UnavailableError, _CLOSED),
    sqlite3.SQLITE_AUTH: (UnavailableError, _CLOSED),
}


class SqliteDatabase(Database):
    """One SQLite file."""

    yield_s = _YIELD_S

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = str(path)
        # Device and inode of the file, once it was seen: as long as a connection is open, no other file has them.
        self._file: tuple[int, int] | None = None
        self._journal_path = f"{path}-wal"
        # The same of the write-ahead log, from the first commit of a connection until it is closed: as long as one is
        # open, SQLite keeps this file and makes no other.
        self._journal: tuple[int, int] | None = None
        self._writes_ahead = True
        self.reading = _engine(self._connect, writing=False)
        self.writing = _engine(self._connect, writing=True)
        event.listen(self.writing, "close", self._forget_journal)
        self._insert_entries: str | None = None

    def create(self) -> None:
        """The folder and the file exist, for their owner alone, in WAL mode."""
        if self._file is not None:
            self.demand_in_place()
        self._demand_no_orphan()
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise UnavailableError(
                f"the database {self.place} cannot be created or written ({error.strerror}); "
                f"make the folder {self._path.parent} and let this user write in it"
            ) from error
        connection = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        try:
            # Two processes that switch a new file at once: one is refused, without the busy timeout being honoured.
            (mode,) = patiently(lambda: connection.execute("PRAGMA journal_mode = WAL").fetchone())
            self._writes_ahead = mode == "wal"  # not on file systems without shared memory
        finally:
            connection.close()

    def lock_schema(self, connection: Connection) -> None:
        """Every write transaction is alone (BEGIN IMMEDIATE): nothing to do."""

    def lock_lists(self, connection: Connection) -> None:
        """Every write transaction is alone (BEGIN IMMEDIATE): nothing to do."""

    @staticmethod
    def insert(table: Table) -> sqlite.Insert:
        """An INSERT with SQLite's ON CONFLICT."""
        return sqlite.insert(table)

    def insert_rows(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Value, ...]]
    ) -> None:
        """One prepared statement, run over all rows inside the driver."""
        if rows:
            # Only names of our own tables stand in the text; the rows are parameters.
            places = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table.name} ({_names(columns)}) VALUES ({places})"  # noqa: S608  (names of our own tables; values are parameters)
            _driver(connection).executemany(statement, rows)

    def update_rows(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[tuple[Value, ...]],
        *,
        where: ColumnElement[bool],
    ) -> int:
        """One prepared statement, run over all rows inside the driver."""
        changes = ", ".join(f'"{name}" = ?{place}' for place, name in enumerate(columns[1:], 2))
        condition = where.compile(dialect=self.writing.dialect)
        statement = f'UPDATE {table.name} SET {changes} WHERE "{columns[0]}" = ?1 AND {condition}'  # noqa: S608  (names of our own tables; values are parameters)
        return _driver(connection).executemany(statement, rows).rowcount if rows else 0

    @contextlib.contextmanager
    def overwriting(self, connection: Connection) -> Iterator[None]:
        """Freed bytes are filled with zeros; the write-ahead log is overwritten as it is used again."""
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")

    def insert_entries(self, connection: Connection, columns: Sequence[str], rows: Iterable[tuple[Value, ...]]) -> int:
        """One prepared statement, run over all rows inside the driver."""
        if self._insert_entries is None:
            statement = (
                sqlite.insert(entries)
                .values(dict.fromkeys(columns))
                .on_conflict_do_nothing(index_elements=["list_id", "type", "value"], index_where=STANDING)
            )
            compiled = statement.compile(dialect=self.writing.dialect, column_keys=list(columns))
            if list(compiled.positiontup or ()) != list(columns):
                raise AssertionError("the statement's places are not in the order of the rows")
            self._insert_entries = str(compiled)
        cursor = _driver(connection).executemany(self._insert_entries, rows)
        return cursor.rowcount

    def stream_index_rows(self, connection: Connection, query: str, width_bytes: int) -> Iterator[EntryColumns]:
        """Straight from the driver's cursor: SQLAlchemy's rows would cost three times as much."""
        cursor = _driver(connection).execute(query)
        batch: list[EntryColumns] = []
        while rows := cursor.fetchmany(_FETCH_ROWS):
            values, ids, list_ids = zip(*rows, strict=True)
            if set(map(len, values)) != {width_bytes}:
                raise DamagedError(
                    f"{self.place} holds a hash that is not {width_bytes} bytes long, among entries "
                    f"{ids[0]} to {ids[-1]}; restore the database from a backup"
                )
            batch.append(
                EntryColumns(
                    values=np.frombuffer(b"".join(values), np.uint8).reshape(-1, width_bytes),
                    entry_ids=np.array(ids, np.int64),
                    lists=np.array(list_ids, np.uint32),
                )
            )
            if len(batch) == _BATCH_FETCHES:
                yield _joined(batch)
                batch.clear()
        if batch:
            yield _joined(batch)

    def stream_rows(self, connection: Connection, query: str, at_once: int) -> Iterator[Sequence[tuple[Any, ...]]]:
        """By the driver's cursor."""
        cursor = _driver(connection).execute(query)
        while rows := cursor.fetchmany(at_once):
            yield rows

    def holds_transaction(self, connection: Connection) -> bool:
        """A full disk or an I/O error makes SQLite roll back on its own; what follows would commit by itself."""
        return _driver(connection).in_transaction

    def demand_in_place(self, *, committed: bool = False) -> None:
        """The path names the file that was opened first, and the log beside it is that of the last commit.

        Two stats, some microseconds.
        """
        seen = _identity(self.place)
        if self._file is None:
            self._file = seen
        elif seen != self._file:
            raise UnavailableError(_MOVED.format(file=self.place))
        if self._writes_ahead and (committed or self._journal is not None):
            journal = _identity(self._journal_path)
            if self._journal is None:
                self._journal = journal or _LOST  # after a commit there is one
            if journal != self._journal:
                raise UnavailableError(_JOURNAL_MOVED.format(journal=self._journal_path, file=self.place))

    def rescue(self) -> None:
        """By a checkpoint: an open connection still has the file that nobody else finds any more."""
        deadline = time.monotonic() + _RESCUE_S
        with self.writing.connect() as connection:
            while _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > deadline:
                    return  # somebody reads; what could be written has been
                time.sleep(_POLL_S)

    def _forget_journal(self, *_: object) -> None:
        self._journal = None

    def check(self, connection: Connection, *, whole: bool) -> None:
        """The small tables every process depends on, or all of them, by PRAGMA quick_check."""
        scopes = [""] if whole else [f"({table.name})" for table in (change_counter, lists, leases)]
        for scope in scopes:
            answer = connection.exec_driver_sql(f"PRAGMA quick_check{scope}").scalar()
            if answer != "ok":
                raise DamagedError(f"{self.place} is damaged; stop Clew and restore the database from a backup")

    def explain_failure(self, error: BaseException) -> ClewError | None:
        """What SQLite's error code means."""
        cause = driver_error(error)
        kind, message = _MEANING.get(_primary_code(cause), (None, ""))
        if kind is None and re.match("no such (table|column)", str(cause)):
            kind, message = UnavailableError, "{file} is not set up by this version of Clew; start it again to migrate"
        if kind is None:
            return None
        folder = self._path.parent
        return kind(message.format(file=self.place, folder=folder, free_mb=_free_mb(folder), waited_s=_BUSY_S))

    def lost_a_race(self, error: BaseException) -> bool:  # noqa: ARG002  (SQLite never undoes one for another)
        """Never: whoever has begun to write is alone."""
        return False

    def _connect(self) -> sqlite3.Connection:
        # Only `create` makes the file, with the rights that it must have; an opened one exists.
        address = f"file:{quote(str(self._path.absolute()))}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=_BUSY_S, check_same_thread=False)
        try:
            self.demand_in_place()
        except UnavailableError:
            connection.close()
            raise
        return connection

    def _demand_no_orphan(self) -> None:
        """A journal without its database holds acknowledged work, and SQLite empties it beside a new file."""
        journal = self._path.with_name(f"{self._path.name}-wal")
        # The journal first: whoever makes both has written the database before there is a journal.
        if _size_bytes(journal) and not _size_bytes(self._path):
            raise UnavailableError(_ORPHAN.format(file=self.place, journal=journal.name))


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("a connection in use has a connection of its driver")
    return driver


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _joined(batch: Sequence[EntryColumns]) -> EntryColumns:
    return EntryColumns(
        values=np.concatenate([each.values for each in batch]),
        entry_ids=np.concatenate([each.entry_ids for each in batch]),
        lists=np.concatenate([each.lists for each in batch]),
    )


def _engine(connect: Callable[[], sqlite3.Connection], *, writing: bool) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        # A message must never bear a statement's values: they are hashes and names.
        hide_parameters=True,
        pool_size=1 if writing else 8,
        max_overflow=0 if writing else -1,
    )
    event.listen(engine, "connect", _prepare_writer if writing else _prepare_reader)
    event.listen(engine, "begin", _begin_writing if writing else _begin_reading)
    return engine


def _prepare_writer(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    _pragmas(connection, synchronous="FULL", cache_size=-131_072, wal_autocheckpoint=_CHECKPOINT_PAGES)
    _pragmas(connection, journal_size_limit=64 << 20, busy_timeout=0)


def _prepare_reader(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    _pragmas(connection, cache_size=-16_384, query_only="ON")


def _pragmas(connection: DBAPIConnection, **values: str | int) -> None:
    # The driver must not open or end transactions on its own: our events do, and savepoints stay what they are.
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in {"foreign_keys": "ON", "temp_store": "MEMORY", **values}.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    driver = _driver(connection)  # without the context that SQLAlchemy makes for each execution
    patiently(lambda: driver.execute("BEGIN IMMEDIATE"))


def patiently(attempt: Callable[[], T]) -> T:
    """What the attempt returns, made again while another process holds the database, for half a minute."""
    deadline = time.monotonic() + _BUSY_S
    while True:
        try:
            return attempt()
        except (sqlite3.OperationalError, DBAPIError) as error:
            if _primary_code(driver_error(error)) not in _BUSY or time.monotonic() > deadline:
                raise
        time.sleep(_POLL_S)


def _primary_code(error: BaseException | None) -> int:
    """SQLite's primary result code; extended codes bear it in their low byte."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116  (twice for each commit, and pathlib's takes longer)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _size_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _free_mb(folder: Path) -> int | str:
    try:
        return shutil.disk_usage(folder).free >> 20
    except OSError:
        return "unknown"
