"""Batches from the store become one table of rows, without ever holding them twice."""

from collections.abc import Callable, Iterable

import numpy as np

from clew.parts.indexes.base import Rows
from clew.parts.stores.base import EntryColumns

_FIRST_CAPACITY = 1024

Read = Callable[[int], None]  # rows read so far


def gather(batches: Iterable[EntryColumns], width_bytes: int, *, expected: int = 0, read: Read | None = None) -> Rows:
    """All rows of the batches, in their order.

    Args:
        expected: how many rows there will be at most; memory for them is asked at once and used as they come.
        read: told after each batch; what it raises ends the reading.
    """
    capacity = max(expected, _FIRST_CAPACITY)
    values = np.empty((capacity, width_bytes), np.uint8)
    entry_ids, lists = np.empty(capacity, np.int64), np.empty(capacity, np.uint32)
    count = 0
    for batch in batches:
        end = count + len(batch.entry_ids)
        while end > capacity:
            capacity *= 2
            for column in (values, entry_ids, lists):
                column.resize((capacity, *column.shape[1:]), refcheck=False)
        values[count:end], entry_ids[count:end], lists[count:end] = batch.values, batch.entry_ids, batch.lists
        count = end
        if read is not None:
            read(count)
    return Rows(values=values[:count], entry_ids=entry_ids[:count], lists=lists[:count])


def joined(earlier: Rows, later: Rows, *, without: np.typing.NDArray[np.int64]) -> Rows:
    """The rows of both, less those of some entries."""
    kept = ~np.isin(earlier.entry_ids, without) if len(without) else slice(None)
    return Rows(
        values=np.concatenate([earlier.values[kept], later.values]),
        entry_ids=np.concatenate([earlier.entry_ids[kept], later.entry_ids]),
        lists=np.concatenate([earlier.lists[kept], later.lists]),
    )
