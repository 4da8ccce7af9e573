"""Subjects, review jobs, verdicts, and the ledger of what was viewed: three areas put together."""

from abc import ABC

from clew.parts.stores.sql.cases import CaseReading, CaseWriting
from clew.parts.stores.sql.review_jobs import JobReading, JobWriting
from clew.parts.stores.sql.viewing import ViewReading, ViewWriting


class ReviewReading(CaseReading, JobReading, ViewReading, ABC):
    """Reading them."""


class ReviewWriting(CaseWriting, JobWriting, ViewWriting, ReviewReading, ABC):
    """Changing them."""
