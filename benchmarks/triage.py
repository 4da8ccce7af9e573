"""What the simulator says, at length: Cobham's and Erlang's formulas, and the orders at tenfold overload.

`python -m benchmarks.triage --runs 16`: the waits of an M/M/18 line at load .9 with 5 % urgent, a million reports a
run, beside theory; then the orders of the stated example over 30 days, half as many runs each. Each figure with its
standard error over the runs. `--orders-only` leaves the formulas out.

`--day sqlite:///day.db` (or a PostgreSQL URL of an empty database): instead, one day of the stated example through the
production queue, at tenfold overload, beside the line in memory.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines.queue_desk import open_queue_desk
from clew.pipelines.simulated_line import SimulatedClock, SimulatedLine
from clew.settings import Settings
from clew.triage.arrivals import DAY_US, HOUR_US, Arrivals, arrivals
from clew.triage.desk import NEVER_US, work
from clew.triage.memory_line import MemoryLine
from clew.triage.queue import Rule
from clew.triage.queue_theory import cobham, erlang_c, mean_wait
from clew.triage.simulate import Order, simulate
from clew.triage.site import Site

_FIRST_COME = Rule(reserve_permille=1000, audit_permille=0)
_BY_SCORE = Rule(reserve_permille=0)


def tell(what: str, values: Sequence[float], theory: float | None = None) -> None:
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / len(values) ** 0.5
    beside = "" if theory is None else f"  theory {theory:.6f}  ratio {mean / theory:.4f} +- {error / theory:.4f}"
    print(f"{what:32s} {mean:.6f} +- {error:.6f}{beside}")


def formulas(runs: int) -> None:
    servers, load, hours = 18, 16.2, 0.05
    site = Site(
        reports_per_hour=(load / hours,),
        staff=(servers,),
        urgent_share=0.05,
        ordinary_minutes=60 * hours,
        urgent_minutes=60 * hours,
        exponential=True,
        auc=1.0,
        days=130,
    )
    first, second, fifo, waits = [], [], [], []
    for seed in range(1, runs + 1):
        reports = arrivals(site, seed)
        warm = (reports.at_us > DAY_US // 4) & (reports.at_us < reports.until_us - DAY_US // 4)
        waited = work(reports, site.staff, MemoryLine(), _BY_SCORE).waited_us(reports)
        assert (waited[warm] < NEVER_US).all()
        first.append(float(waited[warm & reports.urgent].mean()) / HOUR_US)
        second.append(float(waited[warm & ~reports.urgent].mean()) / HOUR_US)
        waited = work(reports, site.staff, MemoryLine(), _FIRST_COME).waited_us(reports)
        fifo.append(float(waited[warm].mean()) / HOUR_US)
        waits.append(float((waited[warm] > 0).mean()))
    theory = cobham(servers, (load * 0.05, load * 0.95), hours)
    tell("wait of the urgent, h", first, theory[0])
    tell("wait of the others, h", second, theory[1])
    tell("first come, first served, h", fifo, mean_wait(servers, load, hours))
    tell("share that waits", waits, erlang_c(servers, load))


def orders(runs: int) -> None:
    site = Site(days=30)
    tenfold = replace(site, reports_per_hour=tuple(10 / site.overload * each for each in site.reports_per_hour))
    for name, order, rule in [
        *((order.value, order, Rule()) for order in Order),
        ("bundled, without reserve", Order.BUNDLED, Rule(reserve_permille=0)),
        ("reserve of 10 %", Order.RESERVE, Rule(reserve_permille=100)),
        ("reserve of 20 %", Order.RESERVE, Rule(reserve_permille=200)),
    ]:
        began = time.process_time()
        found = [simulate(tenfold, order, rule=rule, seed=seed) for seed in range(1, runs + 1)]
        for within in ("15 min", "1 h", "24 h"):
            tell(f"{name}, {within}", [each.within[within].share for each in found])
        tell(f"{name}, never", [each.never.share for each in found])
        print(f"  {(time.process_time() - began) / runs:.1f} s CPU a run of {found[0].reports:,} reports", flush=True)


def production_day(url: str, seed: int) -> None:
    """One day through the production queue: 18 people, every claim a transaction of its own."""
    site = Site(days=4)
    tenfold = replace(site, reports_per_hour=tuple(10 / site.overload * each for each in site.reports_per_hour))
    four = arrivals(tenfold, seed)
    first = four.at_us < DAY_US
    names = ("at_us", "urgent", "override", "score", "service_us")
    reports = Arrivals(**{name: getattr(four, name)[first] for name in names}, until_us=DAY_US)
    drawn = np.random.default_rng(seed).random(len(reports)) < 0.01
    store = load("stores", "sql", StorePart).open(url)
    store.migrate()
    clock = SimulatedClock(datetime(2026, 3, 8, tzinfo=UTC))
    desk = open_queue_desk(Settings(), store, clock)
    line = SimulatedLine(desk, clock)
    begun = time.perf_counter()
    produced = work(reports, tenfold.staff, line, desk.rule, drawn=drawn, clock=clock.move_to)
    seconds = time.perf_counter() - begun
    remembered = work(reports, tenfold.staff, MemoryLine(), desk.rule, drawn=drawn)
    looks = int((produced.begun_us < NEVER_US).sum())
    same = bool((produced.begun_us == remembered.begun_us).all()) and produced.why == remembered.why
    print(f"{len(reports):,} reports, {looks:,} looks in {seconds:.0f} s: {1000 * seconds / looks:.1f} ms a look")
    print(f"every look begins at the same microsecond, for the same reason, as in memory: {same}")
    for name, worked in (("production", produced), ("memory", remembered)):
        waited = worked.waited_us(reports)[reports.urgent]
        within = [float((waited <= us).mean()) for us in (HOUR_US // 4, HOUR_US, DAY_US)]
        print(f"{name:10s} urgent seen within 15 min, 1 h, 24 h: " + ", ".join(f"{each:.4f}" for each in within))
    store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=16)
    parser.add_argument("--orders-only", action="store_true")
    parser.add_argument("--day", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.day:
        production_day(given.day, given.seed)
        raise SystemExit
    if not given.orders_only:
        formulas(given.runs)
    orders(max(2, given.runs // 2))
