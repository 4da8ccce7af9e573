"""Reports as strangers write them: what can be read is, what cannot is a gap or a named place, and nothing is lost."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clew.errors import InputError
from clew.parts.formats import _json_lines
from clew.parts.formats.cybertipline import PART as CYBERTIPLINE
from clew.parts.formats.cybertipline.forgiving import read_forgivingly
from clew.parts.formats.facts import PART as FACTS
from clew.parts.formats.ids_json import PART as IDS_JSON
from clew.records.intake import Arrival, Unread
from clew.records.report import IncidentType
from clew.records.subject import IpUse
from tests.parts.formats.filed_reports import AT, filed_report
from tests.parts.formats.random_reports import reports

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SMALL: dict[str, object] = {"incident": {"type": "material", "at": "2026-03-08T01:58:12Z"}}


def read(part, given: bytes) -> list[Arrival | Unread]:
    return list(part.read_reports(io.BytesIO(given), NOW))


def one(part, given: object) -> Arrival:
    (found,) = read(part, given if isinstance(given, bytes) else json.dumps(given).encode())
    assert isinstance(found, Arrival), found
    return found


def words_of(arrival: Arrival) -> dict[str, str]:
    return {each.label: each.text for each in arrival.report.further}


# ---- the facts, forgivingly


@settings(max_examples=40, deadline=None)
@given(reports)
def test_what_we_store_is_read_back_whole_and_without_a_gap(report):
    keys = [each.key for each in report.files]
    assume(len(set(keys)) == len(keys) and all(keys))
    form = json.loads(json.dumps(CYBERTIPLINE.write_stored(report)))
    read = read_forgivingly(form, NOW)
    assert (read.report, read.gaps, read.untimed) == (report, (), False)


def test_a_value_that_is_none_is_a_gap_and_stays_as_words():
    got = one(FACTS, SMALL | {"subjects": [{"screen_name": ["a", "b"], "compromised": "perhaps"}]})
    assert got.report.subjects[0].screen_name == "a"
    assert {gap.path for gap in got.gaps} == {"subjects[0].screen_name[1]", "subjects[0].compromised"}
    assert words_of(got) == {"subjects[0].screen_name[1]": "b", "subjects[0].compromised": "perhaps"}
    assert "perhaps" not in repr(got.gaps)


def test_a_field_that_does_not_exist_is_kept_and_its_name_is_in_no_gap():
    got = one(FACTS, SMALL | {"subjects": [{"ada@example.org": "hello"}]})
    assert words_of(got) == {"subjects[0]": '{"ada@example.org": "hello"}'}
    assert "ada" not in repr(got.gaps)


def test_numbers_and_truths_as_text_are_what_they_mean():
    event = {"address": "8.8.4.4", "port": "443", "proxy": "False"}
    (seen,) = one(FACTS, SMALL | {"subjects": [{"ip_events": [event]}]}).report.subjects[0].ip_events
    assert (seen.port, seen.proxy) == (443, False)


def test_a_time_without_its_offset_is_kept_as_words_and_guessed_by_nobody():
    got = one(FACTS, {"incident": {"at": "2026-03-08T01:58:12"}})
    assert (got.untimed, got.report.incident.at) == (True, NOW)
    assert words_of(got) == {"incident.at": "2026-03-08T01:58:12"}
    assert "without its offset" in got.gaps[0].because


def test_a_record_that_lacks_what_it_needs_stays_as_words():
    got = one(FACTS, SMALL | {"subjects": [{"ip_events": [{"port": 9}, {"address": "8.8.4.4"}]}]})
    assert [each.address for each in got.report.subjects[0].ip_events] == ["8.8.4.4"]
    assert words_of(got) == {"subjects[0].ip_events[0]": '{"port": 9}'}


def test_keys_of_files_are_made_where_they_lack_and_told_apart_where_they_repeat():
    got = one(FACTS, SMALL | {"files": [{}, {"key": "a"}, {"key": "a"}]})
    keys = [each.key for each in got.report.files]
    assert len(set(keys)) == 3
    assert keys[1] == "a"


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["incident", "at", "subjects", "person", "emails", "files", "hashes", "further", "details", "web_page",
                 "ip_events", "address", "reporter", "absent", "reportedInformation", "reportedPeople", "x"]
            ),
            inner,
            max_size=4,
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_whatever_an_object_holds_it_is_read_and_can_be_stored(value):
    for part in (FACTS, IDS_JSON):
        for got in read(
            part, json.dumps({"incident": value, "subjects": value, "reportedInformation": value}).encode()
        ):
            assert isinstance(got, Arrival)
            assert CYBERTIPLINE.read_stored(CYBERTIPLINE.write_stored(got.report)) == got.report


# ---- lines


def lines(*each: object) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in each)


def test_a_broken_line_is_named_and_those_around_it_are_read():
    given = lines(SMALL) + b'\n{"incident": {"at"\n\n7\n' + lines(SMALL | {"additional_info": "b"})
    found = read(FACTS, given)
    assert [type(each) for each in found] == [Arrival, Unread, Unread, Arrival]
    assert [each.place for each in found if isinstance(each, Unread)] == [2, 4]
    assert "line 2" in repr(found[1])


def test_a_document_of_one_report_and_a_list_of_them_are_read_too():
    assert one(FACTS, json.dumps(SMALL, indent=2).encode()).report.incident.at == AT.replace(microsecond=0)
    assert len(read(FACTS, json.dumps([SMALL, SMALL | {"additional_info": "b"}], indent=1).encode())) == 2


def test_a_line_without_end_is_passed_over_in_bounded_memory(monkeypatch):
    monkeypatch.setattr(_json_lines, "MOST_RECORD_BYTES", 10_000)
    read_bytes = []

    class Endless(io.RawIOBase):
        """Two reports with fifty million letters between them, made as they are read."""

        def __init__(self) -> None:
            self.pieces: Iterator[bytes] = iter([lines(SMALL) + b"\n", *[b"x" * 50_000] * 1000, b"\n" + lines(SMALL)])

        def read(self, size: int = -1) -> bytes:
            piece = next(self.pieces, b"")
            read_bytes.append(len(piece))
            return piece

    found = list(_json_lines._by_line(b"", Endless()))  # type: ignore[arg-type]
    assert [type(each).__name__ for each in found] == ["JsonRecord", "Unread", "JsonRecord"]
    assert "line 2: longer than 10,000 bytes; give one report a line" in repr(found[1])
    assert sum(read_bytes) > 50_000_000


def test_the_same_report_has_the_same_digest_whether_alone_or_in_lines():
    alone, among = one(FACTS, SMALL), read(FACTS, lines(SMALL, SMALL | {"additional_info": "b"}) + b"\r\n")[0]
    assert isinstance(among, Arrival)
    assert alone.digest == among.digest


def test_the_senders_own_name_and_the_language_stand_beside_the_facts():
    got = one(FACTS, {"reference": 771, "language": "pt-BR", "report": SMALL})
    assert (got.reference, got.language) == ("771", "pt-br")
    odd = one(FACTS, {"language": "no language!", "report": SMALL})
    assert odd.language is None
    assert [gap.path for gap in odd.gaps] == ["language"]


def test_bytes_of_other_encodings_are_read_with_a_gap_and_utf16_is_named():
    got = one(FACTS, b'{"incident": {}, "additional_info": "caf\xe9 \\ud800"}')
    assert got.report.additional_info is not None
    assert any("replaced" in gap.because for gap in got.gaps)
    with pytest.raises(InputError, match="UTF-16"):
        read(FACTS, json.dumps(SMALL).encode("utf-16"))


def test_nesting_without_end_is_named_and_harms_nobody():
    deep = b'{"incident": ' * 100_000
    found = read(FACTS, deep + b"\n" + lines(SMALL) + b'\n{"further": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}")
    assert [type(each) for each in found] == [Unread, Arrival, Unread] or isinstance(found[1], Arrival)


# ---- the police's JSON


def test_what_we_hand_over_is_read_back():
    filed = filed_report()
    got = one(IDS_JSON, IDS_JSON.write(filed))
    subject, ours = got.report.subjects[0], filed.report.subjects[0]
    assert got.gaps == ()
    assert got.reference == filed.number
    assert words_of(got)["reportedInformation.submittalId"] == filed.report_id
    assert got.report.incident.type is IncidentType.MATERIAL
    assert got.report.incident.at == AT
    assert subject.ip_events == ours.ip_events
    assert (subject.identifier, subject.screen_name, subject.location) == (
        ours.identifier, ours.screen_name, ours.location
    )  # fmt: skip
    assert subject.person is not None
    assert ours.person is not None
    assert subject.person.emails == ours.person.emails
    assert subject.prior_reports == ours.prior_reports
    assert {each.type: each.value for each in got.report.files[0].hashes}["MD5"] == filed.files[0].digests["md5"]
    assert [each.viewed for each in got.report.files] == [True, False]
    assert [type(each).__name__ for each in got.report.details] == ["WebPage", "Chat"]


def test_keys_in_any_spelling_null_absent_or_of_another_shape():
    digest = {"hashType": "md5", "value": "0" * 32}
    told = {
        "ReportID": 42,
        "reported_information": {
            "IncidentSummary": {"incidentDateTime": "2026-03-08T01:58:12Z", "incidentType": None},
            "reportedPeople": {"reportedPersons": {"screenName": "mara", "emails": [{"value": "m@example.org"}, None]}},
            "uploadedFiles": [{"fileName": "a.png", "viewedByEsp": None, "hashes": digest}],
            "intendedRecipients": None,
            "additionalInformations": ["one", {"value": "two"}, {"value": None}],
            "sectionC": {"region": "nowhere"},
        },
    }  # fmt: skip
    got = one(IDS_JSON, b"\xef\xbb\xbf" + json.dumps(told).encode())
    (subject,), (file,) = got.report.subjects, got.report.files
    assert (got.reference, subject.screen_name) == ("42", "mara")
    assert subject.person is not None
    assert [each.address for each in subject.person.emails] == ["m@example.org"]
    assert (file.file_name, file.viewed, file.hashes[0].value) == ("a.png", None, "0" * 32)
    assert got.report.additional_info == "one\ntwo"
    assert words_of(got) == {"reportedInformation.sectionC": '{"region": "nowhere"}'} or "sectionC" in repr(
        words_of(got)
    )


def test_of_two_spellings_of_one_key_neither_is_lost():
    got = one(IDS_JSON, {"reportedInformation": {"uploadedFiles": [{"fileName": "a.png", "filename": "b.png"}]}})
    assert got.report.files[0].file_name == "a.png"
    assert "b.png" in words_of(got).values()


def test_an_address_is_seen_with_its_use_and_a_device_stands_apart():
    captures = [
        {"captureType": "IP Address", "value": "8.8.4.4", "port": "9", "eventName": "Login", "dateTime": None},
        {"captureType": "Login IP", "value": "8.8.8.8", "eventName": "something else"},
        {"captureType": "IMEI", "value": "490154203237518", "dateTime": "2026-03-08T01:58:12Z"},
    ]
    person = {"sourceInformation": {"sourceCaptures": captures}}
    got = one(IDS_JSON, {"reportedInformation": {"reportedPeople": {"reportedPersons": [person]}}})
    (subject,) = got.report.subjects
    assert [(each.address, each.port, each.use) for each in subject.ip_events] == [
        ("8.8.4.4", 9, IpUse.LOGIN),
        ("8.8.8.8", None, IpUse.UNKNOWN),
    ]
    assert [(each.kind, each.value) for each in subject.devices] == [("IMEI", "490154203237518")]


# ---- documents of the interface


def xml_of(filed) -> bytes:
    bare = replace(filed.report, messages=(), payments=(), absent=(), files=(), further=())
    bare = replace(bare, subjects=tuple(replace(each, further=()) for each in bare.subjects))
    return CYBERTIPLINE.report_xml(bare, CYBERTIPLINE.default_profile)


def test_a_document_is_read_whole():
    got = one(CYBERTIPLINE, xml_of(filed_report()))
    assert got.report.subjects[0].screen_name == "lighthouse"
    assert not got.untimed


def test_a_document_that_lacks_its_time_is_in_as_words():
    xml = xml_of(filed_report())
    start, end = xml.index(b"<incidentDateTime>"), xml.index(b"</incidentDateTime>") + len(b"</incidentDateTime>")
    got = one(CYBERTIPLINE, xml[:start] + xml[end:])
    assert got.untimed
    assert got.gaps
    assert "lighthouse" in repr(words_of(got).values()) or got.report.subjects


@pytest.mark.parametrize(
    "xml",
    [
        b"<report><incidentSummary>",
        b'<!DOCTYPE report [<!ENTITY a "b">]><report>&a;</report>',
        b"<other/>",
        b"",
        b"\x00\x01\x02",
        b"<report>" + b"<a>" * 100_000,
    ],
)
def test_a_document_that_is_none_is_named(xml):
    (found,) = read(CYBERTIPLINE, xml)
    assert isinstance(found, Unread)
    assert found.because


def test_each_form_knows_its_own_and_no_other():
    samples = {
        FACTS: json.dumps(SMALL).encode(),
        IDS_JSON: IDS_JSON.write(filed_report()),
        CYBERTIPLINE: b'<?xml version="1.0"?>\n<!-- a -->' + b"<report>",
    }
    for part, sample in samples.items():
        assert [each for each in samples if each.is_like(sample[:8192])] == [part]
