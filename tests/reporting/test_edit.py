"""Facts by their paths: which one value closes a gap best."""

from datetime import UTC, datetime

import pytest

from clew.errors import InputError
from clew.parts.formats.cybertipline import PART
from clew.records.report import WebPage
from clew.reporting.edit import find_fact, leaves_of, set_fact, state_absent

FIELDS = PART.fields(PART.default_profile)
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MOMENT = "subjects[0].ip_events[0].at"
COUNTRY = "subjects[0].location.country"
PHONE = "subjects[0].person.phones[0].number"


def read(path: str, text: str) -> object:
    return PART.value_of(path, text, PART.default_profile, at=NOW)


@pytest.mark.parametrize(
    ("gap", "leaf"),
    [
        ("subjects[0].screen_name", "subjects[0].screen_name"),
        ("subjects[1].ip_events", "subjects[1].ip_events[0].address"),
        ("subjects[0].location", "subjects[0].location.country"),
        ("files[2].hashes", "files[2].hashes[0].value"),
        ("details", "details[0].web_page.urls[0]"),
        ("subjects", "subjects[0].identifier"),
        ("victims", "victims[0].identifier"),
    ],
)
def test_a_gap_is_closed_by_the_value_that_says_most_never_by_a_label(gap: str, leaf: str) -> None:
    assert leaves_of(gap, FIELDS)[0] == leaf


def test_the_value_that_closes_a_gap_makes_facts_that_the_form_takes() -> None:
    reporter = {"person": {"first_name": "Rea"}}
    facts: dict[str, object] = {
        "incident": {"type": "material", "at": "2026-03-01T08:00:00Z"},
        "reporter": reporter,
    }
    set_fact(facts, leaves_of("details", FIELDS)[0], "https://forum.example/7", FIELDS, read)
    assert PART.read_facts(facts).details == (WebPage(urls=("https://forum.example/7",)),)


def test_values_that_must_not_be_without_each_other_are_asked_for_together() -> None:
    assert leaves_of("subjects[0].devices", FIELDS) == ["subjects[0].devices[0].kind", "subjects[0].devices[0].value"]
    assert leaves_of("subjects[0].screen_name", FIELDS) == ["subjects[0].screen_name"]


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        (COUNTRY, "Finland", "FI"),
        (COUNTRY, " fi ", "FI"),
        (COUNTRY, "Côte d'Ivoire", "CI"),
        (COUNTRY, "UK", "GB"),
        ("subjects[0].person.addresses[0].state", "Oregon", "OR"),
        (MOMENT, "2026-03-08 01:58:21 +02:00", "2026-03-08T01:58:21+02:00"),
        (MOMENT, "2026-03-08T01:58Z", "2026-03-08T01:58:00+00:00"),
        (PHONE, "+358 40 123 4567 ext. 12", "+358 40 123 4567 ext. 12"),
        ("subjects[0].person.phones[0].kind", "Mobile", "mobile"),
        ("incident.type", "Unsolicited material", "unsolicited-material"),
        ("subjects[0].compromised", "Yes", True),
        ("subjects[0].person.age", "34", 34),
        ("details[0].cell_phone.latitude_deg", "60.17", 60.17),
    ],
)
def test_what_a_person_types_is_recognised_where_it_is_clear(path: str, text: str, value: object) -> None:
    assert read(path, text) == value


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (COUNTRY, "Finlandia", "a country by its English name or its two letters"),
        (COUNTRY, "XK", "a country by its English name"),
        (PHONE, "call me", "digits, as"),
        (PHONE, "99", "digits, as"),
        (PHONE, "0800 FLOWERS", "digits, as"),
        (MOMENT, "2026-03-09T01:58:21", "a time with its offset"),
        (MOMENT, "8 March", "a time with its offset"),
        (MOMENT, "2027-03-08T01:58:21Z", "a time with its offset"),
        ("subjects[0].person.birth_date", "8.3.2009", "a date, as 2009-03-08"),
        ("subjects[0].person.emails[0].address", "heron", "a mail address"),
        ("subjects[0].ip_events[0].address", "203.0.113", "an IPv4 or IPv6 address"),
        ("subjects[0].ip_events[0].port", "70000", "1 to 65,535"),
        ("subjects[0].profile_urls[0]", "forum.example/7", "with its scheme"),
        ("subjects[0].person.age", "young", "a whole number"),
        ("incident.type", "other", "one of: material, "),
        ("subjects[0].compromised", "perhaps", "yes or no"),
    ],
)
def test_a_value_of_the_wrong_form_is_refused_with_what_is_expected_and_never_repeated(
    path: str, text: str, expected: str
) -> None:
    facts: dict[str, object] = {}
    with pytest.raises(InputError) as refused:
        set_fact(facts, path, text, FIELDS, read)
    assert expected in str(refused.value)
    assert text not in str(refused.value)
    assert facts == {}


def test_a_fact_is_found_as_the_text_that_a_person_would_type() -> None:
    facts = {"subjects": [{"person": {"age": 34}, "compromised": True}]}
    assert find_fact(facts, "subjects[0].person.age") == "34"
    assert find_fact(facts, "subjects[0].compromised") == "true"
    assert find_fact(facts, "subjects[1].person.age") == find_fact(facts, "subjects[0].person.age.x") == ""


def test_what_is_filled_in_is_no_longer_stated_to_be_absent() -> None:
    facts: dict[str, object] = {}
    state_absent(facts, "subjects[0].location", "not-held", "")
    state_absent(facts, "subjects[0].screen_name", "not-known", "nobody asked")
    set_fact(facts, COUNTRY, "Finland", FIELDS, read)
    assert facts["absent"] == [{"field": "subjects[0].screen_name", "reason": "not-known", "because": "nobody asked"}]
    set_fact(facts, "subjects[0].screen_name", "heron", FIELDS, read)
    assert "absent" not in facts
