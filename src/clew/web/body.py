"""Bodies as they stream in: counted against their limits before they are kept, and kept in memory only."""

from collections.abc import Callable
from typing import Self

from starlette.types import Receive, Scope

from clew.errors import InputError, TooLargeError, UnavailableError
from clew.web.visit import header

MEGABYTE = 1_000_000


# Uploads at a time, of any size, where there are descriptors enough.
_MOST_FILES = 4_096


def most_files(descriptors: int) -> int:
    """How many uploads a process holds at a time that may open so many files.

    Each takes two descriptors: one goes to a worker, one stays until it is known whether it is a hit.
    """
    return min(_MOST_FILES, descriptors // 8)


class GoneError(Exception):
    """The client went away before its request was whole; there is nobody to answer."""


class Held:
    """How much of uploads the process holds, so that many cannot take all its memory, or all its descriptors.

    Args:
        most_files: at one time (see `most_files`).
    """

    def __init__(self, most_bytes: int, most_files: int) -> None:
        self._most_bytes = most_bytes
        self._most_files = most_files
        self.bytes = 0
        self.files = 0

    def room(self) -> "Room":
        """Room that one request fills as it reads; given back at the end of its `with`."""
        return Room(self)

    def take(self, size_bytes: int) -> None:
        """So many bytes more; UnavailableError when that is too much for now."""
        if self.bytes + size_bytes > self._most_bytes:
            raise UnavailableError(
                f"{self.bytes // MEGABYTE} MB of uploads are in work already; send this one again in a moment"
            )
        self.bytes += size_bytes

    def hold_on(self, size_bytes: int) -> None:
        """A file stays in memory beyond its request: nobody can refuse it any more, so it counts whatever the limit."""
        self.bytes += size_bytes
        self.files += 1

    def let_go(self, size_bytes: int) -> None:
        """Such a file is not held any more."""
        self.bytes -= size_bytes
        self.files -= 1

    def take_file(self) -> None:
        """One file more; UnavailableError when that is too much for now."""
        if self.files >= self._most_files:
            raise UnavailableError(f"{self.files} uploads are in work already; send this one again in a moment")
        self.files += 1


class Room:
    """What one request holds."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self.bytes = 0
        self.files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.bytes -= self.bytes
        self._held.files -= self.files

    def take(self, size_bytes: int) -> None:
        """So many bytes more are held for this request."""
        self._held.take(size_bytes)
        self.bytes += size_bytes

    def take_file(self) -> None:
        """One file more is held for this request."""
        self._held.take_file()
        self.files += 1


def declared_bytes(scope: Scope, limit_bytes: int) -> int | None:
    """What the request says itself of its size, None when nothing; what it really sends is counted all the same.

    Raises:
        TooLargeError: it says that it is larger than the limit.
    """
    text = header(scope, b"content-length")
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    if int(text[:18]) > limit_bytes:
        raise _too_large(limit_bytes)
    return int(text[:18])


async def pour_body(
    receive: Receive, room: Room, limit_bytes: int, into: Callable[[bytes], object], declared: int | None = None
) -> None:
    """The body has been given away piece by piece as it came.

    Args:
        into: takes each piece. (An asynchronous iterator would cost a small upload as much as parsing its head.)
        declared: what its size must be, for a body cut short must not be taken for the whole; None when not known.
    Raises:
        TooLargeError: it is larger than the limit.
        InputError: it has another size than was declared.
        GoneError: the client went away.
    """
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        piece: bytes = message.get("body", b"")
        size_bytes += len(piece)
        if size_bytes > limit_bytes:
            raise _too_large(limit_bytes)
        room.take(len(piece))
        if piece:
            into(piece)
        if not message.get("more_body", False):
            if declared is not None and size_bytes != declared:
                raise InputError(f"the body ended after {size_bytes} bytes of the {declared} declared; send it again")
            return


async def read_body(receive: Receive, room: Room, limit_bytes: int, declared: int | None = None) -> bytes:
    """The whole body; raises as `pour_body`."""
    pieces: list[bytes] = []
    await pour_body(receive, room, limit_bytes, pieces.append, declared)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def media_type(scope: Scope) -> tuple[str, str]:
    """The content type without its parameters, in lower case, and the parameters; empty when none is given."""
    name, _, parameters = (header(scope, b"content-type") or "").partition(";")
    return name.strip().lower(), parameters


def no_encoding(scope: Scope) -> None:
    """InputError when the body is compressed: a few bytes could be a bomb, and pictures gain nothing by it.

    Content-Encoding may be absent or `identity`, Transfer-Encoding absent or `chunked`, which the server has undone.
    """
    for name, value in scope["headers"]:
        if name == b"content-encoding" and value.strip().lower() != b"identity":
            raise InputError("send the body without Content-Encoding")
        if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise InputError(
                "send the body with a Content-Length, or with the Transfer-Encoding 'chunked' and no other"
            )


def _too_large(limit_bytes: int) -> TooLargeError:
    return TooLargeError(f"the body may be at most {limit_bytes:,} bytes; send larger work in parts")
