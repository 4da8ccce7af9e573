"""A form becomes a judged and scored report; a case becomes one with what the ledger says of its files."""

import json
from dataclasses import replace

import pytest

from clew.errors import InputError, TooLargeError
from clew.parts.formats.base import Rule
from clew.parts.formats.cybertipline import PART
from clew.pipelines.report_forms import (
    compose_report,
    details_of,
    judge_documents,
    read_facts_file,
    reporter_of,
    statement_of,
)
from clew.records.identifiers import ContentId
from clew.records.viewing import FileViewing
from clew.settings import Reporting
from tests.parts.formats.report_facts import NOW, batched, maximal, smallest, text_only


@pytest.mark.parametrize("form", [smallest, text_only, batched, maximal])
def test_a_form_becomes_a_valid_report(form) -> None:
    composed = compose_report(PART.read_facts(form()), {}, at=NOW)
    assert composed.faults == ()
    judged = judge_documents(composed.xml, details_of(composed.report), at=NOW)
    assert judged == [[] for _ in judged]


def test_a_text_only_case_is_a_report_without_files() -> None:
    composed = compose_report(PART.read_facts(text_only()), {}, at=NOW)
    assert composed.report.files == ()
    assert b"a demand [from 192.0.2.9 port 51820" in composed.xml


def test_what_only_a_person_can_mend_is_a_fault_and_not_changed() -> None:
    facts = PART.read_facts(smallest() | {"reporter": {"person": {}}, "subjects": [{}, {}]})
    rules = {each.rule for each in compose_report(facts, {}, at=NOW).faults}
    assert rules == {Rule.REPORTER_EMAIL, Rule.SEVERAL_SUBJECTS}


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"messages": [{"sender": "a", "text": "b"}]}, "report/internetDetails"),
        ({"further": {"a": "b"}}, "report/additionalInfo"),
        ({"payments": [{"method": "card"}]}, "report/additionalInfo"),
        ({"subjects": [{"identifier": "1", "screen_name": "a"}]}, "report/personOrUserReported[1]"),
        ({"files": [{"key": "a", "annotations": ["viral"], "reference": "1"}]}, "files[0]/fileDetails/additionalInfo"),
        ({"files": [{"key": "a", "annotations": ["viral"]}, {"key": "b", "annotations": ["viral"]}]}, "files"),
        ({"files": [{"key": "a"}]}, "files[0]/fileDetails/fileAnnotations"),
    ],
)
def test_what_a_batched_report_has_no_room_for_is_named_and_not_lost(more: dict[str, object], path: str) -> None:
    composed = compose_report(PART.read_facts(batched() | more), {}, at=NOW)
    assert [(each.path, each.rule) for each in composed.faults] == [(path, Rule.BATCH)]


def test_a_second_file_of_a_batch_is_found_in_documents_too() -> None:
    composed = compose_report(PART.read_facts(batched()), {}, at=NOW)
    [one] = details_of(composed.report)
    judged = judge_documents(composed.xml, [one, one], at=NOW)
    assert [each.expected for each in judged[0]] == ["at most 1 file in a batched report"]


def test_a_stated_absence_is_stated_in_the_report_and_in_the_score() -> None:
    form = text_only() | {
        "absent": [{"field": "subjects[].ip_events[].port", "reason": "not-held", "because": "no log"}]
    }
    composed = compose_report(PART.read_facts(form), {}, at=NOW)
    assert b"Left out: subjects, ip events, port (not held): no log" in composed.xml
    gaps = {each.field: each.state.value for each in composed.completeness.gaps}
    assert gaps["subjects[].ip_events[].port"] == "stated"


def test_messages_count_as_the_incidents_detail() -> None:
    gaps = {each.field for each in compose_report(PART.read_facts(text_only()), {}, at=NOW).completeness.gaps}
    assert "details[]" not in gaps


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSON object"),
        (b"{", "JSON object"),
        (b"[]", "came another value"),
        (b"\xff\xfe{", "JSON object"),
        (b"[" * 100_000, "JSON object"),
        (b'{"incident": {}}', "incident: expected at, which must be given"),
    ],
)
def test_what_is_no_form_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_facts_file(content)


def test_a_form_of_any_size_is_not_read() -> None:
    with pytest.raises(TooLargeError, match="at most 16 MiB"):
        read_facts_file(b" " * ((16 << 20) + 1))


def test_a_form_with_a_byte_order_mark_is_read() -> None:
    assert read_facts_file(b"\xef\xbb\xbf" + json.dumps(smallest()).encode()) == PART.read_facts(smallest())


def test_the_ledgers_word_becomes_a_statement() -> None:
    seen = FileViewing(content_id=ContentId("c"), viewed=True, metadata_viewed=False, viewed_at=NOW)
    said = statement_of(seen)
    assert (said.viewed, said.exif_viewed) == (True, False)
    assert "viewed the entire file" in (said.narrative or "")
    unseen = statement_of(replace(seen, viewed=False, viewed_at=None))
    assert (unseen.viewed, unseen.narrative) == (False, "No person of this service viewed this file.")


def test_who_reports_stands_in_the_settings() -> None:
    who = reporter_of(Reporting(email="desk@example.org", phone="22", company="Fjord", emergency_contact="+47 1"))
    assert [each.address for each in who.person.emails] == ["desk@example.org"]
    assert who.company_text == "Fjord\nIn an emergency, day and night: +47 1"
    assert reporter_of(Reporting()).company_text is None


@pytest.mark.parametrize(
    ("setting", "phones", "emails"),
    [
        ("+1 555 0100, day and night", ["+1 555 0100"], []),
        ("Rea, +47 22 33 44 55 or night@forum.example", ["+47 22 33 44 55"], ["night@forum.example"]),
        ("ask at the desk", None, None),
        ("", None, None),
    ],
)
def test_whom_police_reach_at_night_stands_in_its_field_when_the_settings_say_it(
    setting: str, phones: list[str] | None, emails: list[str] | None
) -> None:
    contact = reporter_of(Reporting(email="desk@example.org", emergency_contact=setting)).contact
    assert (contact is None) is (phones is None)
    if contact is not None:
        assert [each.number for each in contact.phones] == phones
        assert [each.address for each in contact.emails] == emails


def test_a_report_whose_type_nobody_has_said_is_not_filed() -> None:
    form = text_only()
    composed = compose_report(PART.read_facts({**form, "incident": {**form["incident"], "type": None}}), {}, at=NOW)
    assert ["incidentType" in each.expected for each in composed.faults] == [True]
