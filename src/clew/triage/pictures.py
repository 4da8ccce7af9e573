"""Pictures of bundles in memory, by which near copies are found: an index over most, and a tail that is compared whole.

It is a cache of what the store holds, rebuilt from it, and follows it by the picture's id.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from clew.kernels.hamming import (
    CHUNKS,
    WIDTH_BYTES,
    HammingIndex,
    fill_table,
    permutation,
    stored_rows,
    table_bytes,
)
from clew.records.identifiers import BundleId

# Two pictures within 31 of 256 bits are taken for one: the distance that PDQ's authors recommend, and the default of
# screening. Source: Davis, Rosen, "PDQ and TMK+PDQF", 2019.
WITHIN_BITS = 31
# The tail goes into a new index when it is larger than this and than a quarter of the index: building is then spread so
# thin that each picture pays for a few times its own.
_TAIL = 50_000
_SHARE = 4
# Fixed: it spreads what pictures have in common over the chunks of the index, and nobody gains by knowing it.
_SEED = b"clew bundles"


class BundlePictures:
    """Which bundle has a picture near another.

    Args:
        tail: pictures that are compared whole at least, before an index is built.
    """

    def __init__(self, tail: int = _TAIL) -> None:
        self._tail = tail
        self.last_id = 0
        self._count = 0
        self._values = np.zeros((1024, WIDTH_BYTES), np.uint8)
        self._bundles = np.zeros(1024, np.int64)
        self._index: HammingIndex | None = None
        self._indexed = 0

    def __len__(self) -> int:
        return self._count

    def add(self, pictures: Sequence[tuple[int, BundleId, bytes]]) -> None:
        """Pictures by id, bundle and 32 bytes, in the order of their ids; those that are known are passed over."""
        new = [each for each in pictures if each[0] > self.last_id]
        if not new:
            return
        end = self._count + len(new)
        while end > len(self._values):
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])
            self._bundles = np.concatenate([self._bundles, np.zeros_like(self._bundles)])
        joined = b"".join(pdq for _, _, pdq in new)
        self._values[self._count : end] = np.frombuffer(joined, np.uint8).reshape(-1, WIDTH_BYTES)
        self._bundles[self._count : end] = [bundle for _, bundle, _ in new]
        self.last_id, self._count = new[-1][0], end
        if self._count - self._indexed > max(self._tail, self._indexed // _SHARE):
            self._index = _index_of(self._values[: self._count])
            self._indexed = self._count

    def near(self, pictures: Iterable[bytes]) -> dict[bytes, BundleId]:
        """For each picture the bundle of the nearest one within reach, ties to the oldest; none where none is near."""
        wanted = sorted(set(pictures))
        if not wanted or not self._count:
            return {}
        queries = np.frombuffer(b"".join(wanted), np.uint8).reshape(-1, WIDTH_BYTES)
        tail = _scan_of(self._values[self._indexed : self._count])
        best: dict[bytes, tuple[int, int]] = {}
        for index, before in ((self._index, 0), (tail, self._indexed)):
            for query, row, bits in _nearest(index, queries):
                found = (bits, before + row)
                best[wanted[query]] = min(best.get(wanted[query], found), found)
        return {picture: BundleId(int(self._bundles[row])) for picture, (_, row) in best.items()}


def near_each_other(pictures: Sequence[bytes]) -> dict[bytes, bytes]:
    """For each picture the first one within reach of it, by its place in the sequence; itself where it is the first.

    For the few of one batch, which no index holds yet. Cost: every pair.
    """
    if not pictures:
        return {}
    values = np.frombuffer(b"".join(pictures), np.uint8).reshape(-1, WIDTH_BYTES)
    first: dict[bytes, bytes] = {}
    for row, picture in enumerate(pictures):
        bits = np.bitwise_count(values[: row + 1] ^ values[row]).sum(axis=1, dtype=np.int64)
        first.setdefault(picture, pictures[int(np.argmax(bits <= WITHIN_BITS))])
    return first


def _nearest(index: HammingIndex | None, queries: npt.NDArray[np.uint8]) -> Iterator[tuple[int, int, int]]:
    """Query, row and distance of the nearest within reach."""
    if index is None:
        return
    answer = index.search(queries, np.array([WITHIN_BITS], np.int16), None, 1)
    if answer is None:
        raise AssertionError("an index that was built in this process is sound")
    yield from zip(answer.query.tolist(), answer.entry_id.tolist(), answer.distance.tolist(), strict=True)


def _scan_of(values: npt.NDArray[np.uint8]) -> HammingIndex | None:
    """An index that compares with every value; nothing is built."""
    if not len(values):
        return None
    return HammingIndex(values, np.arange(len(values), dtype=np.int64), np.zeros(len(values), np.uint32))


def _index_of(values: npt.NDArray[np.uint8]) -> HammingIndex:
    count = len(values)
    source = permutation(_SEED)
    rows = stored_rows(np.ascontiguousarray(values), source)
    each, waiting = table_bytes(count), np.empty(count, np.uint64)
    tables = np.zeros(CHUNKS * each, np.uint8)
    for chunk in range(CHUNKS):
        fill_table(rows, chunk, tables[chunk * each : (chunk + 1) * each], waiting)
    ids, lists = np.arange(count, dtype=np.int64), np.zeros(count, np.uint32)
    return HammingIndex(rows, ids, lists, source_of_bit=source, tables=tables)
