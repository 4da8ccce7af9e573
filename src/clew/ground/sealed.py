"""Bytes sealed with AES-256-GCM in pieces, so that a file of any size is sealed and opened in constant memory.

An object is a head and its pieces:

    8   "CLEWSEAL"
    1   version, 1
    1   log2 of the bytes in a piece, 20
    16  reference of the data key, in clear, by which a stray object finds its case
    8   size of the clear bytes, big-endian
    32  salt, random for each object
    7   first part of each nonce, random for each object
    ... pieces: the clear bytes of one piece and 16 bytes of tag; the last piece may be shorter, and empty

Each object has its own key, derived from the data key and the salt, so that no nonce is ever used twice under one key
however many objects a case has. The nonce of a piece is the seven bytes, the piece's number and whether it is the last:
a piece that was moved, doubled, left out or cut off does not open. Head and name are authenticated with every piece, so
that no object passes for another.

Source: Hoang, Reyhanitabar, Rogaway, Vizar, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
CRYPTO 2015, section 7 (STREAM); NIST SP 800-38D (GCM); RFC 5869 (HKDF).
"""

import hashlib
import hmac
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.errors import DamagedError, InputError

DATA_KEY_BYTES, REFERENCE_BYTES, NAME_BYTES = 32, 16, 32
PIECE_BYTES = 1 << 20

_MAGIC, _VERSION, _PIECE_LOG2 = b"CLEWSEAL", 1, 20
_HEAD = struct.Struct(">8sBB16sQ32s7s")
HEAD_BYTES = _HEAD.size
_TAG_BYTES, _NONCE_BYTES = 16, 12
_SALT_BYTES, _PREFIX_BYTES = 32, 7
# What the counter of four bytes can number.
_MOST_BYTES = PIECE_BYTES << 32

_DAMAGED = (
    "the sealed object is damaged: {what}; restore it from a copy of the vault, and tell who answers for evidence"
)


class Readable(Protocol):
    """Bytes that can be read at any place, more than once: `size_bytes` of them."""

    size_bytes: int

    def read_at(self, offset: int, into: memoryview) -> int:
        """Bytes from `offset` are in `into`; how many, 0 at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """The key of a case, in clear: lives in memory only, and for as short as can be."""

    secret: bytes
    reference: bytes

    def __repr__(self) -> str:
        return "DataKey(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before the pieces."""

    reference: bytes
    size_bytes: int
    salt: bytes
    prefix: bytes

    def packed(self) -> bytes:
        """As it stands in the object."""
        return _HEAD.pack(_MAGIC, _VERSION, _PIECE_LOG2, self.reference, self.size_bytes, self.salt, self.prefix)


def new_data_key() -> DataKey:
    """A data key that nobody has had before."""
    return DataKey(secret=AESGCM.generate_key(bit_length=256), reference=secrets.token_bytes(REFERENCE_BYTES))


def name_of(key: DataKey, content: Readable) -> bytes:
    """The 32 bytes by which a case knows these bytes: equal for equal bytes under one key, and nothing without it."""
    digest = naming(key)
    buffer = memoryview(bytearray(PIECE_BYTES))
    offset = 0
    while read := content.read_at(offset, buffer):
        digest.update(buffer[:read])
        offset += read
    if offset != content.size_bytes:
        raise InputError(f"the content should have {content.size_bytes:,} bytes and has {offset:,}; read it again")
    return digest.digest()


def naming(key: DataKey) -> hmac.HMAC:
    """The digest that makes names, empty."""
    return hmac.new(_derived(key.secret, b"", b"clew object name"), digestmod=hashlib.sha256)


def sealed_bytes(size_bytes: int) -> int:
    """How large an object is that holds so many bytes."""
    return HEAD_BYTES + size_bytes + _TAG_BYTES * _pieces(size_bytes)


def stream_sealed(key: DataKey, name: bytes, content: Readable) -> Iterator[memoryview]:
    """The object in parts, to be written in their order; each is valid until the next is asked for.

    Raises:
        InputError: the content is another one than the name was made of; what was written so far is to be dropped.
    """
    if content.size_bytes >= _MOST_BYTES:
        raise InputError(f"an object holds less than {_MOST_BYTES:,} bytes, got {content.size_bytes:,}")
    head = Head(
        reference=key.reference,
        size_bytes=content.size_bytes,
        salt=secrets.token_bytes(_SALT_BYTES),
        prefix=secrets.token_bytes(_PREFIX_BYTES),
    )
    packed = head.packed()
    cipher, bound = _cipher(key, head), packed + name
    digest = naming(key)
    yield memoryview(packed)
    clear, closed = memoryview(bytearray(PIECE_BYTES)), memoryview(bytearray(PIECE_BYTES + _TAG_BYTES))
    last = _pieces(head.size_bytes) - 1
    for number in range(last + 1):
        size = _piece_bytes(head.size_bytes, number)
        _fill(content, number * PIECE_BYTES, clear[:size])
        digest.update(clear[:size])
        cipher.encrypt_into(_nonce(head, number, last), clear[:size], bound, closed[: size + _TAG_BYTES])
        if number == last and not hmac.compare_digest(digest.digest(), name):
            raise InputError("the content changed while it was sealed; nothing of it is kept, seal it again")
        yield closed[: size + _TAG_BYTES]


