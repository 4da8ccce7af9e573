"""Ranges from rows: sorted, checked for overlap, and filled up so that every address lies in one of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from clew.errors import InputError
from clew.parts.geography.base import Column, Ranges, Told
from clew.records.routing import Territory

_ONE = np.uint64(1)
_V4_LAST = (1 << 32) - 1
_WORD = (1 << 64) - 1


@dataclass(slots=True)
class Family:
    """The rows of one family of addresses as columns, in any order; IPv4 lies in the low words."""

    first_high: Column
    first_low: Column
    last_high: Column
    last_low: Column
    told: Told

    @staticmethod
    def of(rows: Iterable[tuple[int, int, int, int, int]]) -> "Family":
        """Rows of (first address, last address, index of the territory, autonomous system, flags)."""
        found = list(rows)

        def column(pick: Iterable[int], kind: type[np.unsignedinteger]) -> NDArray:  # type: ignore[type-arg]
            return np.fromiter(pick, kind, len(found))

        return Family(
            first_high=column((row[0] >> 64 for row in found), np.uint64),
            first_low=column((row[0] & _WORD for row in found), np.uint64),
            last_high=column((row[1] >> 64 for row in found), np.uint64),
            last_low=column((row[1] & _WORD for row in found), np.uint64),
            told=Told(
                places=column((row[2] for row in found), np.uint32),
                asns=column((row[3] for row in found), np.uint32),
                flags=column((row[4] for row in found), np.uint8),
            ),
        )


@dataclass(slots=True)
class Territories:
    """The territories of a file, each by one small number."""

    known: dict[Territory | None, int] = field(default_factory=lambda: {None: 0})

    def number(self, territory: Territory | None) -> int:
        """Its number; the first time it gets one."""
        return self.known.setdefault(territory, len(self.known))


def build(snapshot: date | None, territories: Territories, v4: Family, v6: Family) -> Ranges:
    """The ranges; InputError when a row ends before it begins, or two rows overlap."""
    four, six = _fill(v4, _V4_LAST, "IPv4"), _fill(v6, None, "IPv6")
    return Ranges(
        snapshot=snapshot,
        territories=tuple(territories.known),
        v4_starts=four.first_low.astype(np.uint32),
        v6_high=six.first_high,
        v6_low=six.first_low,
        v4=four.told,
        v6=six.told,
    )


def _fill(rows: Family, last_of_all: int | None, name: str) -> Family:
    order = np.lexsort((rows.first_low, rows.first_high))
    high, low = rows.first_high[order], rows.first_low[order]
    end_high, end_low = rows.last_high[order], rows.last_low[order]
    told = rows.told.at(order)
    _demand_apart(high, low, end_high, end_low, name)
    next_low = end_low + _ONE  # wraps to 0, and then the high word rises
    next_high = end_high + (next_low == 0)
    # Nothing follows the last address of the family; of IPv6 that wraps to 0 altogether.
    ended = end_low == last_of_all if last_of_all is not None else (next_high == 0) & (next_low == 0)
    gap = ~ended
    gap[:-1] &= (next_high[:-1] != high[1:]) | (next_low[:-1] != low[1:])
    keep = np.ones(2 * len(order) + 1, np.bool_)
    keep[0] = not len(order) or bool(high[0] or low[0])
    keep[2::2] = gap
    filled = Told(places=_spread(told.places), asns=_spread(told.asns), flags=_spread(told.flags))
    merged = _merge(_spread(high, next_high)[keep], _spread(low, next_low)[keep], filled.at(np.flatnonzero(keep)))
    return Family(*merged[:2], *merged[:2], merged[2])


def _demand_apart(high: Column, low: Column, end_high: Column, end_low: Column, name: str) -> None:
    if ((end_high < high) | ((end_high == high) & (end_low < low))).any():
        raise InputError(f"an {name} range ends before it begins; the file is damaged, fetch it again")
    overlaps = (high[1:] < end_high[:-1]) | ((high[1:] == end_high[:-1]) & (low[1:] <= end_low[:-1]))
    if overlaps.any():
        raise InputError(
            f"{int(overlaps.sum()):,} of {len(low):,} {name} ranges overlap the one before; "
            "the file contradicts itself, fetch it again"
        )


def _spread(values: NDArray, between: NDArray | None = None) -> NDArray:  # type: ignore[type-arg]
    """Each value with what follows it, behind one 0."""
    spread = np.zeros(2 * len(values) + 1, values.dtype)
    spread[1::2] = values
    if between is not None:
        spread[2::2] = between
    return spread


def _merge(high: Column, low: Column, told: Told) -> tuple[Column, Column, Told]:
    """Neighbours that say the same are one range."""
    differs = np.ones(len(low), np.bool_)
    columns = (told.places, told.asns, told.flags)
    differs[1:] = np.logical_or.reduce([each[1:] != each[:-1] for each in columns])
    kept = np.flatnonzero(differs)
    return high[kept], low[kept], told.at(kept)
