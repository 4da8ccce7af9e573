"""What a search gives back: a column for each fact of a match, and how many matches there were in all."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Neighbours(NamedTuple):
    """Matches in the order of query, distance, entry id; at most `limit` for each query, the nearest.

    Attributes:
        query: uint32[n], position of the query in its batch.
        entry_id: int64[n].
        list: uint32[n].
        row: uint32[n], position of the row in what was searched.
        distance: uint16[n], differing bits.
        totals: uint64[queries], how many matches each query has, those beyond the limit too.
    """

    query: npt.NDArray[np.uint32]
    entry_id: npt.NDArray[np.int64]
    list: npt.NDArray[np.uint32]
    row: npt.NDArray[np.uint32]
    distance: npt.NDArray[np.uint16]
    totals: npt.NDArray[np.uint64]


def merge(answers: Sequence[Neighbours], limit: int) -> Neighbours:
    """What several segments answered to the same queries, as one answer; `row` keeps each segment's own numbers."""
    if len(answers) == 1:
        return answers[0]
    totals = np.add.reduce([answer.totals for answer in answers], dtype=np.uint64)
    if not any(len(answer.query) for answer in answers):
        return answers[0]._replace(totals=totals)
    query, entry_id, lists, row, distance = (
        np.concatenate([answer[column] for answer in answers]) for column in range(len(_NOTHING))
    )
    order = np.lexsort((entry_id, distance, query))
    # The place of each match within its query: its place in all less that of its query's first.
    ordered = query[order]
    place = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    order = order[place < limit]
    return Neighbours(query[order], entry_id[order], lists[order], row[order], distance[order], totals)


def unpack(matches: int, columns: bytes, queries: int) -> Neighbours:
    """The columns inside the one block of bytes that a kernel returns; read-only views, nothing is copied."""
    totals = np.frombuffer(columns, np.uint64, queries)
    if matches == 0:
        return Neighbours(*_NOTHING, totals)
    at = 8 * queries
    return Neighbours(
        entry_id=np.frombuffer(columns, np.int64, matches, at),
        query=np.frombuffer(columns, np.uint32, matches, at + 8 * matches),
        list=np.frombuffer(columns, np.uint32, matches, at + 12 * matches),
        row=np.frombuffer(columns, np.uint32, matches, at + 16 * matches),
        distance=np.frombuffer(columns, np.uint16, matches, at + 20 * matches),
        totals=totals,
    )


def reference(
    distances: npt.NDArray[np.uint16],
    entry_ids: npt.NDArray[np.int64],
    lists: npt.NDArray[np.uint32],
    radius_by_list: npt.NDArray[np.int16],
    silent: npt.NDArray[np.uint8] | None,
    limit: int,
) -> Neighbours:
    """The matches among all pairs, chosen the plain way.

    Args:
        distances: uint16[queries, rows].
        radius_by_list: the widest distance wanted of each list number; -1, or a number beyond it, is not asked.
        silent: a bit for each row, lowest first; set where the row must not match.
    """
    rows = len(entry_ids)
    radius = np.full(max(len(radius_by_list), int(lists.max(initial=0)) + 1), -1, np.int64)
    radius[: len(radius_by_list)] = radius_by_list
    wanted = distances.astype(np.int64) <= radius[lists]
    if silent is not None:
        wanted &= ~np.unpackbits(silent, count=rows, bitorder="little").astype(bool)
    kept_query, kept_row = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for query in range(len(distances)):
        matching = np.flatnonzero(wanted[query])
        order = np.lexsort((matching, entry_ids[matching], distances[query, matching]))
        kept_row.append(matching[order][:limit])
        kept_query.append(np.full(len(kept_row[-1]), query))
    query_of, row_of = np.concatenate(kept_query), np.concatenate(kept_row)
    return Neighbours(
        query=query_of.astype(np.uint32),
        entry_id=entry_ids[row_of],
        list=lists[row_of],
        row=row_of.astype(np.uint32),
        distance=distances[query_of, row_of],
        totals=wanted.sum(axis=1, dtype=np.uint64),
    )


_NOTHING = (
    np.empty(0, np.uint32),
    np.empty(0, np.int64),
    np.empty(0, np.uint32),
    np.empty(0, np.uint32),
    np.empty(0, np.uint16),
)
for _column in _NOTHING:
    _column.setflags(write=False)
