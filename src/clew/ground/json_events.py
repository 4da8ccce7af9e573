"""Large JSON as a stream of events: how far memory may go, and the few steps by which a document is walked.

An endless record, an endless number and UTF-16 are refused; what is no JSON raises one of `BROKEN`.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import ijson

from clew.errors import InputError
from clew.ground.text import refuse_utf16

_BUFFER_BYTES = 65_536
# From one record to the next. Records bear exif tables and file lists, so they can be large; an endless one is stopped.
MOST_RECORD_BYTES = 64 * 1024 * 1024
# What Python makes an int of unless it is told otherwise. Source: sys.int_info.default_max_str_digits.
_MAX_DIGITS = min(4_300, sys.get_int_max_str_digits() or 4_300)
_DIGITS = b"0123456789"
# Only a run's first digit begins a search: else a long run would be read again from each of its digits.
_LONG_RUN = re.compile(rb"(?<![0-9])[0-9]{%d}" % (_MAX_DIGITS + 1))

# Records of case files have three levels.
_DEEPEST = 16
OPENING, CLOSING = ("start_map", "start_array"), ("end_map", "end_array")
Events = Iterator[tuple[str, Any]]
# What is raised on a document that is none: the parser's own errors, and those of the numbers in it.
BROKEN = (ijson.JSONError, ValueError, ArithmeticError)


def parse(source: "CountedStream") -> Events:
    """The events of a document, in its order."""
    events: Events = ijson.basic_parse(source, buf_size=_BUFFER_BYTES)
    return events


class CountedStream:
    """A stream without byte order mark, that counts, and refuses to go on when no record or no number ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.read_bytes = 0
        self._record_from = 0
        self._digits = 0  # at the end of what was read
        self._too_long = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes; InputError beyond the bound of one record."""
        if self.read_bytes - self._record_from > MOST_RECORD_BYTES:
            raise InputError(f"a record is larger than {MOST_RECORD_BYTES:,} bytes")
        if self._too_long:
            raise InputError(f"a number has more than {_MAX_DIGITS:,} digits")
        piece = self._stream.read(size)
        if self.read_bytes == 0:
            refuse_utf16(piece)
        piece = self._before_long_number(piece)
        first = self.read_bytes == 0
        self.read_bytes += len(piece)
        return piece.removeprefix(b"\xef\xbb\xbf") if first else piece

    def _before_long_number(self, piece: bytes) -> bytes:
        """The piece up to a run of digits that Python makes no number of: the parser in C would fall over it."""
        leading = len(piece) - len(piece.lstrip(_DIGITS))
        if self._digits + leading > _MAX_DIGITS:
            self._too_long = True
            return piece[:1]  # one more digit harms nothing, and an empty piece would be the end of the file
        found = _LONG_RUN.search(piece)
        if found:
            self._too_long = True
            return piece[: found.start() + 1]
        trailing = len(piece) - len(piece.rstrip(_DIGITS))
        self._digits = trailing if trailing < len(piece) else self._digits + len(piece)
        return piece

    def record_ended(self) -> None:
        """The bound counts from here."""
        self._record_from = self.read_bytes


def members(events: Events) -> Iterator[tuple[str, str, Any]]:
    """Key, first event and its value of each member of the object under way; the caller reads past what it opens."""
    while (head := next(events))[0] == "map_key":
        event, value = next(events)
        yield head[1], event, value


def array(events: Events) -> Iterator[str]:
    """The first event of each element of the array under way; the caller reads past what it opens."""
    while (event := next(events)[0]) != "end_array":
        yield event


def skip(event: str, events: Events) -> None:
    """Whatever the event began is read past."""
    depth = 1 if event in OPENING else 0
    while depth:
        event = next(events)[0]
        if event in OPENING:
            depth += 1
        elif event in CLOSING:
            depth -= 1


def whole(event: str, value: Any, events: Events, *, within: int = _DEEPEST) -> Any:
    """What the event began, as JSON has it; None in the place of what lies deeper than records do.

    Its size is bounded by that of a record.
    """
    if event not in OPENING:
        return value
    if not within:
        skip(event, events)
        return None
    if event == "start_map":
        return {key: whole(first, held, events, within=within - 1) for key, first, held in members(events)}
    found = []
    while (head := next(events))[0] != "end_array":
        found.append(whole(*head, events, within=within - 1))
    return found
