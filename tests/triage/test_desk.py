import heapq
from dataclasses import replace

import numpy as np
import pytest

from clew.measurement.miss_rate import Look, miss_rate
from clew.records.triage import Why
from clew.triage.arrivals import DAY_US, HOUR_US, Arrivals, arrivals
from clew.triage.desk import NEVER_US, work
from clew.triage.lots import Lots, shared_out
from clew.triage.memory_line import MemoryLine
from clew.triage.queue import Rule
from clew.triage.queue_theory import cobham, mean_wait
from clew.triage.site import Site

FIRST_COME = Rule(reserve_permille=1000, audit_permille=0)
BY_SCORE = Rule(reserve_permille=0)


def reports_of(*rows: tuple[int, float, int], until_us: int = DAY_US) -> Arrivals:
    """Reports of (arrival, score, service), in microseconds."""
    at_us, score, service_us = zip(*rows, strict=True)
    none = np.zeros(len(rows), dtype=bool)
    return Arrivals(np.array(at_us), none, none, np.array(score), np.array(service_us), until_us)


def test_first_come_first_served_is_lindleys_recursion_at_every_report() -> None:
    """An independent reckoning: each report goes to the seat that is free first (Kiefer and Wolfowitz, 1955)."""
    reports = arrivals(Site(reports_per_hour=(60.0,), staff=(3,), days=4), seed=3)
    begun = work(reports, (3,), MemoryLine(), FIRST_COME).begun_us
    free, expected = [0, 0, 0], []
    for at_us, service_us in zip(reports.at_us.tolist(), reports.service_us.tolist(), strict=True):
        start = max(at_us, heapq.heappop(free))
        heapq.heappush(free, start + service_us)
        expected.append(start if start < reports.until_us else NEVER_US)
    assert begun.tolist() == expected


def test_whoever_is_free_takes_the_best_that_waits_then_and_interrupts_nothing() -> None:
    reports = reports_of((0, 0.0, 100), (10, 1.0, 5), (20, 9.0, 5), (300, 0.0, 1))
    assert work(reports, (1,), MemoryLine(), BY_SCORE).begun_us.tolist() == [0, 105, 100, 300]


def test_nobody_takes_anything_outside_their_hours_and_what_is_held_is_finished() -> None:
    staff = (0,) * 8 + (1,) + (0,) * 15
    eight = 8 * HOUR_US
    reports = reports_of((0, 0.0, 2 * HOUR_US), (1, 0.0, 10), until_us=3 * DAY_US)
    assert work(reports, staff, MemoryLine(), FIRST_COME).begun_us.tolist() == [eight, eight + DAY_US]


def test_idle_seats_are_not_called_at_each_arrival() -> None:
    reports = arrivals(Site(reports_per_hour=(30.0,), staff=(1,), days=4), seed=1)
    told: list[int] = []
    begun = work(reports, (50_000,), MemoryLine(), BY_SCORE, clock=told.append).begun_us
    assert (begun == reports.at_us).all()
    assert len(told) <= 3 * len(reports)


def test_what_nobody_comes_to_has_no_beginning() -> None:
    reports = reports_of((0, 1.0, 2 * DAY_US), (1, 0.0, 1))
    worked = work(reports, (1,), MemoryLine(), BY_SCORE)
    assert worked.waited_us(reports).tolist() == [0, NEVER_US]


def test_the_clock_is_told_every_moment_and_never_goes_back() -> None:
    told: list[int] = []
    reports = arrivals(Site(reports_per_hour=(30.0,), staff=(2,), days=4), seed=1)
    begun = work(reports, (2,), MemoryLine(), BY_SCORE, clock=told.append).begun_us
    assert told == sorted(told)
    assert set(begun[begun != NEVER_US].tolist()) <= set(told)


@pytest.mark.slow
def test_the_waits_of_a_priority_line_are_those_of_theory() -> None:
    """M/M/18 at load .9 with 5 % urgent; the long comparison, within 1 %, is `benchmarks/triage.py`.

    The others' wait is told through first come, first served on the same reports, whose mean theory knows as well:
    most of the noise of one run is common to both.
    """
    load, hours = 16.2, 0.05
    site = Site(reports_per_hour=(load / hours,), staff=(18,), urgent_share=0.05, exponential=True, auc=1.0, days=60)
    reports = arrivals(replace(site, ordinary_minutes=60 * hours, urgent_minutes=60 * hours), seed=1)
    warm = (reports.at_us > DAY_US // 4) & (reports.at_us < reports.until_us - DAY_US // 4)
    waited = work(reports, site.staff, MemoryLine(), BY_SCORE).waited_us(reports) / HOUR_US
    fifo = work(reports, site.staff, MemoryLine(), FIRST_COME).waited_us(reports) / HOUR_US
    urgent, other = cobham(18, (0.05 * load, 0.95 * load), hours)
    known = mean_wait(18, load, hours)
    assert waited[warm & reports.urgent].mean() == pytest.approx(urgent, rel=0.05)
    assert waited[warm & ~reports.urgent].mean() / fifo[warm].mean() == pytest.approx(other / known, rel=0.01)


def test_the_audit_of_a_simulated_desk_tells_its_true_miss_rate() -> None:
    """Score, lots, turns, looks and estimate together, over ten desks of which the truth is known."""
    site = Site(reports_per_hour=(200.0,), staff=(2,), urgent_share=0.02, urgent_minutes=3.0, auc=0.85, days=12)
    rule = Rule(reserve_permille=200, audit_permille=800)
    cuts = (0.0, 1.0)
    estimates, truths, held = [], [], 0
    for seed in range(10):
        reports = arrivals(site, seed)
        counts = np.bincount(np.searchsorted(cuts, reports.score, side="right"), minlength=3).tolist()
        lots = Lots(cuts=cuts, chances=shared_out(800, counts, (0.005, 0.02, 0.1)), seed=bytes([seed + 1]))
        drawn = [lots.lot(str(n), score) for n, score in enumerate(reports.score.tolist())]
        worked = work(reports, site.staff, MemoryLine(), rule, drawn=np.array([lot.drawn for lot in drawn]))
        assert {why for _, why in worked.why} == {Why.AUDIT, Why.OLDEST}
        # Unseen for a day, and arrived early enough for the audit to have come round.
        missed = (worked.waited_us(reports) > rule.audit_after_us) & (reports.at_us < 6 * DAY_US)
        seen = worked.begun_us != NEVER_US
        marked = [n for n in np.flatnonzero(missed).tolist() if drawn[n].drawn]
        assert all(seen[n] for n in marked)
        looks = [Look(chance=drawn[n].chance, urgent=bool(reports.urgent[n])) for n in marked]
        found = miss_rate(looks, reports=int(missed.sum()), lowest_chance=min(lots.chances))
        truth = float(reports.urgent[missed].mean())
        estimates.append(found.rate)
        truths.append(truth)
        held += found.low <= truth <= found.high
    assert held >= 8
    assert np.mean(estimates) == pytest.approx(np.mean(truths), rel=0.25)
