import hashlib

import numpy as np
import pytest

from clew.errors import InputError
from clew.kernels.pdq import FORMS, pdq
from clew.parts.signals.pdq import PART
from clew.records.signal import Reason, Signal, Unhashable
from tests.kernels import pdq_pictures


def landscape(height=300, width=400, seed=1):
    return pdq_pictures.landscape(np.random.default_rng(seed), height, width)


def hashed(pixels):
    answer = PART.hash(pixels)
    assert isinstance(answer, Signal)
    return answer


def turned(pixels, form=None):
    answer = PART.hash_turned(pixels, form=form)
    assert not isinstance(answer, Unhashable)
    return answer


def test_a_picture_has_the_signal_of_the_kernel():
    found = pdq(landscape())
    assert PART.hash(landscape()) == Signal(type=PART.name, value=found.value, quality=found.quality, form=None)


def test_a_picture_of_low_quality_is_a_signal_that_says_so():
    faint = (100 + landscape() // 25).astype(np.uint8)
    assert hashed(faint).quality < PART.min_quality


@pytest.mark.parametrize("level", [0, 77, 255])
@pytest.mark.parametrize("size", [(300, 400), (64, 64), (5, 5)])
def test_a_flat_picture_is_unhashable_because_it_is_flat(level, size):
    flat = np.full((*size, 3), level, np.uint8)
    for answer in (PART.hash(flat), PART.hash_turned(flat)):
        assert isinstance(answer, Unhashable)
        assert answer.reason is Reason.FLAT


@pytest.mark.parametrize("size", [(1, 1), (4, 900), (900, 4)])
def test_a_picture_under_five_pixels_is_unhashable_because_it_is_too_small(size):
    tiny = pdq_pictures.noise(np.random.default_rng(2), *size)
    for answer in (PART.hash(tiny), PART.hash_turned(tiny)):
        assert answer == Unhashable(
            type=PART.name,
            reason=Reason.TOO_SMALL,
            detail=f"{size[1]} x {size[0]} pixels; PDQ needs 5 in each direction",
        )


def test_the_size_that_counts_is_the_one_before_scaling():
    small = landscape(4, 4)
    assert isinstance(PART.hash(small, full_size=(32, 32), scale=8), Signal)


def test_the_eight_forms_are_named_after_the_form_they_are_made_of():
    assert [each.form for each in turned(landscape())] == [None, *FORMS[1:]]
    on_white = turned(landscape(), form="on-white")
    assert [each.form for each in on_white] == ["on-white", *(f"on-white+{form}" for form in FORMS[1:])]


@pytest.mark.parametrize("size", [(300, 400), (64, 64)])
def test_the_first_form_is_the_picture_itself(size):
    for seed in range(20):
        pixels = landscape(size[0], size[1], seed)
        assert turned(pixels)[0] == hashed(pixels)


@pytest.mark.parametrize(
    ("form", "turn"),
    [
        ("rotated-90", lambda pixels: np.rot90(pixels, 1)),
        ("rotated-180", lambda pixels: np.rot90(pixels, 2)),
        ("rotated-270", lambda pixels: np.rot90(pixels, 3)),
        ("flipped-x", lambda pixels: pixels[::-1]),
        ("flipped-y", lambda pixels: pixels[:, ::-1]),
        ("flipped-plus", lambda pixels: pixels.transpose(1, 0, 2)),
        ("flipped-minus", lambda pixels: np.rot90(pixels, 2).transpose(1, 0, 2)),
    ],
)
def test_a_turned_upload_is_found_by_the_form_of_that_name(form, turn):
    pixels = landscape(512, 640)
    forms = {each.form: each for each in turned(pixels)}
    upload = hashed(np.ascontiguousarray(turn(pixels)))
    assert distance(forms[form].value, upload.value) <= PART.default_within_bits
    assert distance(forms[None].value, upload.value) > PART.default_within_bits


def distance(one, other):
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


@pytest.mark.parametrize("bits", [80, 97, 128, 159, 176])
def test_a_hash_with_about_half_of_its_bits_set_may_stand_on_a_list(bits):
    PART.check(((1 << bits) - 1).to_bytes(32))


@pytest.mark.parametrize("bits", [1, 64, 79, 177, 256])
def test_a_hash_that_no_picture_has_may_not_stand_on_a_list(bits):
    with pytest.raises(InputError, match=f"PDQ hash has {bits} bits set of 256"):
        PART.check(((1 << bits) - 1).to_bytes(32))


def test_a_shorter_hash_filled_up_with_zeros_may_not_stand_on_a_list():
    half = hashlib.md5(b"a picture", usedforsecurity=False).digest()
    with pytest.raises(InputError, match="bits set"):
        PART.check(half + bytes(16))


def test_a_hash_known_to_be_of_low_quality_may_not_stand_on_a_list():
    value = hashed(landscape()).value
    PART.check(value, quality=50)
    PART.check(value, quality=None)
    with pytest.raises(InputError, match="quality 49"):
        PART.check(value, quality=49)
