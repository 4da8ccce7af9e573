"""Recipients with their dates of validity, and referrals."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class RoutingReading(Session, Reader, ABC):
    """Reading them."""


class RoutingWriting(RoutingReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
