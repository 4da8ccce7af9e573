import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from clew import _native
from clew.errors import InputError
from clew.kernels.pdq import FORMS, pdq, pdq_dihedral, pdq_plain
from tests.kernels import pdq_pictures

# Debian's gnome-backgrounds and mate-backgrounds: photographs and drawings without people.
PHOTOGRAPHS = sorted(
    path
    for path in Path("/usr/share/backgrounds").rglob("*")
    if path.suffix in {".jpg", ".png", ".webp"} and not path.is_symlink()
)


def packed(bits):
    return np.packbits(np.asarray(bits, np.uint8)).tobytes()


def assert_as_reference(pixels):
    bits, quality = pdqhash.compute(pixels)
    found = pdq(pixels)
    assert (found.value, found.quality) == (packed(bits), quality)


def distance(one, other):
    return (int.from_bytes(one.value) ^ int.from_bytes(other.value)).bit_count()


def test_a_thousand_made_pictures_hash_as_the_reference_hashes_them():
    count = 0
    for pixels in pdq_pictures.stream_pictures():
        assert_as_reference(pixels)
        count += 1
    assert count >= 1000


def test_the_eight_forms_are_those_of_the_reference():
    for pixels in list(pdq_pictures.stream_pictures(seed=2))[::5]:
        forms, quality = pdqhash.compute_dihedral(pixels)
        found = pdq_dihedral(pixels)
        assert tuple(found) == FORMS
        assert [each.value for each in found.values()] == [packed(form) for form in forms]
        assert {each.quality for each in found.values()} == {quality}


def test_the_plain_form_hashes_as_the_kernel_and_the_reference():
    for pixels in list(pdq_pictures.stream_pictures(seed=3))[::16]:
        assert pdq_plain(pixels) == pdq(pixels)
        assert_as_reference(pixels)


@settings(max_examples=300, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_any_small_picture_hashes_as_the_reference_hashes_it(pixels):
    assert_as_reference(pixels)
    assert pdq_plain(pixels) == pdq(pixels)


@settings(max_examples=100, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 200), st.integers(1, 200)), elements=st.sampled_from([0, 1, 254, 255]))
)
def test_grey_hashes_as_the_same_grey_in_three_channels(grey):
    assert pdq(grey) == pdq(np.repeat(grey[:, :, None], 3, axis=2)) == pdq_plain(grey)


