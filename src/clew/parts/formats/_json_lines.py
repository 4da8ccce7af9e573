"""JSON objects one a line, or one document of few: read one at a time, each line bounded, each with its own bytes."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from clew.ground.text import refuse_utf16
from clew.records.intake import Gap, Unread

# One report with whole chat logs; a longer line is passed over, however long it is.
MOST_RECORD_BYTES = 10_000_000
_PIECE = 1 << 20
_BOM = b"\xef\xbb\xbf"
_SALVAGED = Gap(path="", because="bytes that are no UTF-8 or no JSON text were replaced by a mark")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonRecord:
    """One JSON value of a stream.

    Attributes:
        place: of its line, or of it within the document's list, from 1.
        digest: SHA-256 of its bytes without space around them.
    """

    place: int
    value: object
    digest: bytes
    gaps: tuple[Gap, ...] = ()


def json_records(stream: BinaryIO) -> Iterator[JsonRecord | Unread]:
    """Every value of the stream: of a document of one value that one, of a list its elements, else one a line.

    Memory is bounded by the largest record that may be.

    Raises:
        InputError: the stream is of an encoding that is not read.
    """
    head = _head(stream)
    refuse_utf16(head)
    head = head.removeprefix(_BOM)
    if len(head) < MOST_RECORD_BYTES:
        whole = _decoded(head.strip()) if head.strip() else None
        if isinstance(whole, tuple):
            yield from _of_document(head.strip(), *whole)
            return
    yield from _by_line(head, stream)


def _head(stream: BinaryIO) -> bytes:
    pieces, size = [], 0
    while size < MOST_RECORD_BYTES and (piece := stream.read(min(_PIECE, MOST_RECORD_BYTES - size))):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _of_document(text: bytes, value: object, gaps: tuple[Gap, ...]) -> Iterator[JsonRecord | Unread]:
    if not isinstance(value, list):
        yield JsonRecord(place=1, value=value, digest=hashlib.sha256(text).digest(), gaps=gaps)
        return
    for place, each in enumerate(value, start=1):
        # The bytes of one element are not known; the same element is always written the same way.
        written = json.dumps(each, ensure_ascii=True, separators=(",", ":")).encode()
        yield JsonRecord(place=place, value=each, digest=hashlib.sha256(written).digest(), gaps=gaps)


def _by_line(head: bytes, stream: BinaryIO) -> Iterator[JsonRecord | Unread]:
    for place, line in enumerate(_lines(head, stream), start=1):
        if line is None:
            because = (
                f"line {place}: longer than {MOST_RECORD_BYTES:,} bytes; give one report a line, "
                "and files' bytes in none of them"
            )
            yield Unread(place=place, because=because)
            continue
        text = line.strip()
        if not text:
            continue
        found = _decoded(text)
        if isinstance(found, str):
            yield Unread(place=place, because=f"line {place}: expected one JSON object a line, came {found}")
        else:
            value, gaps = found
            yield JsonRecord(place=place, value=value, digest=hashlib.sha256(text).digest(), gaps=gaps)


def _lines(head: bytes, stream: BinaryIO) -> Iterator[bytes | None]:
    """Each line, the last one too when nothing ends it; None for one that is too long, whose rest is passed over."""
    buffered = io.BufferedReader(_Chained(head, stream), buffer_size=_PIECE)
    while line := buffered.readline(MOST_RECORD_BYTES + 1):
        if len(line) <= MOST_RECORD_BYTES or line.endswith(b"\n"):
            yield line
            continue
        while (piece := buffered.readline(_PIECE)) and not piece.endswith(b"\n"):
            pass
        yield None


class _Chained(io.RawIOBase):
    """What was read of a stream already, then the rest of it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = memoryview(head)
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """As RawIOBase has it."""
        piece: bytes | memoryview = self._head[: len(buffer)]
        if piece:
            self._head = self._head[len(piece) :]
        else:
            piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _decoded(text: bytes) -> tuple[object, tuple[Gap, ...]] | str:
    """The value and its gaps; or, in words, what came instead of one."""
    try:
        return msgspec.json.decode(text), ()
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    except RecursionError:
        return "one that is nested too deep"
    try:
        # Halves of surrogate pairs, control characters in texts, NaN and bytes of other encodings: met, and readable.
        value = json.loads(text.decode("utf-8", "replace"), strict=False)
        json.dumps(value)
    except RecursionError:
        return "one that is nested too deep"
    except ValueError:
        return "something else or a part of one"
    return value, (_SALVAGED,)
