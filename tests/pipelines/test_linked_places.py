"""Where reports are worked follows from the product's own links, and from what people change of them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Store
from clew.pipelines import linking
from clew.pipelines.linked import link_as_ordered
from clew.pipelines.ordering import change_links
from clew.pipelines.queue_desk import open_queue_desk
from clew.records.identifiers import IntakeNumber
from clew.records.mention import IdentifierKind
from clew.records.report import Person, Report, ReportedSubject
from tests.parts.stores.intake_records import mention_of
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN

KEY = (IdentifierKind.EMAIL, "kim@host.org")
EMAIL = mention_of(*KEY, verified=True)
OTHER = mention_of(IdentifierKind.EMAIL, "roe@host.org", verified=True)
THIRD = mention_of(IdentifierKind.EMAIL, "jo@host.org", verified=True)


@pytest.fixture
def house(any_store: Store) -> QueueHouse:
    house = QueueHouse(any_store)
    house.desk = open_queue_desk(house.settings, house.store, house.clock)
    assert house.desk.link is link_as_ordered
    return house


def of_day(day: int, birth: date | None = date(1980, 1, 2)) -> Report:
    """Each day is an incident of its own, so that none is a copy of another."""
    incident = replace(PLAIN.incident, at=datetime(2026, 1, day, tzinfo=UTC))
    subject = ReportedSubject(person=Person(birth_date=birth))
    return Report(incident=incident, reporter=PLAIN.reporter, subjects=(subject,))


def places(house: QueueHouse) -> dict[int, int]:
    with house.store.read() as reader:
        numbers = [each.number for each in reader.intakes(IntakeFilter())]
    return {number: house.place_of(number).id for number in numbers}


def act(house: QueueHouse) -> linking.Act:
    return linking.Act(by="user:ada", at=house.clock(), reason="another person")


def test_reports_that_state_one_identifier_stand_in_one_place(house: QueueHouse):
    for day, mention in enumerate([EMAIL, OTHER, EMAIL, THIRD], start=1):
        house.take_in(of_day(day), mention)
        house.order()
    assert places(house) == {1: 1, 2: 2, 3: 1, 4: 4}
    assert house.place(1).reports == 2


def test_a_report_that_links_two_places_makes_them_one_and_a_split_parts_them_again(house: QueueHouse):
    house.take_in(of_day(1), EMAIL)
    house.take_in(of_day(2), OTHER)
    house.order()
    assert places(house) == {1: 1, 2: 2}
    house.take_in(of_day(3), EMAIL, OTHER)
    house.order()
    assert places(house) == {1: 1, 2: 1, 3: 1}
    before = house.place(1)
    touched = change_links(house.desk, lambda unit: linking.split(unit, IntakeNumber(1), KEY, act(house)))
    assert touched == {1, 2}
    assert places(house) == {1: 1, 2: 2, 3: 2}
    with house.store.read() as reader:
        (change,) = [each for each in reader.link_changes(touched.pop()) if each.reversal]
    change_links(house.desk, lambda unit: linking.undo(unit, change.number, act(house)))
    assert places(house) == {1: 1, 2: 1, 3: 1}
    assert house.place(1).risk == before.risk
