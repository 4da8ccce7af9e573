"""The audit log as it is sealed: pending rows, leaves, checkpoints, and the keys of commitments."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class AuditLogReading(Session, Reader, ABC):
    """Reading them."""


class AuditLogWriting(AuditLogReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
