"""The index's contract: rows go into immutable segments, and a segment finds every entry near enough to each query."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.errors import InputError
from clew.kernels.found import Neighbours, merge

__all__ = ["IndexPart", "Neighbours", "Progress", "Rows", "Segment", "SegmentFacts", "Silent", "Stamp", "merge"]

Progress = Callable[[int, int], None]  # bytes written, bytes in all
Silent = NDArray[np.uint8]  # a bit for each row of a segment, lowest bit first; set where the row must not match
Stamp = tuple[int, int]  # two numbers of the caller's own, kept in the file: say, generation and last sequence

_KINDS = (np.dtype(np.uint8), np.dtype(np.int64), np.dtype(np.uint32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What an index is made of; row i of each array is one value of one entry.

    Attributes:
        values: uint8[n, width of the type].
        entry_ids: int64[n]; several rows may be of one entry.
        lists: uint32[n]; the list's number.
    """

    values: NDArray[np.uint8]
    entry_ids: NDArray[np.int64]
    lists: NDArray[np.uint32]

    def __post_init__(self) -> None:
        shapes = self.values.shape[:1], self.entry_ids.shape, self.lists.shape
        kinds = self.values.dtype, self.entry_ids.dtype, self.lists.dtype
        if self.values.ndim != 2 or len(set(shapes)) != 1 or kinds != _KINDS:  # noqa: PLR2004  (rows of values)
            raise InputError(
                f"rows must be uint8[n, width], int64[n], uint32[n]; got {', '.join(f'{k}' for k in kinds)} of "
                f"shapes {self.values.shape}, {self.entry_ids.shape}, {self.lists.shape}"
            )

    def in_order(self, order: NDArray[np.int64]) -> "Rows":
        """The same rows in another order."""
        return Rows(values=self.values[order], entry_ids=self.entry_ids[order], lists=self.lists[order])

    def by_entry(self) -> "Rows":
        """The same rows by rising entry id; themselves when they already are."""
        if np.all(self.entry_ids[1:] >= self.entry_ids[:-1]):
            return self
        return self.in_order(np.argsort(self.entry_ids, kind="stable"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """What became of the rows.

    Attributes:
        largest_bucket: rows that share the commonest key of a table: the alarm for floods and for lists made to slow
            the search down. 0 where there are no tables.
        checksum: hexadecimal, of the whole file; two files with one checksum hold the same.
    """

    count: int
    size_bytes: int
    largest_bucket: int
    checksum: str


class Segment(ABC):
    """Rows that never change. Any number of threads may search it at once.

    Attributes:
        width_bytes: of a value.
        count: of rows.
        stamp: what the writer was given; (0, 0) for rows in memory.
        checksum: as in `SegmentFacts`; "" for rows in memory.
    """

    width_bytes: int
    count: int
    stamp: Stamp = (0, 0)
    checksum: str = ""

    @abstractmethod
    def search(
        self,
        queries: NDArray[np.uint8],
        radius_by_list: NDArray[np.int16],
        *,
        silent: Silent | None = None,
        limit: int,
    ) -> Neighbours:
        """Every entry near enough to each query, nearest first, ties by entry id; of more than `limit` the nearest.

        Args:
            queries: uint8[m, width_bytes], C order.
            radius_by_list: the widest distance wanted of each list number, 0 to 256; -1, or a number beyond the array,
                is not asked.
            limit: matches kept for each query. `Neighbours.totals` counts them all.
        Raises:
            InputError: the queries have another width or type.
            DamagedError: the file proves to be damaged.
        """

    @abstractmethod
    def rows_of(self, entry_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of those entries that are here, in no order; entries that are not here are passed over."""

    def silenced(self, entry_ids: NDArray[np.int64], silent: Silent | None = None) -> Silent:
        """A new bitmap in which those entries are silent beside the ones that `silent` already names."""
        bitmap = np.zeros((self.count + 7) // 8, np.uint8) if silent is None else silent.copy()
        rows = self.rows_of(np.asarray(entry_ids, np.int64))
        np.bitwise_or.at(bitmap, rows >> 3, np.left_shift(1, rows & 7).astype(np.uint8))
        return bitmap

    @abstractmethod
    def demand_unchanged(self) -> None:
        """DamagedError when the file was written to or cut short since it was opened, as far as its size and time tell.

        A system call; a copy in private memory, and rows that never were in a file, have nothing to fear.
        """

    @abstractmethod
    def verify(self) -> None:
        """Reads every byte; DamagedError unless the whole file is what was written. A second for each 2 GB."""

    @abstractmethod
    def close(self) -> None:
        """The rows are let go; memory is given back when the last search under way is done."""


class IndexPart(ABC):
    """A kind of segment."""

    name: str

    @abstractmethod
    def write_segment(
        self,
        path: Path,
        rows: Rows,
        *,
        seed: bytes,
        stamp: Stamp = (0, 0),
        progress: Progress | None = None,
    ) -> SegmentFacts:
        """The rows are a file at `path`, whole and durable, or there is none.

        Args:
            seed: the installation's secret; parts without a use for it ignore it.
            stamp: kept in the file for the caller, each 0 to 2^64 - 1.
        Raises:
            InputError: the part cannot hold values of that width.
            UnavailableError: the disk is full or fails.
        """

    @abstractmethod
    def open_segment(self, path: Path, *, private_huge_pages: bool = False, verify: bool = False) -> Segment:
        """The segment in a file, mapped and shared with every process that opens it.

        Checked are the header with its checksum, the file's length and the shape of the tables: milliseconds.

        Args:
            private_huge_pages: copy it into this process's own memory on huge pages, where the system's page cache
                has none.
            verify: also read every byte, as `Segment.verify` does.
        Raises:
            NotFoundError: there is no such file.
            DamagedError: it is cut short, altered, or of another kind.
        """

    @abstractmethod
    def hold(self, rows: Rows) -> Segment:
        """The rows in memory: what has come in since the last segment was written."""
