"""One state of the index of one signal type: segments, their silent rows, and the delta; it never changes.

Readers take the snapshot that is current and search it without a lock; whoever follows the database makes a new one
and puts it in its place.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from clew.matching.gather import joined
from clew.matching.manifest import SegmentFile
from clew.parts.indexes.base import Neighbours, Rows, Segment, Silent, merge
from clew.records.match import IndexState

Hold = Callable[[Rows], Segment]  # rows become searchable in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A segment file that this process has open.

    Attributes:
        silent: rows of entries that were removed after the segment was written; None when there are none.
        silenced: how many rows are silent.
    """

    file: SegmentFile
    segment: Segment
    silent: Silent | None = None
    silenced: int = 0

    @property
    def audible(self) -> int:
        """Rows that can match."""
        return self.segment.count - self.silenced

    def without(self, entry_ids: NDArray[np.int64]) -> "Opened":
        """The same segment, with those entries silent as well."""
        if len(entry_ids) == 0:
            return self
        silent = self.segment.silenced(entry_ids, self.silent)
        silenced = int(np.bitwise_count(silent).sum())
        return self if silenced == self.silenced else replace(self, silent=silent, silenced=silenced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What answers.

    Attributes:
        state: the generation of the segments, and the change up to which this is the database's content.
        token: of the manifest that the segments came from; "" when there was none.
        delta: entries that are in no segment.
        held: the delta, searchable.
    """

    state: IndexState
    token: str
    opened: tuple[Opened, ...]
    delta: Rows
    held: Segment
    _searched: tuple[tuple[Segment, Silent | None], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        searched = [(each.segment, each.silent) for each in self.opened]
        if self.held.count or not searched:
            searched.append((self.held, None))
        object.__setattr__(self, "_searched", tuple(searched))

    def search(self, values: NDArray[np.uint8], radius_by_list: NDArray[np.int16], limit: int) -> Neighbours:
        """What all parts find, as one; `limit` is 1 or more."""
        answers = [
            segment.search(values, radius_by_list, silent=silent, limit=limit) for segment, silent in self._searched
        ]
        if len(answers) == 1:
            return answers[0]
        # A part that found nothing has only zeros as totals, so it can be left out: nearly all queries find nothing.
        found = [answer for answer in answers if len(answer.query)]
        return merge(found, limit) if found else answers[0]

    def advanced(self, sequence: int, added: Rows, removed: NDArray[np.int64], hold: Hold) -> "Snapshot":
        """The snapshot after further changes."""
        state = replace(self.state, sequence=sequence)
        opened = tuple(each.without(removed) for each in self.opened)
        if len(added.entry_ids) == 0 and not np.isin(self.delta.entry_ids, removed).any():
            return replace(self, state=state, opened=opened)
        delta = joined(self.delta, added, without=removed)
        return replace(self, state=state, opened=opened, delta=delta, held=hold(delta))

    @property
    def audible(self) -> int:
        """Entries that can match."""
        return sum(each.audible for each in self.opened) + len(self.delta.entry_ids)
