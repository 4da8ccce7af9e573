"""What the audit log holds: who did what to which record, when, and how the log is sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import AuditKeyId

# Acts that tell what a person was shown. Who reviews sees their own; everybody else is told that somebody who reviews
# did it, and whoever seeks a person's acts finds none of these: exposure is nobody's to count but one's own.
OF_EXPOSURE = frozenset(
    {"view.open", "view.served", "view.confirm", "view.stopped", "evidence.permit", "review.hand_over"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One act, written in the transaction of the change that it records.

    Attributes:
        actor: "user:ada", "key:a1b2c3", "command:root", "system:index".
        act: noun.verb, as "list.import", "entry.remove", "key.create".
        subject: the record acted on, as "list:national-a"; all events of one subject are erased together.
        facts: counts and names that explain the act; never hashes, secrets or free text, and nothing of a person who is
            not the event's subject.
    """

    at: datetime
    actor: str
    act: str
    subject: str
    facts: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """An event as it stands in the log.

    Attributes:
        id: how the database knows the row; in no order that means anything.
        number: its leaf in the tree, from 0; None as long as it is not sealed.
        event: None once it was erased.
        key: under which its commitment was made; None as long as it is not sealed.
    """

    id: int
    number: int | None
    event: AuditEvent | None
    key: AuditKeyId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which lines of the audit log to show; None does not filter. Newest first; `before` pages by the last id seen.

    Attributes:
        subject: the whole subject, as "list:national-a".
        since, until: when the act was, in [since, until).
        without: acts that are left out.
    """

    actor: str | None = None
    act: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    without: frozenset[str] = frozenset()
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingColumns:
    """Rows that wait to be sealed, as they lie in the database, one column each, in the order of their ids.

    Attributes:
        ats_us: microseconds since 1970.
        facts: canonical JSON text.
    """

    ids: Sequence[int]
    ats_us: Sequence[int]
    actors: Sequence[str]
    acts: Sequence[str]
    subjects: Sequence[str]
    facts: Sequence[str]


@dataclass(frozen=True, slots=True)
class SealedColumns:
    """Sealed rows as they lie in the database, each with its key, in the order of their numbers.

    Attributes:
        ats_us: this column and the next four hold None where the event was erased.
        commitments: 32 bytes each.
        key_subjects, secrets: of the row's key; None where the key was erased, or is not there.
    """

    numbers: Sequence[int]
    ids: Sequence[int]
    ats_us: Sequence[int | None]
    actors: Sequence[str | None]
    acts: Sequence[str | None]
    subjects: Sequence[str | None]
    facts: Sequence[str | None]
    keys: Sequence[AuditKeyId | None]
    commitments: Sequence[bytes | None]
    key_subjects: Sequence[str | None]
    secrets: Sequence[bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditKey:
    """What the commitments of one subject's events are made with, kept apart from them.

    Attributes:
        subject, secret: None once the subject's events were erased; the secret has 32 bytes.
    """

    id: AuditKeyId
    subject: str | None
    secret: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtree:
    """The hash over 2**level leaves from place * 2**level on."""

    level: int
    place: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBatch:
    """Rows that have become leaves, and all that follows from it; written in one transaction.

    Attributes:
        first: number of the first row; the others follow in their order.
        ids, keys, commitments: of each row.
        new_keys: those that did not exist before.
        subtrees: those that these leaves have completed.
        root: of the tree of all leaves up to the last of these.
    """

    first: int
    ids: Sequence[int]
    keys: Sequence[AuditKeyId]
    commitments: Sequence[bytes]
    new_keys: Sequence[AuditKey]
    subtrees: Sequence[Subtree]
    root: bytes

    @property
    def size(self) -> int:
        """How many leaves there are now."""
        return self.first + len(self.ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The installation's word for the whole log at one size.

    Attributes:
        origin: which log.
        size: how many leaves.
        root: of their tree, 32 bytes.
        at: when it was signed.
        note: the signed text, as it is shown to others.
    """

    origin: str
    size: int
    root: bytes
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFault:
    """Something in the log that is not as it was sealed.

    Attributes:
        first, last: numbers of the leaves that it is about; None where it is about none, or about what is not known.
    """

    told: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification found.

    Attributes:
        size: leaves of the log.
        since: the first leaf that was looked at; all before it stand on the checkpoint of that size.
        erased: leaves whose events were erased.
        checkpoints: how many were verified, those of witnesses included.
        last: the newest checkpoint; None when nothing is sealed yet.
        pending: rows that are not sealed yet, which nothing protects.
        oldest_pending: when the oldest of them was written.
        faults: the first ones; `fault_count` counts all.
        seconds: how long it took.
    """

    size: int
    since: int
    erased: int
    checkpoints: int
    last: Checkpoint | None
    pending: int
    oldest_pending: datetime | None
    faults: tuple[AuditFault, ...]
    fault_count: int
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.fault_count


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That one commitment is a leaf of the tree that a checkpoint speaks for.

    Attributes:
        event: None when it was erased: the proof stays, what it was about is gone.
        secret: with which whoever has the event can make the commitment anew; None when it was erased.
        path: sibling hashes from the leaf upwards. Source: RFC 9162, section 2.1.3.
    """

    number: int
    id: int
    event: AuditEvent | None
    secret: bytes | None
    commitment: bytes
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
