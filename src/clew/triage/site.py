"""A site as the simulator sees it: what arrives, who works when, how long a look takes, how well the score tells.

The defaults are a stated example, no site: 32 million reports a year and 0.176 % urgent (63,892 of 36.2 million, the
largest national centre's figures of 2023), 18 people round the clock, which is a tenth of what the reports would need.
Service times and the score are assumptions. Put your own figures in a file: docs/methods/queue.md.
"""

import math
from dataclasses import dataclass

from clew.errors import InputError

HOURS_A_DAY = 24
_DAYS_A_YEAR = 365.25
# The first and the last are not counted, and one day says nothing of how days differ.
_FEWEST_DAYS = 4
# Each order takes some 4 s a million reports; whoever asks for more has most likely mistaken a unit.
_MOST_REPORTS = 20_000_000
_LONGEST_MINUTES = 1440.0
# Of a wider one the mean would hang on looks too rare to occur in a simulation.
_WIDEST_SPREAD = 3.0


def _daily_cycle(per_year: float, swing: float) -> tuple[float, ...]:
    """Reports an hour through a day that swings around its mean, least at midnight."""
    mean = per_year / _DAYS_A_YEAR / HOURS_A_DAY
    return tuple(mean * (1 + swing * math.sin(2 * math.pi * (hour - 6) / HOURS_A_DAY)) for hour in range(HOURS_A_DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """Hours in which several times as many reports arrive, at moments that chance chooses.

    Attributes:
        every_days: one burst in so many days, on the average.
        times: what the hour's arrivals are multiplied by.
    """

    every_days: float = 3.0
    hours: int = 6
    times: float = 5.0

    def __post_init__(self) -> None:
        # A burst an hour is the most that can be told apart: they do not multiply one another.
        if not (1 / HOURS_A_DAY <= self.every_days < math.inf and self.hours >= 1 and 0 <= self.times < math.inf):
            raise InputError(
                "bursts come every_days of 0.042 (each hour) or more, last hours of 1 or more, and multiply by times "
                "of 0 or more"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBin:
    """One step of the site's own histogram: how many reports with an outcome got a score in it."""

    score: float
    ordinary: int
    urgent: int

    def __post_init__(self) -> None:
        if self.ordinary < 0 or self.urgent < 0 or not math.isfinite(self.score):
            raise InputError("a step of the histogram has a score and counts of 0 or more, ordinary and urgent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that a simulation takes from the site.

    Attributes:
        reports_per_hour: means, one for each hour of the day in UTC, or one for all.
        staff: people at work, one count for each hour of the day, or one for all.
        urgent_share: of reports.
        ordinary_minutes: mean time of a look; `urgent_minutes` that of an urgent report.
        spread: of the logarithm of a look's time (log-normal); 0 makes every look as long as its mean.
        exponential: looks last exponentially long instead, as queueing theory has it.
        auc: how well the score tells urgent from other reports, as two normal distributions of equal width.
        histogram: the site's own scores with outcomes; used instead of `auc` when it is given. Equal scores are taken
            first come, first served.
        override_of_urgent: share of urgent reports that bear a hard override; `override_of_ordinary` of others.
        reports_per_bundle: copies of one incident that become one row, on the average of all reports;
            `urgent_reports_per_bundle` of the urgent ones, which are copied less.
        days: simulated; the first and the last are left out of the figures.
    """

    reports_per_hour: tuple[float, ...] = _daily_cycle(32e6, 0.5)
    bursts: Bursts | None = None
    staff: tuple[int, ...] = (18,)
    urgent_share: float = 63_892 / 36_200_000
    ordinary_minutes: float = 3.0
    urgent_minutes: float = 20.0
    spread: float = 0.8
    exponential: bool = False
    auc: float = 0.93
    histogram: tuple[ScoreBin, ...] = ()
    override_of_urgent: float = 0.0
    override_of_ordinary: float = 0.0
    reports_per_bundle: float = 5.0
    urgent_reports_per_bundle: float = 1.25
    days: int = 10

    def __post_init__(self) -> None:
        self._demand_hours()
        shares = (self.urgent_share, self.override_of_urgent, self.override_of_ordinary)
        if not all(0 <= share <= 1 for share in shares):
            raise InputError("urgent_share, override_of_urgent and override_of_ordinary are shares, 0 to 1")
        if not all(0 < minutes <= _LONGEST_MINUTES for minutes in (self.ordinary_minutes, self.urgent_minutes)):
            raise InputError("ordinary_minutes and urgent_minutes are over 0 and at most 1440, which is a day")
        if not 0 <= self.spread <= _WIDEST_SPREAD:
            raise InputError(
                f"spread is 0 to {_WIDEST_SPREAD:g}, of the logarithm of a look's time, got {self.spread:g}"
            )
        if not 0 < self.auc <= 1:
            raise InputError(f"auc lies over 0 and is at most 1, got {self.auc:g}")
        if self.histogram and not self._histogram_tells():
            raise InputError("the histogram needs ordinary and urgent reports, each at least one, and no score twice")
        self._demand_bundles()
        if self.days < _FEWEST_DAYS:
            raise InputError(
                f"days is 4 or more, for the first and the last are left out of the figures; got {self.days}"
            )
        self._demand_bounded()

    def at_work(self, hour: int) -> int:
        """People at work in an hour, counted from the beginning of the first day."""
        return self.staff[hour % len(self.staff)]

    def arriving(self, hour: int) -> float:
        """Mean reports of an hour, counted from the beginning of the first day, without bursts."""
        return self.reports_per_hour[hour % len(self.reports_per_hour)]

    @property
    def overload(self) -> float:
        """The work that arrives on an average day over what the staff can do, without bursts and bundling."""
        minutes = self.urgent_share * self.urgent_minutes + (1 - self.urgent_share) * self.ordinary_minutes
        reports = sum(self.arriving(hour) for hour in range(HOURS_A_DAY))
        people = sum(self.at_work(hour) for hour in range(HOURS_A_DAY))
        return reports * minutes / 60 / people

    def _demand_hours(self) -> None:
        for name, hours in (("reports_per_hour", self.reports_per_hour), ("staff", self.staff)):
            if len(hours) not in {1, HOURS_A_DAY}:
                raise InputError(f"{name} has one number, or one for each of 24 hours (UTC), got {len(hours)}")
            if min(hours) < 0 or sum(hours) <= 0 or not math.isfinite(sum(hours)):
                raise InputError(f"{name} has numbers of 0 or more, of which at least one is over 0")

    def _demand_bundles(self) -> None:
        each = (self.reports_per_bundle, self.urgent_reports_per_bundle)
        if not all(1 <= copies < math.inf for copies in each):
            raise InputError("reports_per_bundle and urgent_reports_per_bundle are 1 or more")
        rows, urgent_rows = 1 / self.reports_per_bundle, self.urgent_share / self.urgent_reports_per_bundle
        if urgent_rows > rows * (1 + 1e-9):
            raise InputError(
                f"{self.urgent_share:g} of the reports are urgent, {self.urgent_reports_per_bundle:g} to a row: so "
                f"many rows leave no {self.reports_per_bundle:g} to a row over all; lower reports_per_bundle or raise "
                "urgent_reports_per_bundle"
            )

    def _demand_bounded(self) -> None:
        """More reports than a machine can hold are refused before they fill it."""
        times = 1.0 if self.bursts is None else max(1.0, self.bursts.times)
        most = self.days * times * sum(self.arriving(hour) for hour in range(HOURS_A_DAY))
        if most > _MOST_REPORTS:
            raise InputError(
                f"{most:,.0f} reports in {self.days} days are more than the {_MOST_REPORTS:,} that are simulated; give "
                "reports_per_hour by the hour, or fewer days"
            )

    def _histogram_tells(self) -> bool:
        each = self.histogram
        distinct = len({step.score for step in each}) == len(each)
        return distinct and sum(step.ordinary for step in each) > 0 and sum(step.urgent for step in each) > 0
