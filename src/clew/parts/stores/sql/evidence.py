"""What the vault holds and on which ground: cases, objects, holds, legal process, destruction."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class EvidenceReading(Session, Reader, ABC):
    """Reading them."""


class EvidenceWriting(EvidenceReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
