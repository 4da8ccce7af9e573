"""What is seen through a transparent picture: on white, on black, and as if nothing were transparent."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from clew.parts.decoders.base import Frame, Pixels, joined, upright_and_unrotated

Turn = Callable[[Pixels, int, str | None], Iterator[Frame]]

_OPAQUE = 255
_RGBA = 4


def frames(
    pixels: NDArray[np.uint8], orientation: int, form: str | None = None, turn: Turn = upright_and_unrotated
) -> Iterator[Frame]:
    """The frames of a picture with or without an alpha channel.

    A picture that is somewhere transparent looks different on every page, so three are hashed: it on white, it on
    black, and its colours without regard to transparency, which is what most makers of lists have hashed and where a
    picture can be hidden.

    Args:
        pixels: height x width x 3 or 4, RGB or RGBA; alpha not premultiplied.
        orientation: see upright_and_unrotated.
        form: what all of them have in common.
        turn: whether the pixels are as stored, or upright already.
    """
    if pixels.shape[2] == _RGBA and pixels[:, :, 3].min() < _OPAQUE:
        yield from turn(_over(pixels, 255), orientation, joined(form, "on-white"))
        yield from turn(_over(pixels, 0), orientation, joined(form, "on-black"))
        form = joined(form, "alpha-ignored")
    yield from turn(np.ascontiguousarray(pixels[:, :, :3]), orientation, form)


def _over(pixels: NDArray[np.uint8], ground: int) -> Pixels:
    """The colours over a plain ground, each rounded to the nearest; row by row, so that memory stays small."""
    out = np.empty((*pixels.shape[:2], 3), np.uint8)
    for row in range(len(out)):
        weight = pixels[row, :, 3:].astype(np.uint32)
        out[row] = (pixels[row, :, :3] * weight + ground * (_OPAQUE - weight) + _OPAQUE // 2) // _OPAQUE
    return out
