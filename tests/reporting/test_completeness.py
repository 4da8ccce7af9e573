"""Completeness: which facts are missing, what each costs, whether that is said; and nothing of risk."""

import re
from dataclasses import replace

import pytest

from clew.parts.formats.cybertipline import PART
from clew.records.report import (
    Absence,
    AbsenceReason,
    Address,
    BatchReason,
    Incident,
    IncidentType,
    Location,
    Person,
    Phone,
    Report,
    ReportAnnotation,
    ReportedSubject,
    Reporter,
    Victim,
)
from clew.records.report_file import ReportFile
from clew.records.subject import IpEvent
from clew.reporting.completeness import Completeness, Gap, GapState, completeness
from clew.reporting.naming import place_of, title_of
from tests.parts.formats.report_facts import NOW, maximal, smallest

FIELDS = PART.fields("2025-06")
FACTS = Report(incident=Incident(type=IncidentType.MATERIAL, at=NOW), reporter=Reporter(person=Person()))
SUBJECT = ReportedSubject(identifier="7F", ip_events=(IpEvent(address="192.0.2.1"),))


def score(facts: Report) -> Completeness:
    return completeness(facts, FIELDS)


def gap(facts: Report, field: str) -> Gap | None:
    return next((each for each in score(facts).gaps if each.field == field), None)


def with_subject(subject: ReportedSubject) -> Report:
    return replace(FACTS, subjects=(subject,))


def test_maximal_facts_have_no_gap() -> None:
    facts = replace(PART.read_facts(maximal()), absent=())
    found = score(facts)
    assert (found.percent, found.gaps, found.held) == (100, (), found.wanted)


def test_the_smallest_report_is_valid_and_hardly_complete() -> None:
    found = score(PART.read_facts(smallest()))
    assert found.percent < 10
    assert [each.field for each in found.gaps[:1]] == ["subjects[]"]
    assert found.gaps[0].cost == "without an account there is nobody to ask about"


def test_every_gap_says_what_it_costs_and_the_costliest_stands_first() -> None:
    found = score(with_subject(SUBJECT))
    assert all(each.cost and each.filled_from and each.points > 0 for each in found.gaps)
    assert [each.points for each in found.gaps] == sorted((each.points for each in found.gaps), reverse=True)
    assert 100 - sum(each.points for each in found.gaps) == pytest.approx(found.percent, abs=1)


def test_one_missing_port_of_four_costs_a_quarter_of_all_missing() -> None:
    events = tuple(IpEvent(address="192.0.2.1", port=5) for _ in range(3))
    some = gap(
        with_subject(replace(SUBJECT, ip_events=(*events, IpEvent(address="192.0.2.1")))), "subjects[].ip_events[].port"
    )
    every = gap(with_subject(SUBJECT), "subjects[].ip_events[].port")
    assert some is not None
    assert every is not None
    assert (some.missing, some.places) == (("subjects[0].ip_events[3].port",), 4)
    assert some.points == pytest.approx(every.points / 4)


@pytest.mark.parametrize(
    "field", ["subjects[0].ip_events[0].port", "subjects[].ip_events[].port", "subjects[0].ip_events[0]"]
)
def test_a_stated_absence_still_counts_and_is_no_longer_open(field: str) -> None:
    stated = Absence(field=field, reason=AbsenceReason.NOT_HELD, because="node 3 logs none")
    before, after = with_subject(SUBJECT), replace(with_subject(SUBJECT), absent=(stated,))
    found = gap(after, "subjects[].ip_events[].port")
    assert found is not None
    assert (found.state, found.because) == (GapState.STATED, ("node 3 logs none",))
    assert score(after).percent == score(before).percent


def test_a_gap_that_is_stated_in_one_of_two_places_is_open() -> None:
    event = IpEvent(address="192.0.2.1")
    stated = Absence(field="subjects[0].ip_events[0].port", reason=AbsenceReason.NOT_HELD)
    facts = replace(with_subject(replace(SUBJECT, ip_events=(event, event))), absent=(stated,))
    found = gap(facts, "subjects[].ip_events[].port")
    assert found is not None
    assert found.state is GapState.OPEN


def test_what_does_not_apply_is_wanted_no_more() -> None:
    nothing = Absence(field="subjects[].devices", reason=AbsenceReason.DOES_NOT_APPLY)
    before, after = score(with_subject(SUBJECT)), score(replace(with_subject(SUBJECT), absent=(nothing,)))
    assert after.wanted == before.wanted - 1
    assert "subjects[].devices[]" not in {each.field for each in after.gaps}


