"""A small picture of a file for a person's eyes: its first frame, cropped, grey or blurred, or the file's own fields.

This runs inside the confined worker. What leaves it are bare pixels, which are encoded anew outside: a worker that a
file has taken over can lie about a picture, and cannot hand a crafted one to a reviewer's browser.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.intake.wire import Picture, Request, Wanted
from clew.parts.decoders.base import HEAD_BYTES, DeclinedError, DecoderPart, Limits, Pixels, UndecodableError
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason, Unhashable

# Under which name a refusal is said, where hashing says the signal's type.
VIEW = SignalType("view")
# So much of a picture is left when it is blurred: enough for "a beach", too little for a face.
_BLURRED_SIDE = 24
# Weights of red, green and blue. Source: ITU-R BT.601-7.
_LUMA = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True)
class Looker:
    """Makes pictures; the decoders are asked in their order."""

    decoders: Sequence[DecoderPart]
    limits: Limits
    decoded_bytes: int

    def look(self, descriptor: int, request: Request) -> tuple[Hashed, Picture | None, tuple[tuple[str, str], ...]]:
        """The size and kind of the file, and the picture or the fields; or the reason why there is none."""
        size_bytes = os.fstat(descriptor).st_size
        head = os.pread(descriptor, HEAD_BYTES, 0)
        accepting = [(part, name) for part in self.decoders if (name := part.accepts(head)) is not None]
        hashed = Hashed(size_bytes=size_bytes, media_type=accepting[0][1] if accepting else None)
        try:
            picture, fields = self._seen(descriptor, size_bytes, [part for part, _ in accepting], request)
        except UndecodableError as error:
            return _refused(hashed, error.reason, error.detail), None, ()
        except MemoryError:
            return _refused(hashed, Reason.TOO_MUCH_MEMORY, "decoding needs more than decode.memory_mb"), None, ()
        except Exception as error:  # noqa: BLE001 - a decoder's own fault must be said, not end the worker
            return _refused(hashed, Reason.CRASHED, f"the decoder raised {type(error).__name__}"), None, ()
        return hashed, picture, fields

    def _seen(
        self, descriptor: int, size_bytes: int, parts: Sequence[DecoderPart], request: Request
    ) -> tuple[Picture | None, tuple[tuple[str, str], ...]]:
        if request.undecoded is not None:
            raise UndecodableError(request.undecoded, "the worker that decoded it had to be replaced")
        if not parts:
            raise UndecodableError(Reason.UNSUPPORTED, "no decoder here shows this kind of file; ask for the whole")
        if size_bytes > self.decoded_bytes:
            raise UndecodableError(Reason.TOO_LARGE, f"{size_bytes} bytes; larger files are not decoded")
        content = memoryview(os.pread(descriptor, size_bytes, 0))
        if request.wanted is None or request.wanted.metadata:
            return None, self._fields(content, parts)
        return self._picture(content, parts, request.wanted), ()

    def _picture(self, content: memoryview, parts: Sequence[DecoderPart], wanted: Wanted) -> Picture:
        refusal = UndecodableError(Reason.UNSUPPORTED, "no decoder here reads this kind of it")
        for part in parts:
            try:
                for frame in part.decode(content, self.limits):
                    return _made(frame.pixels, wanted)
            except DeclinedError as error:
                refusal = UndecodableError(Reason.UNSUPPORTED, str(error))
        raise refusal

    def _fields(self, content: memoryview, parts: Sequence[DecoderPart]) -> tuple[tuple[str, str], ...]:
        return next((found for part in parts if (found := part.fields(content, self.limits))), ())


def _made(pixels: Pixels, wanted: Wanted) -> Picture:
    part = _cropped(pixels, wanted)
    small = _shrunk(part, _BLURRED_SIDE if wanted.blur else wanted.side_pixels)
    if wanted.grey:
        small = np.repeat((small @ _LUMA)[:, :, None], 3, axis=2)
    if wanted.blur:
        small = _spread(small, wanted.side_pixels)
    shown = np.ascontiguousarray(np.clip(np.rint(small), 0, 255).astype(np.uint8))
    return Picture(shown.shape[0], shown.shape[1], shown.tobytes())


def _cropped(pixels: Pixels, wanted: Wanted) -> Pixels:
    height, width = pixels.shape[:2]
    top, left = height * wanted.top // 1000, width * wanted.left // 1000
    bottom = max(top + 1, height * (wanted.top + wanted.height) // 1000)
    right = max(left + 1, width * (wanted.left + wanted.width) // 1000)
    return pixels[top:bottom, left:right]


def _shrunk(pixels: Pixels, side: int) -> NDArray[np.float64]:
    """The mean of equal blocks, so that the longer side is at most `side`; band by band, in little memory."""
    height, width = pixels.shape[:2]
    factor = max(1, -(-max(height, width) // side))
    columns = np.arange(0, width, factor)
    counts = np.diff(np.append(columns, width))[:, None]
    rows = []
    for top in range(0, height, factor):
        band = pixels[top : top + factor]
        sums = np.add.reduceat(band.sum(axis=0, dtype=np.int64), columns, axis=0)
        rows.append(sums / (counts * len(band)))
    return np.stack(rows)


def _spread(small: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """The few values smoothly over a larger picture: linear between their middles. Nothing is added to what is left."""
    height, width = small.shape[:2]
    factor = max(1, side // max(height, width))
    rows = np.clip((np.arange(height * factor) + 0.5) / factor - 0.5, 0, height - 1)
    columns = np.clip((np.arange(width * factor) + 0.5) / factor - 0.5, 0, width - 1)
    tall = _between(small, rows)
    return _between(tall.transpose(1, 0, 2), columns).transpose(1, 0, 2)


def _between(values: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    low = np.floor(places).astype(np.intp)
    high = np.minimum(low + 1, len(values) - 1)
    share = (places - low)[:, None, None]
    return values[low] * (1 - share) + values[high] * share


def _refused(hashed: Hashed, reason: Reason, detail: str) -> Hashed:
    return Hashed(
        size_bytes=hashed.size_bytes,
        media_type=hashed.media_type,
        unhashable=(Unhashable(type=VIEW, reason=reason, detail=detail),),
    )
