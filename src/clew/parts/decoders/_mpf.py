"""The further pictures of a JPEG file that holds several: a 3-D camera's other eye, a burst, a large preview.

Source: CIPA DC-007-2009 (Multi-Picture Format), section 5.
"""

import struct
from collections.abc import Iterable

MARK = b"MPF\x00"
_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_ENTRIES_TAG = 0xB002
_ENTRY_BYTES = 16
# An honest index has three or four fields; the walk over a hostile one must end.
_MOST_FIELDS = 64
_JPEG = b"\xff\xd8\xff"


def further_pictures(content: memoryview, indexes: Iterable[tuple[int, bytes]]) -> list[int]:
    """Where the pictures after the first begin, in the order of the indexes; what they name and is no JPEG is left out.

    Sizes are not believed: a decoder finds the end itself, and a false size could hide a picture.

    Args:
        content: the whole file.
        indexes: the body of each segment that begins with MARK, without it, and where in the file it begins.
    """
    named = [base + offset for base, index in indexes for offset in _offsets(index) if offset]
    return [start for start in dict.fromkeys(named) if bytes(content[start : start + len(_JPEG)]) == _JPEG]


def _offsets(index: bytes) -> list[int]:
    """What the index says, from its own beginning on; 0 is the first picture."""
    order = _ORDERS.get(index[:4])
    if order is None:
        return []
    try:
        (directory,) = struct.unpack_from(f"{order}I", index, 4)
        (fields,) = struct.unpack_from(f"{order}H", index, directory)
        for place in range(min(fields, _MOST_FIELDS)):
            tag, _, length, at = struct.unpack_from(f"{order}HHII", index, directory + 2 + 12 * place)
            if tag == _ENTRIES_TAG:
                table = index[at : at + length]
                whole = table[: len(table) // _ENTRY_BYTES * _ENTRY_BYTES]
                return [offset for _, _, offset, _ in struct.iter_unpack(f"{order}IIII", whole)]
    except struct.error:
        return []  # the bytes end before the index does
    return []
