"""Decoding as the intake stage does it: the first decoder that accepts and does not decline."""

import numpy as np

from clew.kernels.pdq import pdq
from clew.parts import shelf
from clew.parts.decoders.base import HEAD_BYTES, DeclinedError, DecoderPart, Limits

PARTS = shelf.load_all("decoders", DecoderPart)
IN_ORDER = sorted(PARTS.values(), key=lambda part: part.precedence)
LIMITS = Limits(pixels=4_000_000, frames=12)


def decode(content, limits=LIMITS):
    """Every frame, its pixels copied; AssertionError when no decoder accepts."""
    for part in IN_ORDER:
        if part.accepts(content[:HEAD_BYTES]) is None:
            continue
        try:
            return [(frame, frame.pixels.copy()) for frame in part.decode(memoryview(content), limits)]
        except DeclinedError:
            continue
    raise AssertionError("no decoder accepts these bytes")


def distances(content, picture, limits=LIMITS):
    """For each form, how many bits its hash is from the picture's own."""
    own = pdq(np.asarray(picture.convert("RGB"))).value
    found = {}
    for frame, pixels in decode(content, limits):
        value = pdq(pixels, full_size=(frame.full_height, frame.full_width), scale=frame.scale).value
        found[frame.form] = (int.from_bytes(own) ^ int.from_bytes(value)).bit_count()
    return found
