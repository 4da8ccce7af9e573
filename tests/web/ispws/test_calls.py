"""The seven calls: what each does, what each refuses, and in which order they may come."""

import hashlib
import re
from pathlib import Path

import pytest

from clew.parts.formats.cybertipline import PART
from clew.records.intake import SenderRight
from clew.web.ispws.senders import NamedSender
from tests.web.ispws.clearinghouse_desk import (
    BATCH,
    OTHER,
    PASSWORD,
    USER,
    XML,
    Desk,
    details_xml,
    open_desk,
    report_xml,
)


def test_a_report_without_files_is_opened_and_finished(desk: Desk) -> None:
    opened = desk.submit()
    assert (opened.http.status_code, opened.code) == (200, 0)
    assert re.fullmatch(r"\d{7,9}", str(opened.number))
    done = desk.finish(opened.number)
    assert done.read.done
    assert (done.code, done.number, done.read.file_ids) == (0, opened.number, ())
    assert desk.states() == ["finished"]


def test_a_receipt_lists_every_file_in_the_order_in_which_it_came(desk: Desk) -> None:
    number = desk.submit().number
    ids = tuple(desk.upload(number, data).file_id for data in (b"one", b"two", b"one"))
    assert len(set(ids)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert desk.finish(number).read.file_ids == ids


def test_the_hash_is_the_md5_of_the_bytes_that_came(desk: Desk) -> None:
    data = bytes(range(256)) * 5_000
    answer = desk.upload(desk.submit().number, data)
    assert answer.read.hash == hashlib.md5(data).hexdigest()
    (file,) = desk.recorded()["reports"][0]["files"]
    assert (file["md5"], file["size_bytes"]) == (answer.read.hash, len(data))


def test_status_names_the_caller_and_no_report(desk: Desk) -> None:
    answer = desk.call("GET", "status")
    assert answer.read.description == f"Remote User : {USER}, Remote Ip : 192.0.2.9"
    assert answer.read.report_number is None


def test_answers_are_standalone_utf_8(desk: Desk) -> None:
    for answer in (desk.submit(), desk.finish(7)):
        assert answer.http.headers["content-type"] == "text/xml; charset=utf-8"
        head = answer.http.text.partition("?>")[0]
        assert "UTF-8" in head
        assert re.search("standalone=.yes.", head)


def test_the_schema_is_the_operators_own_copy() -> None:
    schema = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="report"/></xs:schema>'
    with open_desk(own_schema=schema) as desk:
        assert desk.ask("GET", "/ispws/xsd").content == schema
        assert desk.submit().code == 0


def test_a_document_must_pass_the_operators_own_copy_of_the_schema_too() -> None:
    schema = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="other"/></xs:schema>'
    with open_desk(own_schema=schema) as desk:
        assert desk.submit().code == 4100


def test_without_a_copy_the_schema_is_our_own(desk: Desk) -> None:
    schema = desk.ask("GET", "/ispws/xsd").content
    assert PART.schema_faults(report_xml(), schema) == []
    assert PART.schema_faults(report_xml(within="<colour/>"), schema) != []
    answers = [desk.submit(), desk.upload(desk.submit().number), desk.finish(1_000_001), desk.finish(7)]
    assert [PART.schema_faults(each.http.content, schema) for each in answers] == [[]] * 4


# ---- order and states


@pytest.mark.parametrize(("how", "code"), [("finish", 5102), ("retract", 5101)])
@pytest.mark.parametrize("then", ["upload", "describe", "finish", "retract"])
def test_nothing_can_be_done_to_a_report_that_has_ended(desk: Desk, how: str, code: int, then: str) -> None:
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    assert getattr(desk, how)(number).code == 0
    more = (file_id,) if then == "describe" else ()
    assert getattr(desk, then)(number, *more).code == code
    assert len(desk.recorded()["reports"][0]["files"]) == 1


@pytest.mark.parametrize("then", ["upload", "finish", "retract"])
def test_a_report_that_was_never_opened_does_not_exist(desk: Desk, then: str) -> None:
    assert getattr(desk, then)(1_000_001).code == 5001


def test_details_need_a_report_and_a_file_of_it(desk: Desk) -> None:
    number, another = desk.submit().number, desk.submit().number
    file_id = desk.upload(another).file_id
    assert desk.describe(7, file_id).code == 5001
    assert desk.describe(number, file_id).code == 5002
    assert desk.describe(number, "0" * 32).code == 5002
    assert desk.describe(another, file_id).code == 0


def test_details_of_a_file_come_once(desk: Desk) -> None:
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    assert desk.describe(number, file_id).code == 0
    again = desk.describe(number, file_id)
    assert (again.code, again.http.status_code) == (4100, 400)
    assert desk.finish(number).code == 0


def test_two_reports_do_not_share_a_number(desk: Desk) -> None:
    numbers = [desk.submit().number for _ in range(5)]
    assert len(set(numbers)) == 5


# ---- documents


@pytest.mark.parametrize(
    ("within", "told"),
    [
        ("<screenName>a</screenName><espService>b</espService>", "espService"),  # order
        (f"<screenName>{'a' * 257}</screenName>", "screenName"),  # length
        ("<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress><eventName>Walk</eventName></ipCaptureEvent>", "eventName"),
        ("<estimatedLocation><city>Oslo</city></estimatedLocation>", "estimatedLocation"),  # country by service rule
        ("<colour>red</colour>", "colour"),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused_with_its_place(desk: Desk, within: str, told: str) -> None:
    answer = desk.submit(report_xml(within=within))
    assert (answer.code, answer.http.status_code) == (4100, 400)
    assert told in answer.read.description
    assert desk.states() == []


def test_a_time_after_the_servers_clock_is_in_the_future(desk: Desk) -> None:
    within = (
        "<ipCaptureEvent><ipAddress>192.0.2.1</ipAddress><dateTime>2026-03-01T09:00:00Z</dateTime></ipCaptureEvent>"
    )
    assert desk.submit(report_xml(within=within)).code == 4100
    desk.clock.move(hours=2)
    assert desk.submit(report_xml(within=within)).code == 0


def test_an_answer_repeats_no_value_of_the_document(desk: Desk) -> None:
    answer = desk.submit(
        report_xml(within="<screenName>lighthouse</screenName><displayName/><espService>x</espService>")
    )
    assert answer.code == 4100
    assert "lighthouse" not in answer.http.text


def test_file_details_are_judged_as_strictly(desk: Desk) -> None:
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    wrong = "<fileViewedByEsp>false</fileViewedByEsp><exifViewedByEsp>true</exifViewedByEsp>"
    assert desk.describe(number, file_id, wrong).code == 4100
    assert desk.describe(number, file_id, "<fileViewedByEsp>false</fileViewedByEsp>").code == 0


def test_a_prior_report_must_be_one_that_the_sender_finished(desk: Desk) -> None:
    def named(number: int) -> int:
        return desk.submit(report_xml(within=f"<priorCTReports>{number}</priorCTReports>")).code

    opened, foreign = desk.submit().number, desk.submit(user=OTHER).number
    desk.finish(foreign, user=OTHER)
    assert named(987_654_321) == 4100
    assert named(opened) == 4100
    assert named(foreign) == 4100
    desk.finish(opened)
    assert named(opened) == 0


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, 10**40])
def test_a_number_that_no_report_has_is_refused_whatever_its_size(desk: Desk, number: int) -> None:
    assert desk.submit(report_xml(within=f"<priorCTReports>{number}</priorCTReports>")).code == 4100
    assert desk.describe(number, "0" * 32).code in {4100, 5001}


def test_a_prior_report_of_an_associated_account_must_exist_too(desk: Desk) -> None:
    within = '<associatedAccount type="Linked"><priorCTReport>4564654</priorCTReport></associatedAccount>'
    assert desk.submit(report_xml(within=within)).code == 4100


# ---- batched reports


def test_a_batched_report_with_a_second_file_cannot_be_finished_only_retracted(desk: Desk) -> None:
    number = desk.submit(report_xml(batch=BATCH)).number
    first = desk.upload(number).file_id
    assert desk.describe(number, first, "<fileAnnotations><viral/></fileAnnotations>").code == 0
    assert desk.upload(number).code == 0
    done = desk.finish(number)
    assert (done.http.status_code, done.code) == (400, 4100)
    assert desk.states() == ["open"]
    assert desk.retract(number).code == 0


def test_a_batched_report_of_many_accounts_and_one_file_is_finished(desk: Desk) -> None:
    document = report_xml(batch=BATCH).replace(
        b"</report>", b"<personOrUserReported><espIdentifier>b</espIdentifier></personOrUserReported></report>"
    )
    number = desk.submit(document).number
    file_id = desk.upload(number).file_id
    assert desk.describe(number, file_id, "<fileAnnotations><potentialMeme/></fileAnnotations>").code == 0
    assert desk.finish(number).read.file_ids == (file_id,)


def test_many_accounts_without_a_batch_are_refused(desk: Desk) -> None:
    document = report_xml().replace(
        b"</report>", b"<personOrUserReported><espIdentifier>b</espIdentifier></personOrUserReported></report>"
    )
    assert desk.submit(document).code == 4100


def test_a_batched_report_allows_little_to_be_said_of_its_file(desk: Desk) -> None:
    number = desk.submit(report_xml(batch=BATCH)).number
    file_id = desk.upload(number).file_id
    assert desk.describe(number, file_id).code == 4100
    viral = "<fileAnnotations><viral/></fileAnnotations>"
    assert desk.describe(number, file_id, "<originalFileName>a.png</originalFileName>" + viral).code == 4100
    assert desk.describe(number, file_id, viral).code == 0


# ---- who may


def test_another_senders_report_does_not_exist_for_one(desk: Desk) -> None:
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    assert desk.upload(number, user=OTHER).code == 5001
    assert desk.describe(number, file_id, user=OTHER).code == 5001
    assert desk.finish(number, user=OTHER).code == 5001
    assert desk.retract(number, user=OTHER).code == 5001
    assert desk.states() == ["open"]
    assert desk.finish(number).read.file_ids == (file_id,)


@pytest.mark.parametrize(
    ("lacking", "codes"),
    [
        (SenderRight.SUBMIT, [3100, 0, 0, 0]),
        (SenderRight.UPDATE, [0, 3300, 3300, 0]),
        (SenderRight.ACT, [0, 0, 0, 3000]),
    ],
)
def test_a_credential_does_only_what_it_is_good_for(tmp_path: Path, lacking: SenderRight, codes: list[int]) -> None:
    state = tmp_path / "state.db"
    with open_desk(state=state) as desk:
        number = desk.submit().number
        file_id = desk.upload(number).file_id
    lesser = NamedSender(user=USER, password=PASSWORD, rights=frozenset(SenderRight) - {lacking})
    with open_desk(state=state, senders=[lesser]) as desk:
        calls = [desk.submit(), desk.upload(number), desk.describe(number, file_id), desk.finish(number)]
        assert [each.code for each in calls] == codes
        if lacking is SenderRight.ACT:
            assert desk.retract(number).code == 3000


# ---- forms


def test_finish_and_retract_take_a_form_of_either_kind(desk: Desk) -> None:
    for call in ("finish", "retract"):
        one, two = desk.submit().number, desk.submit().number
        assert desk.call("POST", call, data={"id": str(one)}).code == 0
        assert desk.call("POST", call, files={"id": (None, str(two))}).code == 0


@pytest.mark.parametrize("word", ["", "seven", "-1", "1.0", "9" * 30, "0" * 40 + "1", "9" * 4_000, "٣"])
def test_an_id_that_is_no_number_is_an_invalid_request(desk: Desk, word: str) -> None:
    assert desk.finish(word).code == 4000
    assert desk.upload(word).code == 4000


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"data": {"id": "1"}},
        {"files": {"file": ("a", b"b")}},
        {"files": {"id": (None, "1"), "file": (None, "no file name")}},
        {"files": [("id", (None, "1")), ("id", (None, "1")), ("file", ("a", b"b"))]},
        {"files": [("id", (None, "1")), ("file", ("a", b"b")), ("file", ("a", b"b"))]},
        {"files": {"id": (None, "1"), "picture": ("a", b"b")}},
        {"files": {"id": (None, "1"), "file": ("a", b"b"), "note": (None, "c")}},
    ],
)
def test_an_upload_has_one_number_and_one_file(desk: Desk, form: dict[str, object]) -> None:
    desk.submit()
    assert desk.call("POST", "upload", **form).code == 4000


