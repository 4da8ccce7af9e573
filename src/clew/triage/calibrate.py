"""Learn the score's weights from recorded outcomes, and say honestly how well it then does.

Weights are drawn towards those in force: where outcomes say little, they stay. Half of the outcomes, the oldest, are
learnt from; the next fifth sets the scale; the newest three tenths, which neither saw, judge. The result is the same
sum of factors as before, so that every score goes on explaining itself.

Outcomes exist only of what somebody looked at. A place that the audit's lot had drawn stands for 1 / chance like it; of
the rest the order chose, and the card says so.

Source: maximum a posteriori logistic regression by Newton's method (Bishop, Pattern Recognition and Machine Learning,
2006, sections 4.3.3 and 4.5); Platt, "Probabilistic Outputs for Support Vector Machines", 1999; isotonic regression
(Zadrozny, Elkan, KDD 2002); Brier, Monthly Weather Review 78, 1950; Wilson, JASA 22, 1927.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from clew.errors import RefusedError
from clew.records.worked import PlaceOutcome, ScoreModel

# With fewer a learnt weight is noise, and a stratum's recall says nothing.
LEAST_OUTCOMES = 300
LEAST_URGENT = 40
# A weight may leave its former value by about this much, in log-odds, before the outcomes must say so loudly.
_WEIGHT_SPREAD, _BASE_SPREAD = 0.7, 5.0
# An audited place stands for so many at most: a few of very small chance would else decide every weight.
_MOST_EACH = 50.0
_LEARNT, _SCALED = 0.5, 0.7
_NEWTON_STEPS, _NEWTON_END = 50, 1e-9
# Recall is told of a desk that reaches this share of the places.
REACHED = 0.1
_DECILES, _Z = 10, 1.959964

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decile:
    """A tenth of the judged places by predicted chance: how many, what was predicted, what was found, its bounds."""

    places: int
    predicted: float
    found: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Of the urgent places of a stratum, the share that an override or the score puts within reach, with its bounds."""

    by: str
    stratum: str
    urgent: int
    within_reach: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How a model does on outcomes that it did not see."""

    outcomes: int
    urgent: int
    auc: float
    brier: float
    brier_of_none: float
    calibration_error: float
    deciles: tuple[Decile, ...]
    isotonic: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A model that was learnt, and what is told of it.

    Attributes:
        before: the model in force, judged on the same outcomes.
        effective: how many equally weighted outcomes the weighted ones are worth.
    """

    model: ScoreModel
    learnt_from: int
    scaled_on: int
    effective: float
    first_at: datetime
    last_at: datetime
    slope: float
    judged: Judged
    before: Judged
    recalls: tuple[Recall, ...]


def calibrate(outcomes: Sequence[PlaceOutcome], before: ScoreModel, *, version: str, at: datetime) -> Calibrated:
    """A model learnt from outcomes, with all that its card says.

    Args:
        outcomes: those that stand; several of one place count once, urgent if any is.
        before: the model in force, towards which weights are drawn.

    Raises:
        RefusedError: there are too few outcomes, or too few urgent or calm ones, to learn from and to judge by.
    """
    told = _one_a_place(outcomes)
    _demand(told)
    names = sorted(before.weights)
    learn, scale, judge = _parts(told)
    prior = np.array([before.base, *(before.weights[name] for name in names)])
    learnt = _fit(_rows(learn, names), _urgent(learn), _weights(learn), prior)
    slope, shift = _platt(_rows(scale, names) @ learnt, _urgent(scale), _weights(scale))
    scaled = learnt * slope
    scaled[0] += shift
    model = ScoreModel(
        version=version,
        made_at=at,
        base=float(scaled[0]),
        weights={name: float(weight) for name, weight in zip(names, scaled[1:], strict=True)},
        shares=_shares(told, names, before),
    )
    weights = _weights(told)
    calibrated = Calibrated(
        model=model,
        learnt_from=len(learn),
        scaled_on=len(scale),
        effective=float(weights.sum() ** 2 / (weights**2).sum()),
        first_at=told[0].recorded_at,
        last_at=told[-1].recorded_at,
        slope=slope,
        judged=_judge(judge, _rows(judge, names) @ scaled),
        before=_judge(judge, _rows(judge, names) @ prior),
        recalls=tuple(_recalls(judge, _rows(judge, names) @ scaled)),
    )
    card = json.dumps(asdict(replace(calibrated, model=replace(model, card="{}"))), default=_plain, sort_keys=True)
    return replace(calibrated, model=replace(model, card=card))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a card holds no {type(value).__name__}")


