"""`clew urls` over a real database: the whole way by commands, and nothing printed that could be opened."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from clew.cli.main import run
from tests.pipelines.hotline_house import HOSTING, WORDS


@pytest.fixture
def urls(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    data = tmp_path / "data"
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "host.en.txt").write_text(WORDS)
    (tmp_path / "hosting.csv").write_text(HOSTING)
    data.mkdir()
    (data / "clew.toml").write_text(
        f'[hotline]\nhosting = "{tmp_path / "hosting.csv"}"\nnotices = "{tmp_path / "words"}"\nname = "Harbour"\n'
    )

    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(data), "urls", *words])
        return code, *capfd.readouterr()

    return command


def added(urls, *words: str) -> dict[str, object]:
    code, out, err = urls("add", *words, "--json")
    assert code == 0, err
    told: dict[str, object] = json.loads(out.splitlines()[-1])
    return told


def test_the_whole_way_by_commands(urls) -> None:
    url_id = str(added(urls, "https://board.example/a.html", "--came", "partner", "--reference", "NL-1")["id"])
    steps = [
        (("assess", url_id, "national"), "assessed; next: hold"),
        (("hold", url_id, "--words", "State police"), "police-hold"),
        (("release", url_id, "--words", "State police"), "assessed; next: notice"),
        (("show", url_id, "--host", "--network", "192.0.2.7"), "host: Quay Hosting, NL, abuse@quay.example"),
        (("notice", url_id), "hxxps[:]//board[.]example/a[.]html"),
        (("notice", url_id, "--sent"), "Subject: Removal"),
        (("check", url_id, "--every", "24"), "notice-sent; next: check"),
        (("check", url_id, "--found", "down"), "checked; next: close"),
        (("close", url_id, "removed"), "closed"),
        (("reopen", url_id, "--words", "it is back"), "received; next: assess"),
        (("list", "--state", "received"), "hxxps[:]//board[.]example"),
        (("show", url_id), "order-check"),
        (("export",), "hxxps[:]//board[.]example"),
    ]
    for words, said in steps:
        code, out, err = urls(*words)
        assert code == 0, err
        assert said in out, (words, out)
        assert "board.example" not in out + err
        assert "://" not in out + err


def test_the_police_first_ends_with_3_and_says_so(urls) -> None:
    url_id = str(added(urls, "https://board.example/", "--came", "partner")["id"])
    urls("assess", url_id, "baseline")
    urls("show", url_id, "--host", "--network", "192.0.2.7")
    code, _, err = urls("notice", url_id, "--sent")
    assert (code, "police come first" in err) == (3, True)


def test_lines_that_are_no_addresses_are_named_by_number_only(urls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.StringIO("https://a.example/\n\nmailto:quorvane@a.example\nhxxp://b[.]example\n")
    )
    code, out, err = urls("add", "-", "--json")
    assert code == 6
    assert [json.loads(line)["new"] for line in out.splitlines()] == [True, True]
    assert "address 2" in err
    assert "quorvane" not in err


def test_one_address_twice_is_sighted(urls) -> None:
    assert added(urls, "https://a.example/")["new"] is True
    again = added(urls, "hxxp://A[.]example")
    assert (again["new"], again["sightings"]) == (False, 2)


def test_public_figures_hold_no_address_and_a_table_for_partners_is_defanged(urls, tmp_path: Path) -> None:
    for number in range(5):
        added(urls, f"https://quorvane.example/{number}")
    code, out, _ = urls("export", "--public")
    assert code == 0
    assert json.loads(out)["received"] == 5
    assert "quorvane" not in out
    file = tmp_path / "given.csv"
    assert urls("export", "--to", str(file))[1] == "5 addresses written, defanged\n"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert rows[0]["address"] == "hxxps[:]//quorvane[.]example/0"
    assert urls("export", "--to", str(file))[0] == 2, "a file is never overwritten"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "none"), 2, "no address"),
        (("check", "none"), 2, "say either"),
        (("check", "none", "--every", "3", "--found", "up"), 2, "say either"),
        (("notice", "none", "--sent", "--mail"), 3, "either you"),
        (("show", "none", "--network", "192.0.2.1"), 2, "--host"),
        (("export", "--public", "--to", "x.csv"), 2, "JSON line"),
    ],
)
def test_what_cannot_be_is_said(urls, words: tuple[str, ...], code: int, said: str) -> None:
    got, _, err = urls(*words)
    assert (got, said in err) == (code, True), err
