"""The installation's signature: Ed25519 keys in files that only their owner reads."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clew.errors import DamagedError, NotFoundError, UnavailableError
from clew.ground import durable

_PUBLIC_SUFFIX = ".pub"
_KEY_BYTES = 32
_ID_HEX = 16


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs.

    Attributes:
        public: 32 bytes; whoever has them can verify.
        key_id: how records name the key, `key_id_of(public)`.
    """

    public: bytes
    key_id: str
    _private: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """The signature of a message, 64 bytes, always the same for the same message. Source: RFC 8032, section 5.1."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"


def key_id_of(public: bytes) -> str:
    """16 hexadecimal digits of the SHA-256 of a public key: enough to tell keys apart, nothing that proves anything."""
    return hashlib.sha256(public).hexdigest()[:_ID_HEX]


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key of those 32 public bytes signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):  # a key or a signature of another length signed nothing
        return False
    return True


def key_from(seed: bytes) -> SigningKey:
    """The key that 32 secret bytes stand for. Source: RFC 8032, section 5.1.5."""
    return _key(Ed25519PrivateKey.from_private_bytes(seed))


def load_or_make(path: Path) -> SigningKey:
    """The key in a file, made when there is none; its public half stands beside it, as `KEY-ID.pub`.

    The file is PKCS #8 in PEM, without a password, for its owner alone. Processes that make it at once get
    the same key.

    Raises:
        UnavailableError: the file or its folder cannot be read or written.
        DamagedError: the file holds no Ed25519 key.
    """
    if not path.exists():
        _make(path)
    key = load(path)
    _publish(path.parent, key.public)
    return key


def load(path: Path) -> SigningKey:
    """The key in a file.

    Raises:
        NotFoundError: there is no such file.
        UnavailableError: it cannot be read.
        DamagedError: it holds no Ed25519 key.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFoundError(f"no signing key at {path}; restore it, or let `clew serve` make one") from error
    except OSError as error:
        raise UnavailableError(f"the signing key {path} cannot be read: {error.strerror}") from error
    try:
        private = serialization.load_pem_private_key(text, password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise DamagedError(f"{path} must hold an Ed25519 private key in PEM (PKCS #8, no password); restore it")
    return _key(private)


def public_keys(folder: Path) -> Mapping[str, bytes]:
    """Every public key that stands in a folder, by key id: those of today and of before.

    Raises:
        DamagedError: a `.pub` file there holds no public key, or another one than its name says.
    """
    found: dict[str, bytes] = {}
    for path in sorted(folder.glob(f"*{_PUBLIC_SUFFIX}")):
        try:
            public = bytes.fromhex(path.read_text("ascii").strip())
        except ValueError:
            public = b""
        if len(public) != _KEY_BYTES or key_id_of(public) != path.stem:
            raise DamagedError(f"{path} must hold the 64 hexadecimal digits of the public key that it is named after")
        found[path.stem] = public
    return found


def _key(private: Ed25519PrivateKey) -> SigningKey:
    public = private.public_key().public_bytes_raw()
    return SigningKey(public, key_id_of(public), private)


def _make(path: Path) -> None:
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = _write_aside(path, text, 0o600)
        try:
            # A link, not a rename: the first of several processes wins, and a key in use is never replaced.
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    except OSError as error:
        raise UnavailableError(f"the signing key {path} cannot be made: {error.strerror}") from error


def _publish(folder: Path, public: bytes) -> None:
    path = folder / f"{key_id_of(public)}{_PUBLIC_SUFFIX}"
    if path.exists():
        return
    try:
        durable.replace(_write_aside(path, public.hex().encode() + b"\n", 0o644), path)
    except OSError as error:
        raise UnavailableError(f"the public key {path} cannot be written: {error.strerror}") from error


def _write_aside(path: Path, text: bytes, mode: int) -> Path:
    """The text, synced, in a file of this process's own beside the path."""
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    return Path(aside)
