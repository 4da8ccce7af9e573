"""Each documented response code can be met, with the HTTP status of the table."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from clew.records.intake import SenderRight
from clew.web.ispws.codes import STATUS, WORDS, Code
from clew.web.ispws.senders import NamedSender
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, Answered, Desk, open_desk, report_xml


def full_disk(path: Path) -> None:
    """From now on the register takes no more: as when the disk is full."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TRIGGER no_report BEFORE INSERT ON report BEGIN SELECT raise(FAIL, 'full'); END")
        database.execute("CREATE TRIGGER no_file BEFORE INSERT ON file BEGIN SELECT raise(FAIL, 'full'); END")
        database.execute("CREATE TRIGGER no_change BEFORE UPDATE ON report BEGIN SELECT raise(FAIL, 'full'); END")
    database.close()


# Each as the server itself comes to it, without a fault.
OWN: dict[Code, Callable[[Desk, int], Answered]] = {
    Code.OK: lambda desk, number: desk.finish(number),
    Code.RESOURCE_NOT_FOUND: lambda desk, _: desk.call("GET", "nothing"),
    Code.INVALID_REQUEST: lambda desk, _: desk.finish("seven"),
    Code.VALIDATION_FAILED: lambda desk, _: desk.submit(b"<report/>"),
    Code.MALFORMED_XML: lambda desk, _: desk.submit(b"<report>"),
    Code.MALFORMED_FILE: lambda desk, number: desk.upload(number, b""),
    Code.NO_SUCH_REPORT: lambda desk, _: desk.finish(7),
    Code.NO_SUCH_FILE: lambda desk, number: desk.describe(number, "0" * 32),
    Code.ALREADY_RETRACTED: lambda desk, number: (desk.retract(number), desk.retract(number))[1],
    Code.ALREADY_FINISHED: lambda desk, number: (desk.finish(number), desk.retract(number))[1],
}
NO_DISK: dict[Code, Callable[[Desk, int], Answered]] = {
    Code.SAVE_FAILED: lambda desk, _: desk.submit(),
    Code.FILE_UPLOAD_FAILED: lambda desk, number: desk.upload(number),
    Code.UPDATE_FAILED: lambda desk, number: desk.finish(number),
}
NO_RIGHT: dict[Code, tuple[SenderRight, Callable[[Desk], Answered]]] = {
    Code.SUBMIT_NOT_ALLOWED: (SenderRight.SUBMIT, lambda desk: desk.submit()),
    Code.UPDATE_NOT_ALLOWED: (SenderRight.UPDATE, lambda desk: desk.upload(1)),
    Code.ACTION_NOT_ALLOWED: (SenderRight.ACT, lambda desk: desk.retract(1)),
}
# Only a fault of the plan brings these about.
PLANNED = {Code.SERVER_ERROR, Code.UPLOAD_FAILED, Code.SIGN_IN_NEEDED}


def test_every_code_is_met_by_one_of_these_ways_and_has_status_and_words() -> None:
    assert {*OWN, *NO_DISK, *NO_RIGHT, *PLANNED} == set(Code) == set(STATUS) == set(WORDS)


@pytest.mark.parametrize("code", OWN)
def test_a_code_is_met_by_a_call_that_earns_it(desk: Desk, code: Code) -> None:
    answer = OWN[code](desk, desk.submit().number)
    assert (answer.code, answer.http.status_code) == (code, STATUS[code])


@pytest.mark.parametrize("code", NO_DISK)
def test_what_cannot_be_kept_is_not_acknowledged(tmp_path: Path, code: Code) -> None:
    with open_desk(state=tmp_path / "state.db") as desk:
        number = desk.submit().number
        full_disk(tmp_path / "state.db")
        answer = NO_DISK[code](desk, number)
        assert (answer.code, answer.http.status_code) == (code, 500)
        (report,) = desk.recorded()["reports"]
        assert (report["state"], report["files"]) == ("open", [])


@pytest.mark.parametrize("code", NO_RIGHT)
def test_a_lacking_right_has_its_own_code(code: Code) -> None:
    lacking, call = NO_RIGHT[code]
    sender = NamedSender(user=USER, password=PASSWORD, rights=frozenset(SenderRight) - {lacking})
    with open_desk(senders=[sender]) as desk:
        answer = call(desk)
        assert (answer.code, answer.http.status_code) == (code, 403)


@pytest.mark.parametrize("code", Code)
def test_a_plan_can_answer_any_code_without_doing_anything(code: Code) -> None:
    with open_desk({"endpoint": "submit", "fault": "code", "code": int(code)}) as desk:
        answer = desk.submit(report_xml())
        assert (answer.code, answer.http.status_code) == (code, STATUS[code])
        assert desk.states() == []
