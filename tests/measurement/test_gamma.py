import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import InputError
from clew.measurement.gamma import gamma_quantile, gamma_share


@pytest.mark.parametrize(
    ("freedom", "share", "chi_square"),
    # Tables of chi-square quantiles, as in any textbook.
    [
        (1, 0.95, 3.841),
        (2, 0.975, 7.378),
        (4, 0.05, 0.711),
        (10, 0.95, 18.307),
        (10, 0.025, 3.247),
        (100, 0.95, 124.342),
    ],
)
def test_quantiles_are_those_of_the_tables(freedom: int, share: float, chi_square: float) -> None:
    assert round(2 * gamma_quantile(share, shape=freedom / 2), 3) == chi_square


@given(count=st.integers(1, 60), mean=st.floats(0.01, 80))
def test_the_gamma_share_is_the_tail_of_the_poisson_count(count: int, mean: float) -> None:
    below = math.fsum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(count))
    assert gamma_share(mean, shape=count) == pytest.approx(1 - below, abs=1e-12)


@given(share=st.floats(1e-6, 1 - 1e-6), shape=st.floats(0.05, 2000))
def test_the_quantile_undoes_the_share(share: float, shape: float) -> None:
    assert gamma_share(gamma_quantile(share, shape=shape), shape=shape) == pytest.approx(share, rel=1e-6)


@pytest.mark.parametrize(("share", "shape"), [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0), (0.5, -1.0), (0.5, math.nan)])
def test_a_quantile_that_is_none_is_refused(share: float, shape: float) -> None:
    with pytest.raises(InputError):
        gamma_quantile(share, shape=shape)
