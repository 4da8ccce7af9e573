"""Draws that give the same on every machine: named streams of PCG64, and no logarithm, power or root of a draw.

Uniform numbers and bounded integers are exact; products of them are IEEE 754. What a mathematics library may round its
own way (a power law's weights) is rounded to whole numbers first.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_reports.codes import Numbers

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Draw:
    """A stream for one purpose of one seed: another purpose's draws never shift it."""

    def __init__(self, seed: int, purpose: str) -> None:
        words = np.random.SeedSequence([seed, int.from_bytes(purpose.encode(), "big")])
        self._random = np.random.Generator(np.random.PCG64(words))

    def uniform(self, count: int) -> Floats:
        return self._random.random(count)

    def below(self, high: int, count: int) -> Numbers:
        """Whole numbers from 0 to high - 1."""
        return self._random.integers(0, max(1, high), count)

    def happens(self, rate: float | Floats, count: int) -> Flags:
        return np.asarray(self._random.random(count) < rate)

    def popular(self, high: int, count: int, power: int) -> Numbers:
        """Whole numbers below `high`, low ones oftener: the first has the share high^(-1/power)."""
        drawn = self._random.random(count)
        place = drawn * max(1, high)
        for _ in range(power - 1):
            place *= drawn
        return place.astype(np.int64)

    def different(self, high: int, count: int) -> Numbers:
        """Whole numbers below `high`, none twice; `high` at least `count`."""
        return self._random.permutation(high)[:count]

    def power_law(self, exponent: float, highest: int, count: int) -> Numbers:
        """1 to `highest`, n with a chance in proportion to n^-exponent."""
        weights = np.array([max(1, round(2.0**40 * n**-exponent)) for n in range(1, highest + 1)], np.int64)
        ends = np.cumsum(weights)
        return np.searchsorted(ends, self._random.integers(0, ends[-1], count), side="right") + 1

    def choice(self, shares: list[int], count: int) -> Numbers:
        """A place in `shares`, each as often as its share says."""
        ends = np.cumsum(np.array(shares, np.int64))
        return np.searchsorted(ends, self._random.integers(0, ends[-1], count), side="right")


def mix(numbers: Numbers, salt: int) -> NDArray[np.uint64]:
    """64 bits that depend on a number and a salt alone. Source: Steele, Lea, Flood, SplitMix64, OOPSLA 2014."""
    state = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
