"""From signals to matches to an action: what is near, what is known of it, and what may follow from it.

The rule of action has one purpose: nothing perceptual, unvetted or disputed ever does more than ask for a person's
review. Only equal bytes on a vetted list may block.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clew.errors import UnavailableError
from clew.matching.thresholds import Measures, comparable, radius_by_list
from clew.parts.indexes.base import Neighbours
from clew.records.hashlist import Action, Entry, HashList
from clew.records.identifiers import EntryId, ListId, SignalType
from clew.records.match import IndexState, Match
from clew.records.signal import Signal


class Searcher(Protocol):
    """What matching needs of an index."""

    def search(
        self, signal_type: SignalType, values: NDArray[np.uint8], radius_by_list: NDArray[np.int16], *, limit: int
    ) -> tuple[Neighbours, IndexState]:
        """Every entry near enough to each query, and the index state that answered."""
        ...

    def state(self, signal_type: SignalType) -> IndexState:
        """The state that would answer now; UnavailableError when none would."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An entry near one signal, before anything is known of it but its id."""

    signal: Signal
    entry_id: EntryId
    list_id: ListId
    distance: int
    within_bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that is near the signals of one content; empty for nearly every upload.

    Attributes:
        near: the nearest signal of the content for each entry: equal digests, all of them, for each may speak against
            a block; then the nearest others, up to the limit in all.
        total: how many entries are near, also beyond the limit.
        index: the oldest index state by which it matched; where nothing did, by which it was asked; where nothing was
            asked, that would have answered.
    """

    near: tuple[Near, ...]
    total: int
    index: IndexState


_NONE = IndexState(generation=0, sequence=0)


def find(
    contents: Sequence[Sequence[Signal]], *, index: Searcher, measures: Measures, lists: Sequence[HashList], limit: int
) -> list[Found]:
    """What is near each content's signals; one search for each signal type over all of them.

    Signals of a type without a measure, or below its quality, are not asked: the caller says so to the user.
    """
    near: list[dict[EntryId, Near]] = [{} for _ in contents]
    totals = [0] * len(contents)
    states: list[IndexState | None] = [None] * len(contents)
    by_type: dict[SignalType, IndexState] = {}
    for signal_type, asked in _sorted_by_type(contents, measures).items():
        measure = measures[signal_type]
        joined = b"".join([signal.value for _, signal in asked])
        values = np.frombuffer(joined, np.uint8).reshape(len(asked), measure.width_bytes)
        radius = radius_by_list(lists, signal_type, measure)
        # Of a digest a list has one entry at most, two while one takes the place of the other: so many are all.
        wanted = max(limit, 2 * len(lists)) if measure.exact else limit
        neighbours, answered = index.search(signal_type, values, radius, limit=wanted)
        by_type[signal_type] = answered
        for place, _ in asked:
            before = states[place]
            if before is None or _age(answered) < _age(before):
                states[place] = answered
        if len(neighbours.query):
            _collect(neighbours, asked, radius, near, totals)
    found = []
    for each, total, state in zip(near, totals, states, strict=True):
        if each:
            equal = sum(measures[one.signal.type].exact for one in each.values())
            nearest = tuple(sorted(each.values(), key=_Nearness(measures))[: max(limit, equal)])
            found.append(Found(near=nearest, total=max(total, len(each)), index=_oldest(each.values(), by_type)))
        else:
            found.append(Found(near=(), total=total, index=state or _current(index, measures)))
    return found


def _sorted_by_type(
    contents: Sequence[Sequence[Signal]], measures: Measures
) -> dict[SignalType, list[tuple[int, Signal]]]:
    """The signals that can be compared, each with its content's place; types in the order of the measures."""
    asked: dict[SignalType, list[tuple[int, Signal]]] = {signal_type: [] for signal_type in measures}
    for place, signals in enumerate(contents):
        for signal in signals:
            measure = measures.get(signal.type)
            if measure is not None and comparable(signal, measure):
                asked[signal.type].append((place, signal))
    return {signal_type: each for signal_type, each in asked.items() if each}


