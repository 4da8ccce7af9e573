"""What matching finds: neighbours of a signal on lists, the hit that they make, and the action that follows."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.hashlist import Action, Category
from clew.records.identifiers import EntryId, HitId, ListId, ListName, RunId, SourceName
from clew.records.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """Which state of the index answered: the segments' generation and the last change sequence that was followed."""

    generation: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One entry near enough to one signal, with all that a person needs to weigh it.

    Attributes:
        signal: the query.
        value: the entry's hash; shown short outside the API.
        distance: differing bits; 0 is exact.
        within_bits: the radius that was asked of this list.
        exact: equal cryptographic digests, so the same bytes; a perceptual hash at distance 0 is not exact.
        action: what it alone led to, by its list's rule at that moment; None where a hit of old does not tell.
    """

    signal: Signal
    entry_id: EntryId
    value: bytes
    distance: int
    within_bits: int
    exact: bool
    list_id: ListId
    list_name: ListName
    source: SourceName
    category: Category | None
    vetted: bool
    disputed: bool
    action: Action | None = None


class Channel(enum.StrEnum):
    """Through which door, and from what kind of content, a screening came."""

    UPLOAD = "upload"  # public or semi-public content
    PRIVATE_MESSAGE = "private-message"  # needs a legal basis of its own
    HASHES = "hashes"  # the platform sent hashes and kept the bytes
    FOLDER = "folder"  # clew screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The answer to one screened file or set of hashes.

    Attributes:
        matches: nearest first; at most the limit, while `total_matches` counts them all.
        flooded: true when matches were cut off at the limit.
        hit_id: set when there is at least one match; the hit is durable before the answer leaves.
    """

    action: Action
    matches: tuple[Match, ...]
    total_matches: int
    flooded: bool
    index: IndexState
    hit_id: HitId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A durable finding: one file, or one set of hashes, that matched at least one entry.

    Attributes:
        reference: the platform's own name for the content (an upload id, a path); it may point at a person, so it is
            shown to signed-in people only.
        run_id: the folder run that found it, if one did.
    """

    id: HitId
    at: datetime
    channel: Channel
    reference: str | None
    action: Action
    size_bytes: int | None
    media_type: str | None
    matches: tuple[Match, ...]
    total_matches: int
    index: IndexState
    run_id: RunId | None = None
