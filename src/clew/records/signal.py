"""A signal: what a file is recognised by; or the reason why it has none."""

import enum
from dataclasses import dataclass

from clew.records.identifiers import SignalType


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One hash of one file.

    Attributes:
        value: the hash itself, most significant bit first.
        quality: 0 to 100 where the type has one (PDQ), else None.
        form: from which pixels it was made when not from the upright whole picture: "unrotated", "on-white",
            "on-black", "frame-3", "scaled-1/4", "rotated-90" and so on; several are joined by "+".
    """

    type: SignalType
    value: bytes
    quality: int | None = None
    form: str | None = None


class Reason(enum.StrEnum):
    """Why there is no signal. The word is stored and counted; `Unhashable.detail` says more for a person."""

    NOT_A_PICTURE = "not-a-picture"  # no decoder knows these bytes
    CONTAINER = "container"  # it holds other files; what is inside was not looked at
    EMPTY = "empty"  # no bytes at all
    DAMAGED = "damaged"  # a decoder knows the format and cannot read this one
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_SMALL = "too-small"  # in pixels, for this hash
    TOO_LARGE = "too-large"  # in bytes
    TOO_SLOW = "too-slow"  # the watchdog ended it
    TOO_MUCH_MEMORY = "too-much-memory"
    CRASHED = "crashed"  # the decoder took its worker down
    FLAT = "flat"  # a picture without any structure to hash
    LOW_QUALITY = "low-quality"  # a hash was made, and it is below the quality at which it may be compared
    TRUNCATED = "truncated"  # it breaks off or is damaged inside; what can be seen of it was hashed
    FRAMES_LEFT_OUT = "frames-left-out"  # some frames were hashed; their signals stand beside it
    UNREADABLE = "unreadable"  # the file could not be opened or read
    CHANGED = "changed"  # the file changed while it was read
    NOT_A_FILE = "not-a-file"  # FIFO, socket, device
    UNSUPPORTED = "unsupported"  # a known format for which no decoder is installed


# No signal of pixels was to be expected. A file that lacks one for any other reason is "not in full".
NO_PICTURE = frozenset({Reason.NOT_A_PICTURE, Reason.CONTAINER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhashable:
    """That a file has no signal of a type, and why."""

    type: SignalType
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """All that hashing found out about one file: every signal, and a reason for every one that is missing."""

    size_bytes: int
    media_type: str | None
    signals: tuple[Signal, ...] = ()
    unhashable: tuple[Unhashable, ...] = ()
