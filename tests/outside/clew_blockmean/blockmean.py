"""Block mean: 256 bits that say which of 16 x 16 blocks are brighter than the median block.

Source: Yang, Gu, Niu, "Block Mean Value Based Image Perceptual Hashing", IIH-MSP 2006, method 1, without its key.
"""

import numpy as np

from clew.parts.signals.base import PixelPart, Pixels
from clew.records.identifiers import SignalType
from clew.records.signal import Reason, Signal, Unhashable

_SIDE = 16
# Rec. 601 luma, as PDQ takes it.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
# Blocks that differ by less than a level of 255 are told apart by noise alone.
_LEAST_CONTRAST_LEVELS = 1.0


class BlockMeanPart(PixelPart):
    """Block mean over upright 8-bit pixels."""

    name = SignalType("blockmean")
    title = "Block mean"
    width_bytes = _SIDE * _SIDE // 8
    # Chosen for this example, not measured: a twelfth of the bits.
    default_within_bits = 20

    def hash(
        self,
        pixels: Pixels,
        *,
        form: str | None = None,
        full_size: tuple[int, int] | None = None,
        scale: int = 1,
    ) -> Signal | Unhashable:
        """The signal; a picture smaller than its blocks, or without any contrast between them, has none.

        A picture decoded at a smaller scale has nearly the same means, so the scale plays no part.
        """
        height, width = pixels.shape[:2]
        if min(height, width) < _SIDE:
            detail = f"{width} x {height} pixels; {_SIDE} are needed in each direction"
            return Unhashable(type=self.name, reason=Reason.TOO_SMALL, detail=detail)
        luma = pixels @ _LUMA if pixels.ndim == 3 else pixels.astype(np.float32)
        rows = np.arange(_SIDE) * height // _SIDE
        columns = np.arange(_SIDE) * width // _SIDE
        sums = np.add.reduceat(np.add.reduceat(luma, rows, axis=0), columns, axis=1)
        means = sums / np.outer(np.diff(rows, append=height), np.diff(columns, append=width))
        if np.ptp(means) < _LEAST_CONTRAST_LEVELS:
            return Unhashable(type=self.name, reason=Reason.FLAT, detail=f"blocks differ by {np.ptp(means):.2f} levels")
        return Signal(type=self.name, value=np.packbits(means > np.median(means)).tobytes(), form=form)


PART = BlockMeanPart()
