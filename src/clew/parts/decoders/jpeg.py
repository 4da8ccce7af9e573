"""JPEG by libjpeg-turbo: grey and three colours of 8 bits, which is nearly every photograph there is.

All else that begins like a JPEG (inks, 12 bits, lossless) is left to the next decoder.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import simplejpeg

from clew.ground.clock import monotonic_s
from clew.parts.decoders import _exif, _mpf
from clew.parts.decoders.base import (
    TRUNCATED,
    DeclinedError,
    DecoderPart,
    Frame,
    Limits,
    Pixels,
    UndecodableError,
    frames_left_out,
    joined,
    upright_and_unrotated,
)
from clew.records.signal import Reason

_START = b"\xff\xd8\xff"
# Start-of-frame markers: C4, C8 and CC are tables. Source: ITU-T T.81, table B.1.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_SCAN, _EXIF_SEGMENT, _INDEX_SEGMENT = 0xDA, 0xE1, 0xE2
# A file has one index; of a hostile one that repeats it no more are read.
_MOST_INDEXES = 16
# Markers without a length; 0x00 is none at all, and passed over as libjpeg does.
_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_EXIF_PREFIX = b"Exif\x00\x00"
# An honest file has some dozens of segments before its picture; the walk over a hostile one must end.
_MOST_STEPS = 100_000
# What the decoder can leave out while decoding, exactly: it makes each block of 8 x 8 with fewer coefficients.
_SCALES = (1, 2, 4, 8)
# A canvas is kept between files up to this size: fresh pages cost a tenth of the decoding.
_KEPT_BYTES = 1 << 26


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands before the picture's bits."""

    coding: int
    precision: int
    height: int
    width: int
    components: int
    orientation: int
    indexes: tuple[tuple[int, bytes], ...]  # see `_mpf.further_pictures`


