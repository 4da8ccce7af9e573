"""Sealed evidence: what is held of a case, under which key, on which ground, until when, and how it ends."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import CaseId, ContentId, DestructionId, HoldId, ObjectId, ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedKey:
    """A case's data key, sealed by a master key; useless to whoever has not that one.

    Attributes:
        master: which master key sealed it, by the name that its keyring gives it.
    """

    master: str
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKey:
    """The one data key of a case; without it no object of the case can be read by anybody.

    Attributes:
        reference: 16 random bytes that stand in the head of each object, by which a stray one finds its case again.
        wrapped: None once the key was destroyed.
    """

    case_id: CaseId
    reference: bytes
    wrapped: WrappedKey | None
    created_at: datetime
    destroyed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedObject:
    """Bytes that the vault holds; identical bytes of one case are one object.

    Attributes:
        size_bytes: of the bytes themselves.
        sealed_bytes: of the object as it lies in the vault.
        verified_at: when it was last read whole and found unchanged; sealing counts.
        gone_at: when the object was deleted from the vault, after its key was destroyed.
    """

    id: ObjectId
    case_id: CaseId
    size_bytes: int
    sealed_bytes: int
    media_type: str | None
    sealed_at: datetime
    sealed_by: str
    verified_at: datetime
    gone_at: datetime | None = None


class HoldKind(enum.StrEnum):
    """Why evidence is kept."""

    OPEN_CASE = "open-case"  # nobody has decided yet, or the report is not finished
    PRESERVATION = "preservation"  # the period that the law sets for a finished report, and what a person adds to it
    LEGAL = "legal"  # a court, an authority or counsel forbids destruction; beats every wish to erase


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One ground on which the evidence of a case is kept; while any stands, nothing of it is destroyed.

    Attributes:
        ground: statute, order or decision, in words; never what a picture shows, and no names.
        reference: the id of what it came from: a filing, a legal process, the hold that it prolongs; None when a
            person's word is all there is.
        until: when it ends by itself; None is "until a person releases it".
        released_at: when a person ended it before its time; such a hold does not stand any more.
        release_ground: why it may end; given by whoever asked first where two people must agree.
        release_asked_at, release_asked_by: that a person asked to end it, and another must agree; it stands so long.
    """

    id: HoldId
    case_id: CaseId
    kind: HoldKind
    ground: str
    reference: str | None
    begun_at: datetime
    until: datetime | None
    recorded_by: str
    recorded_at: datetime
    released_at: datetime | None = None
    released_by: str | None = None
    release_ground: str | None = None
    release_asked_at: datetime | None = None
    release_asked_by: str | None = None

    def stands(self, at: datetime) -> bool:
        """Whether it forbids destruction at a moment."""
        return self.released_at is None and (self.until is None or at < self.until)


class ProcessKind(enum.StrEnum):
    """What an authority asks for, and on what ground."""

    PRESERVATION_REQUEST = "preservation-request"  # keep what is there; opens nothing
    SUBPOENA = "subpoena"
    COURT_ORDER = "court-order"
    WARRANT = "warrant"
    EXIGENCY = "exigency"  # danger to life: no time for a court; somebody approves it by name
    DESTRUCTION_REQUEST = "destruction-request"  # destroy for good, in writing


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalProcess:
    """One legal request on a case, as it was recorded; never changed afterwards, only answered or voided.

    Attributes:
        reference: the authority's own number.
        authority: who asks, as an office; no names of private persons.
        issued_at: the date that the paper bears.
        due_at: by when it must be answered; a clock of the case runs until then.
        expires_at: from when it opens nothing any more; None is "no end stated".
        approved_by: who approved it here; an exigency opens nothing before that.
        void_asked_at, void_asked_by: a person asked to void it, and another must agree; it opens nothing meanwhile.
        void_ground: why: it was recorded by mistake, or quashed.
        voided_at: when it was void by the second word, and owed no answer.
    """

    id: ProcessId
    case_id: CaseId
    kind: ProcessKind
    reference: str
    authority: str
    issued_at: datetime
    received_at: datetime
    due_at: datetime | None
    expires_at: datetime | None
    recorded_by: str
    recorded_at: datetime
    approved_by: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    void_asked_at: datetime | None = None
    void_asked_by: str | None = None
    void_ground: str | None = None
    voided_at: datetime | None = None
    voided_by: str | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        if self.void_asked_at is not None:
            return False
        if self.kind is ProcessKind.EXIGENCY and self.approved_by is None:
            return False
        return self.issued_at <= at and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtIn:
    """That a person brought the bytes of a content into its case, instead of an upload that was screened.

    Attributes:
        whence: from where they came, as an office, a system or a medium; no names of private persons.
        ground: the legal ground on which they are kept.
    """

    content_id: ContentId
    case_id: CaseId
    whence: str
    ground: str
    brought_by: str
    brought_at: datetime


class DeadlineKind(enum.StrEnum):
    """Whose time runs out."""

    LEGAL_REQUEST = "legal-request"  # an authority waits for an answer
    HOLD_END = "hold-end"  # the last hold of a case ends, and a person decides what follows
    LEGAL_HOLD_END = "legal-hold-end"  # its last legal hold ends, and what stands besides is weaker than a court's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment by which a person must have acted on a case; worked out from what is recorded, never stored.

    Attributes:
        what: in words, without names: "warrant of the county court".
    """

    case_id: CaseId
    kind: DeadlineKind
    what: str
    due_at: datetime


class DestructionState(enum.StrEnum):
    """How far a destruction is; it only goes forward."""

    ASKED = "asked"  # by one person; another must approve, or the same after a delay where there is nobody else
    KEY_DESTROYED = "key-destroyed"  # nobody can read the objects any more; some may still lie in the vault
    DONE = "done"  # the certificate says what went and what a lock still keeps
    WITHDRAWN = "withdrawn"  # nothing was destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """One destruction of a case's evidence, on one recorded lawful request.

    Attributes:
        alone: the installation has no second person, who asked has confirmed it too, and the audit says so.
        done_at: when it came to its end: was done, or withdrawn.
        certificate: the signed statement, byte for byte, once it is done.
    """

    id: DestructionId
    case_id: CaseId
    process_id: ProcessId
    state: DestructionState
    asked_by: str
    asked_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    alone: bool = False
    key_destroyed_at: datetime | None = None
    done_at: datetime | None = None
    certificate: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preservation:
    """How the evidence of one case stands.

    Attributes:
        since: when the first hold began.
        holds: all of them, standing or not, the oldest first.
        key_destroyed_at: set when nobody can read it any more.
    """

    case_id: CaseId
    objects: int
    size_bytes: int
    since: datetime
    holds: tuple[Hold, ...]
    key_destroyed_at: datetime | None = None

    def standing(self, at: datetime) -> tuple[Hold, ...]:
        """The holds that forbid destruction at a moment."""
        return tuple(hold for hold in self.holds if hold.stands(at))

    def kept_until(self, at: datetime) -> datetime | None:
        """When the last standing hold ends by itself; None when one has no end, or when none stands."""
        ends = [hold.until for hold in self.standing(at)]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    def lapsed(self, at: datetime) -> bool:
        """Whether nothing keeps it any more and a person must decide; nothing is ever destroyed by itself."""
        return self.key_destroyed_at is None and not self.standing(at)
