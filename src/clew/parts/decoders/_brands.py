"""Which of the formats that share one container a file is: HEIC and AVIF both begin with an `ftyp` box."""

from clew.parts.decoders.base import HEAD_BYTES

_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF = frozenset({b"avif", b"avis"})
# These say only that there is a picture inside; the codec is then in the compatible brands.
_NEUTRAL = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})


def media_type(head: bytes) -> str | None:
    """image/heic or image/avif by the brands of the first box; None when it is neither.

    Source: ISO/IEC 14496-12, section 4.3 (file type box); ISO/IEC 23008-12, section 10 (brands).
    """
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4]), HEAD_BYTES, len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if _AVIF.intersection(brands):
        return "image/avif"
    if _HEIC.intersection(brands) or brands[0] in _NEUTRAL:
        return "image/heic"
    return None
