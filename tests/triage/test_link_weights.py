import pytest

from clew.records.mention import IdentifierKind
from clew.triage.link_facts import DIFFER, SAME, Likeness
from clew.triage.link_weights import Weights, chance_apart, gap_class

PHONE, EMAIL = IdentifierKind.PHONE, IdentifierKind.EMAIL


def test_a_value_is_worth_less_the_longer_it_was_not_seen() -> None:
    weights = Weights()
    bits = [weights.value_bits((PHONE, gap_class(days * 86_400), 2, 0, "s")) for days in (0, 10, 40, 100)]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > bits[-1]


@pytest.mark.parametrize(("seconds", "gap"), [(-5, 0), (0, 0), (86_399, 0), (86_400, 1), (90 * 86_400, 4)])
def test_the_classes_of_gaps(seconds: int, gap: int) -> None:
    assert gap_class(seconds) == gap


def test_weights_follow_the_share_of_pairs_that_are_apart_for_that_sender_first() -> None:
    weights = Weights()
    for place in range(4_000):
        sender = "good" if place % 2 else "bad"
        wrong = sender == "bad" and place % 8 == 0  # a quarter of the bad sender's
        weights.learn((PHONE, 0, 2, 0, sender), 1.0 if wrong else 0.0, None, None)
    # log2 odds of 1/4 apart are log2(3), of none they grow with the pairs.
    assert weights.value_bits((PHONE, 0, 2, 0, "bad")) == pytest.approx(1.585, abs=0.05)
    assert weights.value_bits((PHONE, 0, 2, 0, "good")) > 6
    assert weights.value_bits((PHONE, 0, 2, 0, "new")) == pytest.approx(2.8, abs=0.1)  # an eighth of all


def test_the_chance_apart_is_the_inverse_of_the_odds() -> None:
    assert chance_apart(0) == 0.5
    assert chance_apart(2) == pytest.approx(0.2)
    assert chance_apart(5_000) > 0
    assert chance_apart(-5_000) < 1.0000001


def test_agreement_speaks_for_one_subject_and_disagreement_against() -> None:
    weights = Weights()
    for thickness in range(3):
        assert weights.facts_bits(Likeness(thickness, SAME, 1, 0.0), None) > 8
        assert weights.facts_bits(Likeness(thickness, DIFFER, 1, 0.0), None) < -2
        assert weights.facts_bits(None, Likeness(thickness, SAME, 1, 0.0)) > 8
    assert weights.facts_bits(None, None) == 0


def test_pairs_of_one_subject_that_often_differ_make_a_difference_say_less() -> None:
    weights = Weights()
    before = weights.facts_bits(Likeness(0, DIFFER, 1, 0.0), None)
    for place in range(1_000):
        weights.learn(None, 0.0, Likeness(0, DIFFER if place % 3 == 0 else SAME, 1, 0.0), None)
    weights.refresh()
    assert weights.facts_bits(Likeness(0, DIFFER, 1, 0.0), None) > before
