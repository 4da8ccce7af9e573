import json
from pathlib import Path

import pytest

from clew.cli.main import run


@pytest.fixture
def legal(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), "legal", *words])
        return code, *capfd.readouterr()

    return command


def test_everything_is_off_until_its_ground_is_recorded(legal) -> None:
    assert legal("show")[1].splitlines() == [
        "private-messages: off; no legal basis is recorded",
        "kept-signals: off; no legal basis is recorded",
    ]
    code, out, _ = legal("set", "private-messages", "--basis", "A regulation", "--since", "2026-01-01")
    assert code == 0
    assert out.startswith("private-messages: on; in force: A regulation\n  recorded by command:")
    lines = [json.loads(line) for line in legal("show", "--json")[1].splitlines()]
    assert [(each["purpose"], each["on"]) for each in lines] == [("private-messages", True), ("kept-signals", False)]


def test_a_ground_that_has_ended_leaves_it_off(legal) -> None:
    words = ("--basis", "A regulation", "--since", "2025-01-01", "--until", "2026-01-01", "--json")
    code, out, _ = legal("set", "kept-signals", *words)
    told = json.loads(out)
    assert (code, told["on"], told["legal_basis"]["until"]) == (0, False, "2026-01-01T00:00:00.000Z")
    assert "ended 2026-01-01" in legal("show")[1]


def test_a_ground_is_ended_by_a_person_who_is_asked(legal) -> None:
    legal("set", "private-messages", "--basis", "A regulation", "--since", "2026-01-01")
    code, _, err = legal("end", "private-messages")
    assert (code, "give --yes" in err) == (3, True)
    code, out, _ = legal("end", "private-messages", "--yes")
    assert (code, out.startswith("private-messages: off; ended")) == (0, True)
    code, _, err = legal("end", "private-messages", "--yes")
    assert (code, "no legal basis that could be ended" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "private-messages", "--basis", "A regulation"), "say from when it holds"),
        (("set", "private-messages", "--since", "2026-01-01"), "--basis"),
        (("set", "private-messages", "--basis", " ", "--since", "2026-01-01"), "must be said in words"),
        (("set", "other", "--basis", "x", "--since", "2026-01-01"), "other"),
    ],
)
def test_a_ground_without_words_or_date_is_refused(legal, words, said: str) -> None:
    code, _, err = legal(*words)
    assert (code, said in err) == (2, True)


@pytest.mark.parametrize("command", ["show", "set", "end"])
def test_every_command_has_an_example_in_its_help(legal, command: str) -> None:
    code, out, _ = legal(command, "--help")
    assert (code, f"clew legal {command} " in out) == (0, True)
