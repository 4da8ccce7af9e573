"""PostgreSQL: for installations of more than one machine. Its driver, psycopg, is an optional extra."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import DBAPIConnection

from clew.errors import ClewError, DamagedError, MissingPartError, UnavailableError
from clew.parts.stores.base import EntryColumns
from clew.parts.stores.sql.database import Database, driver_error
from clew.parts.stores.sql.tables import STANDING, entries
from clew.parts.stores.sql.values import Value

# Two numbers that only Clew's own advisory locks bear: "clew" in ASCII, then which lock.
_LOCK_SPACE = 0x636C6577
_SCHEMA_LOCK, _LISTS_LOCK = 1, 2

_DRIVER = "postgresql+psycopg"
_CONNECT_S = 10
_BATCH_ROWS = 50_000
# COPY BINARY: 11 bytes of signature, flags and the length of a header extension.
# Source: PostgreSQL manual, COPY, "Binary Format".
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER_BYTES = len(_SIGNATURE) + 8
_TRAILER = b"\xff\xff"

# Autovacuum looks once a minute at most. Until it does, a planner that knows nothing of a table that was empty looks up
# 500 values by reading the whole list: 45 ms among 300,000 entries instead of 1 ms.
_OUTGREW_STATISTICS = text(
    "SELECT pg_relation_size(oid) > (2 * greatest(relpages, 10)) * current_setting('block_size')::bigint "
    "FROM pg_class WHERE oid = 'entries'::regclass"
)

_RACE = ("40001", "40P01")
_RACE_LOST = "undone for the sake of another process's change; try again"
_NO_ROOM = "the server is out of disk, memory or connections; make room, then try again"
_NOT_SET_UP = "not set up by this version of Clew; start it again to migrate"
_SIGN_IN = "the server does not accept the user or the password of the database setting"
_MISSING = "the server has no such database; let its administrator create it"
_AWAY = (
    "the server is not reachable, or went away; see that it runs, then try again. "
    "If it went away during a commit, the change may or may not be stored"
)
# By SQLSTATE, or by its class, the first two characters. Source: PostgreSQL manual, Appendix A.
_MEANING = {
    **dict.fromkeys(_RACE, _RACE_LOST),
    "53": _NO_ROOM,
    "42P01": _NOT_SET_UP,
    "42703": _NOT_SET_UP,
    "28": _SIGN_IN,
    "3D": _MISSING,
    "08": _AWAY,
    "57": _AWAY,
}
# A connection that fails bears no SQLSTATE, only libpq's words.
_WORDS = {"authentication failed": _SIGN_IN, "no password supplied": _SIGN_IN, "does not exist": _MISSING}


class PostgresDatabase(Database):
    """One PostgreSQL database."""

    def __init__(self, url: URL) -> None:
        # The user, the password and the options of the URL stand in no message.
        self.place = f"postgresql://{url.host or url.query.get('host', '')}/{url.database or ''}"
        try:
            # A snapshot for each read; SQL writes of any kind fail in it.
            self.reading = _engine(url.set(drivername=_DRIVER), size=8, more=24, isolation="REPEATABLE READ")
            self.reading = self.reading.execution_options(postgresql_readonly=True)
            self.writing = _engine(url.set(drivername=_DRIVER), size=1, more=0, isolation="READ COMMITTED")
            event.listen(self.writing, "connect", _commit_durably)
        except ModuleNotFoundError as error:
            raise MissingPartError(
                "a PostgreSQL database needs the library psycopg: install clew with the extra 'postgres'"
            ) from error

    def create(self) -> None:
        """The server's administrator makes the database; that it answers is seen at the first statement."""

    def lock_schema(self, connection: Connection) -> None:
        """An advisory lock until the transaction ends."""
        self._lock(connection, _SCHEMA_LOCK)

    def lock_lists(self, connection: Connection) -> None:
        """An advisory lock until the transaction ends.

        The invariant: who has seen change sequence n never later sees a new row with a sequence at or below n. It holds
        because a sequence is taken only under this lock, and the lock is let go only after the commit is visible. The
        lock also comes before any row lock of a list change, so that two processes cannot wait for one another.
        """
        self._lock(connection, _LISTS_LOCK)

    @staticmethod
    def insert(table: Table) -> postgresql.Insert:
        """An INSERT with PostgreSQL's ON CONFLICT."""
        return postgresql.insert(table)

    def insert_rows(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Value, ...]]
    ) -> None:
        """One statement over arrays: one journey to the server however many rows there are."""
        if rows:
            # Only names of our own tables stand in the text; the rows are parameters.
            names = ", ".join(f'"{name}"' for name in columns)
            statement = f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({self._arrays(table, columns)})"  # noqa: S608  (names of our own tables; values are parameters)
            connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True))))

    def update_rows(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[tuple[Value, ...]],
        *,
        where: ColumnElement[bool],
    ) -> int:
        """One statement over arrays."""
        if not rows:
            return 0
        names = ", ".join(f'"{name}"' for name in columns)
        changes = ", ".join(f'"{name}" = given."{name}"' for name in columns[1:])
        condition = where.compile(dialect=self.writing.dialect)
        statement = (
            f"UPDATE {table.name} SET {changes} FROM unnest({self._arrays(table, columns)}) AS given({names}) "  # noqa: S608  (names of our own tables; values are parameters)
            f'WHERE {table.name}."{columns[0]}" = given."{columns[0]}" AND {condition}'
        )
        return connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True)))).rowcount

    @contextlib.contextmanager
    def overwriting(self, connection: Connection) -> Iterator[None]:  # noqa: ARG002  (VACUUM does so later)
        """The server keeps what was replaced until it vacuums the table."""
        yield

    def insert_entries(self, connection: Connection, columns: Sequence[str], rows: Iterable[tuple[Value, ...]]) -> int:
        """One statement over arrays: one journey to the server however many rows there are."""
        # Only names of our own tables stand in the text; the rows are parameters.
        statement = (
            f"INSERT INTO {entries.name} ({', '.join(columns)}) SELECT * FROM unnest({self._arrays(entries, columns)}) "  # noqa: S608  (names of our own tables; values are parameters)
            f"ON CONFLICT (list_id, type, value) WHERE {STANDING.compile(dialect=self.writing.dialect)} DO NOTHING"
        )
        new = connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True)))).rowcount
        if connection.execute(_OUTGREW_STATISTICS).scalar_one():
            connection.execute(text(f"ANALYZE {entries.name}"))
        return new

    def stream_index_rows(self, connection: Connection, query: str, width_bytes: int) -> Iterator[EntryColumns]:
        """COPY in binary: every row has the same width, so a batch is one NumPy view."""
        row = np.dtype(
            [
                ("fields", ">i2"),
                ("value_bytes", ">i4"),
                ("value", "u1", (width_bytes,)),
                ("id_bytes", ">i4"),
                ("id", ">i8"),
                ("list_bytes", ">i4"),
                ("list", ">i4"),
            ]
        )
        driver = connection.connection.driver_connection
        if driver is None:
            raise AssertionError("a connection in use has a driver's connection")
        with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
            for block in _blocks(copy, row.itemsize * _BATCH_ROWS):
                rows = np.frombuffer(block, row, count=len(block) // row.itemsize)
                if len(block) % row.itemsize or not (
                    (rows["fields"] == 3).all() and (rows["value_bytes"] == width_bytes).all()  # noqa: PLR2004  (the columns of a row)
                ):
                    raise DamagedError(
                        f"{self.place} holds a hash that is not {width_bytes} bytes long; "
                        "restore the database from a backup"
                    )
                yield EntryColumns(
                    values=np.ascontiguousarray(rows["value"]),
                    entry_ids=rows["id"].astype(np.int64),
                    lists=rows["list"].astype(np.uint32),
                )

    def stream_rows(self, connection: Connection, query: str, at_once: int) -> Iterator[Sequence[tuple[Any, ...]]]:
        """By a cursor that the server keeps; values come in binary, which is less to read."""
        driver = connection.connection.driver_connection
        if driver is None:
            raise AssertionError("a connection in use has a driver's connection")
        with driver.cursor(name="clew_stream", binary=True) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(at_once):
                yield rows

    def holds_transaction(self, connection: Connection) -> bool:
        """The server answers every statement after an error with an error, so nothing can slip out."""
        return not connection.invalidated

    def demand_in_place(self, *, committed: bool = False) -> None:
        """The server answers for its files."""

    def check(self, connection: Connection, *, whole: bool) -> None:  # noqa: ARG002  (the server checks its own pages)
        """The server answers."""
        connection.execute(text("SELECT 1"))

    def explain_failure(self, error: BaseException) -> ClewError | None:
        """What PostgreSQL's SQLSTATE means."""
        cause = driver_error(error)
        if not isinstance(cause, self.writing.dialect.loaded_dbapi.Error):
            return None
        state = getattr(cause, "sqlstate", None)
        if state is None:
            said = [meaning for words, meaning in _WORDS.items() if words in str(cause)]
            return UnavailableError(f"{self.place}: {(said or [_AWAY])[0]}")
        meaning = _MEANING.get(state, _MEANING.get(state[:2]))
        return None if meaning is None else UnavailableError(f"{self.place}: {meaning}")

    def lost_a_race(self, error: BaseException) -> bool:
        """A deadlock or a failed serialisation."""
        return getattr(driver_error(error), "sqlstate", None) in _RACE

    def _arrays(self, table: Table, columns: Sequence[str]) -> str:
        """A parameter for each column, as an array of the column's type."""
        types = [table.c[name].type.compile(dialect=self.writing.dialect) for name in columns]
        types = [kind.partition(" COLLATE ")[0] for kind in types]  # a cast names a type; the column has its collation
        return ", ".join(f"%s::{kind}[]" for kind in types)

    @staticmethod
    def _lock(connection: Connection, number: int) -> None:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:space, :number)"), {"space": _LOCK_SPACE, "number": number}
        )


def _engine(url: URL, *, size: int, more: int, isolation: str) -> Engine:
    return create_engine(
        url,
        # A message must never bear a statement's values: they are hashes and names.
        hide_parameters=True,
        isolation_level=isolation,
        pool_size=size,
        max_overflow=more,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_S, "application_name": "clew"},
    )


def _commit_durably(connection: DBAPIConnection, _record: object) -> None:
    """Acknowledged means durable, also on a server that was set to acknowledge before it has written."""
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    connection.commit()


def _blocks(copy: Iterator[bytes], block_bytes: int) -> Iterator[bytes]:
    """The rows of a binary COPY, without header and trailer, in blocks of `block_bytes` and a last shorter one."""
    held = bytearray()
    started = False
    for piece in copy:
        held += piece
        if not started and len(held) >= _HEADER_BYTES:
            del held[:_HEADER_BYTES]
            started = True
        while started and len(held) >= block_bytes + len(_TRAILER):
            yield bytes(held[:block_bytes])
            del held[:block_bytes]
    if held[: -len(_TRAILER)]:
        yield bytes(held[: -len(_TRAILER)])
