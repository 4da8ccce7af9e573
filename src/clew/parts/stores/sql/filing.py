"""Outgoing jobs, reports, their filings and receipts."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class FilingReading(Session, Reader, ABC):
    """Reading them."""


class FilingWriting(FilingReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
