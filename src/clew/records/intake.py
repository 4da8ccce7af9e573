"""Reports as a clearinghouse takes them in: from whom, in which form, what is missing, and what was asked about it."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import IntakeNumber, ObjectId, QuestionId, SenderId
from clew.records.report import Report
from clew.records.report_file import ReportFile


class IntakeForm(enum.StrEnum):
    """In which form a report came. The values are stored."""

    CYBERTIPLINE = "cybertipline"  # documents over the CyberTipline-compatible interface
    FACTS = "facts"  # our JSON of a report, a line each
    IDS_JSON = "ids-json"  # what police receive from national centres
    VICS = "vics"  # a case file of media rows
    BY_HAND = "by-hand"
    PUBLIC = "public"  # the public form


class SenderKind(enum.StrEnum):
    """Who sends. The values are stored."""

    PLATFORM = "platform"
    HOTLINE = "hotline"
    POLICE = "police"
    PUBLIC = "public"  # everybody who uses the public form
    DESK = "desk"  # a person of this installation, by hand


class SenderRight(enum.StrEnum):
    """What a sender's credential may be good for. The values are stored."""

    SUBMIT = "submit"  # open a report
    UPDATE = "update"  # add files and what is said of them
    ACT = "act"  # finish and retract


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSender:
    """Who sends reports.

    Attributes:
        user: by which the sender signs in; None for one that cannot.
        secret_digest: SHA-256 of the credential, which Clew made and keeps no copy of.
        reports_a_day: at most so many on one UTC day; None is without a limit. What comes over it is refused with the
            interface's own word for "later", and counted.
        blocked_at: from then on nothing more is taken from it.
    """

    id: SenderId
    name: str
    kind: SenderKind
    created_at: datetime
    created_by: str
    user: str | None = None
    secret_digest: bytes | None = None
    rights: frozenset[SenderRight] = frozenset(SenderRight)
    reports_a_day: int | None = None
    contact_email: str | None = None
    blocked_at: datetime | None = None


class IntakeState(enum.StrEnum):
    """Where a report stands on its way in. The values are stored."""

    OPEN = "open"  # its sender has not finished it
    TAKEN_IN = "taken-in"
    RETRACTED = "retracted"  # its sender took it back before it was finished
    EXPIRED = "expired"  # its sender never finished it; what came is kept as incomplete


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a report lacks or gets wrong, named; it is taken in all the same.

    Attributes:
        path: of the field, as in "subjects[0].ip_events[0].port".
        because: what is wrong, in words that repeat nothing of what stands there.
        cost: what an investigator lacks without it; empty where nothing much.
    """

    path: str
    because: str
    cost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One report as a form held it, before it is taken in.

    Attributes:
        report: its facts; what could not be read of them is a gap.
        digest: SHA-256 of the bytes as they came.
        reference: by which the sender knows it; "" when it has none.
        untimed: the form says no time of the incident that can be one; the report's own is then a stand-in.
        language: of the incident or its subject, when stated beside the facts.
    """

    report: Report
    digest: bytes
    reference: str = ""
    gaps: tuple[Gap, ...] = ()
    untimed: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """That a part of a stream could not be read.

    Attributes:
        place: of the line or record, from 1.
        because: what was expected, what came and what to do, in words that repeat nothing of it.
    """

    place: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArrival:
    """What a sender says of a file that it gave for a report.

    Attributes:
        file: its key is the id by which the sender knows it.
    """

    number: IntakeNumber
    file: ReportFile
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDigest:
    """One digest of one file of a case, as it is written there.

    Attributes:
        path: as in "Media[12].MD5".
        type: as it is called there: "MD5", "SHA1", "PDQ".
    """

    path: str
    type: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case file as a whole: its facts with its first files, how many it tells of, and what of it was not read."""

    report: Report
    reference: str
    file_count: int
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeReport:
    """One report as it was taken in; what it states does not change afterwards.

    Attributes:
        number: by which everybody knows it, the sender too; rises in the order of arrival.
        reference: by which the sender knows it; "" when it has none.
        digest: SHA-256 of what came; the same bytes from the same sender are the same report.
        document: the facts as compact JSON, as `ClearinghouseFormat.write_stored` makes it.
        incident_at: when it happened, as the report says; None when it does not, or says a moment yet to come.
        country, language: of the incident or its subject, as stated; None when not.
        file_count: how many files it tells of.
    """

    number: IntakeNumber
    sender_id: SenderId
    form: IntakeForm
    state: IntakeState
    reference: str
    digest: bytes
    received_at: datetime
    document: str
    incident_type: str | None = None
    incident_at: datetime | None = None
    ended_at: datetime | None = None
    country: str | None = None
    language: str | None = None
    file_count: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFile:
    """Bytes that a sender gave for its report, sealed in the vault.

    Attributes:
        id: by which the sender knows it: 32 hexadecimal digits that nobody can guess.
        sha256, md5: of the bytes as they came.
        described_at: when its sender said what is to be said of it; None as long as it has not.
    """

    id: str
    number: IntakeNumber
    sha256: bytes
    md5: bytes
    size_bytes: int
    object_id: ObjectId
    uploaded_at: datetime
    described_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a sender is asked about data that it already holds; never to search for more.

    Attributes:
        path: of the gap.
        text: as the sender reads it.
        answered_at: None while it is open.
    """

    id: QuestionId
    number: IntakeNumber
    sender_id: SenderId
    path: str
    text: str
    asked_at: datetime
    asked_by: str
    answered_at: datetime | None = None
    answer: str | None = None