@pytest.mark.skipif(not PHOTOGRAPHS, reason="no photographs: install gnome-backgrounds and mate-backgrounds")
@pytest.mark.slow
def test_a_thousand_crops_sizes_and_encodings_of_photographs_hash_as_the_reference_hashes_them():
    rng = np.random.default_rng(4)
    count = 0
    for path in PHOTOGRAPHS:
        with Image.open(path) as opened:
            opened.draft("RGB", (1600, 1600))
            whole = opened.convert("RGB")
        for _ in range(1000 // len(PHOTOGRAPHS) + 1):
            left, upper = int(rng.integers(0, whole.width // 2)), int(rng.integers(0, whole.height // 2))
            right, lower = int(rng.integers(left + 5, whole.width)), int(rng.integers(upper + 5, whole.height))
            crop = whole.crop((left, upper, right, lower))
            crop.thumbnail((int(rng.integers(5, 900)),) * 2)
            assert_as_reference(reencoded(crop, rng))
            count += 1
    assert count >= 1000


def reencoded(picture, rng):
    how = [
        {"format": "JPEG", "quality": int(rng.integers(20, 96)), "subsampling": int(rng.integers(0, 3))},
        {"format": "WEBP", "quality": int(rng.integers(20, 96)), "method": 0},
        {"format": "PNG", "compress_level": 1},
    ]
    written = io.BytesIO()
    picture.save(written, **how[rng.integers(len(how))])
    with Image.open(written) as again:
        return np.asarray(again.convert("RGB"))


def test_every_instruction_set_gives_the_same_hashes():
    expected = pdq_pictures.everything()
    for cpu in ("portable", "avx2"):
        answer = subprocess.run(
            [sys.executable, "-m", "tests.kernels.pdq_pictures"],
            env={**os.environ, "CLEW_CPU": cpu},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout.strip() == expected


def test_threads_do_not_disturb_each_other():
    pictures = list(pdq_pictures.stream_pictures(seed=5))[:200]
    alone = [pdq(pixels) for pixels in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pdq, pictures)) == alone


def test_luma_in_thousandths_divided_by_a_thousand_is_the_reference_luma_for_every_colour():
    shades = np.arange(256, dtype=np.uint8)
    green, blue = shades[:, None], shades[None, :]
    for red in shades:
        weighed = (np.full((256, 256), red) * 0.299 + green * 0.587 + blue * 0.114).astype(np.float32)
        thousandths = 299 * int(red) + 587 * green.astype(np.int32) + 114 * blue.astype(np.int32)
        np.testing.assert_array_equal(thousandths.astype(np.float32) / np.float32(1000), weighed)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (4, 1000), (1000, 1)])
def test_below_five_pixels_there_is_nothing_as_in_the_reference(size):
    pixels = pdq_pictures.noise(np.random.default_rng(6), *size)
    assert_as_reference(pixels)
    assert pdq(pixels).value == bytes(32)
    assert pdq_plain(pixels) == pdq(pixels)


def test_the_contrast_of_a_flat_picture_is_nothing_and_of_black_beside_white_all():
    black = np.zeros((200, 300, 3), np.uint8)
    half_white = black.copy()
    half_white[:, 150:] = 255
    assert pdq(black).contrast == 0
    assert pdq(half_white).contrast == pytest.approx(255)


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("size", [(1200, 1600), (1203, 1597), (700, 2100)])
def test_a_scaled_decode_hashes_near_the_full_size(scale, size):
    rng = np.random.default_rng(scale)
    full = pdq_pictures.landscape(rng, *size)
    scaled = pdq(shrunk(full, scale), full_size=size, scale=scale)
    assert distance(scaled, pdq(full)) <= 10
    assert abs(scaled.quality - pdq(full).quality) <= 3


def shrunk(full, scale):
    """Means of squares, nearly as JPEG's scaled cosine transform gives them; the edge is repeated."""
    height, width = (-side % scale for side in full.shape[:2])
    padded = np.pad(full, ((0, height), (0, width), (0, 0)), mode="edge").astype(np.float64)
    squares = padded.reshape(padded.shape[0] // scale, scale, padded.shape[1] // scale, scale, 3)
    return np.round(squares.mean(axis=(1, 3))).astype(np.uint8)


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_where_scaling_loses_nothing_the_scaled_hash_is_the_full_one(scale):
    small = pdq_pictures.landscape(np.random.default_rng(7), 100, 150)
    full = np.ascontiguousarray(small.repeat(scale, axis=0).repeat(scale, axis=1))
    scaled, whole = pdq(small, full_size=full.shape[:2], scale=scale), pdq(full)
    assert distance(scaled, whole) <= 2
    assert scaled.quality == whole.quality


def test_the_forms_of_a_scaled_picture_begin_with_itself():
    small = pdq_pictures.landscape(np.random.default_rng(8), 200, 300)
    forms = pdq_dihedral(small, full_size=(399, 600), scale=2)
    assert forms["original"] == pdq(small, full_size=(399, 600), scale=2)
    assert len({each.value for each in forms.values()}) == 8


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((10, 10, 3), np.uint16),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 20, 3), np.uint8)[:, ::2],
        np.zeros(30, np.uint8),
    ],
    ids=["sixteen bits", "four channels", "with gaps", "one dimension"],
)
@pytest.mark.parametrize("function", [pdq, pdq_dihedral, pdq_plain])
def test_other_arrays_are_refused(function, pixels):
    with pytest.raises(InputError, match="8-bit RGB"):
        function(pixels)


@pytest.mark.parametrize("wrong", [{"scale": 2}, {"scale": 0}, {"scale": 2, "full_size": (100, 100)}])
@pytest.mark.parametrize("function", [pdq, pdq_dihedral])
def test_scaled_pixels_must_have_the_scaled_size(function, wrong):
    with pytest.raises(InputError):
        function(np.zeros((60, 60, 3), np.uint8), **wrong)


def test_the_kernel_refuses_what_would_read_outside_the_pixels():
    pixels = np.zeros((60, 60, 3), np.uint8)
    with pytest.raises(ValueError, match="full size divided by the scale"):
        _native.pdq_scaled(pixels, 600, 60, 2, dihedral=False)
    with pytest.raises(ValueError, match="height, width"):
        _native.pdq(np.zeros((10, 10, 4), np.uint8))
