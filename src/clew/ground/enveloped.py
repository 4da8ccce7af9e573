"""Bytes for one recipient's eyes: enveloped to their certificate, so that only their private key opens them.

The form is CMS, which every system's tools read: `openssl cms -decrypt -inform DER -in FILE -inkey KEY.pem`.
Source: RFC 5652, section 6; AES-256-CBC for the content, RSA for its key.
"""

from cryptography import x509
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from clew.errors import InputError


def envelope(content: bytes, certificate: bytes) -> bytes:
    """The content, encrypted to the holder of a certificate; different bytes each time.

    Args:
        certificate: X.509 in PEM, with an RSA key.
    Raises:
        InputError: it is none, or its key is of another kind.
    """
    try:
        recipient = x509.load_pem_x509_certificate(certificate)
        builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(recipient)
    except (ValueError, TypeError) as error:
        raise InputError("a recipient's certificate must be X.509 in PEM with an RSA key") from error
    encrypted = builder.set_content_encryption_algorithm(AES256)
    return encrypted.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def check_certificate(certificate: bytes) -> None:
    """InputError unless evidence could be enveloped to it."""
    envelope(b"", certificate)
