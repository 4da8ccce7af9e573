"""The formats' contract: a report becomes bytes for a recipient, and a recipient's bytes become records.

A format knows its grammar, its words and its rules; it knows nothing of who sends the bytes, where to, or when.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from clew.records.composing import Change
from clew.records.handover import FiledReport
from clew.records.intake import Arrival, Case, CaseDigest, FileArrival, Gap, Unread
from clew.records.report import Report
from clew.records.report_file import ReportFile

Root = Literal["report", "fileDetails"]


class Rule(enum.StrEnum):
    """What a document breaks. The first group is of the parser, the second of the grammar, the rest of the service."""

    MALFORMED = "malformed"  # no XML, or none that may be read: DOCTYPE, wrong encoding, too deep, too large

    ROOT = "root"
    ORDER = "order"
    UNKNOWN = "unknown"  # an element, an attribute or text that has no place here
    MISSING = "missing"
    TOO_MANY = "too-many"
    CHOICE = "choice"
    FORM = "form"  # no number, no truth value, no date, no address, no URL
    WORD = "word"  # none of the words that the grammar knows
    LENGTH = "length"
    RANGE = "range"

    BLANK = "blank"
    OFFSET = "offset"
    FUTURE = "future"
    REPORTER_EMAIL = "reporter-email"
    SEVERAL_SUBJECTS = "several-subjects"
    INCIDENT_EMAIL = "incident-email"
    COUNTRY = "country"
    CALLING_CODE = "calling-code"
    VERIFICATION = "verification"
    AGE = "age"
    REGION = "region"
    CLOSURE = "closure"
    EXIF_VIEWED = "exif-viewed"
    SUPPLEMENTAL = "supplemental"
    BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in a document, without repeating what stands there.

    Attributes:
        path: of the element, as in "report/personOrUserReported[1]/ipCaptureEvent[2]/port".
        came: how it differs, in words that hold nothing personal: a length, a count, a name of the grammar.
        line: in the document, from 1; 0 when it has none.
    """

    path: str
    rule: Rule
    expected: str
    came: str
    line: int = 0

    @property
    def gap(self) -> Gap:
        """The same of a report that is taken in all the same."""
        return Gap(path=self.path, because=f"expected {self.expected}, came {self.came}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a clearinghouse answers to a call: both of the grammar's forms.

    Attributes:
        done: the answer to the last call of a filing, which lists the files; else the answer to any other.
        hash: the MD5 that it computed of a file's bytes, as it was written.
        file_ids: of a `done` answer only.
    """

    code: int
    description: str = ""
    report_number: int | None = None
    file_id: str | None = None
    hash: str | None = None
    done: bool = False
    file_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One line of a format's schema, as forms, guides and the completeness score read it.

    Attributes:
        path: in the facts, lists with empty brackets: "subjects[].ip_events[].port".
        element: in the grammar: "report/personOrUserReported/ipCaptureEvent/port"; attributes with "@".
        type: in words: "text", "time with offset", "country, ISO 3166-1 alpha-2", "word".
        most: how often it may stand; None is without a limit.
        since: the profile from which on it exists.
        filled_from: which knowledge of a platform fills it; None when none can.
        unfillable: then, why.
        cost: what an investigator lacks without it; empty where nothing much.
        weight: how much its absence counts in the completeness score; 0 is not at all.
        choices: every value that it takes, each with its name for people; empty where anything of its type may stand.
        hint: how a value is written, for whoever types one; empty for plain text.
    """

    path: str
    element: str
    type: str
    least: int
    most: int | None
    max_chars: int | None
    words: tuple[str, ...]
    since: str
    filled_from: str | None
    unfillable: str | None
    cost: str
    weight: int
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A report that the grammar can bear, and what had to be moved or shortened so that it can.

    Attributes:
        notes: each thing that was done; of a value that is none, what its field takes.
        emptied: the paths of the values and records that stand in words alone now.
    """

    report: Report
    notes: tuple[Change, ...]
    emptied: frozenset[str] = frozenset()


class FormatPart(ABC):
    """One form in which a report leaves.

    Attributes:
        suffix: usual for a file of it, with the dot.
    """

    name: str
    title: str
    suffix: str
    media_type: str


class HandoverFormat(FormatPart):
    """A format in which a filed report is handed over to people and their tools."""

    @abstractmethod
    def write(self, filed: FiledReport) -> bytes:
        """The report as one document, the same bytes for the same report; evidence bytes are never in it."""


class IntakeFormat(FormatPart):
    """A format in which reports come in, several in a stream."""

    @abstractmethod
    def is_like(self, head: bytes) -> bool:
        """Whether a stream that begins so is probably of this format; said of its first kilobytes."""

    @abstractmethod
    def read_reports(self, stream: BinaryIO, at: datetime) -> Iterator[Arrival | Unread]:
        """Every report of the stream in its order, one at a time in bounded memory; what cannot be read in its place.

        Args:
            stream: read once, from where it stands.
            at: now, what stands for the time of an incident that has none.
        Raises:
            InputError: nothing of the stream can be read; the message says what was expected.
        """


class CaseFileFormat(FormatPart):
    """A format of case files: one stream is one report, with more digests than memory holds."""

    @abstractmethod
    def is_like(self, head: bytes) -> bool:
        """Whether a stream that begins so is probably of this format; said of its first kilobytes."""

    @abstractmethod
    def read_case(self, stream: BinaryIO, at: datetime) -> Iterator[CaseDigest | Unread | Case]:
        """Every digest of the case in its order, what cannot be read in its place, and the case itself at last.

        The same bytes give the same digests in the same order.
        """


class PaperFormat(HandoverFormat):
    """A format for people: beside the report, the draft of a certificate that a custodian of records signs."""

    @abstractmethod
    def certificate(self, filed: FiledReport) -> bytes:
        """The certificate of records of a regularly conducted activity, to be checked, completed and signed."""


class ClearinghouseFormat(FormatPart):
    """A format that a clearinghouse takes in by machine, with its answers.

    Every method that judges takes the moment `at`: what lies after it is in the future.

    Attributes:
        profiles: the dated versions of its schema, oldest first; the last is the newest, not the default.
        default_profile: the newest that was verified.
    """

    profiles: tuple[str, ...]
    default_profile: str

    @abstractmethod
    def fields(self, profile: str) -> tuple[FieldSpec, ...]:
        """The schema, line by line, in its order."""

    @abstractmethod
    def value_of(self, path: str, text: str, profile: str, *, at: datetime) -> object:
        """What a person's text means in a field of the JSON form: "Finland" is "FI" where a country is asked for.

        Args:
            path: of a field with one value, with or without numbers.
        Raises:
            InputError: no such field, or the text is nothing that it takes; the message says what is expected.
        """

    @abstractmethod
    def fit(self, report: Report, profile: str, *, at: datetime) -> Fitted:
        """The report with each value that the grammar cannot bear in its place moved into additional information.

        A batched report has no room for more words: there such values stay, and `faults_of` names them.
        """

    @abstractmethod
    def report_xml(self, report: Report, profile: str) -> bytes:
        """The report as a document.

        Raises:
            InputError: it holds what the grammar has no place for; `fit` it first.
        """

    @abstractmethod
    def file_details_xml(self, file: ReportFile, report_number: int, file_id: str, profile: str) -> bytes:
        """What is said of one uploaded file, as a document."""

    @abstractmethod
    def read_report(self, xml: bytes, profile: str, *, tolerant: bool = False) -> Report:
        """The report that a document holds; files come apart from it.

        Args:
            xml: the document.
            profile: the version of the schema that it follows.
            tolerant: take in what can be understood and keep the rest as labelled text; else the grammar is law.
        Raises:
            InputError: it is no such document, or breaks the grammar.
        """

    @abstractmethod
    def read_file_details(self, xml: bytes, profile: str, *, tolerant: bool = False) -> tuple[ReportFile, int, str]:
        """What a document says of a file, with report number and file id."""

    @abstractmethod
    def faults_of(
        self, xml: bytes, root: Root, profile: str, *, at: datetime, batched: bool = False, tolerant: bool = False
    ) -> list[Fault]:
        """Everything that is wrong in a document; empty when a strict clearinghouse would take it.

        Args:
            xml: the document.
            root: which document it must be.
            profile: the version of the schema.
            at: now, for what must lie in the past.
            batched: the file belongs to a batched report.
            tolerant: accept what clients are known to send otherwise.
        """

    @abstractmethod
    def schema_xml(self, profile: str) -> bytes:
        """The schema as a W3C schema, made of our own table; what only a service's rules say is not in it."""

    @abstractmethod
    def schema_faults(self, xml: bytes, schema: bytes) -> list[Fault]:
        """Everything in a document that a schema of the clearinghouse's own breaks."""

    @abstractmethod
    def read_response(self, xml: bytes) -> Answer:
        """An answer of a clearinghouse; InputError when it is none."""

    @abstractmethod
    def write_response(self, answer: Answer) -> bytes:
        """An answer as the clearinghouse writes it."""

    @abstractmethod
    def read_facts(self, form: Mapping[str, object]) -> Report:
        """The facts that a JSON form holds, as a person or another programme gives it.

        Raises:
            InputError: fields that do not exist, values that are none, or what the viewing ledger alone may say.
        """

    @abstractmethod
    def write_facts(self, report: Report) -> dict[str, object]:
        """The facts as a JSON form, without what the viewing ledger says."""

    @abstractmethod
    def read_stored(self, form: Mapping[str, object]) -> Report:
        """The report that `write_stored` made the form of, with what the viewing ledger said then."""

    @abstractmethod
    def write_stored(self, report: Report) -> dict[str, object]:
        """The whole report as a JSON form, for our own store and packages."""


class CallsFormat(IntakeFormat, ClearinghouseFormat):
    """A format of a clearinghouse's interface, whose documents are taken in whatever rules they break."""

    @abstractmethod
    def read_file(self, xml: bytes, at: datetime) -> FileArrival | Unread:
        """What a document says of a file that was uploaded before it."""
