"""The miss rate: of the reports that no person reached in time, how many were urgent, told from an audit sample.

Every report of the sample had a known chance of being drawn, so that each urgent one that is found stands for
1 / chance like it (Horvitz and Thompson). Urgent ones are rare, often none is found: the interval is Fay and Feuer's
for a weighted sum of Poisson counts, which then says how many there may be all the same, and errs on the wide side.

Source: Horvitz, Thompson, Journal of the American Statistical Association 47, 1952; Fay, Feuer, "Confidence intervals
for directly standardized rates", Statistics in Medicine 16, 1997.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clew.errors import InputError
from clew.measurement.gamma import gamma_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a person found in a report that its lot had drawn.

    Attributes:
        chance: that of being drawn, as it was when the report became part of the population.
    """

    chance: float
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MissRate:
    """A miss rate with all that it rests on.

    Attributes:
        reports: the population: how many reports nobody reached in time.
        looked_at: how many of them the audit looked at.
        found: how many of those were urgent.
        missed: the estimate of the urgent ones in the population; `missed_error` is its standard error.
        rate: missed over reports; `low` and `high` bound it with the confidence that was asked for.
    """

    reports: int
    looked_at: int
    found: int
    missed: float
    missed_error: float
    rate: float
    low: float
    high: float


def miss_rate(looks: Sequence[Look], *, reports: int, lowest_chance: float, confidence: float = 0.95) -> MissRate:
    """The miss rate of a population of which each report was drawn, or not, on its own chance.

    The interval is for the rate at which urgent reports are missed, of which the population is one outcome: it does not
    shrink to a point when everything was looked at.

    Args:
        looks: every drawn report of the population, looked at. A population with drawn reports that still wait is not
            ready: leaving these out would be a choice of whom to count.
        reports: size of the population, 1 or more.
        lowest_chance: the smallest chance any of the population had, drawn or not: how much an urgent report that was
            not found could stand for.
        confidence: of the two-sided interval, over 0 and under 1.

    Raises:
        InputError: nothing was looked at, or the numbers do not fit one another.
    """
    _demand(looks, reports, lowest_chance, confidence)
    weights = [1 / look.chance for look in looks if look.urgent]
    missed = math.fsum(weights)
    poisson = math.fsum(weight * weight for weight in weights)
    sampled = math.fsum(weight * (weight - 1) for weight in weights)
    low, high = _bounds(missed, poisson, 1 / lowest_chance, (1 - confidence) / 2)
    return MissRate(
        reports=reports,
        looked_at=len(looks),
        found=len(weights),
        missed=missed,
        missed_error=math.sqrt(sampled),
        rate=min(1.0, missed / reports),
        low=min(1.0, low / reports),
        high=min(1.0, high / reports),
    )


def _bounds(total: float, variance: float, largest: float, tail: float) -> tuple[float, float]:
    """Fay and Feuer's bounds of a weighted sum of Poisson counts, in gamma quantiles.

    The upper one takes one more event of the largest weight; for equal weights both are the exact Poisson bounds.
    """
    low = gamma_quantile(tail, shape=total * total / variance) * variance / total if total else 0.0
    more, wider = total + largest, variance + largest * largest
    return low, gamma_quantile(1 - tail, shape=more * more / wider) * wider / more


def _demand(looks: Sequence[Look], reports: int, lowest_chance: float, confidence: float) -> None:
    if not looks:
        raise InputError("a miss rate needs at least one report that was drawn and looked at; none was")
    if len(looks) > reports:
        raise InputError(f"{len(looks)} reports were looked at, of a population of {reports}; count it as a whole")
    if not 0 < lowest_chance <= min(look.chance for look in looks) or max(look.chance for look in looks) > 1:
        raise InputError("each chance lies over 0, is at most 1, and is no smaller than the lowest chance")
    if not 0 < confidence < 1:
        raise InputError(f"confidence lies between 0 and 1, as 0.95, got {confidence:g}")