def test_an_empty_file_is_malformed(desk: Desk) -> None:
    number = desk.submit().number
    assert desk.upload(number, b"").code == 4200


def test_a_file_over_the_limit_is_refused_and_nothing_is_added() -> None:
    with open_desk(file_bytes=1_000) as desk:
        number = desk.submit().number
        assert desk.upload(number, b"a" * 1_001).code == 4000
        assert desk.upload(number, b"a" * 200_000).code == 4000
        assert desk.upload(number, b"a" * 1_000).code == 0
        assert len(desk.recorded()["reports"][0]["files"]) == 1


def test_a_form_that_is_cut_off_adds_nothing(desk: Desk) -> None:
    number = desk.submit().number
    body = (
        f'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n{number}\r\n--b\r\nContent-Disposition: form-data; '
    )
    body += 'name="file"; filename="a"\r\n\r\nbytes without an end'
    answer = desk.call("POST", "upload", content=body, headers={"content-type": "multipart/form-data; boundary=b"})
    assert answer.code == 4000
    assert desk.recorded()["reports"][0]["files"] == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "application/json", ""]
)
def test_a_body_that_is_no_form_is_an_invalid_request(desk: Desk, kind: str) -> None:
    assert desk.call("POST", "finish", content=b"id=1000001", headers={"content-type": kind}).code == 4000


