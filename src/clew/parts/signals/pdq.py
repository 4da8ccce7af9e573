"""PDQ: pictures that look alike have hashes that differ in few bits.

Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019. The kernel equals the
reference implementation bit for bit (see `clew.kernels.pdq`).
"""

from clew.errors import InputError
from clew.kernels.pdq import SMALLEST_SIDE, WIDTH_BYTES, PdqHash, pdq, pdq_dihedral
from clew.parts.signals.base import PixelPart, Pixels
from clew.records.identifiers import SignalType
from clew.records.signal import Reason, Signal, Unhashable

# Each bit says whether a cosine term is above the median of all 256, so exactly 128 are set, fewer only where terms are
# equal to the last digit. Whatever lies within 31 bits of such a hash has 97 to 159; other makers' medians fit well
# inside these bounds, and of uniformly random values all but one or two in 10^9 do. What lies outside is not PDQ:
# padding, text, a shorter hash filled up, the hash of a picture that shows next to nothing.
_FEWEST_BITS = 80
_MOST_BITS = 176

# Below half a level between its darkest and brightest part a picture shows nothing: rounding alone decides the bits.
# (The quality of such a picture is 0 at any rate.)
_LEAST_CONTRAST_LEVELS = 0.5

_ITSELF = "original"


class PdqPart(PixelPart):
    """PDQ over upright 8-bit RGB or grey pixels."""

    name = SignalType("pdq")
    title = "PDQ"
    width_bytes = WIDTH_BYTES
    # What the trade compares by: PDQ_CONFIDENT_MATCH_THRESHOLD and PdqSignal.QUALITY_THRESHOLD of python-threatexchange
    # 1.2.17.
    default_within_bits = 31
    min_quality = 50

    def hash(
        self, pixels: Pixels, *, form: str | None = None, full_size: tuple[int, int] | None = None, scale: int = 1
    ) -> Signal | Unhashable:
        """The signal of one picture; pictures that show nothing, or have a side under 5 pixels, have none."""
        found = pdq(pixels, full_size=full_size, scale=scale)
        return self._unhashable(found, full_size or pixels.shape[:2]) or self._signal(found, form)

    def hash_turned(
        self, pixels: Pixels, *, form: str | None = None, full_size: tuple[int, int] | None = None, scale: int = 1
    ) -> tuple[Signal, ...] | Unhashable:
        """Eight signals: of the picture, then of its turned and mirrored forms, as `clew.kernels.pdq.FORMS` names them.

        The first is that of `hash`. They cost a few microseconds more than one.
        """
        found = pdq_dihedral(pixels, full_size=full_size, scale=scale)
        size = full_size or pixels.shape[:2]
        missing = self._unhashable(found[_ITSELF], size)
        if missing is not None:
            return missing
        if size == (64, 64):  # where the reference does not filter the picture itself
            found[_ITSELF] = pdq(pixels, full_size=full_size, scale=scale)
        return tuple(
            self._signal(each, form if turn == _ITSELF else f"{form}+{turn}" if form else turn)
            for turn, each in found.items()
        )

    def check(self, value: bytes, quality: int | None = None) -> None:
        """As `SignalPart.check`; and about half of the bits must be set, as in every hash of a picture."""
        super().check(value, quality)
        bits = int.from_bytes(value).bit_count()
        if not _FEWEST_BITS <= bits <= _MOST_BITS:
            raise InputError(
                f"PDQ hash has {bits} bits set of 256, and a picture's has about 128 "
                f"({_FEWEST_BITS} to {_MOST_BITS} are taken); leave the row out"
            )

    def _signal(self, found: PdqHash, form: str | None) -> Signal:
        return Signal(type=self.name, value=found.value, quality=found.quality, form=form)

    def _unhashable(self, found: PdqHash, size: tuple[int, ...]) -> Unhashable | None:
        height, width = size
        if min(height, width) < SMALLEST_SIDE:
            detail = f"{width} x {height} pixels; PDQ needs {SMALLEST_SIDE} in each direction"
            return Unhashable(type=self.name, reason=Reason.TOO_SMALL, detail=detail)
        if found.contrast < _LEAST_CONTRAST_LEVELS or not any(found.value):
            detail = f"brightness varies by {found.contrast:.2f} of 255 levels"
            return Unhashable(type=self.name, reason=Reason.FLAT, detail=detail)
        return None


PART = PdqPart()
