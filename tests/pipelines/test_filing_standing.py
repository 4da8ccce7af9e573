"""How filing stands as a whole: what waits and why is shown, and no case is hidden behind others."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from clew.errors import ConflictError, RefusedError
from clew.parts.stores.base import Store
from clew.pipelines.closing import set_aside
from clew.pipelines.filing import file_report, record_by_hand, withdraw
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_shown import FilingStanding, filing_standing, waits_for_switch
from clew.pipelines.filing_work import reconcile
from clew.records.case import CaseState
from clew.records.filing import FilingState
from clew.records.identifiers import CaseId, VerdictId
from clew.records.review import Decision
from clew.settings import Reporting, Settings
from tests.pipelines.filing_house import ADA, FilingHouse, SetClock, open_filing_house
from tests.pipelines.review_house import House, open_house
from tests.review.review_records import ADA as REVIEWER

BOATS, HARBOUR = b"boats " * 500, b"a harbour at noon"
OFF = Settings(reporting=Reporting(filing=False))
ON = Settings(reporting=Reporting(filing=True))


@pytest.fixture
def house(store: Store, tmp_path: Path) -> FilingHouse:
    return open_filing_house(store, tmp_path / "data", "http://127.0.0.1:9")


@pytest.fixture
def any_house(any_store: Store, tmp_path: Path) -> FilingHouse:
    return open_filing_house(any_store, tmp_path / "data", "http://127.0.0.1:9")


class Killed(BaseException):
    """What nothing catches."""


def killed(house: FilingHouse) -> FilingHouse:
    def hook(step: str) -> None:
        if step == "before submit":
            raise Killed

    return house.passing(hook)


def test_what_was_under_way_when_filing_was_switched_off_waits_for_it_once_its_worker_is_gone(house):
    filing = house.order(house.case(BOATS))
    with pytest.raises(Killed):
        killed(house).work()
    off = house.with_settings(filing=False)
    assert reconcile(off.desk).switched == 0
    assert house.state(filing.id) is FilingState.UNDER_WAY
    house.clock.move(minutes=6)
    assert reconcile(off.desk).switched == 1
    assert house.state(filing.id) is FilingState.OFF
    assert reconcile(house.desk).switched == 1
    assert house.work()
    assert house.file(filing.id).filing.attempts == 2


def test_what_was_handed_over_or_is_taken_back_says_that_it_waits_while_filing_is_off(house, tmp_path):
    folder = house.with_settings(clearinghouse="folder", folder=str(tmp_path / "portal"))
    filing = folder.order(folder.case(BOATS))
    folder.work()
    known = folder.file(filing.id).filing
    assert known.state is FilingState.HANDED
    assert (waits_for_switch(known, ON), "receipt" in waits_for_switch(known, OFF)) == ("", True)
    folder.store.transact(lambda unit: withdraw(unit, folder.desk, filing.id, because="wrong account", actor=ADA))
    assert "taken back" in waits_for_switch(folder.file(filing.id).filing, OFF)


def decided_anew(house: FilingHouse, case_id: CaseId, ends: str) -> None:
    """The same verdict again, after the report: nothing new is to be reported."""
    with house.store.read() as reader:
        verdict = reader.verdicts_of(case_id)[0]
    later = replace(verdict, id=VerdictId(f"{verdict.id[:-2]}{ends}"), at=house.clock())
    house.store.transact(lambda unit: unit.add_verdict(later))


def test_cases_that_only_look_unreported_hide_none_that_is(any_house):
    house = any_house
    for _ in range(3):
        case_id = house.case(BOATS)
        house.order(case_id)
        house.clock.move(minutes=1)
        decided_anew(house, case_id, "ZZ")
    last = house.case(HARBOUR)
    with house.store.read() as reader:
        assert len(reader.unreported_cases(9, environment="test")) == 4
        standing = filing_standing(reader, ON, most=1)
    assert (standing.unreported, standing.unreported_more) == ((last,), False)
    house.clock.move(minutes=1)
    house.case(HARBOUR)
    with house.store.read() as reader:
        standing = filing_standing(reader, ON, most=1)
    assert (standing.unreported, standing.unreported_more) == ((last,), True)


def test_a_case_whose_report_leaves_a_reportable_file_out_stays_open(house):
    case_id = house.case(BOATS, HARBOUR)
    house.contents[case_id] = house.contents[case_id][:1]
    filing = house.order(case_id)
    at = house.clock()
    house.store.transact(lambda unit: record_by_hand(unit, house.desk, filing.id, number="1", filed_at=at, actor=ADA))
    with house.store.read() as reader:
        assert reader.get_case(case_id).state is CaseState.OPEN
        assert filing_standing(reader, ON).unreported == (case_id,)


def test_a_case_that_was_filed_before_its_last_content_was_decided_is_closed_once_it_is(store, tmp_path):
    review: House = open_house(store, tmp_path / "data").under(four_eyes="none")
    first, last = review.sealed_hit(1), review.sealed_hit(2)
    lease = review.lease(REVIEWER, first)
    review.decide(REVIEWER, lease, first.id, Decision.NOT_LISTED)
    room = review.desk.strongroom
    assert room is not None
    desk = FilingDesk(settings=room.settings, store=store, strongroom=room, clock=review.clock)
    filing = FilingHouse(desk, cast("SetClock", review.clock))
    filing.contents[first.case_id] = [first.id]
    report = filing.report(first.case_id)
    incident = replace(report.incident, at=review.clock() - timedelta(days=3))
    ordered = store.transact(
        lambda unit: file_report(unit, filing.desk, first.case_id, replace(report, incident=incident), actor=ADA)
    )
    at = review.clock()
    store.transact(lambda unit: record_by_hand(unit, filing.desk, ordered.id, number="1", filed_at=at, actor=ADA))
    with store.read() as reader:
        assert reader.get_case(first.case_id).state is CaseState.OPEN
    review.decide(REVIEWER, lease, last.id, Decision.NOT_REPORTABLE)
    with store.read() as reader:
        assert reader.get_case(first.case_id).state is CaseState.CLOSED


def standing_in(house: FilingHouse, environment: str) -> FilingStanding:
    settings = replace(house.desk.settings, environment=environment)
    with house.store.read() as reader:
        return filing_standing(reader, settings)


def test_a_trial_is_not_asked_for_in_production_and_named_until_somebody_ends_it(any_house: FilingHouse):
    case_id = any_house.case(BOATS)
    assert (standing_in(any_house, "test").unreported, standing_in(any_house, "test").elsewhere) == ((case_id,), 0)
    assert (standing_in(any_house, "production").unreported, standing_in(any_house, "production").elsewhere) == ((), 1)
    end = partial(set_aside, strongroom=any_house.desk.strongroom, ground="a trial", actor=ADA)
    with pytest.raises(RefusedError, match="opened in 'test', as this installation is"):
        any_house.store.transact(lambda unit: end(unit, case_id=case_id, environment="test"))
    any_house.store.transact(lambda unit: end(unit, case_id=case_id, environment="production"))
    assert standing_in(any_house, "production").elsewhere == 0
    with any_house.store.read() as reader:
        assert reader.get_case(case_id).state is CaseState.CLOSED
        assert not [each for each in reader.holds_of_case(case_id) if each.stands(any_house.clock())]
    with pytest.raises(ConflictError, match="over already"):
        any_house.store.transact(lambda unit: end(unit, case_id=case_id, environment="production"))
    assert "case.close" in any_house.acts()
