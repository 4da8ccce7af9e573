"""`clew reports submit|list|show|...` and `clew worker`, as a person types them, against a real clearinghouse."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart, UnitOfWork
from clew.pipelines.filing_desk import fail
from clew.pipelines.report_drafts import open_draft, save
from clew.records.draft import ReportDraft
from clew.records.filing import PaperKind
from clew.records.identifiers import CaseId
from tests.pipelines.filing_house import ADA, FilingHouse, open_filing_house
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, ClearinghouseProcess, clearinghouse_process

BOATS = b"boats " * 500


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClearinghouseProcess]:
    with clearinghouse_process(tmp_path_factory.mktemp("clearinghouse")) as house:
        yield house


@pytest.fixture
def house(
    tmp_path: Path, sqlite_template: Path, there: ClearinghouseProcess, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FilingHouse]:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "clew.db").write_bytes(sqlite_template.read_bytes())
    (folder / "password").write_text(f"{PASSWORD}\n")
    (folder / "clew.toml").write_text(
        f'[reporting]\nfiling = true\ntest_url = "{there.address}"\ntest_user = "{USER}"\n'
        f'test_password_file = "{folder / "password"}"\nemail = "reports@forum.example"\n'
    )
    there.load()
    monkeypatch.setenv("CLEW_DATA_DIR", str(folder))
    store = load("stores", "sql", StorePart).open(f"sqlite:///{folder / 'clew.db'}")
    yield open_filing_house(store, folder, there.address)
    store.close()


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict]:
    assert run([*arguments, "--json"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_case_is_submitted_shown_and_its_receipt_written(house, there, capsys, tmp_path):
    case_id = house.case(BOATS)
    (filing,) = said(capsys, "reports", "submit", case_id, "--as-it-stands", "--wait")
    assert filing["state"] == "filed"
    assert filing["environment"] == "test"
    receipt = tmp_path / "receipt.xml"
    (shown,) = said(capsys, "reports", "show", filing["filing"], "--receipt", str(receipt))
    assert [step["step"] for step in shown["steps"]][-1] == "finished"
    assert b"reportDoneResponse" in receipt.read_bytes()
    assert receipt.stat().st_mode & 0o077 == 0
    (listed,) = said(capsys, "reports", "list", "--state", "filed")
    assert listed["number"] == filing["number"]
    assert run(["reports", "submit", case_id, "--as-it-stands"]) == 3
    assert "supplement" in capsys.readouterr().err
    assert [event for event in house.acts() if event == "filing.read"] == ["filing.read"]


def test_a_refused_report_fails_with_its_reason_and_is_resumed(house, there, capsys):
    there.load({"endpoint": "submit", "fault": "code", "code": 3100})
    case_id = house.case(BOATS)
    (filing,) = said(capsys, "reports", "submit", case_id, "--as-it-stands", "--wait", code=3)
    assert filing["state"] == "failed"
    assert run(["reports", "list"]) == 0
    assert "code 3100" in capsys.readouterr().err
    there.load()
    (again,) = said(capsys, "reports", "resume", filing["filing"], "--wait")
    assert again["state"] == "filed"


def test_what_nobody_has_read_is_not_filed_by_the_way(house, there, capsys):
    case_id = house.case(BOATS)
    assert run(["reports", "submit", case_id]) == 3
    assert "no draft of this case is saved" in capsys.readouterr().err
    assert said(capsys, "reports", "list") == []


def test_an_order_is_retracted_and_another_filed_by_hand(house, there, capsys):
    case_id = house.case(BOATS)
    (filing,) = said(capsys, "reports", "submit", case_id, "--as-it-stands")
    assert filing["state"] == "waiting"
    (gone,) = said(capsys, "reports", "retract", filing["filing"], "--because", "wrong account")
    assert gone["state"] == "withdrawn"
    (second,) = said(capsys, "reports", "submit", case_id, "--as-it-stands")
    at = ["--at", "2025-03-08T12:00:00+00:00"]
    (done,) = said(capsys, "reports", "by-hand", second["filing"], "--number", "A-7", *at)
    assert (done["state"], done["number"]) == ("filed-by-hand", "A-7")
    assert run(["reports", "by-hand", second["filing"], "--number", "A-8", "--at", "yesterday"]) == 2
    assert "offset" in capsys.readouterr().err


HOSTILE = "\x1b]0;owned\x07\n\u202egnorw [red]x[/red]"
TOLD = "\\x1b]0;owned\\x07\\n\\u202egnorw [red]x[/red]"


def test_what_the_other_side_says_reaches_no_terminal_raw(house, there, capsys):
    filing = house.order(house.case(BOATS))

    def spoil(unit: UnitOfWork) -> None:
        failed = replace(unit.get_filing(filing.id), number=HOSTILE, told=HOSTILE)
        fail(unit, failed, HOSTILE, house.clock())

    house.store.transact(spoil)
    for arguments in (["list"], ["show", filing.id]):
        assert run(["reports", *arguments]) == 0
        captured = capsys.readouterr()
        for text in (captured.out, captured.err):
            assert TOLD in text
            assert not set(text) & set("\x1b\x07\u202e")
    assert run(["reports", "retract", filing.id, "--because", "wrong account"]) == 0
    captured = capsys.readouterr()
    assert TOLD in captured.out
    assert not set(captured.out + captured.err) & set("\x1b\x07\u202e")


def test_a_failure_that_quotes_the_other_side_reaches_no_terminal_raw(house, there, capsys, monkeypatch):
    filing = house.order(house.case(BOATS))

    def spoil(unit: UnitOfWork) -> None:
        fail(unit, unit.get_filing(filing.id), HOSTILE, house.clock())

    house.store.transact(spoil)
    monkeypatch.setattr(
        sys.modules["clew.cli.filings"], "file_again", lambda unit, *_, **__: unit.get_filing(filing.id)
    )
    assert run(["reports", "resume", filing.id]) == 3
    captured = capsys.readouterr()
    assert TOLD in captured.err
    assert not set(captured.out + captured.err) & set("\x1b\x07\u202e")


def facts_of(house: FilingHouse, case_id: CaseId) -> dict:
    """What the console would show as the draft of a case."""
    reporting = replace(house.desk.settings.reporting, email="reports@forum.example")
    with house.store.read() as reader:
        return dict(open_draft(reader, case_id, reporting, house.clock()).draft.facts)


def save_facts(house: FilingHouse, case_id: CaseId, facts: dict) -> None:
    draft = ReportDraft(case_id=case_id, facts=facts, saved_at=house.clock(), saved_by=ADA)
    house.store.transact(lambda unit: save(unit, draft, at=house.clock(), actor=ADA))


def test_what_is_submitted_is_the_draft_that_was_saved_in_the_console(house, there, capsys):
    case_id = house.case(BOATS)
    save_facts(house, case_id, facts_of(house, case_id) | {"additional_info": "Said by a person in the composer."})
    (filing,) = said(capsys, "reports", "submit", case_id, "--as-it-stands", "--wait")
    assert filing["state"] == "filed"
    sent = next(each.body for each in house.file(filing["filing"]).papers if each.kind is PaperKind.REPORT)
    assert b"Said by a person in the composer." in sent
    with house.store.read() as reader:
        assert reader.find_draft(case_id) is None


def test_a_draft_with_a_fault_is_not_submitted_and_the_fault_is_named(house, there, capsys):
    case_id = house.case(BOATS)
    save_facts(house, case_id, facts_of(house, case_id) | {"reporter": {"person": {}}})
    assert run(["reports", "submit", case_id, "--as-it-stands"]) == 2
    assert "reporter" in capsys.readouterr().err
    assert said(capsys, "reports", "list") == []


def test_while_a_report_lies_open_there_another_number_needs_that_somebody_asked(house, there, capsys):
    there.load({"endpoint": "upload", "fault": "status"})
    (filing,) = said(capsys, "reports", "submit", house.case(BOATS), "--as-it-stands", "--wait")
    at = ["--at", "2025-03-08T12:00:00+00:00"]
    assert run(["reports", "by-hand", filing["filing"], "--number", "A-7", *at]) == 3
    assert "left report" in capsys.readouterr().err
    (done,) = said(capsys, "reports", "by-hand", filing["filing"], "--number", "A-7", *at, "--asked")
    assert done["state"] == "filed-by-hand"


@pytest.mark.slow
def test_a_worker_files_what_waits_and_stops_in_order(house, there):
    case_id = house.case(BOATS)
    filing = house.order(case_id)
    environ = {**os.environ, "COLUMNS": "200"}
    command = [sys.executable, "-m", "clew", "worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as worker:
        assert worker.stdout is not None
        assert "filing is on" in worker.stdout.readline()
        while not there.reports(f"account-{case_id}", "finished"):
            assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert house.state(filing.id).filed
