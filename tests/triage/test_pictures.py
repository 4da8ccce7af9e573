import numpy as np
import pytest

from clew.records.identifiers import BundleId
from clew.triage.pictures import BundlePictures, near_each_other


def flipped(value: bytes, bits: int) -> bytes:
    unpacked = np.unpackbits(np.frombuffer(value, np.uint8))
    unpacked[:bits] ^= 1
    return np.packbits(unpacked).tobytes()


def values(count: int) -> list[bytes]:
    return [row.tobytes() for row in np.random.default_rng(7).integers(0, 256, (count, 32), np.uint8)]


@pytest.mark.parametrize("tail", [50_000, 10])
def test_a_picture_within_31_bits_finds_its_bundle_and_one_beyond_does_not(tail: int) -> None:
    known, seen = BundlePictures(tail), values(60)
    for start in range(0, 60, 7):
        known.add([(n + 1, BundleId(100 + n), seen[n]) for n in range(start, min(60, start + 7))])
    assert (len(known), known.last_id) == (60, 60)
    near = {flipped(value, 31): BundleId(100 + n) for n, value in enumerate(seen)}
    assert known.near(near) == near
    assert known.near([flipped(value, 32) for value in seen]) == {}


def test_pictures_that_are_known_are_passed_over_and_the_oldest_wins_a_tie() -> None:
    known, (one, *_) = BundlePictures(), values(1)
    known.add([(1, BundleId(5), one), (2, BundleId(6), one)])
    known.add([(1, BundleId(7), one)])
    assert len(known) == 2
    assert known.near([one]) == {one: 5}


def test_pictures_of_one_batch_find_the_first_of_theirs() -> None:
    one, two = values(2)
    near = flipped(one, 20)
    assert near_each_other([one, two, near]) == {one: one, two: two, near: one}
    assert near_each_other([]) == {}
