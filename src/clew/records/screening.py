"""What a folder run and the day's counts remember, so that work resumes and every screening is counted."""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from clew.records.hashlist import Action, LegalBasis
from clew.records.identifiers import ChangeSequence, HitId, RunId, SignalType
from clew.records.match import Channel
from clew.records.signal import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CountKey:
    """One line of the day's counts.

    A screening is counted once by its action (type and reason None); each missing signal adds one line more, by
    type and reason (action None), so that the two never add up into each other.
    """

    day: date  # UTC
    channel: Channel
    action: Action | None = None
    type: SignalType | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """That one file of a run is done: it is not hashed again while its size and times are the same.

    Attributes:
        path: the path's bytes as the system gives them; not every name is UTF-8.
        modified_ns, changed_ns: the file's mtime and ctime.
    """

    path: bytes
    size_bytes: int
    modified_ns: int
    changed_ns: int
    action: Action
    unhashable: tuple[tuple[SignalType, Reason], ...] = ()
    hit_id: HitId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One screening of folders; found again by its key, so that the same command resumes it.

    Attributes:
        key: digest of what was asked for: absolute roots, names of lists, types.
        against: digest of the lists that it was begun with, each with its radii.
        sequence: the last list change that it was begun with.
        finished_at: None while it may be resumed.
        unhashable: files without a signal that was to be expected; that a text is no picture is in order.
        unread: what could not be read at all, or is no file; known at the end.
    """

    id: RunId
    key: str
    against: str
    sequence: ChangeSequence
    roots: tuple[bytes, ...]
    started_at: datetime
    finished_at: datetime | None
    files: int = 0
    hits: int = 0
    unhashable: int = 0
    unread: int = 0


class Purpose(enum.StrEnum):
    """What is off until somebody records the ground on which it may be done."""

    PRIVATE_MESSAGES = "private-messages"
    KEPT_SIGNALS = "kept-signals"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeBasis:
    """The recorded ground of one purpose, by whom."""

    purpose: Purpose
    basis: LegalBasis
    recorded_by: str
    recorded_at: datetime


class Scope(enum.StrEnum):
    """What an API key may do; a key holds the scopes that it was made with and no other."""

    SCREEN = "screen"  # POST /screen
    LISTS_READ = "lists:read"
    LISTS_WRITE = "lists:write"
    HITS_READ = "hits:read"
    MEASURE_READ = "measure:read"
    CASES_WRITE = "cases:write"  # flags, subjects, messages: what a case is made of
    REPORTS_READ = "reports:read"  # how filings stand, with their receipts
    REPORTS_FILE = "reports:file"  # file what a person has saved, and take it back
    URLS_READ = "urls:read"  # addresses of the hotline, and where the work on each stands
    URLS_WRITE = "urls:write"  # report addresses
    INTAKE_READ = "intake:read"  # reports that were taken in, with their contents, and their senders
    INTAKE_WRITE = "intake:write"  # give reports in, for any sender
    QUEUE_READ = "queue:read"  # places of the queue and why they stand there, without names and words
    QUEUE_WORK = "queue:work"  # take, decide, take back, say what became of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of the HTTP interface, without its secret: only the secret's SHA-256 is stored.

    Attributes:
        id: the public part, shown in lists and logs.
        per_minute: contents or calls a minute, 0 is without a limit.
    """

    id: str
    label: str
    digest: bytes
    scopes: frozenset[Scope]
    per_minute: int
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
