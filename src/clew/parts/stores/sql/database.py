"""What differs between the databases behind one set of tables: opening, locking, bulk work and what an error means."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError

from clew.errors import ClewError, ConflictError, InputError, UnavailableError
from clew.parts.stores.base import EntryColumns
from clew.parts.stores.sql.values import Value

# An INSERT that knows ON CONFLICT; both dialects spell it alike.
Upsert = sqlite.Insert | postgresql.Insert


class Database(ABC):
    """One database.

    Attributes:
        place: how a message names it: the file, or the URL without user and password.
        reading: every connection is a snapshot that can change nothing.
        writing: at most one connection at a time; its transactions are durable when they have committed.
        yield_s: how long the writer lets go after a long transaction, so that other processes come in between.
    """

    place: str
    reading: Engine
    writing: Engine
    yield_s: float = 0.0

    @abstractmethod
    def create(self) -> None:
        """The database exists and can be written; nothing happens when it already does."""

    @abstractmethod
    def lock_schema(self, connection: Connection) -> None:
        """No other process migrates until this transaction ends."""

    @abstractmethod
    def lock_lists(self, connection: Connection) -> None:
        """No other process changes lists until this transaction ends, so that change sequences appear in order."""

    @staticmethod
    @abstractmethod
    def insert(table: Table) -> Upsert:
        """An INSERT into a table, with this database's ON CONFLICT."""

    @abstractmethod
    def insert_rows(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Value, ...]]
    ) -> None:
        """The rows are in the table, in their order; nothing is done when there are none. For many rows at once."""

    @abstractmethod
    def update_rows(
        self,
        connection: Connection,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[tuple[Value, ...]],
        *,
        where: ColumnElement[bool],
    ) -> int:
        """The rows whose first column is so have the other columns now, where that was true; how many were changed."""

    @abstractmethod
    def overwriting(self, connection: Connection) -> AbstractContextManager[None]:
        """What is deleted or replaced until the block ends does not stay in the file, where the database can do so."""

    @abstractmethod
    def insert_entries(self, connection: Connection, columns: Sequence[str], rows: Iterable[tuple[Value, ...]]) -> int:
        """Entries whose list, type and value stand already are passed over; how many were new."""

    @abstractmethod
    def stream_index_rows(self, connection: Connection, query: str, width_bytes: int) -> Iterator[EntryColumns]:
        """The rows (value, id, list_id) of a query without parameters, in large batches and constant memory."""

    @abstractmethod
    def stream_rows(self, connection: Connection, query: str, at_once: int) -> Iterator[Sequence[tuple[Any, ...]]]:
        """The rows of a query without parameters, in batches of so many and constant memory.

        Straight from the driver, whose errors are not translated: for many rows, of which SQLAlchemy's cost more time.
        """

    @abstractmethod
    def holds_transaction(self, connection: Connection) -> bool:
        """Whether the transaction is still open: some errors end it behind our back."""

    @abstractmethod
    def demand_in_place(self, *, committed: bool = False) -> None:
        """UnavailableError when what is written no longer goes where the next process will look for it.

        Args:
            committed: the writer has just committed, on a connection that is still open.
        """

    def rescue(self) -> None:  # noqa: B027  (most databases have nothing to do)
        """What was committed and has lost its place is brought to where it will be looked for, where that can be."""

    @abstractmethod
    def check(self, connection: Connection, *, whole: bool) -> None:
        """The database answers and is sound; DamagedError else."""

    @abstractmethod
    def explain_failure(self, error: BaseException) -> ClewError | None:
        """What an error of the driver means; None when it is a fault of ours, or no error of the driver."""

    @abstractmethod
    def lost_a_race(self, error: BaseException) -> bool:
        """Whether the transaction was undone for the sake of another one and may simply be run again."""

    def explain(self, error: BaseException) -> BaseException:
        """What an error means to a caller who knows no SQL; errors that are not the database's stay themselves."""
        if isinstance(error, sqlalchemy.exc.TimeoutError):
            return UnavailableError(f"{self.place}: all connections are in use; try again")
        if isinstance(error, IntegrityError):
            return ConflictError(f"{self.place}: another record of that name or id is stored already; read it again")
        if isinstance(error, (sqlalchemy.exc.DataError, UnicodeEncodeError, OverflowError)):
            return InputError("a text or number that the database cannot hold: a NUL, a stray surrogate, over 64 bits")
        return self.explain_failure(error) or error

    def close(self) -> None:
        """Every connection is closed."""
        self.reading.dispose()
        self.writing.dispose()


def driver_error(error: BaseException) -> BaseException | None:
    """The driver's own error, of which SQLAlchemy's is a wrapping."""
    return error.orig if isinstance(error, DBAPIError) else error
