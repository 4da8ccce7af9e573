"""A case ends with all of its reports: a supplement that waits or has failed keeps it open, held, and told of."""

from pathlib import Path

import pytest

from clew.parts.stores.base import Store
from clew.pipelines.closing import close_case
from clew.pipelines.filing import record_by_hand, withdraw
from clew.pipelines.holds import standing_holds
from clew.pipelines.reported import awaits_filing, has_unordered, has_unreported
from clew.records.case import CaseState
from clew.records.evidence import HoldKind
from clew.records.filing import Filing, FilingAlertKind, FilingState
from clew.records.identifiers import CaseId
from clew.records.review import VerdictStanding
from tests.pipelines.filing_house import ADA, FilingHouse, open_filing_house

BOATS, HERON = b"boats " * 100, b"heron " * 100


@pytest.fixture
def house(store: Store, tmp_path: Path) -> FilingHouse:
    opened = open_filing_house(store, tmp_path / "data", "http://127.0.0.1:9")
    return opened.with_settings(clearinghouse="folder", folder=str(tmp_path / "portal"))


def by_hand(house: FilingHouse, filing: Filing, number: str) -> None:
    at = house.clock()
    house.store.transact(
        lambda unit: record_by_hand(unit, house.desk, filing.id, number=number, filed_at=at, actor=ADA)
    )


def acknowledge(house: FilingHouse, filing: Filing) -> None:
    portal = Path(house.desk.settings.reporting.folder) / "test"
    (portal / "receipts" / f"{house.file(filing.id).filing.number}.pdf").write_bytes(b"received")
    house.clock.move(hours=1)
    house.work_to_the_end(most_turns=4)


def state_of(house: FilingHouse, case_id: CaseId) -> CaseState:
    with house.store.read() as reader:
        return reader.get_case(case_id).state


def holds(house: FilingHouse, case_id: CaseId) -> set[HoldKind]:
    with house.store.read() as reader:
        return {each.kind for each in standing_holds(reader, case_id, house.clock())}


def with_supplement(house: FilingHouse) -> tuple[CaseId, Filing, Filing]:
    """A case whose first report lies handed over, and whose supplement was ordered since."""
    case_id = house.case(BOATS)
    first = house.order(case_id)
    house.work()
    supplement = house.order(case_id, supplement=True)
    assert (house.state(first.id), supplement.part) == (FilingState.HANDED, 1)
    return case_id, first, supplement


def failing(house: FilingHouse, filing: Filing) -> None:
    """Each attempt at a package meets a fault of ours, until the horizon is over."""

    def fault(step: str) -> None:
        if step == "before storing handed":
            raise RuntimeError

    bad = house.passing(fault)
    for _ in range(60):
        while bad.work():
            pass
        if house.state(filing.id) is FilingState.FAILED:
            break
        house.clock.move(hours=4, minutes=1)


def test_a_case_whose_supplement_waits_stays_open_and_closes_with_it(house):
    case_id, first, supplement = with_supplement(house)
    by_hand(house, first, "P-1")
    assert (state_of(house, case_id), holds(house, case_id)) == (
        CaseState.OPEN,
        {HoldKind.PRESERVATION, HoldKind.OPEN_CASE},
    )
    house.work()
    assert house.state(supplement.id) is FilingState.HANDED
    assert state_of(house, case_id) is CaseState.OPEN
    acknowledge(house, supplement)
    assert house.state(supplement.id) is FilingState.FILED
    assert (state_of(house, case_id), holds(house, case_id)) == (CaseState.CLOSED, {HoldKind.PRESERVATION})


def test_a_case_whose_supplement_failed_stays_open_with_the_alert_until_it_is_filed(house):
    case_id, first, supplement = with_supplement(house)
    failing(house, supplement)
    by_hand(house, first, "P-1")
    assert house.state(supplement.id) is FilingState.FAILED
    assert house.alerts(supplement.id) == {FilingAlertKind.FAILED}
    assert state_of(house, case_id) is CaseState.OPEN
    house.again(supplement.id)
    house.work()
    acknowledge(house, supplement)
    assert house.state(supplement.id) is FilingState.FILED
    assert house.alerts(supplement.id) == set()
    assert state_of(house, case_id) is CaseState.CLOSED


def test_a_case_that_waited_for_a_supplement_alone_closes_when_that_is_withdrawn(house):
    case_id, first, supplement = with_supplement(house)
    by_hand(house, first, "P-1")
    house.store.transact(lambda unit: withdraw(unit, house.desk, supplement.id, because="nothing to add", actor=ADA))
    assert house.state(supplement.id) is FilingState.WITHDRAWN
    assert (state_of(house, case_id), holds(house, case_id)) == (CaseState.CLOSED, {HoldKind.PRESERVATION})


def test_a_case_without_any_report_stays_open_when_its_filing_is_withdrawn(house):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    assert state_of(house, case_id) is CaseState.OPEN


def test_a_case_of_which_nothing_was_filed_is_not_closed_as_filed_by_a_withdrawal(house):
    """Also when nothing of it is reportable any more: whoever takes the verdict back says what becomes of it."""
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    with house.store.read() as reader:
        ids = [each.id for each in reader.verdicts_of(case_id)]
    house.store.transact(lambda unit: unit.set_standing(ids, VerdictStanding.REVERSED))
    house.store.transact(lambda unit: withdraw(unit, house.desk, filing.id, because="wrong account", actor=ADA))
    assert state_of(house, case_id) is CaseState.OPEN


def test_a_filing_that_failed_and_was_ordered_again_by_another_way_keeps_no_case_open(house):
    case_id = house.case(BOATS)
    failing(house, house.order(case_id))
    other = house.with_settings(clearinghouse="cybertipline")
    again = other.order(case_id)
    with house.store.read() as reader:
        assert awaits_filing(reader, case_id)
    by_hand(other, again, "P-1")
    with house.store.read() as reader:
        assert not awaits_filing(reader, case_id)
    assert state_of(house, case_id) is CaseState.CLOSED


def test_a_failed_supplement_reports_nothing_and_is_ordered_all_the_same(house):
    case_id = house.case(BOATS, HERON)
    late = house.contents[case_id].pop()
    by_hand(house, house.order(case_id), "P-1")
    with house.store.read() as reader:
        assert (has_unreported(reader, case_id), has_unordered(reader, case_id)) == (True, True)
    assert state_of(house, case_id) is CaseState.OPEN
    house.contents[case_id] = [late]
    supplement = house.order(case_id, supplement=True)
    with house.store.read() as reader:
        assert (has_unreported(reader, case_id), has_unordered(reader, case_id)) == (False, False)
    failing(house, supplement)
    assert house.state(supplement.id) is FilingState.FAILED
    with house.store.read() as reader:
        assert (has_unreported(reader, case_id), has_unordered(reader, case_id)) == (True, False)
    assert state_of(house, case_id) is CaseState.OPEN


def test_a_case_that_is_closed_is_not_closed_again_by_a_withdrawal(house):
    case_id, first, supplement = with_supplement(house)
    by_hand(house, first, "P-1")
    at = house.clock()
    house.store.transact(lambda unit: close_case(unit, case_id, at, actor="system:test", because="test"))
    house.store.transact(lambda unit: withdraw(unit, house.desk, supplement.id, because="nothing to add", actor=ADA))
    assert house.acts().count("case.close") == 1
