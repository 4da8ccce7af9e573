"""Where somebody in a report is likely to be: votes become one weighted distribution over countries and the unknown.

Before any evidence all countries are equally likely. A vote multiplies the odds of its country by e to its log-odds; a
vote that several countries share is the mixture of one vote for each, which never lowers any of them. Of one kind the
strongest vote for a country counts whole, the next half, and so on: what depends on one cause is not counted as if it
were many. Countries that nothing points to are together "unknown".

The result depends on no order; a vote for one country alone never lowers that country.

Source: odds form of Bayes' rule with a uniform prior and capped dependence; the weights are in `route_rules`.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from clew.records.mention import Part
from clew.records.routing import Share, Territory, Vote, VoteKind, Whereabouts
from clew.triage import route_rules as rules
from clew.triage.votes import Ballot

# Beyond this even the largest sum of votes changes no digit that is shown, and exp() stays far from its end.
_MOST_NATS = 300.0


def weigh(ballot: Ballot, about: Part) -> Whereabouts:
    """The distribution that the votes make, with everything that explains it."""
    votes = tuple(sorted(ballot.votes, key=_order))
    countries, unknown = _posterior(_scores(votes), rules.COUNTRIES)
    shares = tuple(
        Share(country=country, weight=weight, regions=_regions(votes, country))
        for country, weight in sorted(countries.items(), key=lambda each: (-each[1], each[0]))
    )
    first = shares[0].country if shares else None
    return Whereabouts(
        about=about,
        shares=shares,
        unknown=unknown,
        unknown_because=_why_unknown(ballot, shares, unknown),
        contested=any(each.contested for each in votes),
        votes=votes,
        left_out=tuple(ballot.left_out),
        dissent=tuple(each for each in votes if first not in each.countries),
        not_attributable=tuple(ballot.not_attributable),
        inquiries=tuple(ballot.inquiries),
        rules=rules.VERSION,
    )


def _order(vote: Vote) -> tuple[float, str, str, str, tuple[tuple[Territory, float], ...]]:
    """The strongest first; equal ones in an order of their own, so that none follows from how they came."""
    return (-vote.log_odds, vote.kind.value, vote.whence.text, vote.value, vote.shares)


def _scores(votes: Iterable[Vote]) -> dict[str, float]:
    """Log-odds of each country, over all kinds."""
    found: dict[tuple[VoteKind, str], list[float]] = defaultdict(list)
    for vote in votes:
        parts: dict[str, float] = defaultdict(float)
        for territory, share in vote.shares:
            parts[territory.country] += share
        for country, share in parts.items():
            found[vote.kind, country].append(_mixed(vote.log_odds, share))
    return _summed(found)


def _regions(votes: Iterable[Vote], country: str) -> tuple[tuple[str, float], ...]:
    """How likely each part of the country is, if the country is right."""
    found: dict[tuple[VoteKind, str], list[float]] = defaultdict(list)
    for vote in votes:
        rule = rules.RULES[vote.kind]
        if rule.region_reliability is None:
            continue
        weaker = vote.log_odds / rule.log_odds  # by what the vote lost on its way, the region loses too
        log_odds = rules.to_log_odds(rule.region_reliability, rules.REGIONS) * weaker
        for territory, share in vote.shares:
            if territory.country == country and territory.region:
                found[vote.kind, territory.region].append(_mixed(log_odds, share))
    weights, _ = _posterior(_summed(found), rules.REGIONS)
    return tuple(sorted(weights.items(), key=lambda each: (-each[1], each[0])))


def _mixed(log_odds: float, share: float) -> float:
    """What a vote adds to one of the places that share it: the mixture, in nats, never below 0."""
    return math.log1p(math.expm1(min(log_odds, _MOST_NATS)) * share)


def _summed(found: Mapping[tuple[VoteKind, str], Sequence[float]]) -> dict[str, float]:
    """The strongest of each kind whole, each further one by half of the factor before."""
    terms: dict[str, list[float]] = defaultdict(list)
    for (_, place), given in found.items():
        terms[place] += [each * rules.AGAIN**rank for rank, each in enumerate(sorted(given, reverse=True))]
    return {place: min(math.fsum(each), _MOST_NATS) for place, each in terms.items()}


def _posterior(scores: Mapping[str, float], choices: int) -> tuple[dict[str, float], float]:
    """The weight of each place, and of all that nobody named, over equally likely choices."""
    unnamed = max(choices - len(scores), 1)
    most = max(scores.values(), default=0.0)
    odds = {place: math.exp(score - most) for place, score in scores.items()}
    unknown = unnamed * math.exp(-most)
    total = math.fsum([*odds.values(), unknown])
    return {place: each / total for place, each in odds.items()}, unknown / total


def _why_unknown(ballot: Ballot, shares: Sequence[Share], unknown: float) -> str | None:
    if shares and unknown < rules.MOST_UNKNOWN:
        return None
    reasons = sorted({each.because for each in ballot.left_out})
    if ballot.votes:
        return "; ".join(["what points to a country is too weak", *reasons])
    return "; ".join(reasons) or "the report states nothing that points to a country"
