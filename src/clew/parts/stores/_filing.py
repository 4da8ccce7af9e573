"""The store's contract for one area.

Outgoing jobs, reports, their filings and receipts.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.records.filing import (
    Filing,
    FilingAlert,
    FilingAlertKind,
    FilingState,
    FilingStep,
    Paper,
    StoredReport,
)
from clew.records.identifiers import AlertId, CaseId, FilingId, ReportId, TaskId
from clew.records.outbox import Fence, Task, TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFilter:
    """Which filings to show, newest first; None does not filter. `before` pages by the last id seen."""

    states: tuple[FilingState, ...] | None = None
    case_id: CaseId | None = None
    environment: str | None = None
    before: FilingId | None = None
    limit: int = 50


class FilingReader(ABC):
    """Reading them."""

    # ---- the outbox

    @abstractmethod
    def get_task(self, task_id: TaskId) -> Task:
        """The task of that id; NotFoundError else."""

    @abstractmethod
    def find_task(self, key: str) -> Task | None:
        """The task of that key, whatever became of it."""

    @abstractmethod
    def tasks(self, state: TaskState, limit: int) -> list[Task]:
        """Tasks in a state, the one due first ahead."""

    @abstractmethod
    def count_tasks(self) -> dict[TaskState, int]:
        """How many tasks are in each state; those without any are left out."""

    # ---- reports and filings

    @abstractmethod
    def get_report(self, report_id: ReportId) -> StoredReport:
        """The report of that id; NotFoundError else."""

    @abstractmethod
    def reports_of(self, case_id: CaseId) -> list[StoredReport]:
        """Every report of a case, oldest first."""

    @abstractmethod
    def get_filing(self, filing_id: FilingId) -> Filing:
        """The filing of that id; NotFoundError else."""

    @abstractmethod
    def filings(self, wanted: FilingFilter) -> list[Filing]:
        """Filings that fit, newest first, at most `wanted.limit`."""

    @abstractmethod
    def count_filings(self) -> dict[FilingState, int]:
        """How many filings are in each state; those without any are left out."""

    @abstractmethod
    def steps_of(self, filing_id: FilingId) -> list[FilingStep]:
        """Every recorded step of a filing, in order."""

    @abstractmethod
    def papers_of(self, filing_id: FilingId) -> list[Paper]:
        """Every document of a filing, oldest first."""

    @abstractmethod
    def find_receipt(self, filing_id: FilingId) -> Paper | None:
        """The receipt of a filing."""

    @abstractmethod
    def filing_alerts(
        self,
        *,
        filing_id: FilingId | None = None,
        case_id: CaseId | None = None,
        before: AlertId | None = None,
        limit: int | None = None,
    ) -> list[FilingAlert]:
        """Alerts that stand, newest first; all of them, without a limit."""

    @abstractmethod
    def count_filing_alerts(self) -> int:
        """How many stand."""

    @abstractmethod
    def filing_alert_seen_at(self, filing_id: FilingId, kind: FilingAlertKind) -> datetime | None:
        """When one of that kind was last cleared."""

    @abstractmethod
    def find_filing_alert(self, alert_id: AlertId) -> FilingAlert | None:
        """The alert of that id, when it stands."""

    @abstractmethod
    def unreported_cases(
        self, limit: int, after: CaseId | None = None, *, environment: str, urgent: bool = False
    ) -> list[CaseId]:
        """Cases that may hold what is in no report, oldest first.

        They have a reportable verdict, on which a report may rest: one that is younger than every report ordered of
        them, or any while they are open.

        Args:
            after: only younger ones than this; pages through them.
            environment: only those that were opened in it: no other is ever filed there.
            urgent: only those whose job is in an urgent lane, where a first verdict is enough.
        """


class FilingWriter(ABC):
    """Changing them."""

    # ---- the outbox

    @abstractmethod
    def enqueue(
        self, *, kind: str, key: str, payload: Mapping[str, object], at: datetime, due_at: datetime | None = None
    ) -> Task:
        """The task waits; or the one that bears this key already, whatever became of it, which comes back unchanged."""

    @abstractmethod
    def take_task(
        self, kinds: Sequence[str], holder: str, at: datetime, until: datetime, latest: datetime
    ) -> Task | None:
        """The task of these kinds that is due first, held by the taker from now on, under a fresh token.

        A task is due when its time has come, or lies after `latest`: then it was set by a clock that was wrong. A
        running one is taken from its holder when its lease has run out, or lies after `latest`.
        """

    @abstractmethod
    def try_renew_task(self, fence: Fence, at: datetime, until: datetime) -> bool:
        """Whether the lease lasts until then: it was the bearer's, and had not run out by `at`."""

    @abstractmethod
    def demand_task(self, fence: Fence, at: datetime) -> None:
        """The task is the bearer's, its lease has not run out, and nobody takes it before the commit.

        Raises:
            ConflictError: somebody else has taken it, or its lease is over.
        """

    @abstractmethod
    def put_task_back(self, fence: Fence, due_at: datetime, told: str) -> bool:
        """The task waits again; False, and nothing happens, when it is not the bearer's any more."""

    @abstractmethod
    def end_task(self, fence: Fence, at: datetime, state: TaskState, told: str | None = None) -> bool:
        """The task is done or dead; False, and nothing happens, when it is not the bearer's any more."""

    @abstractmethod
    def cancel_task(self, key: str, at: datetime, told: str) -> bool:
        """The task of that key is done, whoever holds it; False when it had ended."""

    @abstractmethod
    def delete_ended_tasks(self, before: datetime, limit: int) -> int:
        """Tasks that were done before a moment are gone; how many. Dead ones stay."""

    # ---- reports and filings

    @abstractmethod
    def add_report(self, report: StoredReport) -> None:
        """The report is stored; it is never changed."""

    @abstractmethod
    def add_filing(self, filing: Filing) -> None:
        """The filing is stored.

        Raises:
            ConflictError: the case has one to that clearinghouse in that environment with the same part number.
        """

    @abstractmethod
    def change_filing(self, filing: Filing) -> Filing:
        """The filing has these particulars now; it comes back with its new version.

        Raises:
            ConflictError: it was changed since this one was read.
        """

    @abstractmethod
    def add_step(self, step: FilingStep) -> None:
        """The step is recorded behind the others."""

    @abstractmethod
    def add_paper(self, paper: Paper) -> None:
        """The document is kept."""

    @abstractmethod
    def raise_filing_alert(self, alert: FilingAlert) -> bool:
        """The alert stands; False, and the older one takes the new sentence, when one of its kind did already."""

    @abstractmethod
    def clear_filing_alerts(self, filing_id: FilingId, kinds: Sequence[FilingAlertKind], by: str, at: datetime) -> int:
        """Alerts of these kinds do not stand any more; how many did."""

    @abstractmethod
    def clear_filing_alert(self, alert_id: AlertId, by: str, at: datetime) -> bool:
        """That alert was seen to; False when it was already."""
