"""`clew intake` and `clew senders` over a real database: files of every form, run twice, broken ones named."""

import json
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.parts.formats.ids_json import PART as IDS_JSON
from tests.parts.formats.filed_reports import filed_report
from tests.pipelines.test_intake_streams import case, line, medium


@pytest.fixture
def clew(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), *words])
        return code, *capfd.readouterr()

    return command


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(each) for each in out.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file of each form, and one that is none."""
    made = tmp_path / "came"
    (made / "deep").mkdir(parents=True)
    (made / "a.jsonl").write_bytes(line("mara") + b"{broken\n" + line("noor"))
    (made / "b.json").write_bytes(IDS_JSON.write(filed_report()))
    (made / "deep" / "c.json").write_bytes(case(medium(1), medium(2)))
    (made / "deep" / "d.txt").write_text("hello")
    return made


def test_a_folder_is_taken_in_whatever_its_files_are_and_again_changes_nothing(clew, folder) -> None:
    code, out, err = clew("intake", str(folder))
    assert code == 6
    assert "4 reports taken in, 4 of them with gaps; 0 were there already; 2 could not be read" in out
    assert "a.jsonl: line 2" in err
    assert "d.txt: expected reports in one of the forms" in err
    code, out, _ = clew("intake", str(folder))
    assert code == 6
    assert "0 reports taken in, 0 of them with gaps; 4 were there already; 2 could not be read" in out


def test_json_names_each_report_and_each_that_could_not_be_read(clew, folder) -> None:
    _, out, _ = clew("intake", "take", str(folder / "a.jsonl"), "--json")
    taken, unread, last = rows(out)
    assert (taken["number"], last["number"], unread["place"]) == (1, 2, 2)


def test_whole_files_end_with_0_and_a_missing_one_with_2(clew, folder) -> None:
    assert clew("intake", str(folder / "b.json"))[0] == 0
    assert clew("intake", str(folder / "none.json"))[0] == 2
    assert clew("intake", "--form", "ids-json", str(folder / "b.json"))[0] == 0
    assert "Take reports in" in clew("intake", "--help")[1]
    assert clew("intake", str(folder / "b.json"), "--sender", "nobody")[0] != 0


def test_what_came_in_is_listed_shown_searched_and_asked_about(clew, folder) -> None:
    code, out, _ = clew("senders", "add", "Harbour", "--user", "harbour", "--json")
    assert code == 0
    (sender,) = rows(out)
    assert len(str(sender["credential"])) > 40
    event = {"address": "8.8.4.4", "at": "2026-01-02T03:04:05Z"}
    facts = {"incident": {"at": "2026-01-02T03:04:05Z"}, "subjects": [{"screen_name": "mara", "ip_events": [event]}]}
    (folder / "e.json").write_text(json.dumps(facts))
    assert clew("intake", str(folder / "e.json"), "--sender", "harbour")[0] == 0
    (listed,) = rows(clew("intake", "list", "--json")[1])
    assert (listed["sender"], listed["form"], listed["state"]) == ("Harbour", "facts", "taken-in")
    (shown,) = rows(clew("intake", "show", "1", "--json")[1])
    assert shown["report"] == facts | {"reporter": {"person": {}}, "subjects": [
        {"screen_name": "mara", "ip_events": [event | {"use": "unknown"}]}
    ]}  # fmt: skip
    (found,) = rows(clew("intake", "search", "8.8.4", "--json")[1])
    assert found == {"kind": "ip", "value": "8.8.4.4", "reports": [1]}
    (question,) = rows(clew("intake", "questions", "--sender", "harbour", "--json")[1])
    assert question["path"] == "subjects[0].ip_events[0].port"
    assert clew("intake", "answer", str(question["id"]), "--words", "50122")[0] == 0
    assert clew("intake", "answer", str(question["id"]), "--words", "50123")[0] != 0
    assert "answered" in clew("intake", "questions", "--report", "1")[1]
    for words in (("intake", "list"), ("intake", "show", "1"), ("intake", "search", "8.8.4")):
        assert clew(*words)[0] == 0
    assert clew("intake", "search", "8")[0] == 2
    acts = [row["act"] for row in rows(clew("audit", "show", "--json")[1])]
    assert {"intake.take_in", "intake.read", "intake.search", "intake.answer", "sender.add"} <= set(acts)


def test_a_report_by_hand_is_in_and_the_same_again_is_the_same(clew, tmp_path) -> None:
    said = ("--type", "enticement", "--platform", "Snapchat", "--account", "mara", "--words", "The father rang.")
    words = ("intake", "hand", *said, "--json")
    (first,), (again,) = rows(clew(*words)[1]), rows(clew(*words)[1])
    assert (first["repeated"], again["repeated"], again["number"]) == (False, True, first["number"])
    (shown,) = rows(clew("intake", "show", "1", "--json")[1])
    assert shown["form"] == "by-hand"
    assert any(each["value"] == "snapchat:mara" for each in shown["mentions"])  # type: ignore[attr-defined]
    assert clew("intake", "hand")[0] == 2
    assert clew("intake", "hand", "--words", "rang", "--language", "no language")[0] == 2
    (tmp_path / "call.json").write_text('{"additional_info": "rang twice"}')
    assert clew("intake", "hand", "--file", str(tmp_path / "call.json"))[0] == 0
    code, _, err = clew("intake", str(tmp_path / "call.json"), "--form", "by-hand")
    assert (code, "come in no file" in err) == (6, True)
    (tmp_path / "call.json").write_text("[]")
    assert clew("intake", "hand", "--file", str(tmp_path / "call.json"))[0] == 2


def test_senders_are_given_credentials_quotas_and_blocks(clew, folder) -> None:
    assert clew("senders", "add", "Harbour", "--user", "harbour", "--a-day", "5")[0] == 0
    first = clew("senders", "credential", "harbour", "--json", "--right", "submit")[1]
    (row,) = rows(first)
    assert row["rights"] == ["submit"]
    assert clew("senders", "quota", "harbour", "--a-day", "7")[0] == 0
    assert clew("senders", "quota", "harbour")[0] == 2
    assert clew("senders", "block", "harbour")[0] == 0
    assert clew("intake", str(folder / "b.json"), "--sender", "harbour")[0] == 3
    assert clew("senders", "unblock", "harbour")[0] == 0
    assert clew("intake", str(folder / "b.json"), "--sender", "harbour")[0] == 0
    (quality,) = rows(clew("senders", "quality", "harbour", "--json")[1])
    assert (quality["reports"], quality["incomplete_share"]) == (1, 1.0)
    for words in (("senders", "list"), ("senders", "quality", "harbour")):
        code, out, _ = clew(*words)
        assert code == 0
        assert "Harbour" in out
    assert "credential" not in clew("senders", "list", "--json")[1]
