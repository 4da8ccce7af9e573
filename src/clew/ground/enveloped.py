"""Bytes for one recipient's eyes: enveloped to their certificate, so that only their private key opens them.

The form is CMS, which every system's tools read: `openssl cms -decrypt -inform DER -in FILE -inkey KEY.pem`. It is
written as the bytes come, so that evidence is never held whole; its lengths stand before it, so its size is known.
Source: RFC 5652, section 6; RFC 8017, section 7.2; AES-256-CBC (NIST SP 800-38A) for the content, RSA for its key.
"""

import secrets
from collections.abc import Iterable, Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from clew.errors import DamagedError, InputError

_KEY_BYTES, _BLOCK_BYTES = 32, 16
# DER tags.
_INTEGER, _OCTETS, _SEQUENCE, _SET = 0x02, 0x04, 0x30, 0x31
_EXPLICIT_0, _IMPLICIT_0 = 0xA0, 0x80
_SHORT_LENGTH = 0x80
# Object identifiers, as DER has them: RFC 5652 sections 4 and 6; RFC 8017 appendix A; NIST's arc of AES.
_DATA = bytes.fromhex("06092a864886f70d010701")
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_RSA = bytes.fromhex("06092a864886f70d0101010500")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


def envelope(pieces: Iterable[bytes], size_bytes: int, certificate: bytes) -> Iterator[bytes]:
    """The content, encrypted to the holder of a certificate, in pieces; different bytes each time.

    Args:
        pieces: of the content, read one after another.
        size_bytes: of the whole content.
        certificate: X.509 in PEM, with an RSA key.
    Raises:
        InputError: the certificate is none, or its key is of another kind.
        DamagedError: the content has another size.
    """
    recipient, public = _recipient(certificate)
    key, first = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_BLOCK_BYTES)
    padding_bytes = _BLOCK_BYTES - size_bytes % _BLOCK_BYTES
    yield _head(recipient, public.encrypt(key, padding.PKCS1v15()), first, size_bytes + padding_bytes)
    cipher = Cipher(algorithms.AES256(key), modes.CBC(first)).encryptor()
    came = 0
    for piece in pieces:
        came += len(piece)
        if came > size_bytes:
            break
        yield cipher.update(piece)
    if came != size_bytes:
        raise DamagedError(f"evidence of {size_bytes:,} bytes came with another size; nothing is handed over")
    yield cipher.update(bytes([padding_bytes]) * padding_bytes) + cipher.finalize()


def check_certificate(certificate: bytes) -> None:
    """InputError unless evidence could be enveloped to it."""
    _recipient(certificate)


def _recipient(certificate: bytes) -> tuple[x509.Certificate, rsa.RSAPublicKey]:
    refused = "a recipient's certificate must be X.509 in PEM with an RSA key"
    try:
        recipient = x509.load_pem_x509_certificate(certificate)
        public = recipient.public_key()
    except (ValueError, TypeError) as error:
        raise InputError(refused) from error
    if not isinstance(public, rsa.RSAPublicKey):
        raise InputError(refused)
    return recipient, public


def _head(recipient: x509.Certificate, wrapped: bytes, first: bytes, rest_bytes: int) -> bytes:
    """Everything before the encrypted content, which is so long and ends the document."""
    serial = recipient.serial_number
    number = _der(_INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True))
    issuer = _der(_SEQUENCE, recipient.issuer.public_bytes() + number)
    version = _der(_INTEGER, b"\0")
    info = _der(_SEQUENCE, version + issuer + _der(_SEQUENCE, _RSA) + _der(_OCTETS, wrapped))
    content = _begun(_IMPLICIT_0, b"", rest_bytes)
    algorithm = _der(_SEQUENCE, _AES_256_CBC + _der(_OCTETS, first))
    content = _begun(_SEQUENCE, _DATA + algorithm + content, rest_bytes)
    enveloped = _begun(_SEQUENCE, version + _der(_SET, info) + content, rest_bytes)
    return _begun(_SEQUENCE, _ENVELOPED + _begun(_EXPLICIT_0, enveloped, rest_bytes), rest_bytes)


def _der(tag: int, content: bytes) -> bytes:
    return _begun(tag, content, 0)


def _begun(tag: int, content: bytes, rest_bytes: int) -> bytes:
    """A value of DER whose content begins so, and goes on for so many bytes."""
    length = len(content) + rest_bytes
    if length < _SHORT_LENGTH:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, _SHORT_LENGTH | len(digits)]) + digits + content