def _one_a_place(outcomes: Sequence[PlaceOutcome]) -> list[PlaceOutcome]:
    """The outcomes that tell, one for each place, in the order in which they were recorded."""
    by_place: dict[int, PlaceOutcome] = {}
    for each in sorted(outcomes, key=lambda outcome: (outcome.recorded_at, outcome.id)):
        if each.kind.urgent is None or each.withdrawn_at is not None:
            continue
        earlier = by_place.get(each.place_id)
        if earlier is None or not earlier.kind.urgent:
            by_place[each.place_id] = each
    return sorted(by_place.values(), key=lambda outcome: (outcome.recorded_at, outcome.id))


def _demand(told: Sequence[PlaceOutcome]) -> None:
    urgent = sum(1 for each in told if each.kind.urgent)
    calm = len(told) - urgent
    if len(told) < LEAST_OUTCOMES or min(urgent, calm) < LEAST_URGENT:
        raise RefusedError(
            f"{len(told)} places have an outcome that tells, {urgent} of them urgent; a model is learnt from "
            f"{LEAST_OUTCOMES} or more, with {LEAST_URGENT} or more of each kind. Record outcomes; the weights in "
            "force stay"
        )
    for part, name in zip(_parts(told), ("learn from", "scale by", "judge by"), strict=True):
        if len({each.kind.urgent for each in part}) < 2:  # noqa: PLR2004  (urgent and calm)
            raise RefusedError(
                f"the outcomes to {name} are all of one kind; record outcomes over a longer time, not in one go by kind"
            )


def _parts(told: Sequence[PlaceOutcome]) -> tuple[Sequence[PlaceOutcome], ...]:
    first, second = int(len(told) * _LEARNT), int(len(told) * _SCALED)
    return told[:first], told[first:second], told[second:]


def _rows(told: Sequence[PlaceOutcome], names: Sequence[str]) -> Floats:
    """One for the base, and one for each sign."""
    place_of = {name: number for number, name in enumerate(names, start=1)}
    rows = np.zeros((len(told), len(names) + 1))
    rows[:, 0] = 1
    for row, outcome in zip(rows, told, strict=True):
        row[[place_of[name] for name in outcome.signs if name in place_of]] = 1
    return rows


def _urgent(told: Sequence[PlaceOutcome]) -> Floats:
    return np.array([1.0 if each.kind.urgent else 0.0 for each in told])


def _weights(told: Sequence[PlaceOutcome]) -> Floats:
    return np.array([min(1 / each.chance, _MOST_EACH) for each in told])


def _chances(log_odds: Floats) -> Floats:
    return (1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))).astype(np.float64)


def _fit(rows: Floats, urgent: Floats, weights: Floats, prior: Floats) -> Floats:
    """The weights most likely after the outcomes, under independent normal beliefs around the prior ones."""
    precision = np.full(len(prior), 1 / _WEIGHT_SPREAD**2)
    precision[0] = 1 / _BASE_SPREAD**2
    fitted: Floats = prior.copy()
    for _ in range(_NEWTON_STEPS):
        chance = _chances(rows @ fitted)
        gradient = rows.T @ (weights * (urgent - chance)) - precision * (fitted - prior)
        curvature = (rows.T * (weights * chance * (1 - chance))) @ rows + np.diag(precision)
        step = np.linalg.solve(curvature, gradient).astype(np.float64)
        # Far from the peak a whole step may overshoot.
        fitted += step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < _NEWTON_END:
            break
    return fitted


