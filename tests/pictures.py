"""Seeded synthetic pictures for tests: landscapes, charts, shapes; and one file of each of them in any format."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def landscape(seed=1, width=640, height=480):
    """Sky, hills one behind the other, and grain: as much structure as a photograph has."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width]
    pixels = np.empty((height, width, 3))
    pixels[:] = (150, 180, 220) + 60 * (down / height)[..., None]
    for layer in range(5):
        waves = [
            rng.uniform(0.2, 1) * np.sin(across[0] / width * rng.uniform(3, 40) + rng.uniform(0, 6)) for _ in "1234"
        ]
        line = height * (0.3 + 0.13 * layer) + height * 0.05 * sum(waves)
        pixels[down > line] = rng.uniform(20, 200, 3)
    pixels += rng.normal(0, 6, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def chart(seed=1, width=640, height=480):
    """Bars of several colours on white."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    for bar in range(9):
        left, top = width * (bar + 1) // 11, rng.integers(height // 10, height * 9 // 10)
        pen.rectangle((left, top, left + width // 14, height * 9 // 10), fill=tuple(map(int, rng.integers(0, 220, 3))))
    return picture


def shapes(seed=1, width=640, height=480):
    """Soft discs that overlap."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (width, height), (120, 120, 110))
    pen = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y, radius = rng.integers(0, width), rng.integers(0, height), rng.integers(10, width // 5)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tuple(map(int, rng.integers(0, 255, 3))))
    return picture.filter(ImageFilter.GaussianBlur(2))


def encoded(picture, format_name, **options):
    """The picture as a file's bytes."""
    file = io.BytesIO()
    picture.save(file, format_name, **options)
    return file.getvalue()


def jpeg(seed=1, width=640, height=480, **options):
    """A landscape as JPEG."""
    return encoded(landscape(seed, width, height), "JPEG", **({"quality": 88} | options))


# How a picture is stored for each EXIF orientation so that it is upright when shown.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored_turned(picture, orientation, format_name):
    """A file that shows the picture upright and stores it turned, as cameras do."""
    turn = STORED[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture if turn is None else picture.transpose(turn), format_name, exif=exif)


def png(width, height, bits, colour, rows):
    """A PNG of any depth, put together by hand. `colour`: 0 grey, 2 RGB; `rows`: pieces of filter bytes and samples."""
    pack = zlib.compressobj(1)
    body = b"".join([pack.compress(piece) for piece in rows] + [pack.flush()])
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each)) + kind + each + struct.pack(">I", zlib.crc32(kind + each)) for kind, each in chunks
    )


def huge_png(side=30_000):
    """A decompression bomb: some hundred kilobytes that are a gigabyte of pixels."""
    row = bytes(1 + (side + 7) // 8)
    return png(side, side, 1, 0, (row * 100 for _ in range(side // 100)))
