"""What a decoder is: bytes in, frames of upright 8-bit RGB out, or a refusal with its reason.

Decoders read bytes that strangers made. They run only inside the confined worker of `clew.intake.decode`, one file at
a time, and never trust a size before they have compared it with the limits.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from clew.errors import InputError
from clew.records.signal import Reason

Pixels = NDArray[np.uint8]

# In the form of a frame of which a part is missing: the file breaks off or is damaged inside.
TRUNCATED = "truncated"
# How many bytes of a file a part may see to say whether the file is its own.
HEAD_BYTES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of one picture is decoded.

    Attributes:
        pixels: the largest frame, width times height; a larger JPEG is decoded scaled, all else is refused.
        frames: most frames of an animated picture, or pictures of a file that holds several.
        seconds: after so long no further frame is begun.
        offset: 0 up to 1; shifts which frames are taken where not all are.
    """

    pixels: int
    frames: int
    seconds: float = 10.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Pixels to be hashed, and what they are.

    Attributes:
        pixels: height x width x 3, uint8, RGB, C-contiguous; valid until the next frame is asked for.
        form: what a signal made of them says of itself (`clew.records.signal.Signal.form`); None is the upright whole.
        scale: 1, or 2, 4, 8 when the decoder made each pixel from a square of so many pixels.
        full_height, full_width: the size before scaling; with scale 1 that of `pixels`.
    """

    pixels: Pixels
    form: str | None = None
    scale: int = 1
    full_height: int
    full_width: int


class UndecodableError(InputError):
    """A picture has no pixels for us; `reason` is what its Unhashable says."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class DeclinedError(InputError):
    """This part leaves the file to the next one that accepts it; the message says why."""


class DecoderPart(ABC):
    """One way to make pixels.

    Attributes:
        name: the part's name on the shelf.
        media_types: what it can decode.
        precedence: where several accept the same bytes the lowest is asked first.
    """

    name: ClassVar[str]
    media_types: ClassVar[tuple[str, ...]]
    precedence: ClassVar[int] = 50

    @abstractmethod
    def accepts(self, head: bytes) -> str | None:
        """The media type when the first HEAD_BYTES are of a format that this part decodes; a file's name is no hint."""

    @abstractmethod
    def decode(self, content: memoryview, limits: Limits) -> Iterator[Frame]:
        """Every frame to be hashed, the first one first; several forms of one frame follow one another.

        Args:
            content: the whole file.
            limits: compared before memory is taken.
        Raises:
            UndecodableError: there are no pixels, or no further ones; frames yielded before stand. Also after the last
                frame, when there were others (`frames_left_out`).
            DeclinedError: another decoder should try; raised before the first frame.
        """

    def fields(self, content: memoryview, limits: Limits) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        """What the file says of itself (EXIF), as names and short texts; nothing where the part reads none."""
        return ()

    @abstractmethod
    def warm_up(self) -> None:
        """Everything that is imported late is imported: afterwards no file can be opened any more."""


def frames_left_out(hashed: int, of: int) -> UndecodableError:
    """What is raised after the last frame when a file has more: what may be hidden there must be said."""
    return UndecodableError(Reason.FRAMES_LEFT_OUT, f"{hashed} of {of} frames hashed (decode.frames, decode.seconds)")


def joined(*forms: str | None) -> str | None:
    """Several forms as one; None when there is none."""
    return "+".join(form for form in forms if form) or None


def require_pixels(width: int, height: int, limits: Limits) -> None:
    """A frame of that size may be decoded; UndecodableError when it is empty or beyond the limit."""
    if width < 1 or height < 1:
        raise UndecodableError(Reason.DAMAGED, f"a picture of {width} x {height} pixels")
    if width * height > limits.pixels:
        raise UndecodableError(
            Reason.TOO_MANY_PIXELS, f"{width} x {height} pixels; at most {limits.pixels} are decoded (decode.pixels)"
        )


def upright_and_unrotated(
    pixels: Pixels, orientation: int, form: str | None = None, scale: int = 1, full: tuple[int, int] | None = None
) -> Iterator[Frame]:
    """The frame as a person sees it, then, where the file says it is stored turned or mirrored, as it is stored.

    Both are hashed because those who make lists do not agree on which one they hash.

    Args:
        pixels: as stored.
        orientation: 1 to 8; anything else is taken as 1.
        form: what both have in common.
        scale: see Frame.
        full: height and width before scaling, as stored.
    Source: CIPA DC-008 (Exif 2.32), tag 0x0112.
    """
    height, width = full or pixels.shape[:2]
    pixels = np.ascontiguousarray(pixels)
    if orientation in _TURNS:
        upright = turned(pixels, orientation)
        across = _TURNS[orientation][0]
        upright_size = (width, height) if across else (height, width)
        yield Frame(pixels=upright, form=form, scale=scale, full_height=upright_size[0], full_width=upright_size[1])
        form = joined(form, "unrotated")
    yield Frame(pixels=pixels, form=form, scale=scale, full_height=height, full_width=width)


def already_upright(pixels: Pixels, orientation: int, form: str | None = None) -> Iterator[Frame]:
    """As `upright_and_unrotated`, of pixels that the decoding library has turned upright already."""
    height, width = pixels.shape[:2]
    pixels = np.ascontiguousarray(pixels)
    yield Frame(pixels=pixels, form=form, full_height=height, full_width=width)
    if orientation in _INVERSE:
        stored = turned(pixels, _INVERSE[orientation])
        height, width = stored.shape[:2]
        yield Frame(pixels=stored, form=joined(form, "unrotated"), full_height=height, full_width=width)


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """An upright copy, in row order, of pixels that are stored in one of the turned orientations, 2 to 8."""
    transpose, flip_rows, flip_columns = _TURNS[orientation]
    whole = pixels.view(_RGB)[:, :, 0]
    if transpose:
        whole = whole.T
    whole = whole[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]
    out = np.empty(whole.shape, _RGB)
    for top in range(0, len(out), _BAND_ROWS):
        out[top : top + _BAND_ROWS] = whole[top : top + _BAND_ROWS]
    return out.view(np.uint8).reshape(*whole.shape, 3)


# orientation -> (transpose, then mirror top to bottom, then mirror left to right)
_TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}

# What turns an upright picture back into the stored one.
_INVERSE = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}

# Rows copied at once when a picture is turned: few enough that the lines read stay in the cache.
_BAND_ROWS = 64
# A pixel is moved as a whole, which is twice as fast as channel by channel.
_RGB = np.dtype("V3")
