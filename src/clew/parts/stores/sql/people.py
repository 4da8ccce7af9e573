"""Users, how they prove who they are, and their sessions."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class PeopleReading(Session, Reader, ABC):
    """Reading them."""


class PeopleWriting(PeopleReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