def _oldest(near: Collection[Near], by_type: Mapping[SignalType, IndexState]) -> IndexState:
    """The oldest state of the types that matched; generations are counted for each type by itself."""
    return min((by_type[each.signal.type] for each in near), key=_age)


def _current(index: Searcher, measures: Measures) -> IndexState:
    """What would have answered; where none would, nothing was asked of it either."""
    states = []
    for signal_type in measures:
        with suppress(UnavailableError):
            states.append(index.state(signal_type))
    return min(states, key=_age, default=_NONE)


@dataclass(frozen=True, slots=True)
class _Nearness:
    """Equal digests first, so that no flood of pictures hides the one match that may block; then by distance."""

    measures: Measures

    def __call__(self, near: Near) -> tuple[bool, int, int]:
        return not self.measures[near.signal.type].exact, near.distance, near.entry_id


def _age(state: IndexState) -> int:
    return state.sequence


def _collect(
    neighbours: Neighbours,
    asked: Sequence[tuple[int, Signal]],
    radius: NDArray[np.int16],
    near: list[dict[EntryId, Near]],
    totals: list[int],
) -> None:
    """Sorts neighbours to their contents; of several forms of one picture the nearest speaks for an entry."""
    for query, total in enumerate(neighbours.totals.tolist()):
        place = asked[query][0]
        # Forms of one picture mostly find the same entries: the largest count, not the sum, is what can be said.
        totals[place] = max(totals[place], total)
    columns = (neighbours.query, neighbours.entry_id, neighbours.list, neighbours.distance)
    for query, entry, list_number, distance in zip(*(column.tolist() for column in columns), strict=True):
        place, signal = asked[query]
        known = near[place].get(EntryId(entry))
        if known is None or distance < known.distance:
            near[place][EntryId(entry)] = Near(
                signal=signal,
                entry_id=EntryId(entry),
                list_id=ListId(list_number),
                distance=distance,
                within_bits=int(radius[list_number]),
            )


def explain(
    found: Found, entries: Mapping[EntryId, Entry], lists: Mapping[ListId, HashList], measures: Measures
) -> tuple[Match, ...]:
    """The matches of one content with what the database knows of each; entries that are gone by now are left out.

    The database is the truth: between the search and now an entry may have been removed or have expired.
    """
    standing = [
        (each, entry, lists[each.list_id], measures[each.signal.type].exact and each.distance == 0)
        for each in found.near
        if (entry := entries.get(each.entry_id)) is not None and each.list_id in lists
    ]
    # MD5 and SHA-256 of one file are two entries: who disputes one of them disputes the file.
    disputed = {hash_list.id for _, entry, hash_list, exact in standing if exact and entry.disputed}
    return tuple(
        Match(
            signal=each.signal,
            entry_id=each.entry_id,
            value=entry.value,
            distance=each.distance,
            within_bits=each.within_bits,
            exact=exact,
            list_id=each.list_id,
            list_name=hash_list.name,
            source=hash_list.source,
            category=entry.category,
            vetted=entry.vetted,
            disputed=entry.disputed,
            action=hash_list.exact_action if exact and entry.vetted and each.list_id not in disputed else Action.REVIEW,
        )
        for each, entry, hash_list, exact in standing
    )


_ORDER = (Action.PASS, Action.REVIEW, Action.BLOCK)


def shortened(matches: Sequence[Match], limit: int) -> tuple[Match, ...]:
    """At most so many, the first ones, but in any case one that led to the action."""
    kept, action = tuple(matches[:limit]), decide(matches)
    if not matches or any(each.action is action for each in kept):
        return kept
    return (*kept[:-1], next(each for each in matches if each.action is action))


def decide(matches: Collection[Match]) -> Action:
    """The strongest action that any one match leads to; pass when there is none."""
    return max((each.action for each in matches if each.action is not None), key=_ORDER.index, default=Action.PASS)