def read_head(packed: bytes) -> Head:
    """The head of an object, not yet authenticated: the first piece that opens proves it."""
    if len(packed) < HEAD_BYTES:
        raise DamagedError(_DAMAGED.format(what=f"its head has {len(packed)} bytes instead of {HEAD_BYTES}"))
    magic, version, piece_log2, reference, size_bytes, salt, prefix = _HEAD.unpack(packed[:HEAD_BYTES])
    if (magic, version, piece_log2) != (_MAGIC, _VERSION, _PIECE_LOG2):
        raise DamagedError(_DAMAGED.format(what="its head is not one of ours"))
    return Head(reference=reference, size_bytes=size_bytes, salt=salt, prefix=prefix)


class Opener:
    """An object being opened, piece by piece, in any order.

    Args:
        name: what the object is called; one that was put in its place does not open.
        read: the next bytes of the object as it lies: called with an offset and how many are wanted.
    Raises:
        DamagedError: the head is not one of ours.
    """

    def __init__(self, key: DataKey, name: bytes, read: Callable[[int, int], bytes]) -> None:
        packed = read(0, HEAD_BYTES)
        self.head = read_head(packed)
        self._read = read
        self._bound = packed + name
        self._cipher = _cipher(key, self.head)
        self._last = _pieces(self.head.size_bytes) - 1
        if self.head.reference != key.reference:
            raise DamagedError(_DAMAGED.format(what="it was sealed under another case's key"))

    @property
    def pieces(self) -> int:
        """How many pieces there are; at least one."""
        return self._last + 1

    def piece(self, number: int) -> bytes:
        """The clear bytes of one piece; DamagedError when it is not what was sealed at that place."""
        size = _piece_bytes(self.head.size_bytes, number) + _TAG_BYTES
        closed = self._read(HEAD_BYTES + number * (PIECE_BYTES + _TAG_BYTES), size)
        if len(closed) != size:
            what = f"piece {number + 1} of {self.pieces} has {len(closed):,} bytes instead of {size:,}"
            raise DamagedError(_DAMAGED.format(what=what))
        try:
            return self._cipher.decrypt(_nonce(self.head, number, self._last), closed, self._bound)
        except InvalidTag:
            what = f"piece {number + 1} of {self.pieces} is not what was sealed, or the key is another one"
            raise DamagedError(_DAMAGED.format(what=what)) from None


def wrap(master: bytes, data_key: bytes, context: bytes) -> bytes:
    """A key sealed under another one, bound to what it is for: nonce, sealed key, tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, data_key, context)


def unwrap(master: bytes, wrapped: bytes, context: bytes) -> bytes | None:
    """The key that `wrap` sealed; None when it is another master key's, another context's, or damaged."""
    try:
        return AESGCM(master).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError):
        return None


class InMemory:
    """Bytes as a Readable."""

    def __init__(self, content: bytes | bytearray | memoryview) -> None:
        self._content = memoryview(content).cast("B")
        self.size_bytes = len(self._content)

    def read_at(self, offset: int, into: memoryview) -> int:
        """A copy of a slice."""
        piece = self._content[offset : offset + len(into)]
        into[: len(piece)] = piece
        return len(piece)


class Descriptor:
    """An open file or memfd as a Readable; its own position is left alone, and it is not closed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size_bytes = os.fstat(descriptor).st_size

    def read_at(self, offset: int, into: memoryview) -> int:
        """pread(2)."""
        return os.preadv(self._descriptor, [into], offset)


def _fill(content: Readable, offset: int, into: memoryview) -> None:
    while into:
        read = content.read_at(offset, into)
        if not read:
            raise InputError("the content became shorter while it was sealed; nothing of it is kept, seal it again")
        offset, into = offset + read, into[read:]


def _pieces(size_bytes: int) -> int:
    return max(1, -(-size_bytes // PIECE_BYTES))


def _piece_bytes(size_bytes: int, number: int) -> int:
    return min(PIECE_BYTES, size_bytes - number * PIECE_BYTES)


def _nonce(head: Head, number: int, last: int) -> bytes:
    return head.prefix + number.to_bytes(4, "big") + (b"\1" if number == last else b"\0")


def _cipher(key: DataKey, head: Head) -> AESGCM:
    return AESGCM(_derived(key.secret, head.salt, b"clew object key"))


def _derived(secret: bytes, salt: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA256 of 32 bytes. Source: RFC 5869, sections 2.2 and 2.3, one block."""
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(extracted, purpose + b"\1", "sha256")