def test_an_ipv6_address_needs_no_port() -> None:
    facts = with_subject(replace(SUBJECT, ip_events=(IpEvent(address="2001:db8::1", at=NOW),)))
    assert gap(facts, "subjects[].ip_events[].port") is None
    assert score(facts).warnings == ()


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (IpEvent(address="192.0.2.1", port=5, at=NOW), None),
        (IpEvent(address="192.0.2.1", at=NOW), "without its port;"),
        (IpEvent(address="192.0.2.1", port=5), "without its time;"),
        (IpEvent(address="192.0.2.1"), "without its port and time;"),
        (IpEvent(address="::ffff:192.0.2.1"), "without its port and time;"),
        (IpEvent(address="100.64.3.4", port=5, at=NOW), "inside a carrier's network"),
        (IpEvent(address="10.0.0.7", port=5, at=NOW), "no carrier gave out"),
        (IpEvent(address="fd00::7", port=5, at=NOW), "no carrier gave out"),
        (IpEvent(address="no address"), None),
    ],
)
def test_an_address_that_will_not_help_as_it_is_is_warned_of(event: IpEvent, said: str | None) -> None:
    warnings = score(with_subject(replace(SUBJECT, ip_events=(event,)))).warnings
    assert len(warnings) == (said is not None)
    assert said is None or said in warnings[0]


def test_a_country_in_an_address_is_as_good_as_a_location() -> None:
    lives = replace(SUBJECT, person=Person(addresses=(Address(country="NO"),)))
    located = replace(SUBJECT, location=Location(country="NO"))
    for subject, held in [(SUBJECT, False), (lives, True), (located, True)]:
        assert (gap(with_subject(subject), "subjects[].location") is None) is held


def test_no_score_asks_a_person_to_look_at_a_file() -> None:
    files = (ReportFile(key="a"),)
    assert score(replace(FACTS, files=files)) == score(replace(FACTS, files=(replace(files[0], viewed=True),)))


def test_completeness_knows_nothing_of_risk() -> None:
    facts = with_subject(SUBJECT)
    urgent = replace(facts.incident, urgent_because="now", annotations=frozenset(ReportAnnotation))
    assert score(replace(facts, incident=urgent)) == score(facts)


def test_a_text_only_report_is_not_less_complete_for_having_no_files() -> None:
    assert not [each for each in score(FACTS).gaps if each.field.startswith("files")]


def test_facts_of_a_child_count_where_a_child_is_reported() -> None:
    facts = replace(FACTS, victims=(Victim(person=Person()),))
    assert gap(facts, "victims[].person.age") is not None
    assert gap(FACTS, "victims[].person.age") is None


def test_a_value_that_the_form_cannot_bear_counts_as_missing_and_is_told_apart() -> None:
    located = replace(SUBJECT, location=Location(country="Finland", city="Oulu"))
    emptied = PART.fit(with_subject(located), "2025-06", at=NOW).emptied
    assert {"subjects[0].location", "subjects[0].location.country"} <= emptied
    found = completeness(with_subject(located), FIELDS, emptied)
    assert found.percent == score(with_subject(SUBJECT)).percent
    [country] = [each for each in found.gaps if each.field == "subjects[].location"]
    assert (country.unusable, country.missing) == (1, ("subjects[0].location",))


def test_one_good_value_of_a_list_is_enough_and_a_bad_address_lacks_no_port() -> None:
    events = (IpEvent(address="no address"), IpEvent(address="192.0.2.1", port=5, at=NOW))
    facts = with_subject(replace(SUBJECT, ip_events=events))
    found = completeness(facts, FIELDS, PART.fit(facts, "2025-06", at=NOW).emptied)
    assert not {each.field for each in found.gaps} & {"subjects[].ip_events[]", "subjects[].ip_events[].port"}


@pytest.mark.parametrize(("number", "held"), [("+358 40 123 4567", True), ("ask at the desk", False), ("12", False)])
def test_a_telephone_number_that_nobody_can_dial_is_missing_and_warned_of(number: str, held: bool) -> None:
    facts = with_subject(replace(SUBJECT, person=Person(phones=(Phone(number=number),))))
    assert (gap(facts, "subjects[].person.phones[]") is None) is held
    assert any("nobody can dial" in each for each in score(facts).warnings) is not held


def test_every_gap_is_named_in_plain_words() -> None:
    titles = {each.path: title_of(each.path) for each in FIELDS if each.path}
    assert titles["subjects[].ip_events[].port"] == "port of an internet address of the reported account"
    assert titles["victims[].permanently_closed"].startswith("whether the child's account was closed")
    machine = re.compile("_|ip event|report file|espIdentifier")
    assert [each for each in titles.values() if machine.search(each)] == []
    assert place_of("subjects[0].ip_events[1].port") == "reported account 1, internet address 2"
    assert place_of("incident.at_described") == ""


def test_a_batched_report_wants_nothing_that_it_may_not_hold() -> None:
    accounts = (ReportedSubject(identifier="7F-1"), ReportedSubject(identifier="7F-2"))
    facts = replace(FACTS, batch=BatchReason.VIRAL_MEME, subjects=accounts, files=(ReportFile(key="1"),))
    fields = [each.field for each in score(facts).gaps]
    assert fields == ["files[].uploaded_at", "files[].publicly_available", "reporter.contact", "incident.at_described"]
    assert gap(replace(facts, subjects=()), "subjects[]") is not None
