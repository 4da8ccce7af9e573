"""Reports as they were taken in: senders, what came, what it mentions, what was asked."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class IntakeReading(Session, Reader, ABC):
    """Reading them."""


class IntakeWriting(IntakeReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
