"""The store's contract for one area.

Drafts of reports: what a person has added to the facts of a case before it is filed.
"""

from abc import ABC, abstractmethod

from clew.records.draft import ReportDraft
from clew.records.identifiers import CaseId


class DraftReader(ABC):
    """Reading them."""

    @abstractmethod
    def find_draft(self, case_id: CaseId) -> ReportDraft | None:
        """The draft of a case, if somebody has saved one."""


class DraftWriter(ABC):
    """Changing them."""

    @abstractmethod
    def put_draft(self, draft: ReportDraft) -> ReportDraft:
        """The draft is saved, with its new version.

        Raises:
            ConflictError: somebody else has saved one since this one was read.
        """

    @abstractmethod
    def delete_draft(self, case_id: CaseId) -> bool:
        """The draft is gone; False when there was none."""
