"""Every row that equals a query: digests sorted behind a table of their first bits."""

import numpy as np
import numpy.typing as npt

from clew import _native
from clew.kernels.found import Neighbours, reference, unpack

Bytes = npt.NDArray[np.uint8]
_ROWS_A_BUCKET = 8  # a bucket then lies in two or three cache lines, and the offsets add half a byte a row
_PREFIX_BITS_LIMIT = 28


class ExactIndex:
    """Sorted digests that can be searched by any number of threads at once; it keeps its arrays and never changes.

    Args:
        rows: uint8[n, width], C order, sorted as bytes; equal ones by entry id (see `sorted_order`).
        entry_ids: int64[n].
        lists: uint32[n].
        offsets: uint32[2^bits + 1] as `fill_offsets` makes them.
    """

    def __init__(
        self,
        rows: Bytes,
        entry_ids: npt.NDArray[np.int64],
        lists: npt.NDArray[np.uint32],
        offsets: npt.NDArray[np.uint32],
    ) -> None:
        self._native = _native.ExactIndex(rows, entry_ids, lists, offsets)

    def sound(self) -> bool:
        """Whether the offsets rise and stay inside."""
        return self._native.sound()

    def search(
        self, queries: Bytes, radius_by_list: npt.NDArray[np.int16], silent: Bytes | None, limit: int
    ) -> Neighbours | None:
        """The entries equal to each query, by entry id, and how many there are; None when the offsets prove damaged.

        Args:
            queries: uint8[m, width], C order.
            radius_by_list: 0 or more where a list is asked; -1, or a number beyond it, is not asked.
            silent: a bit for each row, lowest first; set where the row must not match.
            limit: matches kept for each query.
        """
        answer = self._native.search(queries, radius_by_list, silent, limit)
        return None if answer is None else unpack(*answer, len(queries))


def sorted_order(values: Bytes, entry_ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The order that sorts values as bytes, and equal ones by entry id."""
    by_entry = np.argsort(entry_ids, kind="stable")
    whole_words = np.zeros((len(values), -(-values.shape[1] // 8) * 8), np.uint8)
    whole_words[:, : values.shape[1]] = values[by_entry]
    words = whole_words.view(">u8").astype(np.uint64)
    # lexsort's last key counts most: the first word of the value.
    return by_entry[np.lexsort(tuple(words[:, ::-1].T))]


def prefix_bits(count: int) -> int:
    """How many leading bits make a bucket, for that many rows."""
    return min(max(count // _ROWS_A_BUCKET, 1).bit_length() - 1, _PREFIX_BITS_LIMIT)


def fill_offsets(rows: Bytes) -> tuple[npt.NDArray[np.uint32], int]:
    """The first row of each prefix over sorted rows, and the number of rows of the commonest prefix."""
    offsets = np.empty((1 << prefix_bits(len(rows))) + 1, np.uint32)
    return offsets, _native.exact_fill_offsets(rows, offsets)


def reference_offsets(rows: Bytes) -> tuple[npt.NDArray[np.uint32], int]:
    """The same offsets and largest bucket, by counting prefixes."""
    bits = prefix_bits(len(rows))
    heads = np.ascontiguousarray(rows[:, :4]).view(">u4")[:, 0].astype(np.uint64) >> np.uint64(32 - bits)
    sizes = np.bincount(heads.astype(np.int64), minlength=1 << bits)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32), int(sizes.max())


def reference_search(
    values: Bytes,
    entry_ids: npt.NDArray[np.int64],
    lists: npt.NDArray[np.uint32],
    queries: Bytes,
    radius_by_list: npt.NDArray[np.int16],
    silent: Bytes | None,
    limit: int,
) -> Neighbours:
    """The same matches, by comparing every query with every value."""
    differs = (queries[:, None, :] != values[None, :, :]).any(axis=2)
    # Farther than any radius asked: a digest is equal or it is not.
    distances = np.where(differs, np.uint16(0xFFFF), np.uint16(0))
    return reference(distances, entry_ids, lists, radius_by_list, silent, limit)
