"""A case: one subject's incident, with the contents that belong to it."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import AlertId, CaseId, ContentId, HitId, ObjectId, SubjectId, VerdictId
from clew.records.signal import Signal
from clew.records.subject import Device, IpEvent


class Origin(enum.StrEnum):
    """Why there is a case, or a content in it."""

    HIT = "hit"  # screening found it
    FLAG = "flag"  # somebody at the platform reported it
    CONTEXT = "context"  # the platform sent it along with the rest


class CaseState(enum.StrEnum):
    """Whether anything is still to be done."""

    OPEN = "open"  # hits and flags of its subject join it
    CLOSED = "closed"  # decided and, where it was reportable, reported; what comes later opens another


class ReportRoute(enum.StrEnum):
    """What a receiver can do with it."""

    REFERRAL = "referral"  # enough to act on
    INFORMATIONAL = "informational"  # no lead to a person or a child: training material, a viral copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where generated material came from, as far as the platform knows.

    Attributes:
        generated: whether it is; None is "the platform does not say".
        upload_source: "training-data" (found while preparing it), "prompt-input", "output" or "user-upload".
        prompt: what was asked of the model; covered like a message.
    """

    generated: bool | None = None
    model: str | None = None
    prompt: str | None = None
    upload_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One subject's incident.

    Attributes:
        safeguarding: its subject is on the safeguarding track.
        environment: "production" or "test", as the installation's settings said when it was opened.
        informational_because: why the route is informational; None otherwise.
    """

    id: CaseId
    subject_id: SubjectId
    state: CaseState
    origin: Origin
    opened_at: datetime
    closed_at: datetime | None = None
    safeguarding: bool = False
    environment: str = "test"
    route: ReportRoute = ReportRoute.REFERRAL
    informational_because: str | None = None


class ContentKind(enum.StrEnum):
    """What a content is."""

    FILE = "file"
    THREAD = "thread"  # messages, of which some may be context


class NotHeld(enum.StrEnum):
    """Why the vault holds no bytes of a content."""

    HASHES_ONLY = "hashes-only"  # the platform sent hashes and kept the bytes
    NO_FILE = "no-file"  # there is none: text
    VAULT_OFF = "vault-off"
    SEALING = "sealing"  # on its way; if the process ended meanwhile it becomes seal-failed
    SEAL_FAILED = "seal-failed"  # an alert stands
    DESTROYED = "destroyed"  # on lawful request


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFacts:
    """What the platform says of an upload, so that a hit becomes a job of one subject with all that belongs to it.

    Attributes:
        subject: the platform's own id of the account; None when it does not say whose upload it was.
    """

    subject: str | None = None
    file_name: str | None = None
    uploaded_at: datetime | None = None
    url: str | None = None
    publicly_available: bool | None = None
    ip_event: IpEvent | None = None
    device: Device | None = None
    provenance: Provenance | None = None


NO_FACTS = UploadFacts()


class FlagReason(enum.StrEnum):
    """What the person who flagged it said it was. It sets the lane; it proves nothing."""

    ABUSE_MATERIAL = "abuse-material"
    ENTICEMENT = "enticement"
    EXTORTION = "extortion"
    TRAFFICKING = "trafficking"
    LIVE_DANGER = "live-danger"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One upload or thread of messages of a case.

    Attributes:
        reference: the platform's own name for it.
        hit_ids: the screenings that found it.
        signals: its digests and other hashes, as uploaded.
        file_name: as the person who uploaded it called it.
        publicly_available: whether everybody could see all of it; None is "the platform does not say".
        object_id: its sealed bytes; None, and `not_held` says why.
        known: the earlier verdict that confirmed these very bytes: they are never rendered again.
        messages: how many, of a thread; they are read apart.
        flagged_as: what a flag said, if one did.
    """

    id: ContentId
    case_id: CaseId
    kind: ContentKind
    origin: Origin
    added_at: datetime
    reference: str | None = None
    hit_ids: tuple[HitId, ...] = ()
    signals: tuple[Signal, ...] = ()
    size_bytes: int | None = None
    media_type: str | None = None
    file_name: str | None = None
    uploaded_at: datetime | None = None
    url: str | None = None
    publicly_available: bool | None = None
    ip_event: IpEvent | None = None
    device: Device | None = None
    object_id: ObjectId | None = None
    not_held: NotHeld | None = None
    known: VerdictId | None = None
    provenance: Provenance | None = None
    messages: int = 0
    flagged_as: FlagReason | None = None

    @property
    def sha256(self) -> bytes | None:
        """The SHA-256 of its bytes, where it is known."""
        return next((each.value for each in self.signals if each.type == "sha256"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a thread.

    Attributes:
        place: its number in the thread, from 0.
        author: the platform's reference of the account that wrote it.
        text: covered until somebody asks; reading it is logged.
        context: true when it only stands around what was flagged.
    """

    content_id: ContentId
    place: int
    author: str | None
    at: datetime | None
    text: str
    recipient: str | None = None
    ip_event: IpEvent | None = None
    context: bool = False


class AlertKind(enum.StrEnum):
    """What stands until a person has seen to it."""

    SEAL_FAILED = "seal-failed"  # a hit whose bytes the vault does not hold
    REVERSED_AFTER_FILING = "reversed-after-filing"  # a report may have to be corrected
    PAGE_UNDELIVERED = "page-undelivered"  # nobody on call was reached


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAlert:
    """An alert of a case; it bears no content and no name.

    Attributes:
        cleared_by: the person who has seen to it; None when its cause went by itself.
        cleared_because: what they did.
    """

    id: AlertId
    case_id: CaseId
    kind: AlertKind
    at: datetime
    content_id: ContentId | None = None
    cleared_by: str | None = None
    cleared_at: datetime | None = None
    cleared_because: str | None = None
