"""`clew reports` as a person runs it: words, exit codes, files that nobody else may read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.parts.formats.cybertipline import PART
from tests.parts.formats.report_facts import Facts, maximal, smallest
from tests.web.ispws.clearinghouse_desk import PASSWORD, USER, ClearinghouseProcess, clearinghouse_process


@pytest.fixture
def reports(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), "reports", *words])
        return code, *capfd.readouterr()

    return command


def written(folder: Path, facts: Facts) -> str:
    (folder / "facts.json").write_text(json.dumps(facts))
    return str(folder / "facts.json")


def test_facts_become_a_report_that_validates(reports, tmp_path: Path) -> None:
    facts, out, folder = written(tmp_path, maximal()), tmp_path / "report.xml", tmp_path / "details"
    code, said, _ = reports("compose", facts, "--out", str(out), "--files-out", str(folder))
    assert code == 0
    assert f"{out}: valid, " in said
    assert "99 % complete" in said or "100 % complete" in said
    assert oct(out.stat().st_mode & 0o777) == oct((folder / "file-1.xml").stat().st_mode & 0o777) == "0o600"
    code, said, _ = reports("validate", str(out), "--file-details", str(folder / "file-1.xml"))
    assert (code, said) == (0, f"{out}: valid\n{folder / 'file-1.xml'}: valid\n")


def test_the_score_names_gaps_with_their_cost_and_nothing_of_risk(reports, tmp_path: Path) -> None:
    code, said, _ = reports("compose", written(tmp_path, smallest()), "--out", str(tmp_path / "r.xml"))
    assert code == 0
    assert "subjects[], 1 of 1 (open): without an account there is nobody to ask about" in said
    assert "This says nothing about risk." in said


def test_a_report_with_a_fault_is_not_written(reports, tmp_path: Path) -> None:
    facts = smallest() | {"subjects": [{}, {}]}
    code, said, _ = reports("compose", written(tmp_path, facts), "--out", str(tmp_path / "r.xml"))
    assert code == 2
    assert "1 fault; nothing was written\n  report/personOrUserReported, line 2: expected at most 1" in said
    assert not (tmp_path / "r.xml").exists()


def test_an_attestation_of_viewing_is_refused_with_its_reason(reports, tmp_path: Path) -> None:
    facts = smallest() | {"files": [{"key": "a", "viewed": True}]}
    code, _, err = reports("compose", written(tmp_path, facts), "--out", str(tmp_path / "r.xml"))
    assert code == 2
    assert "files[0].viewed: whether a file was viewed comes from the viewing ledger and cannot be set" in err


def test_nothing_of_the_facts_is_said_on_the_screen(reports, tmp_path: Path) -> None:
    for words in (("--json",), ()):
        _, said, err = reports("compose", written(tmp_path, maximal()), "--out", str(tmp_path / "r.xml"), *words)
        for planted in ("Heron", "192.0.2.10", "22 33 44", "a demand", "lighthouse.jpg", "card 1881"):
            assert planted not in said + err


def test_every_fault_is_named_with_line_and_rule(reports, tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_bytes(b"<report>\n<surprise/></report>")
    code, said, _ = reports("validate", str(tmp_path / "r.xml"), "--json")
    told = json.loads(said)
    assert (code, told["valid"]) == (2, False)
    assert [(each["path"], each["line"], each["rule"]) for each in told["faults"]] == [
        ("report/surprise", 2, "unknown"),
        ("report/incidentSummary", 1, "missing"),
        ("report/reporter", 1, "missing"),
    ]


def test_tolerance_and_the_later_schema_are_asked_for(reports, tmp_path: Path) -> None:
    facts = smallest() | {"victims": [{"person": {"age_contested": True}}]}
    path = str(tmp_path / "r.xml")
    assert reports("compose", written(tmp_path, facts), "--out", path, "--profile", "2026-08")[0] == 0
    assert reports("validate", path)[0] == 2
    assert reports("validate", path, "--profile", "2026-08")[0] == 0
    assert reports("validate", path, "--tolerant")[0] == 0
    assert reports("validate", path, "--profile", "1999-01")[0] == 2


def test_a_schema_of_the_clearinghouses_own_is_asked_too(reports, tmp_path: Path) -> None:
    path = str(tmp_path / "r.xml")
    reports("compose", written(tmp_path, smallest()), "--out", path)
    (tmp_path / "own.xsd").write_bytes(
        b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="other"/></xs:schema>'
    )
    code, said, _ = reports("validate", path, "--xsd", str(tmp_path / "own.xsd"))
    assert code == 2
    assert "expected what the schema says" in said


def test_files_that_cannot_be_read_or_written_are_named(reports, tmp_path: Path) -> None:
    code, _, err = reports("validate", str(tmp_path / "none.xml"))
    assert (code, "none.xml cannot be read: No such file" in err) == (2, True)
    code, _, err = reports("compose", written(tmp_path, smallest()), "--out", str(tmp_path / "no" / "r.xml"))
    assert (code, "r.xml cannot be written" in err) == (2, True)


def test_the_schema_is_shown_as_a_table(reports) -> None:
    code, said, _ = reports("fields")
    assert code == 0
    assert "subjects[].ip_events[].port" in said
    lines = [json.loads(line) for line in reports("fields", "--profile", "2026-08", "--json")[1].splitlines()]
    assert "subjects[].person.age_contested" in {each["field"] for each in lines}


@pytest.mark.parametrize("command", ["compose", "validate", "fields"])
def test_every_command_has_an_example_in_its_help(reports, command: str) -> None:
    code, said, _ = reports(command, "--help")
    assert (code, f"clew reports {command} " in said) == (0, True)


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_file_is_called_empty(reports, tmp_path: Path, content: bytes) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(content)
    for words in (["compose", str(empty), "--out", str(tmp_path / "r.xml")], ["validate", str(empty)]):
        code, _, told = reports(*words)
        assert code == 2
        assert f"{empty} is empty" in told
    code, _, told = reports("validate", "/dev/null")
    assert (code, "/dev/null is empty" in told) == (2, True)


@pytest.mark.parametrize(("count", "said"), [(1, ": 1 fault\n"), (2, ": 2 faults\n")])
def test_one_fault_is_one_fault(reports, tmp_path: Path, count: int, said: str) -> None:
    out = tmp_path / "report.xml"
    reports("compose", written(tmp_path, smallest()), "--out", str(out))
    out.write_bytes(out.read_bytes().replace(b"</report>", b"<other/>" * count + b"</report>"))
    assert said in reports("validate", str(out))[1]


@pytest.fixture
def clearinghouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClearinghouseProcess]:
    with clearinghouse_process(tmp_path / "clearinghouse") as process:
        monkeypatch.setenv("CLEW_REPORTING_TEST_URL", process.address)
        monkeypatch.setenv("CLEW_REPORTING_TEST_USER", USER)
        monkeypatch.setenv("CLEW_REPORTING_TEST_PASSWORD", PASSWORD)
        yield process


STORED = "schemas/cybertipline-test.xsd"


def test_the_clearinghouse_s_schema_is_stored_and_asked_from_then_on(
    reports, tmp_path: Path, clearinghouse: ClearinghouseProcess
) -> None:
    out, stored = tmp_path / "report.xml", tmp_path / "data" / STORED
    reports("compose", written(tmp_path, smallest()), "--out", str(out))
    code, said, _ = reports("fetch-xsd")
    assert (code, str(stored) in said) == (0, True)
    assert oct(stored.stat().st_mode & 0o777) == "0o600"
    assert reports("validate", str(out))[0] == 0
    narrower = stored.read_bytes().replace(b'name="reporter"', b'name="somebody"')
    assert narrower != stored.read_bytes()
    stored.write_bytes(narrower)
    code, said, _ = reports("validate", str(out))
    assert (code, "what the schema says" in said) == (2, True)
    assert reports("validate", str(out), "--xsd", str(other(tmp_path)))[0] == 0


def other(folder: Path) -> Path:
    """A copy that was fetched in another way."""
    path = folder / "own.xsd"
    path.write_bytes(PART.schema_xml(PART.default_profile))
    return path


def test_a_refused_credential_stores_no_schema(
    reports, tmp_path: Path, clearinghouse: ClearinghouseProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEW_REPORTING_TEST_PASSWORD", "another")
    code, _, told = reports("fetch-xsd")
    assert (code, "check user and password" in told) == (3, True)
    assert not (tmp_path / "data" / STORED).exists()


def test_a_clearinghouse_that_is_away_leaves_the_copy_that_there_is(
    reports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = tmp_path / "data" / STORED
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"the copy of yesterday")
    monkeypatch.setenv("CLEW_REPORTING_TEST_URL", "http://127.0.0.1:1/ispws")
    assert reports("fetch-xsd")[0] == 4
    assert stored.read_bytes() == b"the copy of yesterday"


def test_a_recipient_that_fetches_has_no_schema(reports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_REPORTING_CLEARINGHOUSE", "folder")
    code, _, told = reports("fetch-xsd")
    assert (code, "has no schema to fetch" in told) == (3, True)
