"""Addresses that a hotline assesses, and what was done about them."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class UrlReportReading(Session, Reader, ABC):
    """Reading them."""


class UrlReportWriting(UrlReportReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
