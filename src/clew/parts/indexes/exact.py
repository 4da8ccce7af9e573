"""exact: digests that match only when every bit is equal; sorted behind a table of their first bits."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.kernels.exact import ExactIndex, fill_offsets, prefix_bits, sorted_order
from clew.parts.indexes._file import SegmentFile
from clew.parts.indexes._segment import KernelSegment, check_width, write_arrays
from clew.parts.indexes.base import IndexPart, Progress, Rows, Segment, SegmentFacts, Stamp


class ExactIndexPart(IndexPart):
    """Values of 4 to 64 bytes, sorted, equal ones by entry id. A row takes its width and 16.5 bytes."""

    name = "exact"

    def write_segment(
        self, path: Path, rows: Rows, *, seed: bytes, stamp: Stamp = (0, 0), progress: Progress | None = None
    ) -> SegmentFacts:
        """See `IndexPart.write_segment`; it has no use for the seed."""
        del seed
        check_width(rows, self.name, 4, 64)
        rows, by_entry, offsets, largest = _arranged(rows)
        arrays: dict[str, NDArray[Any]] = {
            "rows": rows.values,
            "entry-ids": rows.entry_ids,
            "lists": rows.lists,
            "by-entry": by_entry,
            "offsets": offsets,
        }
        return write_arrays(path, self.name, rows, arrays, largest_bucket=largest, stamp=stamp, progress=progress)

    def open_segment(self, path: Path, *, private_huge_pages: bool = False, verify: bool = False) -> Segment:
        """See `IndexPart.open_segment`."""
        file = SegmentFile(path, self.name, private_huge_pages=private_huge_pages)
        count, width = file.header.count, file.header.width_bytes
        entry_ids = file.array("entry-ids", np.int64, count)
        kernel = ExactIndex(
            file.array("rows", np.uint8, count, width),
            entry_ids,
            file.array("lists", np.uint32, count),
            file.array("offsets", np.uint32, (1 << prefix_bits(count)) + 1),
        )
        by_entry = file.array("by-entry", np.uint32, count)
        segment = KernelSegment(kernel, width, entry_ids, by_entry=by_entry, file=file)
        if verify:
            segment.verify()
        return segment

    def hold(self, rows: Rows) -> Segment:
        """See `IndexPart.hold`."""
        check_width(rows, self.name, 4, 64)
        rows, by_entry, offsets, _ = _arranged(rows)
        kernel = ExactIndex(rows.values, rows.entry_ids, rows.lists, offsets)
        return KernelSegment(kernel, rows.values.shape[1], rows.entry_ids, by_entry=by_entry)


def _arranged(rows: Rows) -> tuple[Rows, NDArray[np.uint32], NDArray[np.uint32], int]:
    """The rows sorted, their order by entry id, the offsets, and the largest bucket."""
    rows = rows.in_order(sorted_order(rows.values, rows.entry_ids))
    by_entry = np.argsort(rows.entry_ids, kind="stable").astype(np.uint32)
    offsets, largest = fill_offsets(rows.values)
    return rows, by_entry, offsets, largest


PART = ExactIndexPart()
