import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.worked import OutcomeKind, SenderOutcomes
from clew.triage.prior import PRIOR
from clew.triage.score import (
    MOST_OF_CLASSIFIER,
    Weighed,
    chance_of,
    score,
    sender_factor,
    together,
    weighed_of,
)

NAMES = sorted(PRIOR.weights)
names = st.sets(st.sampled_from(NAMES), max_size=8)


def weighed(told: set[str], untold: set[str] = frozenset(), number: int = 1) -> Weighed:  # type: ignore[assignment]
    return Weighed(signs={name: ("x", IntakeNumber(number)) for name in told}, untold=frozenset(untold) - told)


@given(told=names, untold=names)
def test_the_factors_sum_to_the_figure_and_the_base_is_first(told: set[str], untold: set[str]) -> None:
    risk = score(weighed(told, untold), PRIOR)
    assert risk.factors[0].name == "base"
    assert math.isclose(math.fsum(each.weight for each in risk.factors), risk.figure)
    assert {each.name for each in risk.factors[1:]} == told
    assert risk.low <= risk.figure <= risk.high


@given(told=names, untold=names, copies=st.integers(1, 50))
def test_volume_alone_never_raises_a_score(told: set[str], untold: set[str], copies: int) -> None:
    once = weighed(told, untold)
    many = once
    for number in range(2, copies + 2):
        many = together(many, weighed(told, untold, number))
    assert score(many, PRIOR) == score(once, PRIOR)


@given(first=names, second=names, untold=names)
def test_a_second_report_adds_its_signs_and_tells_what_was_untold(first: set, second: set, untold: set) -> None:
    both = together(weighed(first, untold), weighed(second, untold))
    assert set(both.signs) == first | second
    assert both.untold == frozenset(untold) - first - second
    assert weighed_of(score(both, PRIOR)) == both


def test_a_thin_report_is_ordered_above_one_that_says_plenty_and_below_one_that_bears_a_sign() -> None:
    thin, calm, signed = weighed(set(), set(NAMES)), weighed(set()), weighed({"enticement"})
    assert score(calm, PRIOR).high < score(thin, PRIOR).high < score(signed, PRIOR).high
    assert score(calm, PRIOR).figure == score(thin, PRIOR).figure


def outcomes(urgent: int, calm: int) -> SenderOutcomes:
    counts = {OutcomeKind.ARREST: urgent, OutcomeKind.NOT_ACTIONABLE: calm, OutcomeKind.DUPLICATE: 7}
    return SenderOutcomes(sender_id=SenderId("S1"), counts=counts, reasons={})


def weight(urgent: int, calm: int) -> float:
    factor = sender_factor(outcomes(urgent, calm), 0.1)
    return 0.0 if factor is None else factor.weight


def test_a_senders_outcomes_move_its_reports_a_little_and_never_beyond_their_bound() -> None:
    assert weight(0, 0) == 0.0
    assert weight(2, 18) == pytest.approx(0.0)
    assert -0.2 < weight(0, 2) < 0 < weight(2, 0)
    assert weight(0, 10**6) == -1.0
    assert weight(10**6, 0) == 1.0
    assert sender_factor(None, 0.1) is None


class Loud:
    version = "loud-1"

    def __init__(self, answer: float) -> None:
        self.answer = answer

    def opinion(self, signs: frozenset[str], untold: frozenset[str]) -> float:
        return self.answer


@pytest.mark.parametrize(("answer", "adds"), [(99.0, 1.0), (-99.0, -1.0), (0.5, 0.5), (math.nan, 0.0)])
def test_a_classifier_adds_a_bounded_factor_and_no_more(answer: float, adds: float) -> None:
    without, with_it = (score(weighed({"payment"}), PRIOR, classifier=each) for each in (None, Loud(answer)))
    assert with_it.figure - without.figure == pytest.approx(adds * MOST_OF_CLASSIFIER)
    assert with_it.factors[-1].source == "loud-1"


def test_a_classifier_never_lifts_a_report_over_a_strong_sign() -> None:
    strong = [w for name, w in PRIOR.weights.items() if name in {"urgent", "live-stream", "molestation", "extortion"}]
    assert min(strong) > 2 * MOST_OF_CLASSIFIER


@pytest.mark.parametrize("log_odds", [-800.0, -6.34, 0.0, 2.0, 800.0])
def test_log_odds_stand_for_a_probability(log_odds: float) -> None:
    assert 0 <= chance_of(log_odds) <= 1
    assert chance_of(log_odds) + chance_of(-log_odds) == pytest.approx(1)


def test_the_base_is_the_share_of_urgent_reports_that_its_source_states() -> None:
    assert chance_of(PRIOR.base) == pytest.approx(63_892 / 36_200_000, rel=0.01)