class JpegPart(DecoderPart):
    """Colour and grey JPEG."""

    name = "jpeg"
    media_types = ("image/jpeg",)
    precedence = 10

    def __init__(self) -> None:
        self._canvas = np.empty(0, np.uint8)

    def accepts(self, head: bytes) -> str | None:
        """Anything that begins as a JPEG does."""
        return "image/jpeg" if head.startswith(_START) else None

    def decode(self, content: memoryview, limits: Limits) -> Iterator[Frame]:
        """The upright picture and, where it is stored turned, the stored one; scaled when it is beyond the limit.

        Then the further pictures of a file that holds several.
        """
        started = monotonic_s()
        header = _read_header(content)
        yield from self._picture(content, header, limits, None)
        others = _mpf.further_pictures(content, header.indexes)
        for number, start in enumerate(others, 2):
            if number > limits.frames or monotonic_s() - started > limits.seconds:
                raise frames_left_out(number - 1, len(others) + 1)
            try:
                rest = content[start:]
                yield from self._picture(rest, _read_header(rest), limits, f"frame-{number}")
            except DeclinedError as error:
                raise UndecodableError(Reason.UNSUPPORTED, f"picture {number} of the file: {error}") from error

    def _picture(self, content: memoryview, header: _Header, limits: Limits, form: str | None) -> Iterator[Frame]:
        if header.coding not in {_BASELINE, _EXTENDED, _PROGRESSIVE} or header.precision != 8:  # noqa: PLR2004  (as the format writes it)
            raise DeclinedError(f"JPEG coding {header.coding:#x} of {header.precision} bits")
        if header.components not in {1, 3}:
            raise DeclinedError(f"JPEG of {header.components} components")
        scale = next((s for s in _SCALES if _scaled_pixels(header, s) <= limits.pixels), None)
        if scale is None:
            raise UndecodableError(Reason.TOO_MANY_PIXELS, f"{header.width} x {header.height} pixels, even at 1/8")
        pixels, whole = self._pixels(content, header, scale)
        form = joined(form, None if whole else TRUNCATED, None if scale == 1 else f"scaled-1/{scale}")
        yield from upright_and_unrotated(pixels, header.orientation, form, scale, (header.height, header.width))

    def warm_up(self) -> None:
        """One small picture is made and decoded."""
        sample = simplejpeg.encode_jpeg(np.zeros((16, 16, 3), np.uint8))
        list(self.decode(memoryview(sample), Limits(pixels=256, frames=1)))

    def _pixels(self, content: memoryview, header: _Header, scale: int) -> tuple[Pixels, bool]:
        """The pixels, and whether all of the file could be decoded."""
        try:
            return self._call(content, header, scale, strict=True), True
        except MemoryError:
            raise
        except ValueError as error:
            _refuse_memory(error)
        try:
            # What a viewer would show of a file that breaks off: better a hash that says so than none.
            return self._call(content, header, scale, strict=False), False
        except ValueError as error:
            _refuse_memory(error)
            tidy = _without_garbage(content)
            if len(tidy) < len(content):
                return self._pixels(tidy, header, scale)
            raise UndecodableError(Reason.DAMAGED, "JPEG: no picture can be made of it") from error

    def _call(self, content: memoryview, header: _Header, scale: int, *, strict: bool) -> Pixels:
        height, width = -(-header.height // scale), -(-header.width // scale)
        size = height * width * 3
        if size > len(self._canvas):
            self._canvas = np.empty(size, np.uint8)
        canvas = self._canvas
        if size > _KEPT_BYTES:
            self._canvas = np.empty(0, np.uint8)
        pixels: Pixels = simplejpeg.decode_jpeg(
            content, "RGB", min_height=height, min_width=width, min_factor=1, buffer=canvas, strict=strict
        )
        if pixels.shape != (height, width, 3):
            raise UndecodableError(Reason.DAMAGED, "JPEG: its header and its picture disagree about the size")
        return pixels


def _scaled_pixels(header: _Header, scale: int) -> int:
    return -(-header.height // scale) * -(-header.width // scale)


def _refuse_memory(error: ValueError) -> None:
    """The decoder says in words what Python says as MemoryError."""
    if "memory" in str(error).lower():
        raise MemoryError from error


def _read_header(content: memoryview) -> _Header:
    """What the segments before the first scan say.

    Raises:
        UndecodableError: the picture does not begin before the bytes end.
    """
    orientation = 1
    frame: tuple[int, int, int, int, int] | None = None
    indexes: list[tuple[int, bytes]] = []
    for marker, at, body in _segments(content):
        if marker in _FRAMES and frame is None and len(body) >= 6:  # noqa: PLR2004 - precision, height, width, components
            height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
            if height == 0 or width == 0:
                raise UndecodableError(Reason.DAMAGED, f"JPEG: a picture of {width} x {height} pixels")
            frame = (marker, body[0], height, width, body[5])
        elif marker == _EXIF_SEGMENT and frame is None and bytes(body[:6]) == _EXIF_PREFIX:
            orientation = _exif.orientation(body[6:])
        elif marker == _INDEX_SEGMENT and len(indexes) < _MOST_INDEXES and bytes(body[:4]) == _mpf.MARK:
            indexes.append((at + len(_mpf.MARK), bytes(body[4:])))
    if frame is None:
        raise UndecodableError(Reason.DAMAGED, "JPEG: it ends before its picture begins")
    return _Header(*frame, orientation, tuple(indexes))


def _segments(content: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """The marker of each segment, where its body begins, and the body; of the first scan all that follows."""
    at = 2
    for _ in range(_MOST_STEPS):
        if at + 4 > len(content):
            return
        if content[at] != 0xFF:  # noqa: PLR2004 - garbage between segments: libjpeg skips it, so do we
            at += 1
            continue
        marker = content[at + 1]
        if marker == 0xFF or marker in _ALONE:  # noqa: PLR2004 - fill bytes
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004  (as the format writes it)
            continue
        if marker == _SCAN:
            yield marker, at + 4, content[at + 4 :]
            return
        length = int.from_bytes(content[at + 2 : at + 4])
        yield marker, at + 4, content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _without_garbage(content: memoryview) -> memoryview:
    """The file without what stands between its segments: viewers pass it over, the decoder refuses the file."""
    pieces = [content[:2]]
    pieces += [content[at - 4 : at + len(body)] for _, at, body in _segments(content)]
    return memoryview(b"".join(pieces))


PART = JpegPart()
