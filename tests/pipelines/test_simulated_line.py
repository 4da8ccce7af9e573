"""One simulated day through the production queue gives the figures of the line in memory, choice by choice."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from clew.errors import ConflictError
from clew.parts.stores.base import Store
from clew.pipelines.queue_desk import QueueDesk
from clew.pipelines.simulated_line import SimulatedClock, SimulatedLine
from clew.records.triage import Why
from clew.triage.arrivals import DAY_US, HOUR_US, Arrivals, arrivals
from clew.triage.desk import work
from clew.triage.memory_line import MemoryLine
from clew.triage.queue import Rule
from clew.triage.site import Site
from tests.pipelines.queue_house import QueueHouse

# Fourfold overload, some overrides, an audit that takes its turns within the day.
SITE = Site(
    reports_per_hour=(20.0,),
    staff=(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1),
    urgent_share=0.05,
    ordinary_minutes=12,
    urgent_minutes=30,
    override_of_urgent=0.2,
    override_of_ordinary=0.02,
    days=4,
)
RULE = Rule(reserve_permille=100, audit_after_us=3 * HOUR_US)


def one_day(site: Site, seed: int) -> Arrivals:
    """The first day of a site's reports."""
    reports = arrivals(site, seed)
    first = reports.at_us < DAY_US
    columns = {name: getattr(reports, name)[first] for name in ("at_us", "urgent", "override", "score", "service_us")}
    return Arrivals(**columns, until_us=DAY_US)


@pytest.fixture
def desk(any_store: Store) -> QueueDesk:
    house = QueueHouse(any_store)
    return replace(house.desk, rule=RULE, clock=SimulatedClock(datetime(2026, 3, 8, tzinfo=UTC)))


def line_over(desk: QueueDesk) -> SimulatedLine:
    assert isinstance(desk.clock, SimulatedClock)
    return SimulatedLine(desk, desk.clock)


def test_one_simulated_day_through_the_production_queue_gives_the_figures_of_memory(desk: QueueDesk):
    reports = one_day(SITE, seed=5)
    drawn = np.random.default_rng(5).random(len(reports)) < 0.2
    line = line_over(desk)
    produced = work(reports, SITE.staff, line, RULE, drawn=drawn, clock=line.clock.move_to)
    remembered = work(reports, SITE.staff, MemoryLine(), RULE, drawn=drawn)
    np.testing.assert_array_equal(produced.begun_us, remembered.begun_us)
    assert produced.why == remembered.why
    assert {why for _, why in produced.why} == {Why.OVERRIDE, Why.OLDEST, Why.AUDIT}
    looked = int((produced.begun_us < DAY_US).sum())
    with desk.store.read() as reader:
        assert reader.queue_turns().taken == looked
        counts = reader.queue_counts()
    assert counts.claimed == 0
    # Those who came after the last look was begun never entered.
    assert 100 < looked < counts.waiting + looked <= len(reports)


def test_a_line_that_holds_other_places_is_found_out(desk: QueueDesk):
    line = line_over(desk)
    line.enter(1, override=False, score=0.5, arrived_us=0, drawn=False)
    line.enter(2, override=False, score=0.9, arrived_us=0, drawn=False)
    assert (line.most_urgent(), line.oldest(), line.drawn(HOUR_US), line.override_waits()) == (2, 1, None, False)
    with pytest.raises(ConflictError):
        line.claim(1)
    line.put_back(2)
    assert line.most_urgent() == 2
    with pytest.raises(ConflictError):
        line.put_back(2)
