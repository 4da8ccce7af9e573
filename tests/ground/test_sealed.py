"""Sealed objects: what comes back, and that nothing that was moved, cut, swapped or flipped does."""

import itertools
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import DamagedError, InputError
from clew.ground.sealed import (
    HEAD_BYTES,
    PIECE_BYTES,
    DataKey,
    Descriptor,
    InMemory,
    Opener,
    name_of,
    new_data_key,
    sealed_bytes,
    stream_sealed,
    unwrap,
    wrap,
)

KEY = DataKey(secret=bytes(range(32)), reference=b"reference-of-key")
CLOSED_BYTES = PIECE_BYTES + 16


def seal(content: bytes, key: DataKey = KEY) -> tuple[bytes, bytes]:
    """The object's name and the object."""
    name = name_of(key, InMemory(content))
    return name, b"".join(bytes(part) for part in stream_sealed(key, name, InMemory(content)))


def unseal(name: bytes, sealed: bytes, key: DataKey = KEY) -> bytes:
    opener = Opener(key, name, lambda offset, size: sealed[offset : offset + size])
    return b"".join(opener.piece(number) for number in range(opener.pieces))


SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, 3 * PIECE_BYTES + 7]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back_and_is_as_long_as_was_said(size: int) -> None:
    content = bytes(itertools.islice(itertools.cycle(range(251)), size))
    name, sealed = seal(content)
    assert len(sealed) == sealed_bytes(size)
    assert unseal(name, sealed) == content


def test_no_clear_bytes_stand_in_the_object() -> None:
    content = b"a lighthouse at noon" * 1_000
    _, sealed = seal(content)
    assert content[:20] not in sealed


def test_the_same_bytes_have_one_name_under_one_key_and_another_under_another() -> None:
    other = new_data_key()
    assert name_of(KEY, InMemory(b"a harbour")) == name_of(KEY, InMemory(b"a harbour"))
    assert name_of(KEY, InMemory(b"a harbour")) != name_of(KEY, InMemory(b"a harboUr"))
    assert name_of(KEY, InMemory(b"a harbour")) != name_of(other, InMemory(b"a harbour"))


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    assert seal(b"a harbour")[1] != seal(b"a harbour")[1]


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, sealed_bytes(2 * PIECE_BYTES + 5) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_does_not_open(place: int, bit: int) -> None:
    name, sealed = seal(bytes(2 * PIECE_BYTES + 5))
    flipped = bytearray(sealed)
    flipped[place] ^= 1 << bit
    with pytest.raises(DamagedError):
        unseal(name, bytes(flipped))


def pieces_of(sealed: bytes) -> tuple[bytes, list[bytes]]:
    body = sealed[HEAD_BYTES:]
    return sealed[:HEAD_BYTES], [body[start : start + CLOSED_BYTES] for start in range(0, len(body), CLOSED_BYTES)]


@pytest.mark.parametrize(
    ("what", "order"),
    [
        ("two swapped", [1, 0, 2, 3]),
        ("one doubled", [0, 1, 1, 3]),
        ("one left out", [0, 2, 3]),
        ("the last left out", [0, 1, 2]),
        ("the last two", [2, 3]),
    ],
)
def test_pieces_that_are_not_in_their_places_do_not_open(what: str, order: list[int]) -> None:
    name, sealed = seal(os.urandom(4 * PIECE_BYTES))
    head, pieces = pieces_of(sealed)
    with pytest.raises(DamagedError, match="damaged"):
        unseal(name, head + b"".join(pieces[number] for number in order))


def test_a_piece_of_another_object_of_the_same_case_does_not_open() -> None:
    name, sealed = seal(os.urandom(2 * PIECE_BYTES))
    head, pieces = pieces_of(sealed)
    _, others = pieces_of(seal(os.urandom(2 * PIECE_BYTES))[1])
    with pytest.raises(DamagedError):
        unseal(name, head + pieces[0] + others[1])


def test_an_object_put_in_the_place_of_another_does_not_open() -> None:
    name, _ = seal(b"a harbour")
    _, other = seal(b"a bridge")
    with pytest.raises(DamagedError):
        unseal(name, other)


@pytest.mark.parametrize("left", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 15, HEAD_BYTES + CLOSED_BYTES])
def test_an_object_that_was_cut_short_does_not_open(left: int) -> None:
    name, sealed = seal(os.urandom(PIECE_BYTES + 9))
    with pytest.raises(DamagedError):
        unseal(name, sealed[:left])


def test_another_key_opens_nothing() -> None:
    name, sealed = seal(b"a harbour")
    with pytest.raises(DamagedError, match="another case's key"):
        unseal(name, sealed, new_data_key())
    with pytest.raises(DamagedError, match="or the key is another one"):
        unseal(name, sealed, DataKey(secret=bytes(32), reference=KEY.reference))


class Changing:
    """Content that is another one at the second reading."""

    size_bytes = PIECE_BYTES * 2

    def __init__(self) -> None:
        self.read = 0

    def read_at(self, offset: int, into: memoryview) -> int:
        size = min(len(into), self.size_bytes - offset)
        self.read += size
        into[:size] = bytes([self.read > self.size_bytes]) * size
        return size


def test_content_that_changes_while_it_is_sealed_is_refused_before_its_last_piece() -> None:
    content = Changing()
    name = name_of(KEY, content)
    written: list[int] = []
    with pytest.raises(InputError, match="changed while it was sealed"):
        written.extend(len(part) for part in stream_sealed(KEY, name, content))
    assert sum(written) < sealed_bytes(content.size_bytes)


def test_a_descriptor_is_read_from_its_beginning_and_its_position_left_alone() -> None:
    descriptor = os.memfd_create("harbour")
    os.write(descriptor, b"a harbour at night")
    try:
        assert name_of(KEY, Descriptor(descriptor)) == name_of(KEY, InMemory(b"a harbour at night"))
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 18
    finally:
        os.close(descriptor)


def test_content_shorter_than_it_says_is_refused() -> None:
    content = InMemory(b"a harbour")
    content.size_bytes = 12
    with pytest.raises(InputError, match="should have 12 bytes and has 9"):
        name_of(KEY, content)


def test_a_wrapped_key_opens_under_its_own_master_and_context_only() -> None:
    master = bytes(range(32))
    wrapped = wrap(master, KEY.secret, b"case one")
    assert unwrap(master, wrapped, b"case one") == KEY.secret
    assert unwrap(master, wrapped, b"case two") is None
    assert unwrap(bytes(32), wrapped, b"case one") is None
    assert unwrap(master, wrapped[:-1], b"case one") is None
    assert unwrap(master, b"", b"case one") is None


def test_a_data_key_never_shows_itself() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert "DataKey" in repr(KEY)
