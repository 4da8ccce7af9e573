"""Evidence for one recipient: it comes back whole, is written as it comes, and is never of another size."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from clew.errors import DamagedError, InputError
from clew.ground.enveloped import envelope

KEY = rsa.generate_private_key(65537, 2048)


def certificate(serial: int = 1) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An officer")])
    at = datetime(2025, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key())
    made = made.serial_number(serial).not_valid_before(at).not_valid_after(at + timedelta(days=365))
    return made.sign(KEY, hashes.SHA256())


CERTIFICATE = certificate()
PEM = CERTIFICATE.public_bytes(Encoding.PEM)


@pytest.mark.parametrize("size_bytes", [0, 1, 15, 16, 17, 100, 127, 128, 255, 65_535, 70_001, 3 << 20])
def test_what_was_enveloped_comes_back_whole_whatever_its_size_and_pieces(size_bytes: int):
    chance = random.Random(size_bytes)
    content, step = chance.randbytes(size_bytes), chance.randrange(1, 40_000)
    pieces = [content[at : at + step] for at in range(0, size_bytes, step)]
    enveloped = b"".join(envelope(pieces, size_bytes, PEM))
    assert pkcs7.pkcs7_decrypt_der(enveloped, CERTIFICATE, KEY, []) == content


@pytest.mark.parametrize("serial", [127, 128, 255, 256, (1 << 159) - 1])
def test_a_serial_number_of_any_form_names_its_certificate(serial: int):
    to = certificate(serial)
    enveloped = b"".join(envelope([b"boats"], 5, to.public_bytes(Encoding.PEM)))
    assert pkcs7.pkcs7_decrypt_der(enveloped, to, KEY, []) == b"boats"


def test_no_more_than_a_piece_is_read_before_it_is_written():
    read: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(4):
            read.append(number)
            yield bytes(1 << 16)

    written = envelope(pieces(), 4 << 16, PEM)
    next(written)
    assert read == []
    next(written)
    assert read == [0]


@pytest.mark.parametrize("pieces", [[b"boat"], [b"boats", b"!"], []])
def test_content_of_another_size_than_was_said_is_not_handed_over(pieces: list[bytes]):
    with pytest.raises(DamagedError, match="another size"):
        list(envelope(pieces, 5, PEM))


def test_two_envelopes_of_the_same_bytes_have_nothing_in_common_but_their_form():
    one, two = (b"".join(envelope([b"boats" * 9], 45, PEM)) for _ in range(2))
    assert one[-48:] != two[-48:]


def test_what_is_no_certificate_is_refused():
    with pytest.raises(InputError, match="RSA"):
        next(envelope([], 0, b"no certificate"))
