"""The whole reader and the whole unit of work, put together from their areas."""

from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.audit_log import AuditLogReading, AuditLogWriting
from clew.parts.stores.sql.counting import CountReading, CountWriting
from clew.parts.stores.sql.drafts import DraftReading, DraftWriting
from clew.parts.stores.sql.entries import EntryReading
from clew.parts.stores.sql.entry_changes import EntryWriting
from clew.parts.stores.sql.evidence import EvidenceReading, EvidenceWriting
from clew.parts.stores.sql.filing import FilingReading, FilingWriting
from clew.parts.stores.sql.hits import HitReading, HitWriting
from clew.parts.stores.sql.intake import IntakeReading, IntakeWriting
from clew.parts.stores.sql.linking import LinkingReading, LinkingWriting
from clew.parts.stores.sql.lists import ListReading, ListWriting
from clew.parts.stores.sql.people import PeopleReading, PeopleWriting
from clew.parts.stores.sql.permission import PermissionReading, PermissionWriting
from clew.parts.stores.sql.review import ReviewReading, ReviewWriting
from clew.parts.stores.sql.routing import RoutingReading, RoutingWriting
from clew.parts.stores.sql.runs import RunReading, RunWriting
from clew.parts.stores.sql.tallies import TallyReading
from clew.parts.stores.sql.triage import TriageReading, TriageWriting
from clew.parts.stores.sql.triage_line import LineReading, LineWriting
from clew.parts.stores.sql.triage_worked import WorkedReading, WorkedWriting
from clew.parts.stores.sql.url_reports import UrlReportReading, UrlReportWriting


class SqlReader(
    ListReading,
    TallyReading,
    EntryReading,
    HitReading,
    CountReading,
    RunReading,
    PermissionReading,
    PeopleReading,
    AuditLogReading,
    EvidenceReading,
    ReviewReading,
    FilingReading,
    DraftReading,
    IntakeReading,
    LinkingReading,
    TriageReading,
    LineReading,
    WorkedReading,
    RoutingReading,
    UrlReportReading,
    Reader,
):
    """Everything that can be read."""


class SqlUnitOfWork(
    CountWriting,
    EntryWriting,
    ListWriting,
    HitWriting,
    RunWriting,
    PermissionWriting,
    PeopleWriting,
    AuditLogWriting,
    EvidenceWriting,
    ReviewWriting,
    FilingWriting,
    DraftWriting,
    IntakeWriting,
    LinkingWriting,
    TriageWriting,
    LineWriting,
    WorkedWriting,
    RoutingWriting,
    UrlReportWriting,
    SqlReader,
    UnitOfWork,
):
    """Everything that can be read and changed, in one transaction."""
