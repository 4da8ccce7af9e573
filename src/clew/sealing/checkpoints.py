"""Signed checkpoints: one short text that stands for the whole log at one size.

    clew/audit/01jx2v...                                 the origin: which log
    20852163                                             how many leaves
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=         the root of their tree
    at 2026-03-08T12:00:00.250001Z                       when it was signed, an extension line of ours

    — clew/audit/01jx2v... Az3grlgtzPICa5OS8npVmf1M...   who signed, and the signature

Source: C2SP, "tlog-checkpoint" and "signed-note", v1.0.0, 2024: any witness of transparency logs can read it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from clew.errors import InputError
from clew.ground.signing import SigningKey, verify
from clew.records.audit import Checkpoint

# Source: C2SP signed-note, "Signature types": 0x01 is Ed25519.
_ED25519 = b"\x01"
_ID_BYTES, _SIGNATURE_BYTES, _ROOT_BYTES = 4, 64, 32
_LEAST_LINES = 3
_MARK = "\u2014 "
_SIZE = re.compile("0|[1-9][0-9]{0,17}")
# No space and no plus sign: both mean something in a note.
_ORIGIN = re.compile(r"[^\s+]{1,200}")


def sign(origin: str, size: int, root: bytes, at: datetime, key: SigningKey) -> Checkpoint:
    """The checkpoint, signed."""
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    text = f"{origin}\n{size}\n{_encoded(root)}\nat {stamp}\n"
    signature = _encoded(key_hash(origin, key.public) + key.sign(text.encode()))
    return Checkpoint(origin=origin, size=size, root=root, at=at, note=f"{text}\n{_MARK}{origin} {signature}\n")


def read(note: str) -> Checkpoint:
    """What a checkpoint says, whoever may have signed it.

    Raises:
        InputError: it is no checkpoint of ours. The message says what is wrong with it, and nothing that stands in it.
    """
    text, found, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not found or len(lines) < _LEAST_LINES or not signatures.startswith(_MARK):
        raise InputError("a checkpoint has an origin, a size, a root, an empty line and a signature, each on its line")
    origin, size, root = lines[0], lines[1], _decoded(lines[2])
    if not _ORIGIN.fullmatch(origin) or not _SIZE.fullmatch(size) or len(root) != _ROOT_BYTES:
        raise InputError("a checkpoint's origin, size or root is none: a name, a number and 44 characters of base 64")
    stamps = [line.removeprefix("at ") for line in lines[_LEAST_LINES:] if line.startswith("at ")]
    try:
        at = datetime.fromisoformat(stamps[0])
    except (IndexError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise InputError("a checkpoint of Clew bears a line 'at' with the moment at which it was signed")
    return Checkpoint(origin=origin, size=int(size), root=root, at=at.astimezone(UTC), note=note)


def is_signed(checkpoint: Checkpoint, public_keys: Iterable[bytes]) -> bool:
    """Whether one of the keys signed the note under the name of its origin."""
    text, _, signatures = checkpoint.note.partition("\n\n")
    known = {key_hash(checkpoint.origin, each): each for each in public_keys}
    return any(
        verify(known[bytes(signature[:_ID_BYTES])], f"{text}\n".encode(), signature[_ID_BYTES:])
        for signature in _signatures(signatures, checkpoint.origin)
        if signature[:_ID_BYTES] in known
    )


def verifier_key(origin: str, public: bytes) -> str:
    """The public key as witnesses take it. Source: C2SP signed-note, "Verifier keys"."""
    return f"{origin}+{key_hash(origin, public).hex()}+{_encoded(_ED25519 + public)}"


def key_hash(name: str, public: bytes) -> bytes:
    """The four bytes by which a note names an Ed25519 key. Source: C2SP signed-note, "Signature types"."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


def split(notes: str) -> list[str]:
    """The notes of a witness file, which holds one after another, with an empty line between two.

    A note has an empty line of its own; the lines after it that begin with a dash are its signatures.
    """
    found: list[str] = []
    lines: list[str] = []
    for line in notes.split("\n"):
        if lines and lines[-1].startswith(_MARK) and not line.startswith(_MARK):
            found.append("\n".join(lines) + "\n")
            lines = []
        if line or lines:
            lines.append(line)
    if any(lines):  # the last one was cut off; whoever reads it says so
        found.append("\n".join(lines))
    return found


def _signatures(lines: str, name: str) -> Iterable[bytes]:
    for line in lines.split("\n"):
        head, _, encoded = line.rpartition(" ")
        if head == f"{_MARK}{name}":
            signature = _decoded(encoded)
            if len(signature) == _ID_BYTES + _SIGNATURE_BYTES:
                yield signature


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decoded(text: str) -> bytes:
    """The bytes; none when it is no base 64, or when it is not written as we would write those bytes."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return value if _encoded(value) == text else b""
