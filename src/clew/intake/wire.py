"""What passes between the pool and a worker: a greeting, then a request for each file and an answer in pieces.

A worker decodes what strangers made, so what it says is not trusted: an answer is MessagePack that is read into these
very records and nothing else, field by field with its type, and anything else than a well-formed answer counts as the
worker's crash. What it says is then weighed by `clew.intake.plausible`. No pickle: reading must never run anything.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from clew.errors import InputError
from clew.kernels.sandbox import Confinement
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason

# The largest answer: 120 frames in six forms and eight turns are half a megabyte, the most signals there can be of
# longer values four times that.
MOST_BYTES = 1 << 22
# A datagram must fit into a socket's buffer, which is 208 KiB and may not be enlarged everywhere. Source: socket(7).
PIECE_BYTES = 1 << 16
# A file of so many bytes travels in its request's datagram: a third of the price of a descriptor with pages of its own.
# Two of them fit into the buffer, so that a worker has its next file at hand.
MOST_BYTES_INSIDE = 1 << 16
_MORE, _LAST = b"+", b"."
_LEAST_PIECE_BYTES = 2
_REQUEST = struct.Struct("<Q?H?")
_WANTED = struct.Struct("<HHHHH???")
_HELLO = struct.Struct("<???")
_FRAME = struct.Struct("<?H")
_MOST_REQUEST_BYTES = 4096
MESSAGE_BYTES = _FRAME.size + _MOST_REQUEST_BYTES + MOST_BYTES_INSIDE
MOST_DETAIL_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A small picture of a file for a person's eyes, or what the file says of itself.

    Attributes:
        side_pixels: the longer side at most.
        left, top, width, height: the part, in thousandths of the whole.
        metadata: the file's own fields (EXIF) instead of pixels.
    """

    side_pixels: int
    left: int = 0
    top: int = 0
    width: int = 1000
    height: int = 1000
    blur: bool = False
    grey: bool = False
    metadata: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels that a worker made: height x width x 3 bytes, RGB. Whoever shows them encodes them anew."""

    height: int
    width: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done with the file that comes with it.

    Attributes:
        number: comes back in the answer.
        types: the signals wanted.
        dihedral: eight turned and mirrored forms of each frame instead of one.
        undecoded: the file is not decoded, for this reason: it took down the worker that tried. Digests only.
        wanted: no signals but this; `types` then names the one under which a refusal is said.
    """

    number: int
    types: tuple[SignalType, ...]
    dihedral: bool = False
    undecoded: Reason | None = None
    wanted: Wanted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Where a worker's time on one file went, in seconds of the wall clock."""

    digests_s: float = 0.0
    decode_s: float = 0.0
    hash_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker found; `picture` or `fields` when that was wanted."""

    number: int
    hashed: Hashed
    spent: Spent
    picture: Picture | None = None
    fields: tuple[tuple[str, str], ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Answer, strict=True).decode


def pack_request(request: Request) -> bytes:
    """The request as bytes."""
    reason = (request.undecoded or "").encode("ascii")
    types = ",".join(request.types).encode("ascii")
    wanted = request.wanted
    head = _REQUEST.pack(request.number, request.dihedral, len(reason), wanted is not None)
    return head + (b"" if wanted is None else _pack_wanted(wanted)) + reason + types


def unpack_request(message: bytes) -> Request:
    """The request; its sender is trusted."""
    number, dihedral, length, asks = _REQUEST.unpack_from(message)
    at = _REQUEST.size
    wanted = _unpack_wanted(message, at) if asks else None
    text = message[at + (_WANTED.size if asks else 0) :].decode("ascii")
    types = tuple(SignalType(name) for name in text[length:].split(",") if name)
    return Request(number, types, dihedral, Reason(text[:length]) if length else None, wanted)


def frame_request(request: Request, *, inside: bool) -> bytes:
    """What stands before the file's bytes where they are inside the message, and is all of it where they are not."""
    packed = pack_request(request)
    return _FRAME.pack(inside, len(packed)) + packed


def open_message(message: bytes, descriptors: Sequence[int]) -> tuple[Request, int | memoryview] | None:
    """The request, and the file's descriptor or bytes; None when a file was to come and did not."""
    inside, length = _FRAME.unpack_from(message)
    request = unpack_request(message[_FRAME.size : _FRAME.size + length])
    if inside:
        return request, memoryview(message)[_FRAME.size + length :]
    return (request, descriptors[0]) if len(descriptors) == 1 else None


def _pack_wanted(wanted: Wanted) -> bytes:
    box = (wanted.left, wanted.top, wanted.width, wanted.height)
    return _WANTED.pack(wanted.side_pixels, *box, wanted.blur, wanted.grey, wanted.metadata)


def _unpack_wanted(message: bytes, at: int) -> Wanted:
    side_pixels, left, top, width, height, blur, grey, metadata = _WANTED.unpack_from(message, at)
    return Wanted(
        side_pixels=side_pixels,
        left=left,
        top=top,
        width=width,
        height=height,
        blur=blur,
        grey=grey,
        metadata=metadata,
    )


def pack_hello(confinement: Confinement) -> bytes:
    """A worker's first word: what holds it."""
    return _HELLO.pack(confinement.calls, confinement.user, confinement.memory)


def unpack_hello(message: bytes) -> Confinement:
    """What holds the worker."""
    try:
        calls, user, memory = _HELLO.unpack(message)
    except struct.error as error:
        raise InputError("a decode worker's greeting is malformed") from error
    return Confinement(calls=calls, user=user, memory=memory)


def pack_answer(answer: Answer) -> bytes:
    """The answer as bytes, at most MOST_BYTES."""
    details = (_printable(each.detail) for each in answer.hashed.unhashable)
    shown = tuple(replace(each, detail=detail) for each, detail in zip(answer.hashed.unhashable, details, strict=True))
    return _encode(replace(answer, hashed=replace(answer.hashed, unhashable=shown)) if shown else answer)


def pieces(message: bytes) -> Iterator[bytes]:
    """The message in datagrams of at most PIECE_BYTES, each of which says whether it is the last."""
    step = PIECE_BYTES - 1
    for at in range(0, len(message), step):
        yield (_LAST if at + step >= len(message) else _MORE) + message[at : at + step]


def join_piece(held: bytearray, piece: bytes) -> bytes | None:
    """The whole message once its last piece has come; None before, and the piece is held.

    Raises:
        InputError: it is no piece, or the message becomes larger than any answer.
    """
    # An empty piece would be a way to talk for ever: no worker sends one.
    if len(piece) < _LEAST_PIECE_BYTES or piece[:1] not in {_MORE, _LAST} or len(held) + len(piece) > MOST_BYTES:
        raise InputError("a decode worker's answer is malformed")
    if piece[:1] == _LAST and not held:
        return piece[1:]
    held += memoryview(piece)[1:]
    if piece[:1] == _MORE:
        return None
    message = bytes(held)
    held.clear()
    return message


def unpack_answer(message: bytes) -> Answer:
    """The answer.

    Raises:
        InputError: it is not one, or goes on after its end.
    """
    try:
        return _decode(message)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError("a decode worker's answer is malformed") from error


def _printable(detail: str) -> str:
    """What may be shown to a person: a part that somebody added may quote the file it could not read."""
    return "".join(each if each.isprintable() else "?" for each in detail[:MOST_DETAIL_CHARACTERS])
