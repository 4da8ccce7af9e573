"""Lists of known hashes: where they come from, on what ground they may be used, and what members say of each entry."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from clew.records.identifiers import EntryId, ListId, ListName, SignalType, SourceName


class ServiceKind(enum.StrEnum):
    """What kind of body keeps the list; the legal ground to use it depends on this."""

    CLEARINGHOUSE = "clearinghouse"  # NCMEC, a national centre
    HOTLINE = "hotline"  # an INHOPE member
    POLICE = "police"
    INDUSTRY = "industry"  # shared between platforms
    OWN = "own"  # confirmed by this installation's own people
    RESEARCH = "research"


class Right(enum.StrEnum):
    """What may be done with a source's entries beyond matching; none is granted unless it is recorded."""

    EXPORT = "export"  # written to a file that leaves the installation
    SHARE = "share"  # published to other members


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """The ground on which something is done: a text with its date and, where it ends, its end.

    Attributes:
        text: the statute, contract or consent, in the words of the person who recorded it.
        since: from when it holds.
        until: when it ends; None is "no end recorded".
    """

    text: str
    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who gave the entries, and what may be done with them."""

    name: SourceName
    kind: ServiceKind
    jurisdiction: str  # ISO 3166-1 alpha-2, or "INT"
    legal_basis: LegalBasis
    rights: frozenset[Right] = frozenset()


class Action(enum.StrEnum):
    """What the platform is told to do with one upload; ordered from least to most."""

    PASS = "pass"  # noqa: S105  (an action, not a password)
    REVIEW = "review"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class HashList:
    """One list: entries are matched, counted, expired and exported by it.

    Attributes:
        vetted: a person at the source has confirmed each entry (an entry may still say otherwise of itself).
        exact_action: what an exact match on a vetted entry leads to; everything weaker leads to review at most.
        within_bits: this list's own radius for a signal type, where it differs from the type's default.
        kept_days: entries older than this since they were added expire; None is "until removed".
    """

    id: ListId
    name: ListName
    source: SourceName
    vetted: bool = False
    exact_action: Action = Action.BLOCK
    within_bits: dict[SignalType, int] = field(default_factory=dict)
    kept_days: int | None = None
    created_at: datetime


class Standing(enum.StrEnum):
    """What one member says of one entry."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One member's word on one entry."""

    member: str
    standing: Standing
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What the source calls the material; the scheme gives the code its meaning ("vics-us" 1, "industry" A1)."""

    scheme: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry as it comes in, before it has an id.

    Attributes:
        type: the signal type; `value` has that type's width.
        vetted: None takes the list's word.
        made_at: when the source says it was made.
    """

    type: SignalType
    value: bytes
    quality: int | None = None
    category: Category | None = None
    vetted: bool | None = None
    opinions: tuple[Opinion, ...] = ()
    made_at: datetime | None = None
    expires_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One known hash on one list, as the database holds it."""

    id: EntryId
    list_id: ListId
    type: SignalType
    value: bytes
    quality: int | None
    category: Category | None
    vetted: bool
    opinions: tuple[Opinion, ...]
    made_at: datetime | None
    added_at: datetime
    expires_at: datetime | None
    note: str | None

    @property
    def disputed(self) -> bool:
        """Whether any member speaks against it; a disputed entry leads to review, never to blocking."""
        return any(opinion.standing is not Standing.POSITIVE for opinion in self.opinions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """One row of a list that could not be taken, named so that it can be mended.

    Attributes:
        row: its number in the file, from 1; for JSON documents the place of the record.
        fault: what was expected and what came, without the hash itself.
    """

    row: int
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """How one list stands: what `clew lists show` tells."""

    hash_list: HashList
    source: Source
    entries: dict[SignalType, int]
    vetted_entries: int
    disputed_entries: int
    expired_entries: int
    newest_at: datetime | None
    oldest_at: datetime | None
    last_import_at: datetime | None
    last_import_faults: int
