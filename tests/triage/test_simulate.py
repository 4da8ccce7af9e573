import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from clew.errors import InputError
from clew.triage.arrivals import DAY_US, HOUR_US, arrivals
from clew.triage.outcome_plot import draw
from clew.triage.queue import Rule
from clew.triage.queue_theory import seen_in_the_long_run
from clew.triage.simulate import Order, Outcome, Share, simulate, staff_for
from clew.triage.site import Bursts, ScoreBin, Site

# A small site at exactly ten times the work of its one person.
SMALL = Site(staff=(1,), urgent_share=0.02, urgent_minutes=3.0, days=6)
SMALL = replace(SMALL, reports_per_hour=tuple(10 / SMALL.overload * each for each in SMALL.reports_per_hour))


def outcome(order: Order, site: Site = SMALL, reserve_permille: int = 50) -> Outcome:
    return simulate(site, order, rule=Rule(reserve_permille=reserve_permille), seed=1)


def test_the_example_has_the_stated_volume_and_overload() -> None:
    assert sum(Site().reports_per_hour) * 365.25 == pytest.approx(32e6)
    assert Site().overload == pytest.approx(10.24, abs=0.01)


@pytest.mark.slow
def test_at_tenfold_overload_the_orders_see_what_they_must() -> None:
    """Five runs of ten days each, pooled; docs/methods/queue.md has the means over many more."""
    site = Site()
    site = replace(site, reports_per_hour=tuple(10 / site.overload * each for each in site.reports_per_hour))

    def within_the_hour(order: Order, runs: int, reserve_permille: int = 50) -> float:
        rule = Rule(reserve_permille=reserve_permille)
        found = [simulate(site, order, rule=rule, seed=seed).within["1 h"].share for seed in range(1, runs + 1)]
        return float(np.mean(found))

    assert within_the_hour(Order.FIFO, 1) == 0
    assert 0.07 <= within_the_hour(Order.LIFO, 1) <= 0.12
    assert within_the_hour(Order.RESERVE, 5) >= 0.71
    # The long means are .954 and .949; five runs have a standard error of .003.
    assert within_the_hour(Order.BUNDLED, 5, reserve_permille=0) >= 0.945
    assert within_the_hour(Order.BUNDLED, 5) >= 0.94


def test_a_score_sees_in_the_long_run_what_the_closed_form_says() -> None:
    level = replace(SMALL, reports_per_hour=(sum(SMALL.reports_per_hour) / 24,), days=20)
    top = level.urgent_share
    for auc in (0.75, 0.93):
        never = outcome(Order.SCORE, replace(level, auc=auc)).never
        # The closed form takes urgent reports for few: with 2 % of them the true share is within 4 points of it.
        assert abs(1 - never.share - seen_in_the_long_run(auc, 10)) <= 2 * top + 4 * never.error


def test_every_order_gets_the_same_reports_and_the_same_seed_the_same_outcome() -> None:
    assert outcome(Order.FIFO).reports == outcome(Order.SCORE).reports
    assert outcome(Order.RESERVE) == outcome(Order.RESERVE)


def test_a_reserve_of_everything_is_first_come_first_served_and_one_of_nothing_the_score_alone() -> None:
    assert outcome(Order.RESERVE, reserve_permille=1000).within == outcome(Order.FIFO).within
    assert outcome(Order.RESERVE, reserve_permille=0).within == outcome(Order.SCORE).within


def test_an_override_brings_a_report_forward_that_its_score_would_leave() -> None:
    blind = replace(SMALL, auc=0.5, override_of_urgent=1.0)
    assert outcome(Order.RESERVE, blind).within["1 h"].share > 0.99
    assert outcome(Order.FIFO, blind).within["1 h"].share < 0.05


def test_staff_at_night_alone_sees_in_time_only_what_comes_at_night() -> None:
    night = replace(SMALL, staff=(60,) * 12 + (0,) * 12, reports_per_hour=(100.0,), auc=1.0, days=30)
    assert outcome(Order.SCORE, night).within["1 h"].share == pytest.approx(13 / 24, abs=0.04)


def test_the_error_over_days_covers_how_runs_differ() -> None:
    runs = [simulate(SMALL, Order.SCORE, rule=Rule(), seed=seed).within["1 h"] for seed in range(12)]
    spread = float(np.std([run.share for run in runs], ddof=1))
    assert 0.5 <= np.mean([run.error for run in runs]) / spread <= 2


def test_where_nothing_urgent_came_nothing_is_said() -> None:
    found = outcome(Order.SCORE, replace(SMALL, urgent_share=0.0)).within["1 h"]
    assert math.isnan(found.share)
    assert found.of == 0


def test_the_staff_found_reaches_the_target_and_one_fewer_does_not() -> None:
    rule = Rule()
    found = staff_for(SMALL, Order.RESERVE, rule=rule, seed=1, target=0.9)
    (people,) = found.staff
    assert found.reached.share >= 0.9
    assert found.reached == simulate(replace(SMALL, staff=found.staff), Order.RESERVE, rule=rule, seed=1).within["1 h"]
    fewer = simulate(replace(SMALL, staff=(people - 1,)), Order.RESERVE, rule=rule, seed=1)
    assert fewer.within["1 h"].share < 0.9


