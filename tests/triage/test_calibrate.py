"""Learning from outcomes, on worlds whose truth is known."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from clew.errors import RefusedError
from clew.records.identifiers import OutcomeId, PlaceId
from clew.records.worked import OutcomeKind, PlaceOutcome
from clew.triage import calibrate as subject
from clew.triage.calibrate import Calibrated, calibrate, wilson
from clew.triage.model_card import card_page
from clew.triage.prior import PRIOR
from clew.triage.score import chance_of
from tests.triage.facts import AT

# Three signs whose true weights differ from what was believed, in a world where a fifth is urgent.
TRUE = {"enticement": 3.0, "viral": -0.2, "payment": 0.0}
MODEL = replace(PRIOR, base=-1.0, weights={"enticement": 1.0, "viral": -1.5, "payment": 0.7, "tourism": 1.5})


def world(count: int, seed: int = 3, chance: float = 1.0) -> list[PlaceOutcome]:
    random = np.random.default_rng(seed)
    outcomes = []
    for number in range(count):
        signs = frozenset(name for name in TRUE if random.random() < 0.3)
        urgent = random.random() < chance_of(-2.0 + sum(TRUE[name] for name in signs))
        outcomes.append(
            PlaceOutcome(
                id=OutcomeId(f"O{number:06}"),
                place_id=PlaceId(number),
                kind=OutcomeKind.CHILD_SAFEGUARDED if urgent else OutcomeKind.NOT_ACTIONABLE,
                at=AT,
                recorded_at=AT + timedelta(minutes=number),
                recorded_by="user:ada",
                signs=signs,
                chance=chance,
                language=["nl", "de", None][number % 3],
                completeness=number % 101,
            )
        )
    return outcomes


def learn(outcomes: list[PlaceOutcome]) -> Calibrated:
    return calibrate(outcomes, MODEL, version="learnt-1", at=AT)


@pytest.fixture(scope="module")
def learnt() -> Calibrated:
    return learn(world(6000))


def test_true_weights_are_found_and_what_no_outcome_tells_of_stays(learnt: Calibrated) -> None:
    for name, weight in TRUE.items():
        assert learnt.model.weights[name] == pytest.approx(weight * learnt.slope, abs=0.45)
    assert learnt.model.weights["tourism"] == pytest.approx(1.5 * learnt.slope)
    assert 0.8 < learnt.slope < 1.25


def test_few_outcomes_move_a_weight_less_than_many() -> None:
    few, many = learn(world(subject.LEAST_OUTCOMES)), learn(world(6000))
    assert abs(few.model.weights["enticement"] / few.slope - 1.0) < abs(
        many.model.weights["enticement"] / many.slope - 1.0
    )


def test_with_beliefs_that_leave_all_open_the_weights_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(1)
    rows = np.column_stack([np.ones(500), random.integers(0, 2, (500, 3))]).astype(float)
    urgent = (random.random(500) < 0.2 + 0.5 * rows[:, 1]).astype(float)
    weights = random.random(500) + 0.5
    fitted = subject._fit(rows, urgent, weights * 1e6, np.zeros(4))
    peer = LogisticRegression(C=1e9, fit_intercept=False, tol=1e-10, max_iter=1000)
    np.testing.assert_allclose(fitted, peer.fit(rows, urgent, sample_weight=weights).coef_[0], atol=1e-3)


def test_it_is_judged_on_outcomes_it_did_not_see_beside_the_model_before(learnt: Calibrated) -> None:
    assert (learnt.learnt_from, learnt.scaled_on, learnt.judged.outcomes) == (3000, 1200, 1800)
    assert learnt.judged.auc > learnt.before.auc
    assert learnt.judged.brier < learnt.before.brier
    assert learnt.judged.brier < learnt.judged.brier_of_none
    assert learnt.judged.calibration_error < 0.05
    assert sum(each.places for each in learnt.judged.deciles) == 1800
    predicted = [each.predicted for each in learnt.judged.deciles]
    assert predicted == sorted(predicted)
    found = [each for _, each in learnt.judged.isotonic]
    assert found == sorted(found)


def test_recall_is_told_by_each_stratum_with_its_interval(learnt: Calibrated) -> None:
    strata = {(each.by, each.stratum) for each in learnt.recalls}
    assert strata >= {("all", "all"), ("language", "nl"), ("language", "not said"), ("completeness", "0 or more")}
    for each in learnt.recalls:
        assert each.low <= each.share <= each.high
        assert each.within_reach <= each.urgent
    (whole,) = [each for each in learnt.recalls if each.by == "all"]
    assert whole.urgent == learnt.judged.urgent


def test_an_audited_place_stands_for_others_up_to_a_bound() -> None:
    # The audit's places are twice as many in truth: calm ones that the order never reached.
    audited = [replace(each, chance=0.1) for each in world(600)]
    ordered = [
        replace(each, id=OutcomeId(f"P{n:06}"), place_id=PlaceId(10_000 + n)) for n, each in enumerate(world(600))
    ]
    both = learn([*audited, *ordered])
    assert both.effective < 1200
    assert learn(world(600, chance=1e-6)).effective == pytest.approx(600)


@pytest.mark.parametrize("count", [0, 1, subject.LEAST_OUTCOMES - 1])
def test_too_few_outcomes_are_refused_with_what_is_needed(count: int) -> None:
    with pytest.raises(RefusedError, match="300 or more"):
        learn(world(count))


def test_outcomes_of_one_kind_are_refused() -> None:
    calm = [replace(each, kind=OutcomeKind.NOT_ACTIONABLE) for each in world(1000)]
    with pytest.raises(RefusedError, match="each kind"):
        learn(calm)
    by_kind = sorted(world(1000), key=lambda each: each.kind)
    told = [replace(each, recorded_at=AT + timedelta(minutes=n)) for n, each in enumerate(by_kind)]
    with pytest.raises(RefusedError, match="one kind"):
        learn(told)


def test_several_outcomes_of_a_place_count_once_and_withdrawn_or_silent_ones_never() -> None:
    outcomes = world(1000)
    twice = [replace(each, id=OutcomeId(f"X{each.id}"), kind=OutcomeKind.DUPLICATE) for each in outcomes]
    gone = [
        replace(each, id=OutcomeId(f"Y{each.id}"), place_id=PlaceId(each.place_id + 5000), withdrawn_at=AT)
        for each in outcomes
    ]
    assert learn([*outcomes, *twice, *gone]).model == learn(outcomes).model


def test_the_card_tells_all_of_it_as_json_and_as_a_page(learnt: Calibrated) -> None:
    card = json.loads(learnt.model.card)
    assert card["judged"]["auc"] == learnt.judged.auc
    page = card_page(learnt.model)
    for text in ("# Score model `learnt-1`", "| language | nl |", "## Limits", "`enticement`", "calibration error"):
        assert text in page
    assert "no outcomes" in card_page(PRIOR)


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(0, 0, 0, 1), (0, 10, 0, 0.2775), (5, 10, 0.2366, 0.7634)])
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)
