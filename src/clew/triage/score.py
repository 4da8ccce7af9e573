"""The risk score: a sum of log-odds, one factor for each sign, with the range that remains with what nobody said.

It orders work; it decides nothing. The order takes the upper end of the range: a report that says little may hide much,
and is not sunk for being thin; one that says plenty and bears no sign is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from clew.records.identifiers import IntakeNumber
from clew.records.triage import Factor, RiskScore
from clew.records.worked import ScoreModel, SenderOutcomes

# One-sided 90 %: of reports alike in what they say, nine of ten lie below the upper end.
_SPREAD = 1.2816
# A sender with no outcomes counts as one with so many outcomes of the average kind.
_PRIOR_OUTCOMES = 20.0
# What a sender's quality may add or take at most: less than any one strong sign.
_MOST_OF_SENDER = 1.0
# What an outside classifier may add or take at most: it orders among like reports and overrules no sign of danger.
MOST_OF_CLASSIFIER = 1.0


class Classifier(Protocol):
    """An outside opinion of the order. It sees signs, never a report's words, and decides nothing."""

    version: str

    def opinion(self, signs: frozenset[str], untold: frozenset[str]) -> float:
        """From -1, calm, to 1, urgent; anything beyond is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is weighed: the signs of all reports of a place together.

    A sign counts once however many reports bear it, so that copies change nothing.

    Attributes:
        signs: by name, the source and the report that bears it.
        untold: names of signs that none of the reports tells of.
        linked: names of signs that follow from the links between reports.
    """

    signs: Mapping[str, tuple[str, IntakeNumber | None]]
    untold: frozenset[str] = frozenset()
    linked: Mapping[str, str] = field(default_factory=dict)


def score(
    weighed: Weighed,
    model: ScoreModel,
    *,
    sender: Factor | None = None,
    classifier: Classifier | None = None,
) -> RiskScore:
    """The score of a place, explained.

    Args:
        sender: `sender_factor`, where there is one.
        classifier: off unless the site has switched one on.
    """
    factors = [Factor(name="base", weight=model.base, source=model.version)]
    factors += [
        # A sign without a weight stands there too: another model may weigh it.
        Factor(name=name, weight=model.weights.get(name, 0.0), source=source, number=number)
        for name, (source, number) in weighed.signs.items()
    ]
    factors += [
        Factor(name=name, weight=model.weights.get(name, 0.0), source=source) for name, source in weighed.linked.items()
    ]
    if sender is not None:
        factors.append(sender)
    if classifier is not None:
        factors.append(_opinion(classifier, weighed))
    figure = math.fsum(factor.weight for factor in factors)
    reach = _SPREAD * math.sqrt(math.fsum(_variance(model, name) for name in weighed.untold))
    return RiskScore(
        factors=tuple(factors),
        figure=figure,
        low=figure - reach,
        high=figure + reach,
        model=model.version,
        untold=weighed.untold,
    )


def weighed_of(risk: RiskScore) -> Weighed:
    """What a score was made of, to add to it or to weigh it anew; without what follows from links."""
    signs = {each.name: (each.source, each.number) for each in risk.factors if each.number is not None}
    return Weighed(signs=signs, untold=risk.untold)


def together(first: Weighed, second: Weighed) -> Weighed:
    """The signs of both; what either tells of is no longer untold. Links are left to whoever knows them."""
    signs = {**second.signs, **first.signs}
    return Weighed(signs=signs, untold=(first.untold & second.untold) - frozenset(signs))


def chance_of(log_odds: float) -> float:
    """The probability that log-odds stand for."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(log_odds) / (1 + math.exp(log_odds))


def sender_factor(outcomes: SenderOutcomes | None, urgent_share: float) -> Factor | None:
    """What a sender's outcomes so far say of its next report; None without any that tell.

    The log-odds of its share of urgent outcomes against that of all senders, drawn towards none by twenty average
    outcomes, and bounded.

    Args:
        urgent_share: of all outcomes that tell, over 0 and under 1.
    """
    if outcomes is None:
        return None
    told = {kind: count for kind, count in outcomes.counts.items() if kind.urgent is not None}
    total = sum(told.values())
    if not total:
        return None
    urgent = sum(count for kind, count in told.items() if kind.urgent) + _PRIOR_OUTCOMES * urgent_share
    calm = total + _PRIOR_OUTCOMES - urgent
    weight = math.log(urgent / calm) - math.log(urgent_share / (1 - urgent_share))
    bounded = max(-_MOST_OF_SENDER, min(_MOST_OF_SENDER, weight))
    return Factor(name="sender-outcomes", weight=bounded, source=f"{total} outcomes")


def _opinion(classifier: Classifier, weighed: Weighed) -> Factor:
    given = classifier.opinion(frozenset(weighed.signs) | frozenset(weighed.linked), weighed.untold)
    # What is no number says nothing.
    bounded = 0.0 if math.isnan(given) else max(-1.0, min(1.0, given))
    return Factor(name="classifier", weight=bounded * MOST_OF_CLASSIFIER, source=classifier.version)


def _variance(model: ScoreModel, name: str) -> float:
    """Of what an untold sign might bring: its weight, or nothing, on its share of reports."""
    share = model.shares.get(name, 0.0)
    return model.weights.get(name, 0.0) ** 2 * share * (1 - share)
