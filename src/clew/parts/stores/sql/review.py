"""Subjects, review jobs, verdicts, and the ledger of what was viewed."""

from abc import ABC

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session


class ReviewReading(Session, Reader, ABC):
    """Reading them."""


class ReviewWriting(ReviewReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""
