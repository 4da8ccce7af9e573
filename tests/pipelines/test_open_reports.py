"""Reports that come in several calls: in once they are finished, out when taken back, in all the same when left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.pipelines.open_reports import UNREADABLE, change_open, expire_open, finish_report, open_report, retract_report
from clew.records.identifiers import SenderId
from clew.records.intake import Gap, IntakeState
from clew.records.report_file import FileHash, ReportFile
from tests.pipelines.intake_house import DELIVERY, IntakeHouse

OTHER = replace(DELIVERY, sender_id=SenderId("coast"))


@pytest.fixture
def house(any_store):
    return IntakeHouse(any_store)


def opened(house, name="mara"):
    return open_report(house.desk, DELIVERY, house.arrival(name)).report


def with_file(house, number, key="f1", delivery=DELIVERY, gaps=()):
    file = ReportFile(key=key, hashes=(FileHash(type="MD5", value="0" * 31 + "1"),))
    return house.store.transact(
        lambda unit: change_open(
            unit, house.desk, delivery, number, lambda facts: replace(facts, files=(*facts.files, file)), gaps=gaps
        )
    )


def test_an_open_report_has_its_number_and_nobody_works_it(house):
    report = opened(house)
    assert report.state is IntakeState.OPEN
    assert house.pending() == []
    assert house.mentions(report.number) == []
    assert house.day() == (1, 0, 0)


def test_a_finished_report_is_in_with_all_that_was_added(house):
    report = opened(house)
    with_file(house, report.number, gaps=[Gap(path="files[0].x", because="odd")])
    house.clock.move(minutes=5)
    taken = finish_report(house.desk, DELIVERY, report.number).report
    assert taken == house.find(report.number)
    assert (taken.state, taken.file_count, taken.ended_at) == (IntakeState.TAKEN_IN, 1, house.clock())
    assert Gap(path="files[0].x", because="odd") in taken.gaps
    assert "md5:" + "0" * 31 + "1" in {each.value for each in house.mentions(report.number)}
    assert house.pending() == [report.number]
    assert house.acts() == ["intake.open", "intake.finish"]
    assert house.day() == (1, 1, 0)


@pytest.mark.parametrize("document", ['{"reporter": {}}', "{", '{"unheard": 1}'])
def test_a_report_whose_document_cannot_be_read_again_holds_nothing_up(house, document):
    first, second, third = (opened(house, name) for name in ("mara", "kim", "lee"))
    for each in (first, second):
        house.store.transact(lambda unit, each=each: unit.change_intake(replace(each, document=document)))
    assert UNREADABLE in finish_report(house.desk, DELIVERY, first.number).report.gaps
    house.clock.move(hours=25)
    assert {each.number for each in expire_open(house.desk)} == {second.number, third.number}
    assert set(house.pending()) == {first.number, second.number, third.number}
    assert house.find(second.number).document == document


def test_finishing_twice_changes_nothing(house):
    report = opened(house)
    finish_report(house.desk, DELIVERY, report.number)
    before = house.mentions(report.number)
    assert finish_report(house.desk, DELIVERY, report.number).repeated
    assert house.mentions(report.number) == before
    assert house.day() == (1, 1, 0)


def test_what_was_finished_takes_nothing_more(house):
    report = opened(house)
    finish_report(house.desk, DELIVERY, report.number)
    with pytest.raises(ConflictError):
        with_file(house, report.number)
    with pytest.raises(ConflictError):
        retract_report(house.desk, DELIVERY, report.number)


def test_a_report_that_was_taken_back_is_nobodys_work_and_may_be_sent_anew(house):
    report = opened(house)
    retract_report(house.desk, DELIVERY, report.number)
    assert retract_report(house.desk, DELIVERY, report.number).state is IntakeState.RETRACTED
    with pytest.raises(ConflictError):
        finish_report(house.desk, DELIVERY, report.number)
    assert house.pending() == []
    assert opened(house).number > report.number
    assert house.acts().count("intake.retract") == 1


def test_another_senders_report_is_not_there(house):
    report = opened(house)
    for act in (finish_report, retract_report):
        with pytest.raises(NotFoundError):
            act(house.desk, OTHER, report.number)
    with pytest.raises(NotFoundError):
        with_file(house, report.number, delivery=OTHER)


def test_a_report_that_its_sender_left_is_taken_in_as_incomplete(house):
    left = opened(house, "left")
    house.clock.move(hours=2)
    fresh = opened(house, "fresh")
    assert [each.number for each in expire_open(house.desk, timedelta(hours=1))] == [left.number]
    report = house.find(left.number)
    assert report.state is IntakeState.EXPIRED
    assert report.gaps[0].because == "its sender never finished it"
    assert house.pending() == [left.number]
    assert house.mentions(left.number)
    assert house.find(fresh.number).state is IntakeState.OPEN
    assert expire_open(house.desk, timedelta(hours=1)) == []


def test_opening_with_the_digest_of_an_open_report_gives_that_one(house):
    first = opened(house)
    again = open_report(house.desk, DELIVERY, house.arrival("mara"))
    assert (again.repeated, again.report.number) == (True, first.number)
    assert house.day() == (1, 0, 0)


def test_a_report_that_changes_while_it_is_read_is_read_again(house):
    report = opened(house)
    house.desk  # noqa: B018  the desk is made before its clock is watched
    told: list[int] = []

    def clock():
        if not told:
            told.append(1)
            with_file(house, report.number)
        return house.clock()

    taken = finish_report(replace(house.desk, clock=clock), DELIVERY, report.number).report
    assert taken.file_count == 1
    assert house.mentions(report.number)[-1].value.startswith("md5:")