def _platt(log_odds: Floats, urgent: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and shift that scale log-odds to what was found; no scaling where it would turn the order around."""
    fitted = LogisticRegression(C=1e6).fit(log_odds.reshape(-1, 1), urgent, sample_weight=weights)
    slope, shift = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return (slope, shift) if slope > 0 else (1.0, 0.0)


def _shares(told: Sequence[PlaceOutcome], names: Sequence[str], before: ScoreModel) -> dict[str, float]:
    """How often each sign holds among places that tell of it, drawn towards what was believed by fifty of them."""
    believed, weights = 50.0, _weights(told)
    shares = {}
    for name in names:
        speaks = np.array([name not in each.untold for each in told])
        holds = np.array([name in each.signs for each in told])
        count = float(weights[speaks & holds].sum()) + believed * before.shares.get(name, 0.0)
        shares[name] = count / (float(weights[speaks].sum()) + believed)
    return shares


def _judge(told: Sequence[PlaceOutcome], log_odds: Floats) -> Judged:
    urgent, weights, chance = _urgent(told), _weights(told), _chances(log_odds)
    share = float(np.average(urgent, weights=weights))
    deciles = tuple(_deciles(chance, urgent))
    curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(chance, urgent, sample_weight=weights)
    steps = zip(curve.X_thresholds_.tolist(), curve.y_thresholds_.tolist(), strict=True)
    return Judged(
        outcomes=len(told),
        urgent=int(urgent.sum()),
        auc=float(roc_auc_score(urgent, log_odds, sample_weight=weights)),
        brier=float(brier_score_loss(urgent, chance, sample_weight=weights)),
        brier_of_none=share * (1 - share),
        calibration_error=math.fsum(each.places * abs(each.predicted - each.found) for each in deciles) / len(told),
        deciles=deciles,
        isotonic=tuple((float(given), float(found)) for given, found in steps),
    )


def _deciles(chance: Floats, urgent: Floats) -> list[Decile]:
    found = []
    for part in np.array_split(np.argsort(chance, kind="stable"), _DECILES):
        low, high = wilson(int(urgent[part].sum()), len(part))
        found.append(
            Decile(
                places=len(part),
                predicted=float(chance[part].mean()),
                found=float(urgent[part].mean()),
                low=low,
                high=high,
            )
        )
    return found


_STRATA: Mapping[str, Callable[[PlaceOutcome], str]] = {
    "all": lambda _: "all",
    "language": lambda each: each.language or "not said",
    "country": lambda each: each.country or "not said",
    "platform": lambda each: each.platform or "not known",
    "completeness": lambda each: f"{min(each.completeness, 99) // 25 * 25} or more",
}


def _recalls(told: Sequence[PlaceOutcome], log_odds: Floats) -> list[Recall]:
    """By the order that the model gives: overrides first, then the score, down to the share that a desk reaches."""
    ahead = np.array([each.override for each in told])
    order = np.lexsort((-log_odds, ~ahead))
    reached = np.zeros(len(told), dtype=bool)
    reached[order[: math.ceil(len(told) * REACHED)]] = True
    urgent = _urgent(told).astype(bool)
    recalls = []
    for by, stratum_of in _STRATA.items():
        strata = np.array([stratum_of(each) for each in told])
        for stratum in sorted(set(strata[urgent].tolist())):
            of = urgent & (strata == stratum)
            count, hits = int(of.sum()), int((of & reached).sum())
            low, high = wilson(hits, count)
            recalls.append(
                Recall(
                    by=by,
                    stratum=stratum,
                    urgent=count,
                    within_reach=hits,
                    share=hits / count,
                    low=low,
                    high=high,
                )
            )
    return recalls


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The score interval of a share, at 95 %; (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _Z * _Z
    centre = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, centre - reach), min(1.0, centre + reach)
