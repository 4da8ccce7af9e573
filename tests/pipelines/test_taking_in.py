"""Taking reports in: durable with all that follows from them, once each, whatever they lack."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import NotFoundError, RefusedError
from clew.pipelines import taking_in
from clew.pipelines.taking_in import take_in
from clew.records.identifiers import SenderId
from clew.records.intake import Gap, IntakeState, SenderKind
from clew.records.mention import IdentifierKind, Part
from clew.records.report import Incident, Location, Person, Report, Reporter
from clew.records.subject import IpEvent
from tests.pipelines.intake_house import DELIVERY, HARBOUR, PUBLIC, IntakeHouse, facts_of


@pytest.fixture
def house(any_store):
    return IntakeHouse(any_store)


def test_a_report_is_in_with_its_mentions_its_turn_its_questions_and_its_audit_row(house):
    taken = house.take_in("mara")
    report = house.find(taken.report.number)
    assert report == taken.report
    assert (report.state, report.reference, report.file_count) == (IntakeState.TAKEN_IN, "H-mara", 0)
    assert house.desk.read(report.document) == facts_of("mara", house.clock)
    values = {(each.kind, each.part) for each in house.mentions(report.number)}
    assert values >= {(IdentifierKind.EMAIL, Part.SUBJECT), (IdentifierKind.IP, Part.SUBJECT)}
    assert house.pending() == [report.number]
    assert house.questions(report.number) == ["subjects[0].ip_events[0].port"]
    assert house.acts()[-1] == "intake.take_in"
    assert house.day() == (1, 1, 0)


def test_the_same_bytes_are_answered_with_the_number_of_the_report_that_is_there(house):
    first = house.take_in("mara").report
    again = house.take_in("mara")
    assert (again.repeated, again.report.number) == (True, first.number)
    assert house.pending() == [first.number]
    assert house.day() == (1, 1, 1)


def test_a_batch_is_one_commit_with_each_report_in_its_place(house):
    known = house.take_in("mara").report.number
    taken = house.take_in_all("noor", "mara", "otis", "noor")
    assert [each.repeated for each in taken] == [False, True, False, True]
    assert taken[1].report.number == known
    assert taken[3].report.number == taken[0].report.number
    assert house.pending() == sorted({known, taken[0].report.number, taken[2].report.number})
    assert house.acts().count("intake.take_in") == 2
    assert house.day() == (3, 3, 2)


def test_a_report_without_anything_is_in_and_says_what_it_lacks(house):
    bare = Report(incident=Incident(at=house.clock()), reporter=Reporter(person=Person()))
    report = house.take_in(report=bare, untimed=True).report
    assert report.incident_at is None
    paths = {gap.path for gap in report.gaps}
    assert {"subjects", "incident.at", "files"} <= paths
    assert all(gap.because for gap in report.gaps)
    assert house.mentions(report.number) == []


def test_a_time_that_has_not_come_is_a_gap_and_counts_for_nothing(house):
    tomorrow = house.clock() + timedelta(days=1)
    facts = facts_of("mara", house.clock, incident=Incident(at=tomorrow))
    event = replace(facts.subjects[0].ip_events[0], at=tomorrow)
    facts = replace(facts, subjects=(replace(facts.subjects[0], ip_events=(event,)),))
    report = house.take_in(report=facts).report
    assert report.incident_at is None
    late = {gap.path for gap in report.gaps if gap.because == "a time that has not come yet"}
    assert late == {"incident.at", "subjects[0].ip_events[0].at"}
    assert [each.at for each in house.mentions(report.number) if each.kind is IdentifierKind.IP] == [None]


def test_a_clock_two_minutes_ahead_is_no_future(house):
    facts = facts_of("mara", house.clock, incident=Incident(at=house.clock() + timedelta(minutes=2)))
    assert house.take_in(report=facts).report.incident_at == house.clock() + timedelta(minutes=2)
    facts = facts_of("mara", house.clock, incident=Incident(at=house.clock() + timedelta(minutes=2, seconds=1)))
    assert house.take_in("later", report=facts).report.incident_at is None


def test_a_port_that_is_none_is_not_stored_as_one(house):
    event = IpEvent(address="8.8.4.4", at=house.clock(), port=70_000_000_000)
    facts = facts_of("mara", house.clock)
    facts = replace(facts, subjects=(replace(facts.subjects[0], ip_events=(event,)),))
    report = house.take_in(report=facts).report
    assert [each.port for each in house.mentions(report.number) if each.kind is IdentifierKind.IP] == [None]
    assert (
        Gap(
            path="subjects[0].ip_events[0].port",
            because="no port has that number",
            cost="behind a shared address it names nobody",
        )
        in report.gaps
    )


def test_characters_that_no_store_takes_are_replaced_and_that_is_a_gap(house):
    facts = facts_of("mara", house.clock, additional_info="one\0two\ud800three")
    report = house.take_in(report=facts, reference="A\0B").report
    assert report.reference == "AB"
    assert house.desk.read(report.document).additional_info == "one\ufffdtwo\ufffdthree"
    assert any("replaced" in gap.because for gap in report.gaps)


def test_words_that_quote_an_escape_are_no_gap(house):
    report = house.take_in(report=facts_of("mara", house.clock, additional_info="it wrote \\u0000")).report
    assert house.desk.read(report.document).additional_info == "it wrote \\u0000"
    assert not any("replaced" in gap.because for gap in report.gaps)


def test_a_value_that_no_index_bears_is_a_gap_and_stays_in_the_report(house):
    page = "https://example.org/" + "ä日" * 900
    report = house.take_in(report=facts_of("mara", house.clock, additional_info=f"see {page} there")).report
    assert all(len(each.value.encode()) <= 2000 for each in house.mentions(report.number))
    assert any(gap.path == "additional_info" and "2,000 bytes" in gap.because for gap in report.gaps)
    assert page in house.desk.read(report.document).additional_info


def test_the_country_is_the_one_that_is_stated_for_the_subject(house):
    facts = facts_of("mara", house.clock)
    placed = replace(facts.subjects[0], location=Location(country="fi"))
    assert house.take_in(report=replace(facts, subjects=(placed,))).report.country == "FI"
    vague = replace(facts.subjects[0], location=Location(country="somewhere"))
    assert house.take_in("vague", report=replace(facts, subjects=(vague,))).report.country is None


def test_who_cannot_answer_is_asked_nothing(house):
    report = house.take_in(sender=PUBLIC).report
    assert report.gaps
    assert house.questions(report.number) == []


def test_gaps_repeat_nothing_of_what_was_stated(house):
    facts = facts_of("verysecret", house.clock, additional_info="verysecret \0")
    facts = replace(facts, subjects=(replace(facts.subjects[0], group_identifier="verysecret"),))
    report = house.take_in(report=facts, gaps=(Gap(path="x", because="y"),)).report
    assert "verysecret" not in repr(report.gaps)


def test_of_very_many_gaps_a_hundred_are_named_and_the_rest_counted(house):
    many = tuple(Gap(path=f"files[{each}].hashes", because="none") for each in range(300))
    gaps = house.take_in(gaps=many).report.gaps
    assert len(gaps) == 101
    assert "more gaps" in gaps[-1].because


def test_a_blocked_sender_sends_nothing_and_an_unknown_one_is_named_as_such(house):
    house.put(HARBOUR, SenderKind.PLATFORM, blocked_at=house.clock())
    with pytest.raises(RefusedError, match="blocked"):
        house.take_in("mara")
    with pytest.raises(NotFoundError):
        take_in(house.desk, replace(DELIVERY, sender_id=SenderId("nobody")), house.arrival())
    assert house.pending() == []


def test_a_flood_of_reports_makes_no_flood_of_questions(house, monkeypatch):
    monkeypatch.setattr(taking_in, "MOST_OPEN", 3)
    house.take_in_all(*(f"n{each}" for each in range(5)))
    house.take_in("later")
    with house.store.read() as reader:
        asked = reader.questions(sender_id=HARBOUR)
    assert len(asked) == 3
    house.store.transact(lambda unit: unit.answer_question(asked[0].id, "50122", house.clock()))
    assert house.questions(house.take_in("last").report.number) == ["subjects[0].ip_events[0].port"]
