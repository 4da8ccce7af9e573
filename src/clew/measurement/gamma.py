"""Quantiles of the gamma distribution, which the exact bounds of Poisson counts are made of."""

import math

from clew.errors import InputError

_TERMS = 100_000
_SMALLEST = 1e-300
# Where a further term changes nothing that a double can hold.
_CLOSE = 1e-16


def gamma_share(x: float, *, shape: float) -> float:
    """The share of a gamma distribution of scale 1 that lies at or under x: the regularised P(shape, x).

    Source: NIST Digital Library of Mathematical Functions, 8.11.4 (series, under shape + 1) and 8.9.2 (continued
    fraction, above, by Lentz's method).
    """
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    return front * _series(x, shape) if x < shape + 1 else 1 - front * _fraction(x, shape)


def gamma_quantile(share: float, *, shape: float) -> float:
    """The x under which that share of a gamma distribution of scale 1 lies; by bisection, to the last bits.

    Half the chi-square quantile of 2 * shape degrees of freedom.

    Raises:
        InputError: the share does not lie between 0 and 1, or the shape is not over 0.
    """
    if not 0 < share < 1 or not shape > 0:
        raise InputError(f"a gamma quantile needs a share between 0 and 1 and a shape over 0, got {share:g}, {shape:g}")
    low, high = 0.0, shape + 1.0
    while gamma_share(high, shape=shape) < share:
        low, high = high, 2 * high
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if gamma_share(middle, shape=shape) < share:
            low = middle
        else:
            high = middle


def _series(x: float, shape: float) -> float:
    term = total = 1 / shape
    for number in range(1, _TERMS):
        term *= x / (shape + number)
        total += term
        if term < total * _CLOSE:
            break
    return total


def _fraction(x: float, shape: float) -> float:
    """Lentz's method."""
    beside = x + 1 - shape
    upper, lower = 1 / _SMALLEST, 1 / beside
    value = lower
    for number in range(1, _TERMS):
        factor = -number * (number - shape)
        beside += 2
        lower = 1 / ((factor * lower + beside) or _SMALLEST)
        upper = (beside + factor / upper) or _SMALLEST
        change = upper * lower
        value *= change
        if abs(change - 1) < _CLOSE:
            break
    return value
