"""linear: every row is compared with every query. The plain reference, and the quickest for some ten thousand rows."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernels.hamming import HammingIndex
from clew.parts.indexes._file import SegmentFile
from clew.parts.indexes._segment import KernelSegment, check_width, write_arrays
from clew.parts.indexes.base import IndexPart, Progress, Rows, Segment, SegmentFacts, Stamp


class LinearIndex(IndexPart):
    """Values of 4 to 64 bytes, filled up with zeros to whole words, by rising entry id."""

    name = "linear"

    def write_segment(
        self, path: Path, rows: Rows, *, seed: bytes, stamp: Stamp = (0, 0), progress: Progress | None = None
    ) -> SegmentFacts:
        """See `IndexPart.write_segment`; it has no use for the seed."""
        del seed
        check_width(rows, self.name, 4, 64)
        rows = rows.by_entry()
        arrays: dict[str, NDArray[Any]] = {
            "rows": _whole_words(rows.values),
            "entry-ids": rows.entry_ids,
            "lists": rows.lists,
        }
        return write_arrays(path, self.name, rows, arrays, largest_bucket=0, stamp=stamp, progress=progress)

    def open_segment(self, path: Path, *, private_huge_pages: bool = False, verify: bool = False) -> Segment:
        """See `IndexPart.open_segment`."""
        file = SegmentFile(path, self.name, private_huge_pages=private_huge_pages)
        count, width = file.header.count, file.header.width_bytes
        entry_ids = file.array("entry-ids", np.int64, count)
        values = file.array("rows", np.uint8, count, _word_bytes(width))
        kernel = HammingIndex(values, entry_ids, file.array("lists", np.uint32, count), width_bytes=width)
        segment = KernelSegment(kernel, width, entry_ids, file=file)
        if verify:
            segment.verify()
        return segment

    def hold(self, rows: Rows) -> Segment:
        """See `IndexPart.hold`."""
        check_width(rows, self.name, 4, 64)
        rows, width = rows.by_entry(), rows.values.shape[1]
        kernel = HammingIndex(_whole_words(rows.values), rows.entry_ids, rows.lists, width_bytes=width)
        return KernelSegment(kernel, width, rows.entry_ids)


def _word_bytes(width: int) -> int:
    return -(-width // 8) * 8


def _whole_words(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    count, width = values.shape
    if width % 8 == 0:
        return np.ascontiguousarray(values)
    words = np.zeros((count, _word_bytes(width)), np.uint8)
    words[:, :width] = values
    return words


PART = LinearIndex()
