"""The installation's signature."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clew.errors import DamagedError, NotFoundError, UnavailableError
from clew.ground import signing

# RFC 8032, section 7.1: secret key, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_rfc_sign_and_verify(secret: str, public: str, message: str, signature: str) -> None:
    key = signing.key_from(bytes.fromhex(secret))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert signing.verify(key.public, bytes.fromhex(message), bytes.fromhex(signature))


def test_a_flipped_bit_of_message_signature_or_key_does_not_verify() -> None:
    key = signing.key_from(bytes(32))
    signed = key.sign(b"landscape")
    assert signing.verify(key.public, b"landscape", signed)
    assert not signing.verify(key.public, b"landscapf", signed)
    for place in range(64):
        assert not signing.verify(key.public, b"landscape", _flipped(signed, place))
    assert not signing.verify(_flipped(key.public, 3), b"landscape", signed)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_or_signature_of_another_length_verifies_nothing(length: int) -> None:
    key = signing.key_from(bytes(32))
    assert not signing.verify(bytes(length), b"", key.sign(b""))
    assert not signing.verify(key.public, b"", bytes(length))


def test_a_key_is_made_once_for_its_owner_alone_and_loaded_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.key"
    key = signing.load_or_make(path)
    assert signing.load_or_make(path).public == key.public == signing.load(path).public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {each.name for each in path.parent.iterdir()} == {"signing.key", f"{key.key_id}.pub"}
    assert repr(key) == f"SigningKey({key.key_id})"


def test_those_who_make_the_key_at_once_get_the_same_one(tmp_path: Path) -> None:
    at_once = threading.Barrier(6)

    def make(_: int) -> bytes:
        at_once.wait(30)
        return signing.load_or_make(tmp_path / "signing.key").public

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(make, range(6)))) == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_keys_of_before_stay_known_by_their_public_half(tmp_path: Path) -> None:
    before = signing.load_or_make(tmp_path / "signing.key")
    (tmp_path / "signing.key").unlink()
    now = signing.load_or_make(tmp_path / "signing.key")
    assert signing.public_keys(tmp_path) == {each.key_id: each.public for each in (before, now)}


def test_a_public_key_under_another_name_is_refused(tmp_path: Path) -> None:
    key = signing.load_or_make(tmp_path / "signing.key")
    (tmp_path / f"{key.key_id}.pub").rename(tmp_path / f"{'0' * 16}.pub")
    with pytest.raises(DamagedError, match="named after"):
        signing.public_keys(tmp_path)


@pytest.mark.parametrize("text", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_holds_no_key_is_named_and_never_replaced(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "signing.key"
    path.write_bytes(text)
    with pytest.raises(DamagedError, match=str(path)):
        signing.load_or_make(path)
    assert path.read_bytes() == text


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no signing key"):
        signing.load(tmp_path / "signing.key")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file stands here")
    with pytest.raises(UnavailableError, match="cannot be made"):
        signing.load_or_make(tmp_path / "keys" / "signing.key")


def _flipped(value: bytes, place: int) -> bytes:
    return value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
