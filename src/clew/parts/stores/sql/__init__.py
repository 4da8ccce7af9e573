"""SQLite, which needs no setting up, and PostgreSQL, for more than one machine: one set of tables and queries."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from clew.errors import InputError
from clew.parts.stores.base import Store, StorePart
from clew.parts.stores.sql.database import Database
from clew.parts.stores.sql.postgres import PostgresDatabase
from clew.parts.stores.sql.sqlite import SqliteDatabase
from clew.parts.stores.sql.store import SqlStore
from clew.redact import short_url

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


class SqlStorePart(StorePart):
    """The store in an SQL database."""

    name = "sql"

    def open(self, url: str) -> Store:
        """`sqlite:///` and a file's path, or a PostgreSQL URL; nothing is connected to or made before it is used."""
        return SqlStore(_database(url))


def _database(url: str) -> Database:
    # The path is taken as it stands: a folder's name may hold '?', '#' or '%', which a URL would read otherwise.
    if url.startswith(_SQLITE) and url != _SQLITE:
        return SqliteDatabase(Path(url.removeprefix(_SQLITE)))
    if url.startswith(_POSTGRES):
        try:
            return PostgresDatabase(make_url(url))
        except (ArgumentError, ValueError) as error:
            raise InputError(f"the database setting {short_url(url)} is no URL that PostgreSQL understands") from error
    raise InputError(
        f"the database setting must be sqlite:///PATH or postgresql://USER@HOST/NAME, got {short_url(url)}"
    )


PART = SqlStorePart()
