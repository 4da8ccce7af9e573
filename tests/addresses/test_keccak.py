"""Known answers of the Keccak team's vectors (KeccakTestVectors, ShortMsgKAT_256) and of Ethereum."""

import hashlib

import pytest

from clew.addresses.keccak import keccak256


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b"),
    ],
)
def test_a_published_message_has_its_published_digest(message, digest):
    assert keccak256(message).hex() == digest


def test_it_is_not_the_later_standard():
    assert keccak256(b"abc") != hashlib.sha3_256(b"abc").digest()


@pytest.mark.parametrize("length", [134, 135, 136, 137, 271, 272])
def test_the_ends_of_its_blocks_differ_from_one_another(length):
    assert keccak256(b"a" * length) != keccak256(b"a" * (length + 1))
