"""The production side of the interface: what can be read is taken in, durably, and what is wrong with it is a gap."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clew.ground.tokens import digest_of
from clew.parts.stores._intake import IntakeFilter
from clew.pipelines.open_reports import expire_open
from clew.pipelines.worker import Worker
from clew.records.identifiers import IntakeNumber, PlaceId
from clew.records.intake import IntakeReport, IntakeSender, IntakeState, SenderRight
from clew.records.mention import IdentifierKind
from clew.web.ispws.codes import Code
from tests.parts.stores.intake_records import sender_of
from tests.web.ispws.clearinghouse_desk import OTHER, PASSWORD, USER, XML, Desk, report_xml
from tests.web.web_desk import WebDesk, open_desk

PICTURE = b"a landscape"


class Intake(Desk):
    """The interface in production, and what the store holds of it."""

    def __init__(self, web: WebDesk) -> None:
        super().__init__(web.app, web.runner, web.clock)
        self.store = web.installation.store
        self.installation = web.installation

    def put(self, sender: IntakeSender) -> None:
        self.store.transact(lambda unit: unit.put_sender(sender))

    def report(self, number: int) -> IntakeReport:
        with self.store.read() as reader:
            found = reader.find_intake(IntakeNumber(number))
        assert found is not None
        return found

    def reports(self) -> list[IntakeReport]:
        with self.store.read() as reader:
            return reader.intakes(IntakeFilter())

    def pending(self) -> list[IntakeNumber]:
        with self.store.read() as reader:
            return reader.pending(10)


def known(name: str, **more) -> IntakeSender:
    return sender_of(name, user=name, secret_digest=digest_of(PASSWORD), **more)


@contextmanager
def opened(folder: Path, template: Path, **sender) -> Iterator[Intake]:
    with open_desk(folder / "data", template) as web:
        desk = Intake(web)
        desk.put(known(USER, **sender))
        desk.put(known(OTHER))
        yield desk
        desk.close()


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Iterator[Intake]:
    with opened(tmp_path, sqlite_template) as desk:
        yield desk


def test_a_report_with_a_file_is_there_once_with_what_it_mentions_and_waits_to_be_ranked(desk: Intake):
    number = desk.submit(report_xml("kim-7")).number
    assert desk.pending() == []
    uploaded = desk.upload(number, PICTURE)
    assert uploaded.read.hash == hashlib.md5(PICTURE, usedforsecurity=False).hexdigest()
    told = "<originalFileName>holiday.png</originalFileName>"
    assert desk.describe(number, uploaded.file_id, told).code == 0
    finished = desk.finish(number)
    assert (finished.read.done, finished.read.file_ids) == (True, (uploaded.file_id,))
    assert (desk.report(number).state, desk.report(number).file_count) == (IntakeState.TAKEN_IN, 1)
    assert desk.pending() == [number]
    with desk.store.read() as reader:
        mentions = reader.mentions_of([IntakeNumber(number)])[IntakeNumber(number)]
        (file,) = reader.intake_files(IntakeNumber(number))
        sealed = reader.get_object(file.object_id)
    assert f"sha256:{hashlib.sha256(PICTURE).hexdigest()}" in {
        each.value for each in mentions if each.kind is IdentifierKind.FILE
    }
    assert IdentifierKind.ACCOUNT in {each.kind for each in mentions}
    assert (sealed.case_id, sealed.size_bytes) == (f"intake-{number}", len(PICTURE))
    assert "holiday.png" in desk.report(number).document


def test_no_byte_of_a_file_lies_in_clear_anywhere(desk: Intake):
    picture = b"a landscape that nobody may find on a disk" * 100
    desk.upload(desk.submit().number, picture)
    folder = desk.installation.settings.data_dir
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert not [each for each in files if picture[:40] in each.read_bytes()]


@pytest.mark.parametrize(
    "document",
    [
        b"<report/>",
        b"<report><incidentSummary><incidentType>No such type</incidentType></incidentSummary></report>",
        b"<report><unheardOf>of</unheardOf></report>",
        report_xml(within="<ipCaptureEvent><ipAddress>999.1.1.1</ipAddress></ipCaptureEvent>"),
        report_xml(within="<!-- order --><screenName>a</screenName><espService>b</espService>"),
        report_xml().replace(b"2026-02-28T08:00:00Z", b"2099-02-28T08:00:00Z"),
    ],
)
def test_what_breaks_a_rule_is_taken_in_as_incomplete_with_named_gaps(desk: Intake, document: bytes):
    number = desk.submit(document).number
    assert desk.finish(number).code == 0
    assert desk.report(number).state is IntakeState.TAKEN_IN
    assert desk.report(number).gaps


@pytest.mark.parametrize(
    "within",
    [
        "<ipCaptureEvent><ipAddress></ipAddress></ipCaptureEvent>",
        "<ipCaptureEvent><ipAddress> <!-- none --> </ipAddress><port>443</port></ipCaptureEvent>",
        "<personOrUserReportedPerson><email/><phone> </phone></personOrUserReportedPerson>",
        "<deviceId><idType/><idValue>3510</idValue></deviceId>",
        "<associatedAccount><espIdentifier>other</espIdentifier></associatedAccount>",
    ],
)
def test_an_empty_element_hinders_no_later_call(desk: Intake, within: str):
    number = desk.submit(report_xml(within=within)).number
    file_id = desk.upload(number).file_id
    assert (
        desk.describe(number, file_id, '<originalFileHash hashType=""/><originalFileHash>00</originalFileHash>').code
        == 0
    )
    assert desk.finish(number).code == 0
    assert desk.report(number).gaps
    assert "account-1" in desk.report(number).document


def test_what_no_record_can_bear_is_kept_as_words(desk: Intake):
    document = (
        b"<report><incidentSummary><incidentDateTime>yesterday at nine</incidentDateTime></incidentSummary></report>"
    )
    report = desk.report(desk.submit(document).number)
    assert "yesterday at nine" in report.document
    assert report.incident_at is None


@pytest.mark.parametrize(
    "document", [b"no xml", b"<!DOCTYPE a><report/>", b"<report>", b"<otherThing/>", b"", b"\xff\xfe\x00"]
)
def test_only_what_cannot_be_read_is_refused(desk: Intake, document: bytes):
    answer = desk.call("POST", "submit", content=document, headers=XML)
    assert answer.code in {Code.MALFORMED_XML, Code.INVALID_REQUEST}
    assert desk.reports() == []


def test_the_same_document_again_is_the_same_report_until_something_followed_it(desk: Intake):
    first = desk.submit().number
    assert desk.submit().number == first
    desk.upload(first)
    second = desk.submit().number
    assert second != first
    desk.finish(second)
    third = desk.submit().number
    assert third not in {first, second}
    assert [each.number for each in desk.reports()] == [third, second, first]


def test_nothing_of_another_sender_can_be_seen_or_touched(desk: Intake):
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    for answer in (
        desk.upload(number, user=OTHER),
        desk.describe(number, file_id, user=OTHER),
        desk.finish(number, user=OTHER),
        desk.retract(number, user=OTHER),
        desk.finish(4711),
    ):
        assert answer.code == Code.NO_SUCH_REPORT
    assert desk.submit(user=OTHER).number != number


def test_a_report_that_was_finished_or_taken_back_changes_no_more(desk: Intake):
    finished, retracted = desk.submit(report_xml("a")).number, desk.submit(report_xml("b")).number
    assert desk.finish(finished).code == desk.retract(retracted).code == 0
    for call in (desk.upload, desk.finish, desk.retract):
        assert call(finished).code == Code.ALREADY_FINISHED
        assert call(retracted).code == Code.ALREADY_RETRACTED
    assert desk.pending() == [finished]


def test_a_file_is_described_once_and_only_where_it_is(desk: Intake):
    number = desk.submit().number
    file_id = desk.upload(number).file_id
    assert desk.describe(number, "0" * 32).code == Code.NO_SUCH_FILE
    assert desk.describe(number, file_id).code == 0
    assert desk.describe(number, file_id).code == Code.VALIDATION_FAILED
    assert desk.call("POST", "fileinfo", content=b"<fileDetails/>", headers=XML).code == Code.MALFORMED_XML


def test_what_a_file_breaks_is_a_gap_of_its_report(desk: Intake):
    number = desk.submit().number
    before = len(desk.report(number).gaps)
    desk.describe(number, desk.upload(number).file_id, "<viewedByEsp>perhaps</viewedByEsp>")
    assert len(desk.report(number).gaps) == before + 1
    assert "perhaps" in desk.report(number).document


def test_an_empty_file_is_refused(desk: Intake):
    assert desk.upload(desk.submit().number, b"").code == Code.MALFORMED_FILE


@pytest.mark.parametrize("auth", [None, (USER, "wrong"), ("nobody", PASSWORD), (USER, ""), (f"{USER} ", PASSWORD)])
def test_nobody_else_gets_past_the_door(desk: Intake, auth: tuple[str, str] | None):
    answer = desk.ask("GET", "/ispws/status", auth=auth)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_blocked_sender_is_refused_at_once(tmp_path: Path, sqlite_template: Path):
    with opened(tmp_path, sqlite_template) as desk:
        assert desk.call("GET", "status").code == 0
        desk.put(replace(known(USER), blocked_at=desk.clock()))
        assert desk.submit().code == Code.SUBMIT_NOT_ALLOWED
        assert desk.reports() == []


@pytest.mark.parametrize(
    ("right", "code"),
    [
        (SenderRight.SUBMIT, Code.SUBMIT_NOT_ALLOWED),
        (SenderRight.UPDATE, Code.UPDATE_NOT_ALLOWED),
        (SenderRight.ACT, Code.ACTION_NOT_ALLOWED),
    ],
)
def test_a_credential_is_good_for_its_rights_alone(tmp_path: Path, sqlite_template: Path, right, code):
    with opened(tmp_path, sqlite_template, rights=frozenset(SenderRight) - {right}) as desk:
        calls = {
            SenderRight.SUBMIT: desk.submit,
            SenderRight.UPDATE: lambda: desk.upload(1),
            SenderRight.ACT: lambda: desk.finish(1),
        }
        assert calls[right]().code == code


def test_over_its_quota_a_sender_is_told_to_come_later_and_others_are_not(tmp_path: Path, sqlite_template: Path):
    with opened(tmp_path, sqlite_template, reports_a_day=2) as desk:
        answers = [desk.submit(report_xml(f"account-{number}")) for number in range(4)]
        assert [each.code for each in answers] == [0, 0, Code.SAVE_FAILED, Code.SAVE_FAILED]
        # It is eight in the morning, UTC.
        assert [each.http.headers.get("retry-after") for each in answers] == [None, None, "57600", "57600"]
        assert desk.submit(report_xml("account-0")).number == answers[0].number
        assert desk.submit(user=OTHER).code == 0
        with desk.store.read() as reader:
            (day,) = reader.sender_days(known(USER).id, 3)
        assert (day.reports, day.refused) == (2, 2)
        desk.clock.move(days=1)
        assert desk.submit(report_xml("account-9")).code == 0


def test_what_its_sender_never_finishes_is_taken_in_as_incomplete(desk: Intake):
    left, touched = desk.submit(report_xml("a")).number, desk.submit(report_xml("b")).number
    desk.clock.move(hours=23, minutes=30)
    desk.upload(touched)
    desk.clock.move(minutes=40)
    expired = expire_open(desk.installation.intake_desk)
    assert [each.number for each in expired] == [left]
    assert desk.report(left).state is IntakeState.EXPIRED
    assert desk.pending() == [left]
    assert desk.finish(left).code == Code.NO_SUCH_REPORT
    desk.clock.move(hours=1)
    assert [each.number for each in expire_open(desk.installation.intake_desk, timedelta(hours=24))] == [touched]


def test_a_worker_takes_in_what_was_left_and_ranks_it(desk: Intake):
    number = desk.submit().number
    desk.clock.move(hours=25)
    home = desk.installation
    told: list[str] = []
    worker = Worker(home.filing_desk, home.review_desk, told.append, home.queue_desk)
    worker.start()
    try:
        for _ in range(200):
            with desk.store.read() as reader:
                placed = reader.find_place(PlaceId(number))
            if placed is not None or worker.wait(0.05):
                break
    finally:
        worker.stop()
    assert placed is not None
    assert desk.report(number).state is IntakeState.EXPIRED
    assert told == []
