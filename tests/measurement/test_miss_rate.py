import itertools
import math

import numpy as np
import pytest

from clew.errors import InputError
from clew.measurement.miss_rate import Look, miss_rate


def looks_of(*strata: tuple[float, int, int]) -> list[Look]:
    """Looks of (chance, looked at, urgent) strata."""
    return [Look(chance=chance, urgent=n < urgent) for chance, looked_at, urgent in strata for n in range(looked_at)]


def test_each_urgent_report_found_stands_for_as_many_as_its_chance_says() -> None:
    found = miss_rate(looks_of((0.01, 100, 1), (0.5, 200, 3)), reports=10_400, lowest_chance=0.01)
    assert found.missed == pytest.approx(100 + 6)
    assert found.missed_error == pytest.approx(math.sqrt(100 * 99 + 3 * 2 * 1))
    assert (found.looked_at, found.found) == (300, 4)
    assert found.rate == pytest.approx(106 / 10_400)
    assert found.low < found.rate < found.high


def test_over_every_possible_sample_estimate_and_variance_are_right_on_the_average() -> None:
    """All 32 samples of five reports, each with its exact probability."""
    population = [(0.2, True), (0.5, True), (0.7, False), (0.9, True), (0.4, False)]
    mean = second = stated = 0.0
    for drawn in itertools.product([False, True], repeat=5):
        chance = math.prod(c if d else 1 - c for (c, _), d in zip(population, drawn, strict=True))
        looks = [Look(chance=c, urgent=u) for (c, u), d in zip(population, drawn, strict=True) if d]
        if looks:  # an empty sample says 0, with no error
            found = miss_rate(looks, reports=5, lowest_chance=0.2)
            mean += chance * found.missed
            second += chance * found.missed**2
            stated += chance * found.missed_error**2
    assert mean == pytest.approx(3)
    assert stated == pytest.approx(second - mean**2)


def test_equal_chances_give_the_exact_bounds_of_a_poisson_count() -> None:
    # Garwood's bounds of 4 events: 1.090 and 10.242.
    found = miss_rate(looks_of((0.1, 1000, 4)), reports=10_000, lowest_chance=0.1)
    assert round(found.low * 1000, 3) == 1.090
    assert round(found.high * 1000, 3) == 10.242


def test_nothing_found_still_says_how_many_there_may_be() -> None:
    found = miss_rate(looks_of((0.01, 300, 0)), reports=30_000, lowest_chance=0.01)
    assert (found.missed, found.rate, found.low) == (0, 0, 0)
    # One event more than none: -ln(0.025) = 3.689 events of 100 reports each.
    assert found.high == pytest.approx(-math.log(0.025) * 100 / 30_000)


def test_a_stratum_that_was_hardly_drawn_widens_the_upper_bound_though_nothing_was_found_in_it() -> None:
    looks = looks_of((0.5, 100, 2))
    narrow, wide = (miss_rate(looks, reports=5000, lowest_chance=chance) for chance in (0.5, 0.001))
    assert wide.rate == narrow.rate
    assert wide.high > narrow.high


@pytest.mark.parametrize("urgent_shares", [(0.0005, 0.01, 0.05), (0.00001, 0.0001, 0.002), (0.0, 0.0, 0.02)])
def test_the_interval_holds_the_truth_at_least_as_often_as_it_says(urgent_shares) -> None:
    """2,000 audits of three strata, drawn anew; 95 % asked for, less four standard errors of the count allowed."""
    random = np.random.default_rng(7)
    reports, chances = np.array([50_000, 5_000, 500]), np.array([0.004, 0.04, 0.5])
    held, audits = 0, 2000
    for _ in range(audits):
        urgent = random.binomial(reports, urgent_shares)
        drawn = random.binomial(urgent, chances)
        others = random.binomial(reports - urgent, chances)
        strata = zip(chances.tolist(), (drawn + others).tolist(), drawn.tolist(), strict=True)
        found = miss_rate(looks_of(*strata), reports=int(reports.sum()), lowest_chance=0.004)
        true = float(urgent.sum() / reports.sum())
        held += found.low <= true <= found.high
    assert held / audits >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / audits)


@pytest.mark.parametrize(
    ("looks", "reports", "lowest", "confidence"),
    [
        ([], 10, 0.5, 0.95),
        (looks_of((0.5, 3, 0)), 2, 0.5, 0.95),
        (looks_of((0.5, 3, 0)), 10, 0.6, 0.95),
        (looks_of((0.5, 3, 0)), 10, 0.0, 0.95),
        (looks_of((1.5, 3, 0)), 10, 0.5, 0.95),
        (looks_of((0.5, 3, 0)), 10, 0.5, 1.0),
    ],
)
def test_what_no_rate_can_be_told_from_is_refused(looks, reports, lowest, confidence) -> None:
    with pytest.raises(InputError):
        miss_rate(looks, reports=reports, lowest_chance=lowest, confidence=confidence)
