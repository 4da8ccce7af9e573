"""The whole reader and the whole unit of work, put together from their areas."""

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.counting import CountReading, CountWriting
from clew.parts.stores.sql.entries import EntryReading
from clew.parts.stores.sql.entry_changes import EntryWriting
from clew.parts.stores.sql.hits import HitReading, HitWriting
from clew.parts.stores.sql.lists import ListReading, ListWriting
from clew.parts.stores.sql.permission import PermissionReading, PermissionWriting
from clew.parts.stores.sql.runs import RunReading, RunWriting
from clew.parts.stores.sql.tallies import TallyReading


class SqlReader(
    ListReading, TallyReading, EntryReading, HitReading, CountReading, RunReading, PermissionReading, Reader
):
    """Everything that can be read."""


class SqlUnitOfWork(
    CountWriting, EntryWriting, ListWriting, HitWriting, RunWriting, PermissionWriting, SqlReader, UnitOfWork
):
    """Everything that can be read and changed, in one transaction."""
