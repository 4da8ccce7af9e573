"""Places in the queue, bundles of copies, scores, outcomes."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class TriageReading(Session, Reader, ABC):
    """Reading them."""


class TriageWriting(TriageReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
