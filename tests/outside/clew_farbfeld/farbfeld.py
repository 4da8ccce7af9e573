"""farbfeld: a picture format without compression, sixteen bits a channel, red, green, blue, alpha.

Source: farbfeld(5), suckless.org, 2017.
"""

from collections.abc import Iterator

import numpy as np

from clew.parts.decoders.base import DecoderPart, Frame, Limits, UndecodableError, require_pixels
from clew.records.signal import Reason

_MAGIC = b"farbfeld"
_HEADER_BYTES = 16
_PIXEL_BYTES = 8
_OPAQUE = 0xFFFF


class FarbfeldPart(DecoderPart):
    """farbfeld pictures."""

    name = "farbfeld"
    media_types = ("image/x-farbfeld",)

    def accepts(self, head: bytes) -> str | None:
        """Whatever begins with the format's name."""
        return "image/x-farbfeld" if head.startswith(_MAGIC) else None

    def decode(self, content: memoryview, limits: Limits) -> Iterator[Frame]:
        """The one picture; of a transparent one the colours alone, which its form says."""
        width, height = (int.from_bytes(content[at : at + 4]) for at in (8, 12))
        require_pixels(width, height, limits)
        if len(content) - _HEADER_BYTES < width * height * _PIXEL_BYTES:
            raise UndecodableError(Reason.DAMAGED, f"farbfeld: {width} x {height} pixels, and the file breaks off")
        wide = np.frombuffer(content, ">u2", width * height * 4, _HEADER_BYTES).reshape(height, width, 4)
        yield Frame(
            pixels=np.ascontiguousarray(wide[:, :, :3] >> 8).astype(np.uint8),
            form=None if wide[:, :, 3].min() == _OPAQUE else "alpha-ignored",
            full_height=height,
            full_width=width,
        )

    def warm_up(self) -> None:
        """NumPy is all it needs, and that is loaded."""


PART = FarbfeldPart()
