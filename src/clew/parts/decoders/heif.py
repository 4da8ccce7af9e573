"""HEIC by libheif and libde265, which decode and cannot encode: the photographs of most telephones."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pi_heif

from clew.ground.clock import monotonic_s
from clew.parts.decoders import _alpha, _brands, _exif
from clew.parts.decoders.base import (
    DecoderPart,
    Frame,
    Limits,
    UndecodableError,
    already_upright,
    frames_left_out,
    require_pixels,
    upright_and_unrotated,
)
from clew.records.signal import Reason

# One thread: a worker decodes one file and may not start another.
pi_heif.options.DECODE_THREADS = 1
# Never another picture than the one that is shown.
pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False


_EXIF_PREFIX = b"Exif\x00\x00"
_PROPERTIES_WITHIN = 1 << 16


class HeifPart(DecoderPart):
    """HEIC; libheif turns the picture upright as the container says."""

    name = "heif"
    media_types = ("image/heic",)
    precedence = 10

    def accepts(self, head: bytes) -> str | None:
        """A container of which no brand says AVIF."""
        return "image/heic" if _brands.media_type(head) == "image/heic" else None

    def decode(self, content: memoryview, limits: Limits) -> Iterator[Frame]:
        """The primary picture, then the others that the container shows."""
        started = monotonic_s()
        with _damage_is_refused():
            file = pi_heif.open_heif(bytes(content), convert_hdr_to_8bit=True)
            primary = file.primary_index
            order = [primary, *(place for place in range(len(file)) if place != primary)]
        # The container's own turn goes before what EXIF says, and libheif has made it; without one EXIF is followed,
        # as viewers do though the standard does not. Source: ISO/IEC 23008-12, section 6.5.10.
        turn = already_upright if _turned_by_container(content) else upright_and_unrotated
        for number, place in enumerate(order, 1):
            if number > 1 and (number > limits.frames or monotonic_s() - started > limits.seconds):
                raise frames_left_out(number - 1, len(order))
            with _damage_is_refused():
                picture = file[place]
                width, height = picture.size
                require_pixels(width, height, limits)
                # A copy: the library's own memory ends with its object.
                pixels = np.array(picture)[:height, :width]
            if pixels.ndim == 2:  # noqa: PLR2004  (rows of grey)
                pixels = np.repeat(pixels[:, :, None], 3, axis=2)
            stated = _exif.orientation(memoryview(picture.info["exif"] or b"")[len(_EXIF_PREFIX) :])
            yield from _alpha.frames(pixels, stated, None if number == 1 else f"frame-{number}", turn)

    def warm_up(self) -> None:
        """The library is loaded; it says so by naming its version."""
        pi_heif.libheif_version()


@contextmanager
def _damage_is_refused() -> Iterator[None]:
    """What libheif raises becomes a refusal."""
    try:
        yield
    except UndecodableError:
        raise
    except (ValueError, EOFError, SyntaxError, RuntimeError, OSError, IndexError) as error:
        if "memory" in str(error).lower():
            raise MemoryError from error
        raise UndecodableError(Reason.DAMAGED, "HEIC: no picture can be made of it") from error


def _turned_by_container(content: memoryview) -> bool:
    """Whether there is a rotation or mirror box among the item properties, which stand near the beginning."""
    start = bytes(content[:_PROPERTIES_WITHIN])
    return b"irot" in start or b"imir" in start


PART = HeifPart()
