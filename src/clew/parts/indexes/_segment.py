"""What the segments of this shelf share: checked questions, and entries found by their ids."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clew.errors import DamagedError, InputError
from clew.kernels.found import Neighbours
from clew.parts.indexes._file import SegmentFile, Writer, plan, write
from clew.parts.indexes.base import Progress, Rows, Segment, SegmentFacts, Silent, Stamp


class Kernel(Protocol):
    """What a kernel's index offers."""

    def sound(self) -> bool:
        """Whether its tables can be followed."""
        ...

    def search(
        self, queries: NDArray[np.uint8], radius_by_list: NDArray[np.int16], silent: Silent | None, limit: int
    ) -> Neighbours | None:
        """The matches; None when its tables prove to be damaged."""
        ...


class KernelSegment(Segment):
    """A kernel's index over a file's arrays or over arrays in memory.

    Args:
        entry_ids: int64[n], by row.
        by_entry: uint32[n], the rows by rising entry id; None when they stand so already.
        file: where the arrays lie; None for rows in memory.
    """

    def __init__(
        self,
        kernel: Kernel,
        width_bytes: int,
        entry_ids: NDArray[np.int64],
        *,
        by_entry: NDArray[np.uint32] | None = None,
        file: SegmentFile | None = None,
    ) -> None:
        self._kernel: Kernel | None = kernel
        self._entry_ids = entry_ids
        self._by_entry = by_entry
        self._file = file
        self.width_bytes = width_bytes
        self.count = len(entry_ids)
        if file is not None:
            self.stamp, self.checksum = file.header.stamp, file.header.checksum
            if not kernel.sound():
                raise DamagedError(f"the tables of {file.path.name} do not rise; build the index anew")

    def search(
        self,
        queries: NDArray[np.uint8],
        radius_by_list: NDArray[np.int16],
        *,
        silent: Silent | None = None,
        limit: int,
    ) -> Neighbours:
        """See `Segment.search`."""
        if self._kernel is None:
            raise ValueError("the segment is closed")
        if queries.ndim != 2 or queries.shape[1] != self.width_bytes or queries.dtype != np.uint8:  # noqa: PLR2004  (rows of bytes)
            raise InputError(
                f"queries must be uint8[m, {self.width_bytes}], got {queries.dtype} of shape {queries.shape}"
            )
        answer = self._kernel.search(queries, radius_by_list, silent, limit)
        if answer is None:
            where = "memory" if self._file is None else self._file.path.name
            raise DamagedError(f"the tables in {where} lead outside themselves; build the index anew")
        return answer

    def rows_of(self, entry_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `Segment.rows_of`. A binary search for each id."""
        wanted = np.unique(entry_ids)
        first, last = self._first_at_least(wanted), self._first_at_least(wanted + 1)
        spans = last - first
        places = np.repeat(first - np.concatenate([[0], np.cumsum(spans)[:-1]]), spans) + np.arange(spans.sum())
        return places if self._by_entry is None else self._by_entry[places].astype(np.int64)

    def _first_at_least(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        if self._by_entry is None:
            return np.searchsorted(self._entry_ids, wanted)
        # By hand: numpy would copy the order of all rows to another type first.
        low, high = np.zeros(len(wanted), np.int64), np.full(len(wanted), self.count, np.int64)
        while np.any(open_ := low < high):
            middle = np.where(open_, (low + high) // 2, 0)
            below = open_ & (self._entry_ids[self._by_entry[middle]] < wanted)
            low = np.where(below, middle + 1, low)
            high = np.where(open_ & ~below, middle, high)
        return low

    def demand_unchanged(self) -> None:
        """See `Segment.demand_unchanged`."""
        if self._file is not None:
            self._file.demand_unchanged()

    def verify(self) -> None:
        """See `Segment.verify`. Rows in memory have nothing to be compared with."""
        if self._file is not None:
            self._file.verify()

    def close(self) -> None:
        """See `Segment.close`."""
        self._kernel, self._file = None, None
        self._entry_ids, self._by_entry, self.count = np.empty(0, np.int64), None, 0


def write_arrays(
    path: Path,
    kind: str,
    rows: Rows,
    arrays: Mapping[str, NDArray[Any]],
    *,
    largest_bucket: int,
    stamp: Stamp,
    progress: Progress | None,
) -> SegmentFacts:
    """The file stands, its sections these arrays in their order: for kinds that make all of them in memory first."""
    header = plan(
        kind,
        width_bytes=rows.values.shape[1],
        count=len(rows.values),
        stamp=stamp,
        sizes={name: array.nbytes for name, array in arrays.items()},
    )

    def fill(writer: Writer) -> int:
        for name, array in arrays.items():
            writer.put_section(name, array)
        return largest_bucket

    return write(path, header, fill, progress)


def check_width(rows: Rows, kind: str, least: int, most: int) -> None:
    """InputError unless values are of a width that this kind of segment holds."""
    if not least <= rows.values.shape[1] <= most:
        expected = f"{least}" if least == most else f"{least} to {most}"
        raise InputError(f"{kind} segments hold values of {expected} bytes, got {rows.values.shape[1]}")
