"""A PNG of bare pixels, made here and not by the worker: what a browser is given was written by us, byte for byte."""

import struct
import zlib

# Source: PNG specification, third edition (W3C 2025): 8 bits a sample, colour type 2 (RGB), no interlace.
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB_8 = bytes([8, 2, 0, 0, 0])


def png_of(height: int, width: int, pixels: bytes) -> bytes:
    """The picture as PNG.

    Args:
        pixels: height x width x 3 bytes, RGB, row after row.
    """
    row_bytes = 3 * width
    if len(pixels) != row_bytes * height:
        raise ValueError(f"a picture of {width} x {height} has {row_bytes * height} bytes, got {len(pixels)}")
    # Each row begins with the number of its filter; 0 is none.
    rows = b"".join(b"\0" + pixels[at : at + row_bytes] for at in range(0, len(pixels), row_bytes))
    head = struct.pack(">II", width, height) + _RGB_8
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
