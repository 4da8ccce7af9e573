"""The store's contract for one area.

Addresses that a hotline assesses, and what was done about them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import UrlReportId
from clew.records.url_report import UrlAction, UrlNotice, UrlReport, UrlSighting, UrlState


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlFilter:
    """Which addresses to show: what is due first ahead, then by id. None does not filter.

    Attributes:
        due_by: only those at which a person is to do something by then.
        host: that host and the names below it.
        after: pages by the last one seen.
    """

    states: tuple[UrlState, ...] | None = None
    due_by: datetime | None = None
    host: str | None = None
    after: UrlReportId | None = None
    limit: int = 50


class UrlReportReader(ABC):
    """Reading them."""

    @abstractmethod
    def get_url_report(self, url_id: UrlReportId) -> UrlReport:
        """The address of that id; NotFoundError else."""

    @abstractmethod
    def find_url_report(self, normal: str) -> UrlReport | None:
        """The one that is written so in its normal form."""

    @abstractmethod
    def url_reports(self, wanted: UrlFilter) -> list[UrlReport]:
        """Those that fit, at most `wanted.limit`."""

    @abstractmethod
    def stream_url_reports(self, since: datetime, until: datetime) -> Iterator[UrlReport]:
        """Those that were received in [since, until), by id, in constant memory."""

    @abstractmethod
    def count_url_reports(self) -> dict[UrlState, int]:
        """How many are in each state; those without any are left out."""

    @abstractmethod
    def count_urls_due(self, by: datetime) -> int:
        """At how many a person is to do something by then."""

    @abstractmethod
    def url_actions(self, url_id: UrlReportId) -> list[UrlAction]:
        """Every act, oldest first."""

    @abstractmethod
    def url_sightings(self, url_id: UrlReportId, limit: int) -> list[UrlSighting]:
        """Who reported it, newest first."""

    @abstractmethod
    def url_notices(self, url_id: UrlReportId) -> list[UrlNotice]:
        """Every notice, oldest first, those that wait to be sent too."""


class UrlReportWriter(ABC):
    """Changing them."""

    @abstractmethod
    def add_url_report(self, report: UrlReport) -> UrlReport:
        """The address is stored; it comes back with its version.

        Raises:
            ConflictError: one is written so in its normal form already.
        """

    @abstractmethod
    def change_url_report(self, report: UrlReport) -> UrlReport:
        """It has these particulars now; it comes back with its new version.

        Raises:
            ConflictError: it was changed since this one was read.
        """

    @abstractmethod
    def add_url_action(self, action: UrlAction) -> None:
        """The act is recorded behind the others."""

    @abstractmethod
    def add_url_sighting(self, sighting: UrlSighting) -> bool:
        """It is recorded that somebody reported it; False when the report that mentions it was counted before."""

    @abstractmethod
    def put_url_notice(self, notice: UrlNotice) -> None:
        """The notice is stored, or replaced by its sent self."""
