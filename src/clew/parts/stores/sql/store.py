"""The store over one database: snapshots for reading, one writer, migration and health."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeVar

from clew.errors import UnavailableError
from clew.ground.clock import monotonic_s
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.parts.stores.sql.database import Database
from clew.parts.stores.sql.migrate import demand_current, migrate
from clew.parts.stores.sql.unit import SqlReader
from clew.parts.stores.sql.writer import Writer

T = TypeVar("T")


class SqlStore(Store):
    """One database, of whichever kind."""

    def __init__(self, database: Database, now_s: Callable[[], float] = monotonic_s) -> None:
        self._database = database
        self._writer = Writer(database, now_s)

    def migrate(self) -> None:
        """By Alembic, under a lock."""
        with self._explaining():
            migrate(self._database)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """One read-only transaction on a connection of its own."""
        with self._explaining(), self._database.reading.begin() as connection:
            yield SqlReader(connection, self._database)

    def submit(self, work: Callable[[UnitOfWork], T]) -> Future[T]:
        """By the writer thread."""
        return self._writer.submit(work)

    def check(self, *, whole: bool = False) -> None:
        """The database is where it was, can be written, has the newest schema and finds itself sound."""
        try:
            self._database.demand_in_place()
        except UnavailableError:
            with suppress(Exception):  # what is wrong is told already
                self._database.rescue()
            raise
        self._writer.check()
        with self._explaining(), self._database.reading.begin() as connection:
            demand_current(self._database, connection)
            self._database.check(connection, whole=whole)

    def close(self) -> None:
        """The writer first: what it was given is done."""
        self._writer.close()
        self._database.close()

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Errors of the database come out as ours."""
        try:
            yield
        except Exception as error:
            explained = self._database.explain(error)
            if explained is error:
                raise
            raise explained from error
