"""The JSON form: what it takes, what it refuses, and in which words."""

import pytest

from clew.errors import InputError
from clew.parts.formats.cybertipline import PART
from clew.records.report import IncidentType, Phone, Report
from clew.records.report_file import Labelled
from tests.parts.formats.report_facts import batched, maximal, smallest, text_only


def with_(**more: object) -> dict[str, object]:
    return smallest() | more


@pytest.mark.parametrize("form", [smallest, text_only, batched, maximal])
def test_facts_are_read_as_they_were_written(form) -> None:
    facts = PART.read_facts(form())
    assert PART.read_facts(PART.write_facts(facts)) == facts


@pytest.mark.parametrize("name", ["viewed", "exif_viewed", "fileViewedByEsp", "exif_viewed_by_esp"])
def test_nobody_can_say_that_a_file_was_viewed(name: str) -> None:
    with pytest.raises(InputError, match=rf"files\[0\]\.{name}: .*viewing ledger and cannot be set"):
        PART.read_facts(with_(files=[{"key": "a", name: True}]))


def test_what_the_ledger_said_is_stored_and_read_back_by_us_alone() -> None:
    facts = PART.read_stored(with_(files=[{"key": "a", "viewed": True}]))
    assert facts.files[0].viewed is True
    assert PART.write_stored(facts)["files"] == [{"key": "a", "viewed": True}]
    assert PART.write_facts(facts)["files"] == [{"key": "a"}]


def test_words_are_ours_or_the_grammars() -> None:
    incident = {"type": "Online Enticement of Children for Sexual Acts", "at": "2026-11-20T10:00:00Z"}
    assert PART.read_facts(with_(incident=incident)).incident.type is IncidentType.ENTICEMENT


def test_a_text_is_short_for_an_object_with_that_text() -> None:
    facts = PART.read_facts(with_(victims=[{"person": {"phones": ["22 33"]}, "permanently_closed": False}]))
    assert facts.victims[0].person.phones == (Phone(number="22 33"),)
    assert facts.victims[0].permanently_closed is not None


def test_numbers_of_reports_may_be_texts_and_identifiers_numbers() -> None:
    facts = PART.read_facts(with_(subjects=[{"identifier": 4711, "prior_reports": ["90114207", 5]}]))
    assert (facts.subjects[0].identifier, facts.subjects[0].prior_reports) == ("4711", (90_114_207, 5))


def test_facts_without_a_field_are_labelled_however_deep() -> None:
    facts = PART.read_facts(
        with_(further={"Boat": {"name": "Tern", "sails": [2, "red"]}, "Moored": True, "Crew": None})
    )
    assert facts.further == (
        Labelled(label="Boat, name", text="Tern"),
        Labelled(label="Boat, sails", text="2"),
        Labelled(label="Boat, sails", text="red"),
        Labelled(label="Moored", text="yes"),
    )
    assert PART.read_facts(PART.write_facts(facts)) == facts


def test_what_is_empty_is_absent() -> None:
    plain = PART.read_facts(smallest())
    assert PART.read_facts(with_(subjects=[], additional_info="", messages=None, further={})) == plain


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([], "the facts: expected an object, came a list"),
        ({}, "the facts: expected incident and reporter, which must be given"),
        (with_(subject=[]), "'subject' is no field; is it 'subjects'?; what has no field belongs into 'further'"),
        (with_(subjects={}), r"subjects: expected a list, came an object"),
        (with_(subjects=[{"scren_name": "x"}]), r"'scren_name' is no field of subjects\[0\]; is it 'screen_name'?"),
        (with_(incident={"type": "theft", "at": "2026-11-20T10:00:00Z"}), "incident.type: expected one of: material, "),
        (with_(incident={"type": "material", "at": "2026-11-20T10:00:00"}), "came one without its offset"),
        (with_(incident={"type": "material", "at": "yesterday"}), "came 9 characters that are none"),
        (with_(incident={"type": "material"}), "incident: expected at, which must be given"),
        (with_(subjects=[{"compromised": "yes"}]), "expected true or false, came a text"),
        (with_(subjects=[{"ip_events": [{"address": "192.0.2.1", "port": "80"}]}]), "expected number, came a text"),
        (with_(subjects=[{"ip_events": [{"address": "192.0.2.1", "port": True}]}]), "came true or false"),
        (with_(subjects=[{"prior_reports": [1.5]}]), "came a number with a fraction"),
        (with_(subjects=[{"person": {"birth_date": "1.2.2010"}}]), "expected a date, as 2009-03-08"),
        (with_(details=[{"chat": {}, "mail": {}}]), r"details\[0\]: expected an object with one of: web_page, "),
        (with_(details=[{"letter": {}}]), "expected an object with one of"),
        (with_(victims=[{}]), r"victims\[0\]: expected person, which must be given"),
        (with_(files=[{"key": "a"}, {"key": "a"}]), "files[1].key: expected a key of its own"),
        (with_(further="x"), "further: expected an object of labels and texts, came a text"),
        (with_(files=[{"key": "a", "annotations": ["lovely"]}]), "expected each to be one of: anime"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(facts, said: str) -> None:
    with pytest.raises(InputError) as refused:
        PART.read_facts(facts)
    assert said.replace("\\", "") in str(refused.value)


def test_no_message_repeats_a_value() -> None:
    secrets = [
        with_(subjects=[{"compromised": "Margaret"}]),
        with_(incident={"type": "Margaret", "at": "2026-11-20T10:00:00Z"}),
        with_(incident={"type": "material", "at": "Margaret"}),
        with_(absent=[{"field": "subjects", "reason": "Margaret"}]),
    ]
    for facts in secrets:
        with pytest.raises(InputError) as refused:
            PART.read_facts(facts)
        assert "Margaret" not in str(refused.value)


def test_an_uncomposed_report_is_not_written() -> None:
    facts = PART.read_facts(text_only())
    with pytest.raises(InputError, match="no element for: messages; compose"):
        PART.report_xml(facts, "2025-06")
    assert isinstance(facts, Report)
    labelled = PART.read_facts(with_(subjects=[{"further": {"Boat": "Tern"}}]))
    with pytest.raises(InputError, match="further of a ReportedSubject"):
        PART.report_xml(labelled, "2025-06")
    file = PART.read_facts(with_(files=[{"key": "a", "reference": "4711"}])).files[0]
    with pytest.raises(InputError, match="reference of a file"):
        PART.file_details_xml(file, 1, "f", "2025-06")
