"""Bringing a database's schema up to this code's, once, whoever comes first."""

import functools

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from clew.errors import RefusedError, UnavailableError
from clew.parts.stores.sql.database import Database


def migrate(database: Database) -> None:
    """The database exists and its schema is the newest."""
    database.create()
    with database.reading.connect() as connection:
        if _is_current(database, connection):
            return
    with database.writing.begin() as connection:
        database.lock_schema(connection)
        # Somebody else may have migrated while this process waited for the lock.
        if not _is_current(database, connection):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def demand_current(database: Database, connection: Connection) -> None:
    """UnavailableError unless the schema is the newest."""
    if not _is_current(database, connection):
        raise UnavailableError(f"{database.place} is not set up by this version of Clew; start it again to migrate")


def _is_current(database: Database, connection: Connection) -> bool:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision == _scripts().get_current_head():
        return True
    if revision is not None and not _is_known(revision):
        raise RefusedError(
            f"{database.place} was written by a newer Clew (schema '{revision}', not known here); "
            "install that version, or restore a backup made before the upgrade"
        )
    return False


def _is_known(revision: str) -> bool:
    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "clew.parts.stores.sql:migrations")
    config.set_main_option("path_separator", "newline")
    return config


@functools.cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
