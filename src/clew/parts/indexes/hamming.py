"""hamming: 256-bit values behind 16 tables; exact to any distance, and quick to 31 bits.

A row takes 32 bytes, 96 in the tables, and 12 for its entry and list; the tables' offsets add 4 MB to each segment, so
for fewer than some ten thousand rows `linear` is smaller and as quick.
"""

from pathlib import Path

import numpy as np

from clew.kernels.hamming import (
    CHUNKS,
    WIDTH_BYTES,
    HammingIndex,
    fill_table,
    permutation,
    stored_rows,
    table_bytes,
)
from clew.parts.indexes import linear
from clew.parts.indexes._file import SegmentFile, Writer, plan, write
from clew.parts.indexes._segment import KernelSegment, check_width
from clew.parts.indexes.base import IndexPart, Progress, Rows, Segment, SegmentFacts, Stamp

_ROWS_A_STEP = 1 << 16  # 2 MiB: rows are rearranged and written while they are in the cache


class HammingIndexPart(IndexPart):
    """Values of 32 bytes, their bits rearranged by the installation's secret, by rising entry id."""

    name = "hamming"

    def write_segment(
        self, path: Path, rows: Rows, *, seed: bytes, stamp: Stamp = (0, 0), progress: Progress | None = None
    ) -> SegmentFacts:
        """See `IndexPart.write_segment`. Beside the rows it needs 14 bytes of memory a row."""
        check_width(rows, self.name, WIDTH_BYTES, WIDTH_BYTES)
        rows, count = rows.by_entry(), len(rows.values)
        source_of_bit = permutation(seed)
        header = plan(
            self.name,
            width_bytes=WIDTH_BYTES,
            count=count,
            stamp=stamp,
            sizes={
                "rows": WIDTH_BYTES * count,
                "entry-ids": rows.entry_ids.nbytes,
                "lists": rows.lists.nbytes,
                "tables": CHUNKS * table_bytes(count),
            },
            permutation=source_of_bit.tobytes(),
        )

        def fill(writer: Writer) -> int:
            writer.begin("rows")
            for at in range(0, count, _ROWS_A_STEP):
                writer.put(stored_rows(np.ascontiguousarray(rows.values[at : at + _ROWS_A_STEP]), source_of_bit))
            writer.put_section("entry-ids", rows.entry_ids)
            writer.put_section("lists", rows.lists)
            stored = np.frombuffer(writer.read_back("rows"), np.uint8, WIDTH_BYTES * count).reshape(count, WIDTH_BYTES)
            writer.begin("tables")
            table, waiting = np.zeros(table_bytes(count), np.uint8), np.empty(count, np.uint64)
            largest = 0
            for chunk in range(CHUNKS):
                largest = max(largest, fill_table(stored, chunk, table, waiting))
                writer.put(table)
            return largest

        return write(path, header, fill, progress)

    def open_segment(self, path: Path, *, private_huge_pages: bool = False, verify: bool = False) -> Segment:
        """See `IndexPart.open_segment`."""
        file = SegmentFile(path, self.name, private_huge_pages=private_huge_pages)
        count = file.header.count
        entry_ids = file.array("entry-ids", np.int64, count)
        kernel = HammingIndex(
            file.array("rows", np.uint8, count, WIDTH_BYTES),
            entry_ids,
            file.array("lists", np.uint32, count),
            source_of_bit=np.frombuffer(file.header.permutation, np.uint8),
            tables=file.array("tables", np.uint8, CHUNKS * table_bytes(count)),
        )
        segment = KernelSegment(kernel, WIDTH_BYTES, entry_ids, file=file)
        if verify:
            segment.verify()
        return segment

    def hold(self, rows: Rows) -> Segment:
        """See `IndexPart.hold`. Scanned: to build tables costs more than a delta lives long enough to earn back."""
        check_width(rows, self.name, WIDTH_BYTES, WIDTH_BYTES)
        return linear.PART.hold(rows)


PART = HammingIndexPart()
