"""Simulated reports: when each arrives, whether it is urgent, its score, and how long a look at it will take."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.triage.queue_theory import score_distance
from clew.triage.site import HOURS_A_DAY, Site

HOUR_US = 3_600_000_000
DAY_US = HOURS_A_DAY * HOUR_US
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Reports in the order of their arrival, as columns of one length.

    Attributes:
        at_us: int64, microseconds since the simulation began, not descending.
        service_us: int64, how long a look lasts.
    """

    at_us: npt.NDArray[np.int64]
    urgent: npt.NDArray[np.bool_]
    override: npt.NDArray[np.bool_]
    score: npt.NDArray[np.float64]
    service_us: npt.NDArray[np.int64]
    until_us: int

    def __len__(self) -> int:
        return len(self.at_us)


def arrivals(site: Site, seed: int, *, bundled: bool = False) -> Arrivals:
    """The reports of a site's days; with `bundled`, one for each incident. The same seed gives the same reports.

    Source: arrivals are Poisson with the mean of their hour, spread evenly within it; looks are log-normal or
    exponential with the stated means; scores are normal with unit width, urgent ones shifted by sqrt 2 Phi^-1(AUC), or
    drawn from the site's histogram.
    """
    random = np.random.default_rng(seed)
    fewer, share = 1.0, site.urgent_share
    if bundled:
        fewer = 1 / site.reports_per_bundle
        # At most 1 but for rounding: `Site` refuses more.
        share = min(1.0, share * site.reports_per_bundle / site.urgent_reports_per_bundle)
    counts = random.poisson(_hourly(site, random) * fewer)
    hours = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    at_us = np.sort(hours * HOUR_US + random.integers(0, HOUR_US, len(hours)))
    urgent = random.random(len(at_us)) < share
    override = random.random(len(at_us)) < np.where(urgent, site.override_of_urgent, site.override_of_ordinary)
    return Arrivals(
        at_us=at_us,
        urgent=urgent,
        override=override,
        score=_scores(site, urgent, random),
        service_us=_services(site, urgent, random),
        until_us=site.days * DAY_US,
    )


def _hourly(site: Site, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """The mean of each hour, bursts among them."""
    means = np.array([site.arriving(hour) for hour in range(site.days * HOURS_A_DAY)])
    if site.bursts is not None:
        # Bursts that begin together do not multiply one another.
        within = np.zeros(len(means), dtype=bool)
        for begin in random.integers(0, len(means), random.poisson(site.days / site.bursts.every_days)):
            within[begin : begin + site.bursts.hours] = True
        means[within] *= site.bursts.times
    return means


def _scores(site: Site, urgent: npt.NDArray[np.bool_], random: np.random.Generator) -> npt.NDArray[np.float64]:
    if not site.histogram:
        return random.standard_normal(len(urgent)) + score_distance(site.auc) * urgent
    steps = np.array([step.score for step in site.histogram])
    scores = np.empty(len(urgent))
    for whose, counts in (
        (urgent, [step.urgent for step in site.histogram]),
        (~urgent, [step.ordinary for step in site.histogram]),
    ):
        scores[whose] = random.choice(steps, size=int(whose.sum()), p=np.array(counts) / sum(counts))
    return scores


def _services(site: Site, urgent: npt.NDArray[np.bool_], random: np.random.Generator) -> npt.NDArray[np.int64]:
    mean_us = np.where(urgent, site.urgent_minutes, site.ordinary_minutes) * _MINUTE_US
    if site.exponential:
        times = random.standard_exponential(len(urgent))
    else:
        # exp(-spread^2 / 2) keeps the mean at 1 whatever the spread.
        times = np.exp(site.spread * random.standard_normal(len(urgent)) - site.spread**2 / 2)
    return np.maximum(1, (mean_us * times).astype(np.int64))
