"""What the recorder tells, and what it never does."""

import json
from pathlib import Path

import pytest

from clew.errors import InputError
from tests.web.ispws.clearinghouse_desk import OTHER, USER, Desk, open_desk, report_xml


def test_the_recorder_tells_state_files_submits_and_the_time_of_finishing(desk: Desk) -> None:
    first, again = desk.submit().number, desk.submit().number
    desk.submit(user=OTHER)
    file_id = desk.upload(again).file_id
    desk.describe(again, file_id)
    desk.clock.move(minutes=5)
    desk.retract(first)
    desk.finish(again)
    one, two, three = desk.recorded()["reports"]
    assert [each["number"] for each in (one, two)] == [first, again]
    assert [each["state"] for each in (one, two, three)] == ["retracted", "finished", "open"]
    assert [each["submits"] for each in (one, two, three)] == [2, 2, 1]
    assert (one["finished_at"], two["finished_at"]) == (None, "2026-03-01T08:05:00.000Z")
    assert two["files"][0]["id"] == file_id
    assert two["files"][0]["described_at"] == "2026-03-01T08:00:00.000Z"
    assert three["expires_at"] == "2026-03-02T08:00:00.000Z"


def test_the_recorder_tells_each_call_with_its_code(desk: Desk) -> None:
    number = desk.submit().number
    answer = desk.retract(number)
    desk.retract(number)
    calls = desk.recorded()["calls"]
    assert [(each["endpoint"], each["status"], each["code"]) for each in calls] == [
        ("submit", 200, 0),
        ("retract", 200, 0),
        ("retract", 409, 5101),
    ]
    assert calls[1]["request_id"] == answer.http.headers["request-id"]
    assert {each["sender"] for each in calls} == {USER}
    assert desk.recorded()["counts"] == {"submit": 1, "retract": 2}


def test_the_recorder_and_the_journal_repeat_nothing_of_a_document(tmp_path: Path) -> None:
    with open_desk(journal=tmp_path / "calls.jsonl") as desk:
        desk.submit(report_xml(identifier="lighthouse-keeper", within="<screenName>harbour</screenName>"))
        desk.submit(b"<report>harbour</report>")
        told = json.dumps(desk.recorded()) + (tmp_path / "calls.jsonl").read_text()
    assert "lighthouse-keeper" not in told
    assert "harbour" not in told
    assert "desk@example.org" not in told


def test_the_journal_has_a_line_for_each_call_and_survives_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with open_desk(journal=tmp_path / "calls.jsonl") as desk:
            desk.finish(desk.submit().number)
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [line["endpoint"] for line in lines] == ["submit", "finish"] * 2


def test_a_journal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"), open_desk(journal=tmp_path):
        pass


def test_the_clock_can_be_put_forward(desk: Desk) -> None:
    desk.submit()
    assert desk.ask("POST", "/ispws-recorder/clock", json={"seconds": 86_400}).status_code == 200
    assert desk.states() == ["expired"]


@pytest.mark.parametrize("text", ["", "{}", '{"seconds": "1"}', '{"seconds": 1e300}', '{"seconds": 1, "more": 2}'])
def test_a_clock_is_put_forward_by_a_number_of_seconds(desk: Desk, text: str) -> None:
    desk.submit()
    assert desk.ask("POST", "/ispws-recorder/clock", content=text).status_code == 400
    assert desk.states() == ["open"]


def test_a_recorder_without_faults_has_no_plan_to_change() -> None:
    with open_desk(plan=None, recording=True) as desk:
        assert desk.states() == []
        assert desk.ask("GET", "/ispws-recorder").status_code == 200
