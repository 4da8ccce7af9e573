"""What passes between the pool and a worker: a greeting, then a request for each file and an answer in pieces.

A worker decodes what strangers made, so what it says is not trusted: an answer is read field by field, every length is
checked, and anything else than a well-formed answer counts as the worker's crash. Therefore neither pickle nor a
general object format.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from clew.errors import InputError
from clew.kernels.sandbox import Confinement
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason, Signal, Unhashable

# The largest answer: 120 frames in six forms and eight turns are half a megabyte, the most signals there can be of
# longer values four times that.
MOST_BYTES = 1 << 22
# A datagram must fit into a socket's buffer, which is 208 KiB and may not be enlarged everywhere. Source: socket(7).
PIECE_BYTES = 1 << 16
_MORE, _LAST = b"+", b"."
_REQUEST = struct.Struct("<Q?H")
_HELLO = struct.Struct("<???")
_ANSWER = struct.Struct("<QqfffHH")
_NO_QUALITY = -1
MOST_DETAIL_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done with the file that comes with it.

    Attributes:
        number: comes back in the answer.
        types: the signals wanted.
        dihedral: eight turned and mirrored forms of each frame instead of one.
        undecoded: the file is not decoded, for this reason: it took down the worker that tried. Digests only.
    """

    number: int
    types: tuple[SignalType, ...]
    dihedral: bool = False
    undecoded: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Where a worker's time on one file went, in seconds of the wall clock."""

    digests_s: float = 0.0
    decode_s: float = 0.0
    hash_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker found."""

    number: int
    hashed: Hashed
    spent: Spent


def pack_request(request: Request) -> bytes:
    """The request as bytes."""
    reason = (request.undecoded or "").encode("ascii")
    types = ",".join(request.types).encode("ascii")
    return _REQUEST.pack(request.number, request.dihedral, len(reason)) + reason + types


def unpack_request(message: bytes) -> Request:
    """The request; its sender is trusted."""
    number, dihedral, length = _REQUEST.unpack_from(message)
    text = message[_REQUEST.size :].decode("ascii")
    types = tuple(SignalType(name) for name in text[length:].split(",") if name)
    return Request(number, types, dihedral, Reason(text[:length]) if length else None)


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
    hashed, spent = answer.hashed, answer.spent
    times = (spent.digests_s, spent.decode_s, spent.hash_s)
    parts = [
        _ANSWER.pack(answer.number, hashed.size_bytes, *times, len(hashed.signals), len(hashed.unhashable)),
        _text(hashed.media_type),
    ]
    for signal in hashed.signals:
        quality = _NO_QUALITY if signal.quality is None else signal.quality
        parts += (_text(signal.type), _text(signal.form), struct.pack("<hH", quality, len(signal.value)), signal.value)
    for missing in hashed.unhashable:
        parts += (_text(missing.type), _text(missing.reason), _text(_printable(missing.detail)))
    return b"".join(parts)


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
    if piece[:1] not in {_MORE, _LAST} or len(held) + len(piece) > MOST_BYTES:
        raise InputError("a decode worker's answer is malformed")
    held += memoryview(piece)[1:]
    if piece[:1] == _MORE:
        return None
    message = bytes(held)
    held.clear()
    return message


def unpack_answer(message: bytes) -> Answer:
    """The answer.

    Raises:
        InputError: it is not one, or says what cannot be.
    """
    try:
        number, size, digests_s, decode_s, hash_s, signals, missing = _ANSWER.unpack_from(message)
        reader = _Reader(message, _ANSWER.size)
        media_type = reader.text() or None
        hashed = Hashed(
            size_bytes=size,
            media_type=media_type,
            signals=tuple(reader.signal() for _ in range(signals)),
            unhashable=tuple(reader.unhashable() for _ in range(missing)),
        )
    except (struct.error, ValueError) as error:
        raise InputError("a decode worker's answer is malformed") from error
    if reader.at != len(message):
        raise InputError("a decode worker's answer goes on after its end")
    return Answer(number, hashed, Spent(digests_s=digests_s, decode_s=decode_s, hash_s=hash_s))


def _printable(detail: str) -> str:
    """What may be shown to a person: a part that somebody added may quote the file it could not read."""
    return "".join(each if each.isprintable() else "?" for each in detail[:MOST_DETAIL_CHARACTERS])


def _text(text: str | None) -> bytes:
    coded = (text or "").encode("utf-8")
    return struct.pack("<H", len(coded)) + coded


class _Reader:
    """Takes one field after the other; struct.error or ValueError when the bytes do not hold it."""

    def __init__(self, message: bytes, at: int) -> None:
        self._message = message
        self.at = at

    def signal(self) -> Signal:
        kind, form = SignalType(self.text()), self.text() or None
        quality, length = struct.unpack_from("<hH", self._message, self.at)
        self.at += 4
        value = self._take(length)
        return Signal(type=kind, value=value, quality=None if quality == _NO_QUALITY else quality, form=form)

    def unhashable(self) -> Unhashable:
        return Unhashable(type=SignalType(self.text()), reason=Reason(self.text()), detail=self.text())

    def text(self) -> str:
        (length,) = struct.unpack_from("<H", self._message, self.at)
        self.at += 2
        return self._take(length).decode("utf-8")

    def _take(self, length: int) -> bytes:
        taken = self._message[self.at : self.at + length]
        if len(taken) != length:
            raise ValueError("the answer ends early")
        self.at += length
        return taken
