"""Which way up a picture is meant: the orientation of its EXIF block, and nothing else of it.

The thumbnail inside an EXIF block is never looked at: it may show another picture than the file does.
"""

from typing import Literal

_ORIENTATION = 0x0112
_SHORT = 3
# An honest first directory has a few dozen entries; a corrupt count must not make us walk a megabyte.
_MOST_ENTRIES = 512
_ENTRY_BYTES = 12


def orientation(block: memoryview | bytes) -> int:
    """The orientation, 1 to 8, that a TIFF-shaped EXIF block states; 1 when it states none or is corrupt.

    Args:
        block: from the byte-order mark on, without the "Exif" prefix.
    Source: CIPA DC-008 (Exif 2.32), section 4.5; TIFF 6.0, section 2.
    """
    mark = bytes(block[:4])
    if mark not in {b"II*\x00", b"MM\x00*"}:
        return 1
    order: Literal["little", "big"] = "little" if mark[0] == ord("I") else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(block[at : at + size], order)

    first = number(4, 4)
    for entry in range(min(number(first, 2), _MOST_ENTRIES)):
        at = first + 2 + entry * _ENTRY_BYTES
        if at + _ENTRY_BYTES > len(block):
            break
        if number(at, 2) == _ORIENTATION:
            value = number(at + 8, 2) if number(at + 2, 2) == _SHORT else 1
            return value if 1 <= value <= 8 else 1  # noqa: PLR2004 - the eight turns of a rectangle
    return 1
