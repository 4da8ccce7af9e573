"""`clew evidence`: what each command says, and its exit codes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.cli.evidence_shown import show_verified
from clew.cli.main import run
from clew.ground.clock import system_clock
from clew.pipelines.evidence import seal
from clew.pipelines.flags import Flag, flag
from clew.pipelines.holds import end_open_case, preserve
from clew.pipelines.installation import open_store
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.strongroom import open_strongroom
from clew.pipelines.verification_run import Verified
from clew.records.case import FlagReason
from clew.records.identifiers import CaseId
from clew.settings import load

CASE = CaseId("01KA2VJ5T0M3N4P5Q6R7S8T9V0")
REQUEST = (
    "--kind",
    "destruction-request",
    "--reference",
    "26-12",
    "--authority",
    "State police",
    "--issued",
    "2026-01-02",
)


@pytest.fixture
def evidence(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    """The command over a data folder in which one case has an object."""
    folder = tmp_path / "data"
    settings = load(folder, {})
    store = open_store(settings)
    seal(open_strongroom(settings, store, system_clock), CASE, b"a harbour", actor="system:test")
    store.close()

    def command(*words: str, **environ: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(folder), "evidence", *words])
        return code, *capfd.readouterr()

    return command


def dismiss(tmp_path: Path) -> None:
    settings = load(tmp_path / "data", {})
    store = open_store(settings)
    room = open_strongroom(settings, store, system_clock)
    store.transact(lambda unit: end_open_case(unit, room, CASE, ground="dismissed", actor="system:test"))
    store.close()


def test_show_tells_what_is_held_and_never_its_bytes(evidence) -> None:
    code, out, _ = evidence("show")
    assert code == 0
    assert f"{CASE}" in out
    assert "9 bytes  open case, no end" in out
    assert "stands until it is decided and reported" in evidence("show", CASE)[1]
    told = json.loads(evidence("show", CASE, "--json")[1])
    assert (told["objects"], told["standing"], told["kept_until"]) == (1, 1, None)
    assert evidence("show", "--kept", "destroyed")[1] == "no evidence is held\n"
    assert evidence("show", "none")[0] == 2


def test_a_hold_is_put_extended_and_released(evidence) -> None:
    words = ("--ground", "order 12", "--until", "2099-06-30", "--json")
    first = json.loads(evidence("hold", CASE, *words)[1])
    assert (first["kind"], first["until"], first["stands"]) == ("legal", "2099-06-30T00:00:00.000Z", True)
    code, out, _ = evidence("extend", first["hold"], "--until", "2100-01-01", "--ground", "trial pending")
    assert (code, "2100-01-01" in out) == (0, True)
    code, _, err = evidence("extend", first["hold"], "--until", "2098-01-01", "--ground", "x")
    assert (code, "ends later than the hold" in err) == (2, True)
    assert "stands no longer" in evidence("release", first["hold"], "--ground", "lifted")[1]
    assert evidence("release", first["hold"], "--ground", "again")[0] == 3


def test_legal_requests_are_recorded_and_answered(evidence) -> None:
    warrant = ("--kind", "warrant", "--reference", "26-1", "--authority", "County court", "--issued", "2026-01-02")
    told = json.loads(evidence("process", CASE, *warrant, "--due", "2026-01-20", "--json")[1])
    code, out, _ = evidence("due")
    assert (code, "warrant 26-1, County court" in out, "overdue" in out) == (0, True, True)
    assert "answered by command:" in evidence("answered", told["process"])[1]
    assert evidence("due")[1] == "nothing is due within 30 days\n"
    assert evidence("approve", told["process"])[0] == 3


def test_a_request_without_a_date_stands_under_its_own_heading(evidence) -> None:
    warrant = ("--kind", "warrant", "--reference", "26-1", "--authority", "County court", "--issued", "2026-01-02")
    told = json.loads(evidence("process", CASE, *warrant, "--json")[1])
    code, out, _ = evidence("due", "--days", "7")
    assert (code, out.splitlines()[:2]) == (
        0, ["nothing is due within 7 days", "not answered, without a date by when"],
    )  # fmt: skip
    assert "warrant 26-1, County court" in out
    assert told["process"] in out
    (line,) = evidence("due", "--json")[1].splitlines()
    assert (json.loads(line)["due_at"], json.loads(line)["kind"]) == (None, "legal-request")


def test_verify_is_quiet_when_all_is_well_and_ends_with_6_when_not(evidence, tmp_path: Path) -> None:
    assert evidence("verify")[:2] == (0, "1 object read, 9 bytes: all readable and unchanged\n")
    (path,) = [each for each in (tmp_path / "data" / "vault" / "objects").rglob("*") if each.is_file()]
    path.unlink()
    code, out, _ = evidence("verify")
    assert (code, out.startswith(f"missing: {path.name[:12]} of case {CASE}")) == (6, True)
    lines = [json.loads(line) for line in evidence("verify", "--json")[1].splitlines()]
    assert lines[0]["fault"] == "missing"
    counted = {"objects": 1, "size_bytes": 0, "resumed": 0, "destroyed": 0, "unfinished": 0}
    since = lines[-1].pop("since")
    assert lines[-1] == {**counted, "faults": 1, "sound": False}
    assert datetime.fromisoformat(since).tzinfo is not None


def test_a_verification_that_was_carried_on_says_since_when_objects_were_read(capsys) -> None:
    began_at = datetime(2026, 3, 8, 11, 30, tzinfo=UTC)
    show_verified(Verified(began_at=began_at, objects=5, size_bytes=9, resumed=3), as_json=False)
    told = "5 objects read (3 of them by the run that was stopped, since 2026-03-08 11:30), 9 bytes: all readable"
    assert capsys.readouterr().out.replace("\n", " ").startswith(told)


def test_destroy_without_confirm_only_says_what_would_go(evidence, tmp_path: Path) -> None:
    code, out, _ = evidence("destroy", CASE)
    assert (code, "forbidden by hold" in out, "no lawful request is recorded" in out) == (0, True, True)
    dismiss(tmp_path)
    evidence("process", CASE, *REQUEST)
    told = json.loads(evidence("destroy", CASE, "--json")[1])
    assert (told["possible"], told["objects"], told["holds"]) == (True, 1, [])
    assert f"--confirm {CASE}" in evidence("destroy", CASE)[1]
    assert list((tmp_path / "data" / "vault" / "objects").rglob(f"{'?' * 64}"))


def test_destroy_asks_for_a_second_word_of_another_person_or_of_who_is_alone(
    evidence, tmp_path: Path, monkeypatch
) -> None:
    dismiss(tmp_path)
    evidence("process", CASE, *REQUEST)
    code, _, err = evidence("destroy", CASE, "--confirm", "another")
    assert (code, "it was another one" in err) == (3, True)
    assert "nothing is destroyed yet" in evidence("destroy", CASE, "--confirm", CASE)[1]
    assert evidence("destroy", CASE, "--confirm", CASE)[0] == 3
    assert evidence("destroy", CASE, "--withdraw", "--confirm", CASE)[0] == 2
    assert evidence("destroy", CASE, "--withdraw")[1] == "withdrawn; nothing was destroyed\n"
    assert evidence("export-certificate", CASE, "--out", str(tmp_path / "c.json"))[0] == 2
    monkeypatch.setenv("CLEW_REVIEW_ONE_PERSON", "true")
    assert "you, who are alone here" in evidence("destroy", CASE, "--confirm", CASE)[1]
    monkeypatch.setenv("CLEW_REVIEW_SELF_REVIEW_HOURS", "0")
    assert evidence("destroy", CASE, "--confirm", CASE)[1].startswith("destroyed")
    code, _, _ = evidence("export-certificate", CASE, "--out", str(tmp_path / "c.json"))
    assert code == 0
    assert json.loads((tmp_path / "c.json").read_text())["statement"]["approved"]["alone"] is True
    assert evidence("export-certificate", CASE, "--out", str(tmp_path / "c.json"))[0] == 2
    assert "destroyed 20" in evidence("show")[1]


def test_rotate_key_asks_and_wraps_and_forgets(evidence) -> None:
    code, _, err = evidence("rotate-key")
    assert (code, "give --yes" in err) == (3, True)
    told = json.loads(evidence("rotate-key", "--yes", "--json")[1])
    assert (told["rewrapped"], len(told["old"])) == (1, 1)
    assert json.loads(evidence("rotate-key", "--forget-old", "--yes", "--json")[1]) == {"forgotten": told["old"]}
    assert evidence("rotate-key", "--forget-old", "--rewrap-only", "--yes")[0] == 2
    assert evidence("verify")[0] == 0


def test_law_shows_each_fact_with_its_source_and_that_it_is_unverified(evidence) -> None:
    lines = [json.loads(line) for line in evidence("law", "uk", "--json")[1].splitlines()]
    assert {line["jurisdiction"] for line in lines} == {"GB"}
    assert not any(line["verified"] for line in lines)
    assert "2258A(h) (unverified: second-hand)" in evidence("law")[1]
    assert evidence("law", "atlantis")[0] == 2


COMMANDS = ("show", "due", "hold", "extend", "release", "process", "approve", "answered", "verify", "law", "destroy")


@pytest.mark.parametrize("name", [*COMMANDS, "export-certificate", "rotate-key"])
def test_every_command_has_an_example_in_its_help(evidence, name: str) -> None:
    code, out, _ = evidence(name, "--help")
    assert (code, f"clew evidence {name} " in out or f"clew evidence {name}\n" in out) == (0, True)


def test_doctor_says_that_the_key_lies_beside_the_vault_and_when_it_is_lost(evidence, tmp_path, capfd) -> None:
    def doctor() -> dict[str, tuple[str, str]]:
        run(["--data-dir", str(tmp_path / "data"), "doctor", "--json"])
        lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        return {line["what"]: (line["health"], line["told"]) for line in lines}

    told = doctor()
    assert told["evidence"][0] == "good"
    assert told["master key"] == ("weak", told["master key"][1])
    (tmp_path / "data" / "keys" / "vault.keys").unlink()
    told = doctor()
    assert (told["evidence"][0], "put it back" in told["evidence"][1]) == ("missing", True)


def test_import_takes_files_into_a_case_with_whence_and_ground_or_says_why_not(evidence, tmp_path: Path) -> None:
    settings = load(tmp_path / "data", {})
    store = open_store(settings)
    room = open_strongroom(settings, store, system_clock)
    desk = ReviewDesk(
        store=store,
        policy=settings.review,
        clock=system_clock,
        environment="test",
        step_up_minutes=15,
        strongroom=room,
    )
    case_id = flag(desk, Flag(subject="account-7", reason=FlagReason.OTHER), actor="key:test").case.id
    store.close()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "lake.txt").write_text("a lake")
    (tmp_path / "in" / "empty").touch()
    said = ("--from", "storage team", "--ground", "order 12")
    words = ("import", case_id, str(tmp_path / "in"), *said)
    code, out, err = evidence(*words, "--dry-run")
    assert (code, "1 to be sealed; 1 not to be taken" in out, "nothing was changed" in out) == (6, True, True)
    assert "empty: it is empty" in err
    lines = [json.loads(line) for line in evidence(*words, "--json")[1].splitlines()]
    assert [line["outcome"] for line in lines[:-1]] == ["refused", "sealed"]
    assert (lines[-1]["sealed"], lines[-1]["refused"], lines[-1]["size_bytes"]) == (1, 1, 6)
    assert "from storage team; order 12" in evidence("show", case_id)[1]
    assert json.loads(evidence("show", case_id, "--json")[1])["brought_in"][0]["from"] == "storage team"
    assert evidence("import", "none", str(tmp_path / "in"), *said)[0] == 2
    assert evidence("import", case_id, str(tmp_path / "nothing"), *said)[0] == 2
    assert evidence("import", case_id, str(tmp_path / "in"))[0] == 2


def test_a_preservation_is_released_by_two_words_and_by_nobody_alone_at_once(evidence, tmp_path: Path) -> None:
    settings = load(tmp_path / "data", {})
    store = open_store(settings)
    room = open_strongroom(settings, store, system_clock)
    made = store.transact(
        lambda unit: preserve(unit, room, CASE, finished_at=system_clock(), reference="filing-1", actor="system:file")
    )
    store.close()
    code, out, _ = evidence("release", made.id, "--ground", "filed by mistake")
    assert (code, "ends when another person gives" in out) == (0, True)
    assert "to end it" in evidence("show", CASE)[1]
    code, _, err = evidence("release", made.id, "--ground", "filed by mistake")
    assert (code, "another person must agree" in err) == (3, True)
    assert evidence("release", made.id, "--withdraw", "--ground", "x")[0] == 2
    assert evidence("release", made.id, "--withdraw")[0] == 0
    assert evidence("release", made.id, "--withdraw")[0] == 3
    assert evidence("release", made.id)[0] == 2


def test_show_says_in_words_how_a_hold_ended_and_that_destroyed_evidence_is_kept_no_more(
    evidence, tmp_path: Path, monkeypatch
) -> None:
    dismiss(tmp_path)
    assert "open case: the case is open" in evidence("show", CASE)[1]
    assert "by system:test, because: dismissed" in evidence("show", CASE)[1]
    evidence("process", CASE, *REQUEST)
    evidence("destroy", CASE, "--confirm", CASE)
    monkeypatch.setattr("clew.cli.evidence_options.command_actor", lambda: "command:eve")
    assert evidence("destroy", CASE, "--confirm", CASE)[0] == 0
    store = open_store(load(tmp_path / "data", {}))
    room = open_strongroom(load(tmp_path / "data", {}), store, system_clock)
    store.transact(  # the receipt of a report that was on its way
        lambda unit: preserve(unit, room, CASE, finished_at=system_clock(), reference="filing-1", actor="system:file")
    )
    store.close()
    out = evidence("show", CASE)[1]
    assert "destroyed 20" in out.splitlines()[0]
    assert out.splitlines()[1].startswith("  certificate of destruction 01")
    assert "keeps nothing any more" in out
    assert "until" not in out
    assert json.loads(evidence("show", CASE, "--json")[1])["kept_until"] is None


def test_where_one_person_is_alone_nobody_is_told_to_wait_for_another(evidence, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CLEW_REVIEW_ONE_PERSON", "true")
    dismiss(tmp_path)
    evidence("process", CASE, *REQUEST)
    assert "you, who are alone here, give the same command again after" in evidence("destroy", CASE)[1]
    assert "another person" not in evidence("destroy", CASE, "--confirm", CASE)[1]
    code, _, err = evidence("destroy", CASE, "--confirm", CASE)
    assert (code, "agree with yourself after" in err) == (3, True)
