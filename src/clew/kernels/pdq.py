"""PDQ: a 256-bit hash of what a picture shows, equal bit for bit to the reference implementation `pdqhash`.

The native kernel repeats the reference's float32 operations in their order, many rows side by side, so it has no fast
path that could differ and no error bound to trust (see `src/native/pdq_thumbnail.inl`). `pdq_plain` says the same in
NumPy, a step a line.

Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019; operations in
the order of pdqhash 0.2.8.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from clew import _native
from clew.errors import InputError

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

WIDTH_BYTES: Final = 32
SMALLEST_SIDE: Final = 5  # the reference hashes nothing below it: 256 zero bits, quality 0
# In the reference's order. "flipped-x" turns the picture upside down, "flipped-plus" exchanges rows and columns.
FORMS: Final = (
    "original",
    "rotated-90",
    "rotated-180",
    "rotated-270",
    "flipped-x",
    "flipped-y",
    "flipped-plus",
    "flipped-minus",
)
_SIDE: Final = 64
_TERMS: Final = 16


@dataclass(frozen=True, slots=True)
class PdqHash:
    """One hash with what is known of its worth.

    Attributes:
        value: 32 bytes, most significant bit first; its hexadecimal is what pdqhash and threatexchange print.
        quality: 0 to 100, how many steep steps the 64 x 64 thumbnail has.
        contrast: the thumbnail's brightest cell less its darkest, in levels of 0 to 255.
    """

    value: bytes
    quality: int
    contrast: float


def pdq(pixels: Pixels, *, full_size: tuple[int, int] | None = None, scale: int = 1) -> PdqHash:
    """The hash of a picture; of one decoded at 1/scale, an approximation of the hash of the full size.

    Args:
        pixels: uint8, C order, (height, width, 3) RGB or (height, width) grey.
        full_size: (height, width) before scaling; needed when scale is not 1.
        scale: pixels has the full size divided by it, rounded up, as a JPEG decoder's DCT scaling gives.
    Raises:
        InputError: the array is of another kind, or does not have the scaled size.
    """
    _check(pixels)
    if scale == 1:
        return PdqHash(*_native.pdq(pixels))
    height, width = _full_size(pixels, full_size, scale)
    return PdqHash(*_native.pdq_scaled(pixels, height, width, scale, dihedral=False))


def pdq_dihedral(pixels: Pixels, *, full_size: tuple[int, int] | None = None, scale: int = 1) -> dict[str, PdqHash]:
    """The hashes of a picture and of its seven turned and mirrored forms, by the names and in the order of `FORMS`.

    They come from one set of cosine terms, as in the reference: near to, not always equal to, the hash of the turned
    pixels. Costs some microseconds more than one hash. A picture of exactly 64 x 64 is filtered here and is not for a
    single hash, so that there "original" may differ from `pdq` by some bits; both are as the reference does.

    Args and Raises: as `pdq`.
    """
    _check(pixels)
    if scale == 1:
        values, quality, contrast = _native.pdq_dihedral(pixels)
    else:
        height, width = _full_size(pixels, full_size, scale)
        values, quality, contrast = _native.pdq_scaled(pixels, height, width, scale, dihedral=True)
    each = (values[at : at + WIDTH_BYTES] for at in range(0, len(values), WIDTH_BYTES))
    return {form: PdqHash(value, quality, contrast) for form, value in zip(FORMS, each, strict=True)}


def pdq_plain(pixels: Pixels) -> PdqHash:
    """What `pdq` is held to: the reference's operations in NumPy, each float32 sum in its order."""
    _check(pixels)
    if min(pixels.shape[:2]) < SMALLEST_SIDE:
        return PdqHash(bytes(WIDTH_BYTES), 0, 0.0)
    thumbnail = _thumbnail(_luma(pixels))
    bits = _bits(_cosine_terms(thumbnail))
    return PdqHash(bits, _quality(thumbnail), float(thumbnail.max() - thumbnail.min()))


def _check(pixels: Pixels) -> None:
    rgb_or_grey = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)  # noqa: PLR2004  (rows, columns, three colours)
    if pixels.dtype != np.uint8 or not rgb_or_grey or not pixels.flags.c_contiguous:
        raise InputError(
            "pixels must be 8-bit RGB (height, width, 3) or grey (height, width) in C order, "
            f"got {pixels.dtype} {pixels.shape}; convert them first"
        )


def _full_size(pixels: Pixels, full_size: tuple[int, int] | None, scale: int) -> tuple[int, int]:
    if full_size is None or scale < 1:
        raise InputError(f"scaled pixels need their scale, from 2 up, and the full size; got {scale} and {full_size}")
    expected = tuple(-(-side // scale) for side in full_size)
    if pixels.shape[:2] != expected:
        raise InputError(f"a picture of {full_size} at scale 1/{scale} must be {expected}, got {pixels.shape[:2]}")
    return full_size


def _luma(pixels: Pixels) -> Floats:
    """Weighed in float64, then rounded once."""
    if pixels.ndim == 2:  # noqa: PLR2004  (rows and columns: grey)
        return pixels.astype(np.float32)
    red, green, blue = (pixels[:, :, channel].astype(np.float64) for channel in range(3))
    return (red * 0.299 + green * 0.587 + blue * 0.114).astype(np.float32)


def _thumbnail(luma: Floats) -> Floats:
    if luma.shape == (_SIDE, _SIDE):
        return luma
    for _ in range(2):
        luma = _box(_box(luma.T).T)
    rows, columns = ([int((k + 0.5) * side / _SIDE) for k in range(_SIDE)] for side in luma.shape)
    return luma[np.ix_(rows, columns)]


def _box(values: Floats) -> Floats:
    """Each value's mean with its neighbours along the first axis, by one running sum from end to end."""
    length = len(values)
    window = -(-length // (2 * _SIDE))
    lag = window // 2
    out = np.empty_like(values)
    total = np.zeros_like(values[0])
    for step in range(length + lag):
        if step < length:
            total = total + values[step]
        if step >= window:
            total = total - values[step - window]
        if step >= lag:
            inside = min(step + 1, length) - max(step - window + 1, 0)
            out[step - lag] = total / np.float32(inside)
    return out


def _quality(thumbnail: Floats) -> int:
    steps = [thumbnail[:-1] - thumbnail[1:], thumbnail[:, :-1] - thumbnail[:, 1:]]
    hundredths = (np.trunc(np.abs(step) * np.float32(100) / np.float32(255)) for step in steps)
    return min(int(sum(part.sum(dtype=np.float64) for part in hundredths)) // 90, 100)


def _cosine_terms(thumbnail: Floats) -> Floats:
    """Terms 1 to 16 in both directions; the constant one says only how bright the picture is."""
    scale = np.float32(math.sqrt(2.0 / _SIDE))
    angle = math.pi / 2.0 / _SIDE
    cosines = np.array(
        [[float(scale) * math.cos(angle * (i + 1) * (2 * j + 1)) for j in range(_SIDE)] for i in range(_TERMS)],
        np.float32,
    )
    half = np.zeros((_TERMS, _SIDE), np.float32)
    terms = np.zeros((_TERMS, _TERMS), np.float32)
    for k in range(_SIDE):
        half += np.outer(cosines[:, k], thumbnail[k])
    for k in range(_SIDE):
        terms += np.outer(half[:, k], cosines[:, k])
    return terms


def _bits(terms: Floats) -> bytes:
    """One bit a term: is it greater than the lower median? The first term is the lowest bit."""
    flat = terms.ravel()
    median = np.sort(flat)[len(flat) // 2 - 1]
    return np.packbits((flat > median)[::-1]).tobytes()
