"""What each order of work would mean for a site: how many urgent reports are seen in time, and the people it takes.

Every order is the production rule with other settings: first come, first served reserves every turn for the oldest;
newest first gives each report its arrival for a score; the score alone reserves nothing.
"""

import enum
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clew.errors import InputError
from clew.triage.arrivals import DAY_US, HOUR_US, Arrivals, arrivals
from clew.triage.desk import NEVER_US, work
from clew.triage.memory_line import MemoryLine
from clew.triage.queue import Rule
from clew.triage.site import Site

# A search that needs more people than this is told that people are not what is missing.
MOST_STAFF = 20_000
_WITHIN_US = {"15 min": HOUR_US // 4, "1 h": HOUR_US, "24 h": DAY_US}


class Order(enum.StrEnum):
    """The orders that are compared."""

    FIFO = "fifo"  # first come, first served
    LIFO = "lifo"  # newest first
    SCORE = "score"  # overrides, then score, and nothing else
    RESERVE = "reserve"  # as production: with a reserve for the oldest and the audit
    BUNDLED = "bundled"  # the same, over one row for each incident

    @property
    def bundled(self) -> bool:
        """Whether copies of one incident stand in one row."""
        return self is Order.BUNDLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of urgent reports, with its standard error over days, and how many it is a share of."""

    share: float
    error: float
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of urgent reports under one order.

    Attributes:
        within: share seen within "15 min", "1 h" and "24 h" of arrival.
        never: share not seen by the end.
        looks: how many reports a person looked at, of `reports` that came (rows, when bundled).
    """

    order: Order
    within: dict[str, Share]
    never: Share
    reports: int
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """The fewest people that reach a target, and what they reach."""

    staff: tuple[int, ...]
    reached: Share


def simulate(site: Site, order: Order, *, rule: Rule, seed: int) -> Outcome:
    """What becomes of a site's urgent reports under an order. The same seed gives every order the same reports."""
    return _outcome(arrivals(site, seed, bundled=order.bundled), site.staff, order, rule)


def demand_target(target: float, within: str) -> None:
    """Nothing when it is one: a share over 0 and under 1, within a time that is told.

    Raises:
        InputError: it is none.
    """
    if not 0 < target < 1:
        raise InputError(f"a target is a share between 0 and 1, as 0.9; got {target:g}")
    if within not in _WITHIN_US:
        raise InputError(f"a target is reached within {', '.join(map(repr, _WITHIN_US))}; got {within!r}")


def staff_for(
    site: Site, order: Order, *, rule: Rule, seed: int, target: float, within: str = "1 h", most: int = MOST_STAFF
) -> Staffing:
    """The fewest people, in the site's proportions over the day, who see that share of urgent reports in time.

    Cost: some 20 simulations. More people see more, up to the noise of one run's reports, which all runs share.

    Args:
        target: share of urgent reports, over 0 and under 1.
        within: "15 min", "1 h" or "24 h".
        most: people in the fullest hour beyond which the search gives up.

    Raises:
        InputError: the target is no share, or `most` people do not reach it.
    """
    demand_target(target, within)
    reports = arrivals(site, seed, bundled=order.bundled)

    def reached(fullest: int) -> Staffing:
        staff = _scaled(site.staff, fullest)
        return Staffing(staff=staff, reached=_outcome(reports, staff, order, rule).within[within])

    few, many = 0, 1
    best = reached(many)
    while best.reached.share < target:
        if many >= most:
            raise InputError(
                f"{most} people do not see {target:.0%} of urgent reports within {within} in this order; "
                "bundle, better the score, or set a lower target"
            )
        few, many = many, min(2 * many, most)
        best = reached(many)
    while many - few > 1:
        middle = (few + many) // 2
        tried = reached(middle)
        if tried.reached.share < target:
            few = middle
        else:
            many, best = middle, tried
    return best


def _outcome(reports: Arrivals, staff: tuple[int, ...], order: Order, rule: Rule) -> Outcome:
    worked = work(_seen_as(order, reports), staff, MemoryLine(), _rule_of(order, rule))
    waited = worked.waited_us(reports)
    return Outcome(
        order=order,
        within={name: _share(reports, waited <= within_us) for name, within_us in _WITHIN_US.items()},
        never=_share(reports, waited == NEVER_US),
        reports=len(reports),
        looks=int((waited != NEVER_US).sum()),
    )


def _rule_of(order: Order, rule: Rule) -> Rule:
    permille = {Order.FIFO: 1000, Order.LIFO: 0, Order.SCORE: 0}.get(order, rule.reserve_permille)
    # Lots are drawn by the audit of a running site; here both kinds of reserved turn go to the oldest.
    return replace(rule, reserve_permille=permille, audit_permille=0)


def _seen_as(order: Order, reports: Arrivals) -> Arrivals:
    """The reports as an order sees them: those that know no score know no override either."""
    if order is Order.FIFO or order is Order.LIFO:
        return replace(reports, override=np.zeros(len(reports), dtype=bool), score=reports.at_us.astype(np.float64))
    return reports


def _share(reports: Arrivals, true: npt.NDArray[np.bool_]) -> Share:
    """The share of urgent reports for which something is true, with an error over whole days.

    Counted are those after the first day and before the last, alike for every share: the queue has filled, and each
    had a day to be seen in.

    Reports of one day share its load, so that they are no independent trials: a ratio of day sums, each a cluster.
    Source: Cochran, Sampling Techniques, 3rd edition, 1977, section 2.11.
    """
    counted = reports.urgent & (reports.at_us >= DAY_US) & (reports.at_us < reports.until_us - DAY_US)
    day = (reports.at_us[counted] // DAY_US).astype(np.int64)
    of = np.bincount(day)[1:].astype(np.float64)
    hits = np.bincount(day, weights=true[counted].astype(np.float64))[1:]
    total = of.sum()
    if not total:
        return Share(share=math.nan, error=math.nan, of=0)
    share = float(hits.sum() / total)
    days = len(of)
    if days < 2:  # noqa: PLR2004  one day says nothing of how days differ
        return Share(share=share, error=math.nan, of=int(total))
    error = math.sqrt(days / (days - 1) * float(((hits - share * of) ** 2).sum())) / float(total)
    return Share(share=share, error=error, of=int(total))


def _scaled(staff: tuple[int, ...], fullest: int) -> tuple[int, ...]:
    """The staff in the same proportions, with so many in the fullest hour; hours with anybody keep somebody."""
    return tuple(math.ceil(people * fullest / max(staff)) for people in staff)