# ---- hostile documents

_BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><report>&b;</report>'


@pytest.mark.parametrize(
    "document",
    [
        b"<report>",
        b"no document",
        b"\xff\xfe<\x00r\x00",
        _BOMB,
        b'<!DOCTYPE report SYSTEM "file:///etc/passwd"><report/>',
        b"<a>" * 10_000 + b"</a>" * 10_000,
        b"<report>" + b"<a/>" * 300_000 + b"</report>",
        b'<?xml version="1.0" encoding="ISO-8859-1"?><report/>',
    ],
)
def test_a_hostile_document_is_malformed_and_read_no_further(desk: Desk, document: bytes) -> None:
    assert desk.submit(document).code == 4110
    assert desk.call("POST", "fileinfo", content=document, headers=XML).code == 4110


def test_another_document_is_no_report(desk: Desk) -> None:
    assert desk.submit(details_xml(1, "0" * 32)).code == 4100
    assert desk.call("POST", "fileinfo", content=report_xml(), headers=XML).code == 4100


@pytest.mark.parametrize("kind", ["application/json", "text/xml; charset=latin-1", "application/x-www-form-urlencoded"])
def test_a_document_must_say_that_it_is_xml(desk: Desk, kind: str) -> None:
    assert desk.call("POST", "submit", content=report_xml(), headers={"content-type": kind}).code == 4000


def test_a_compressed_body_is_refused(desk: Desk) -> None:
    headers = {**XML, "content-encoding": "gzip"}
    assert desk.call("POST", "submit", content=b"\x1f\x8b", headers=headers).code == 4000


def test_a_document_over_the_limit_is_refused(desk: Desk) -> None:
    assert desk.submit(b" " * (17 << 20)).code == 4000