def test_a_staff_by_hour_keeps_its_proportions_and_a_target_out_of_reach_is_said() -> None:
    day = replace(SMALL, staff=(1,) * 8 + (2,) * 16)
    found = staff_for(day, Order.RESERVE, rule=Rule(), seed=1, target=0.9)
    assert all(high == 2 * low or high == 2 * low - 1 for low, high in [(min(found.staff), max(found.staff))])
    with pytest.raises(InputError, match="4 people do not see 90%"):
        staff_for(day, Order.FIFO, rule=Rule(), seed=1, target=0.9, most=4)
    with pytest.raises(InputError, match="a target is a share"):
        staff_for(day, Order.FIFO, rule=Rule(), seed=1, target=1.0)


def test_arrivals_follow_the_hours_the_bursts_and_the_shares() -> None:
    site = Site(reports_per_hour=(0.0,) * 12 + (500.0,) * 12, urgent_share=0.1, days=20)
    reports = arrivals(site, 1)
    assert (reports.at_us % DAY_US >= DAY_US // 2).all()
    assert (np.diff(reports.at_us) >= 0).all()
    # Four standard errors of a Poisson count, of a binomial share.
    assert abs(len(reports) - 120_000) <= 4 * 120_000**0.5
    assert abs(reports.urgent.mean() - 0.1) <= 4 * (0.09 / len(reports)) ** 0.5
    more = arrivals(replace(site, bursts=Bursts(every_days=4, hours=6, times=5)), 1)
    assert len(more) > 1.2 * len(reports)


def test_looks_have_the_stated_mean_whatever_their_spread() -> None:
    for site in (Site(days=4), Site(days=4, spread=0), Site(days=4, exponential=True)):
        reports = arrivals(site, 2)
        ordinary = reports.service_us[~reports.urgent] / (HOUR_US / 60)
        assert ordinary.mean() == pytest.approx(3.0, rel=0.02)


def test_a_histogram_of_the_sites_own_is_drawn_as_it_stands() -> None:
    steps = (ScoreBin(score=0.1, ordinary=90, urgent=1), ScoreBin(score=0.9, ordinary=10, urgent=3))
    reports = arrivals(Site(histogram=steps, urgent_share=0.2, days=4), 1)
    assert set(reports.score.tolist()) == {0.1, 0.9}
    assert (reports.score[reports.urgent] == 0.9).mean() == pytest.approx(0.75, abs=0.01)
    assert (reports.score[~reports.urgent] == 0.9).mean() == pytest.approx(0.10, abs=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        {"every_days": 0.0},
        {"every_days": math.nan},
        {"every_days": 1e-9},
        {"hours": 0},
        {"times": -1},
        {"times": math.inf},
    ],
)
def test_bursts_that_cannot_be_are_refused(wrong) -> None:
    with pytest.raises(InputError, match="every_days"):
        Bursts(**wrong)


def test_bundling_leaves_as_many_urgent_rows_as_incidents_whatever_else_is_copied() -> None:
    site = Site(
        reports_per_hour=(2000.0,), urgent_share=0.1, reports_per_bundle=5, urgent_reports_per_bundle=2, days=10
    )
    rows = arrivals(site, 1, bundled=True)
    assert len(rows) == pytest.approx(480_000 / 5, rel=0.02)
    assert rows.urgent.sum() == pytest.approx(48_000 / 2, rel=0.02)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reports_per_hour": (1.0, 2.0)},
        {"reports_per_hour": ()},
        {"reports_per_hour": (math.nan,)},
        {"reports_per_hour": (math.inf,)},
        {"staff": (0,)},
        {"staff": (-1,) + (2,) * 23},
        {"urgent_share": 1.5},
        {"override_of_ordinary": -0.1},
        {"ordinary_minutes": 0.0},
        {"urgent_minutes": math.nan},
        {"spread": -1.0},
        {"auc": 0.0},
        {"auc": math.nan},
        {"reports_per_bundle": 0.5},
        {"reports_per_bundle": math.nan},
        {"urgent_reports_per_bundle": math.inf},
        {"urgent_share": 0.26},
        {"urgent_minutes": math.inf},
        {"spread": 4.0},
        {"reports_per_hour": (1e6,)},
        {"days": 1_000_000},
        {"days": 3},
        {"histogram": (ScoreBin(score=1.0, ordinary=1, urgent=0),)},
        {"histogram": (ScoreBin(score=1.0, ordinary=1, urgent=1),) * 2},
    ],
)
def test_a_site_that_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(InputError):
        Site(**wrong)


def test_the_drawing_has_a_mark_for_each_figure_at_its_place_and_says_it_in_words() -> None:
    within = {"15 min": Share(share=0.0, error=0.0, of=9), "1 h": Share(share=0.5, error=0.1, of=9)}
    unknown = Share(share=math.nan, error=math.nan, of=0)
    told = Outcome(order=Order.SCORE, within={**within, "24 h": unknown}, never=unknown, reports=9, looks=3)
    root = ET.fromstring(draw([told]))  # the drawing is our own
    space = "{http://www.w3.org/2000/svg}"
    marks = [path for path in root.iter(f"{space}path") if path.find(f"{space}title") is not None]
    assert [path.findtext(f"{space}title") for path in marks] == ["score, 15 min: 0.0 %", "score, 1 h: 50.0 %"]
    (whisker,) = [line for line in root.iter(f"{space}line") if line.get("class") == "whisker"]
    # 480 wide from 90; half of it, and 1.96 errors of a tenth to each side.
    assert (whisker.get("x1"), whisker.get("x2")) == ("235.9", "424.1")
    assert "score: 50.0 % within 1 h" in (root.findtext(f"{space}desc") or "")
