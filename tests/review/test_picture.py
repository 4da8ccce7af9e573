"""A PNG of bare pixels, read back by a library that is not ours."""

import io

import pytest
from PIL import Image

from clew.review.picture import png_of


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (200, 7)])
def test_the_pixels_come_back_as_they_were(height: int, width: int):
    pixels = bytes(range(256)) * (3 * height * width // 256 + 1)
    pixels = pixels[: 3 * height * width]
    with Image.open(io.BytesIO(png_of(height, width, pixels))) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (width, height))
        assert picture.tobytes() == pixels


def test_pixels_that_do_not_fill_the_picture_are_refused():
    with pytest.raises(ValueError, match="has 12 bytes, got 11"):
        png_of(2, 2, bytes(11))
