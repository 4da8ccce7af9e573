"""A report as it was filed, with all that goes to the police beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from clew.records.identifiers import CaseId, ReportId
from clew.records.report import Report
from clew.records.report_file import ReportFile

TEST = "TEST: not a real report. It was made in the test environment, and nobody may act on it."
NOT_FILED = "NOT FILED: no clearinghouse has acknowledged this report. It is a draft."


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledFile:
    """One file of a filed report.

    Attributes:
        number: by which the clearinghouse knows it; None when it was not uploaded.
        digests: of the bytes as the user uploaded them, by name in lower case: "md5", "sha1", "sha256", "pdq".
        path: its bytes within the package; None when they are not in it.
    """

    file: ReportFile
    number: str | None = None
    size_bytes: int | None = None
    media_type: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledReport:
    """One report, where it went, and when it was received there.

    Attributes:
        number: the clearinghouse's; None before it has answered.
        received_at: when it acknowledged the report as a whole; None before.
        sender: the platform's name.
        environment: "production" or "test"; a test report says so on every page.
        made_at: when this copy was put together.
        files_it: whether this copy is itself what goes to the clearinghouse, so that it cannot be acknowledged yet.
    """

    report_id: ReportId
    case_id: CaseId | None
    report: Report
    clearinghouse: str
    number: str | None
    received_at: datetime | None
    sender: str
    environment: str
    files: tuple[FiledFile, ...]
    made_at: datetime
    files_it: bool = False

    @property
    def cautions(self) -> tuple[str, ...]:
        """What whoever receives a copy must see before anything else; every form says it in its own place."""
        return (
            *((TEST,) if self.environment != "production" else ()),
            *((NOT_FILED,) if self.received_at is None and not self.files_it else ()),
        )

    @property
    def marked_name(self) -> str:
        """The name, behind the words by which a test, and what was never filed, is known at first sight."""
        return " ".join((*(each.partition(":")[0] for each in self.cautions), self.name))

    @property
    def name(self) -> str:
        """By which it is called in titles and file names: the clearinghouse's number, else ours."""
        return self.number or str(self.report_id)
