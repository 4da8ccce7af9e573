"""One connection in one transaction, and the few ways in which everything here asks it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Executable, RowMapping, UpdateBase, update

from clew.parts.stores.sql.database import Database
from clew.parts.stores.sql.tables import change_counter
from clew.parts.stores.sql.values import Row

T = TypeVar("T")

# How many values one IN takes: well under every database's limit of parameters, long enough to be cheap.
_IN_VALUES = 500


class Session:
    """What reading and writing share."""

    def __init__(self, connection: Connection, database: Database) -> None:
        self._connection = connection
        self._database = database

    def _all(self, query: Executable, asked: Mapping[str, object] | None = None) -> Sequence[RowMapping]:
        """Every row of a query.

        Args:
            asked: values for its bindparams. A query that is made once and asked anew costs less than one made anew.
        """
        return self._connection.execute(query, asked).mappings().all()

    def _first(self, query: Executable, asked: Mapping[str, object] | None = None) -> RowMapping | None:
        """The first row of a query, if there is one."""
        return self._connection.execute(query, asked).mappings().first()


class ChangingSession(Session):
    """What writing adds."""

    def _change(self, statement: UpdateBase, rows: Sequence[Row] | None = None) -> int:
        """The statement is run, for each row if rows are given; how many of the table's rows it touched."""
        if rows is None:
            return self._connection.execute(statement).rowcount
        return self._connection.execute(statement, rows).rowcount if rows else 0

    def _take_sequence(self) -> int:
        """The next change sequence; a change of lists begins with it, and is alone until its commit."""
        self._database.lock_lists(self._connection)
        column = change_counter.c.sequence
        return int(
            self._connection.execute(update(change_counter).values({column: column + 1}).returning(column)).scalar_one()
        )


def portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in portions that an IN can take."""
    for start in range(0, len(values), _IN_VALUES):
        yield values[start : start + _IN_VALUES]
