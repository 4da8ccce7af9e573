"""Lines of a text file, however it was written: bounded, numbered, without byte order mark."""

from collections.abc import Iterator
from typing import BinaryIO

from clew.ground.text import refuse_utf16

# A row of all our columns with a full note is under 8 KiB; a longer line is no row of a list.
MAX_LINE_BYTES = 65_536

_UTF8_MARK = b"\xef\xbb\xbf"


def stream_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number from 1; None stands for a line longer than the bound, whose rest is read past.

    The line feed is gone; a carriage return before it stays, since inside quotes it belongs to the text.

    Raises:
        InputError: the file is UTF-16.
    """
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            refuse_utf16(line)
            line = line.removeprefix(_UTF8_MARK)
        if line.endswith(b"\n"):
            yield number, line[:-1]
        elif len(line) <= MAX_LINE_BYTES:
            yield number, line
        else:
            _pass_rest(stream)
            yield number, None


def without_mark(head: bytes) -> bytes:
    """The beginning of a file without byte order mark and white space."""
    return head.removeprefix(_UTF8_MARK).lstrip()


def _pass_rest(stream: BinaryIO) -> None:
    """The stream stands after the next line end; memory holds one piece at a time."""
    while (piece := stream.readline(MAX_LINE_BYTES)) and not piece.endswith(b"\n"):
        pass
