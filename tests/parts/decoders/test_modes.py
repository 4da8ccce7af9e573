"""However one photograph is stored, its hash is the hash of its RGB pixels, within 10 bits."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.parts.decoders.decoding import distances
from tests.pictures import encoded, landscape, png, stored_turned

PICTURE = landscape(1)
GREY_16 = np.asarray(PICTURE.convert("L")).astype(np.uint16) * 257
WITHIN_BITS = 10


def lab():
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.profileToProfile(PICTURE, *profiles, outputMode="LAB")


def png_16_bit_colour():
    wide = np.asarray(PICTURE).astype(">u2") * 257
    return png(PICTURE.width, PICTURE.height, 16, 2, (b"\x00" + row.astype(">u2").tobytes() for row in wide))


def floats(highest):
    return Image.fromarray(np.asarray(PICTURE.convert("L")).astype(np.float32) / 255 * highest)


def stored(format_name, mode="RGB", **options):
    return lambda: encoded(PICTURE.convert(mode), format_name, **options)


FILES = {
    "jpeg": stored("JPEG", quality=90),
    "jpeg progressive": stored("JPEG", quality=90, progressive=True),
    "jpeg 444": stored("JPEG", quality=90, subsampling=0),
    "jpeg grey": stored("JPEG", "L", quality=90),
    "jpeg inks": stored("JPEG", "CMYK", quality=90),
    "gif": stored("GIF"),
    "webp": stored("WEBP", quality=90),
    "webp lossless": stored("WEBP", lossless=True),
    "avif": stored("AVIF", quality=80),
    "png 16-bit grey": lambda: encoded(Image.fromarray(GREY_16), "PNG"),
    "png 16-bit colour": png_16_bit_colour,
    "tiff lzw": stored("TIFF", compression="tiff_lzw"),
    "tiff jpeg": stored("TIFF", compression="jpeg"),
    "tiff deflate": stored("TIFF", compression="tiff_deflate"),
    "tiff LAB": lambda: encoded(lab(), "TIFF"),
    "tiff 16-bit grey": lambda: encoded(Image.fromarray(GREY_16), "TIFF"),
    "tiff 12 bits in 16": lambda: encoded(Image.fromarray(GREY_16 >> 4), "TIFF"),
    "tiff floats to 1": lambda: encoded(floats(1), "TIFF"),
    "tiff floats to 4000": lambda: encoded(floats(4000), "TIFF"),
}
MODES = {
    "PNG": ("RGB", "RGBA", "L", "LA", "P", "1"),
    "BMP": ("RGB", "L", "P", "1"),
    "TIFF": ("RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "YCbCr", "I", "F"),
}
FILES |= {f"{name} {mode}": stored(name, mode) for name, modes in MODES.items() for mode in modes}


@pytest.mark.parametrize("name", FILES)
def test_every_mode_and_depth_hashes_as_its_rgb_picture(name):
    assert distances(FILES[name](), PICTURE)[None] <= WITHIN_BITS


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_every_orientation_hashes_upright_and_also_as_stored(format_name, orientation):
    found = distances(stored_turned(PICTURE, orientation, format_name), PICTURE)
    assert found[None] <= WITHIN_BITS
    assert set(found) == ({None} if orientation == 1 else {None, "unrotated"})
    assert orientation == 1 or found["unrotated"] > 60


VECTORS = Path(__file__).parents[2] / "vectors" / "heic"


@pytest.mark.parametrize("name", ["landscape", "landscape-10-bit", "landscape-grey", "landscape-exif-6"])
def test_heic_hashes_as_the_picture_it_was_made_of(name):
    found = distances((VECTORS / f"{name}.heic").read_bytes(), landscape(1, 320, 240))
    assert found[None] <= WITHIN_BITS


def test_a_transparent_heic_is_hashed_on_white_on_black_and_without_its_alpha():
    found = distances((VECTORS / "landscape-alpha.heic").read_bytes(), landscape(1, 320, 240))
    assert set(found) == {"on-white", "on-black", "alpha-ignored"}
    assert found["alpha-ignored"] <= WITHIN_BITS


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_a_transparent_picture_is_hashed_on_white_on_black_and_without_its_alpha(format_name):
    picture = PICTURE.convert("RGBA")
    alpha = np.full((PICTURE.height, PICTURE.width), 255, np.uint8)
    alpha[:, : PICTURE.width // 3] = 0
    picture.putalpha(Image.fromarray(alpha))
    on_white = Image.new("RGB", PICTURE.size, "white")
    on_white.paste(PICTURE, mask=picture.getchannel("A"))
    options = {"exact": True, "lossless": True} if format_name == "WEBP" else {}
    content = encoded(picture, format_name, **options)
    assert distances(content, on_white)["on-white"] <= WITHIN_BITS
    assert set(distances(content, PICTURE)) == {"on-white", "on-black", "alpha-ignored"}


def test_one_transparent_colour_of_a_palette_counts_as_transparency():
    picture = PICTURE.quantize(16)
    content = encoded(picture, "PNG", transparency=picture.getpixel((0, 0)))
    assert set(distances(content, PICTURE)) == {"on-white", "on-black", "alpha-ignored"}


def test_an_opaque_alpha_channel_gives_one_frame():
    assert set(distances(encoded(PICTURE.convert("RGBA"), "PNG"), PICTURE)) == {None}


def test_inks_without_adobes_marker_are_read_both_ways():
    content = encoded(PICTURE.convert("CMYK"), "JPEG", quality=90)
    marker = content.index(b"\xff\xee")
    length = int.from_bytes(content[marker + 2 : marker + 4])
    found = distances(content[:marker] + content[marker + 2 + length :], PICTURE)
    assert set(found) == {None, "inks-inverted"}
    assert min(found.values()) <= WITHIN_BITS
