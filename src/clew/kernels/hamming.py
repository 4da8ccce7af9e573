"""Every row within a Hamming distance of a query: by 16 tables up to 31 of 256 bits, by scanning beyond.

Two rows that differ in at most r bits differ, in at least one of 16 chunks of 16 bits, in at most r / 16 bits; so a
query visits, for each chunk, the bucket of its own value and the 16 that differ in one bit, and meets every near row
(see `src/native/hamming_search.inl` for the second bound, which spares it nearly all others). Nothing is approximate.
"""

import hashlib

import numpy as np
import numpy.typing as npt

from clew import _native
from clew.kernels.found import Neighbours, reference, unpack

CHUNKS = 16
WIDTH_BYTES = 32
Bytes = npt.NDArray[np.uint8]


class HammingIndex:
    """Rows that can be searched by any number of threads at once; it keeps the arrays it is given and never changes.

    Args:
        rows: uint8[n, 8 * k], C order, the values in stored form (see `stored_rows`).
        entry_ids: int64[n], rising, so that the order of rows is the order of entries.
        lists: uint32[n].
        width_bytes: of a query, 4 to 64; rows are that width filled up with zeros to a multiple of 8.
        source_of_bit: the permutation that the rows were stored by, or None.
        tables: uint8[16 * table_bytes(n)] as `fill_table` makes them, or None to scan always.
    """

    def __init__(
        self,
        rows: Bytes,
        entry_ids: npt.NDArray[np.int64],
        lists: npt.NDArray[np.uint32],
        *,
        width_bytes: int = WIDTH_BYTES,
        source_of_bit: Bytes | None = None,
        tables: Bytes | None = None,
    ) -> None:
        self._native = _native.HammingIndex(rows, entry_ids, lists, width_bytes, source_of_bit, tables)

    def sound(self) -> bool:
        """Whether the tables' offsets rise and stay inside; a millisecond, whatever the number of rows."""
        return self._native.sound()

    def search(
        self, queries: Bytes, radius_by_list: npt.NDArray[np.int16], silent: Bytes | None, limit: int
    ) -> Neighbours | None:
        """The nearest matches of each query, and how many there are; None when the tables prove to be damaged.

        Args:
            queries: uint8[m, width_bytes], C order, as they came: the permutation is applied inside.
            radius_by_list: the widest distance wanted of each list number; -1, or a number beyond it, is not asked.
            silent: a bit for each row, lowest first; set where the row must not match.
            limit: matches kept for each query; memory is bounded by it, whatever matches.
        """
        answer = self._native.search(queries, radius_by_list, silent, limit)
        return None if answer is None else unpack(*answer, len(queries))


def permutation(seed: bytes) -> Bytes:
    """The rearrangement of 256 bits that a secret seed stands for: uint8[256], each number once.

    Source: Fisher and Yates' shuffle (Knuth, TAOCP 2, 3.4.2, algorithm P), drawing from SHAKE-256 of the seed.
    """
    order = list(range(256))
    # 512 draws suffice but for one seed in 2^60: a draw is refused with a probability of at most one half.
    draws = iter(hashlib.shake_256(b"clew bit permutation\0" + seed).digest(4096))
    for last in range(255, 0, -1):
        fair = 256 - 256 % (last + 1)
        pick = next(draw for draw in draws if draw < fair) % (last + 1)
        order[last], order[pick] = order[pick], order[last]
    return np.array(order, np.uint8)


def stored_rows(values: Bytes, source_of_bit: Bytes, out: Bytes | None = None) -> Bytes:
    """The values with their bits rearranged, as the tables want them; into `out` when given."""
    out = np.empty_like(values) if out is None else out
    _native.hamming_permute(values, source_of_bit, out)
    return out


def table_bytes(count: int) -> int:
    """Bytes of one table over that many rows."""
    return _native.hamming_table_bytes(count)


def fill_table(rows: Bytes, chunk: int, out: Bytes, waiting: npt.NDArray[np.uint64]) -> int:
    """Fills `out` with the table of one chunk over stored rows and returns the number of rows in its largest bucket.

    A table is, each from a multiple of 64 bytes on: uint32[65537] offsets; uint16[n + 32] prints, the next chunk of
    each row; uint32[n] row numbers, rising within a bucket.

    Args:
        waiting: uint64[n] of working memory, to be used again for the next chunk.
    """
    return _native.hamming_fill_table(rows, chunk, out, waiting)


def reference_table(rows: Bytes, chunk: int) -> tuple[Bytes, int]:
    """The same table and largest bucket, made by a stable sort."""
    chunks = rows.view("<u2")
    order = np.argsort(chunks[:, chunk], kind="stable")
    sizes = np.bincount(chunks[:, chunk], minlength=65536)
    prints = np.concatenate([chunks[order, (chunk + 1) % CHUNKS], np.zeros(32, np.uint16)])
    fields = [np.concatenate([[0], np.cumsum(sizes)]).astype("<u4"), prints.astype("<u2"), order.astype("<u4")]
    padded = [field.tobytes() + bytes(-field.nbytes % 64) for field in fields]
    return np.frombuffer(b"".join(padded), np.uint8), int(sizes.max())


def reference_stored_rows(values: Bytes, source_of_bit: Bytes) -> Bytes:
    """The values with their bits rearranged, bit by bit."""
    bits = np.unpackbits(values, axis=1, bitorder="little")
    return np.packbits(bits[:, source_of_bit], axis=1, bitorder="little")


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
    distances = np.zeros((len(queries), len(values)), np.uint16)
    for byte in range(values.shape[1]):
        distances += np.bitwise_count(queries[:, byte, None] ^ values[None, :, byte])
    return reference(distances, entry_ids, lists, radius_by_list, silent, limit)
