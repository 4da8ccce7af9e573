"""Evidence edges between reports and identifiers, and the clusters that follow from them."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class LinkingReading(Session, Reader, ABC):
    """Reading them."""


class LinkingWriting(LinkingReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
