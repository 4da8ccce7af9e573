import json
from pathlib import Path

import pytest

from clew.cli.main import run

SITE = """
reports_per_hour = [100.0]
staff = [2]
urgent_share = 0.05
urgent_minutes = 3.0
days = 3
"""


@pytest.fixture
def queue(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    def command(*words: str, site: str = SITE, name: str = "site.toml") -> tuple[int, str, str]:
        file = tmp_path / name
        file.write_text(site)
        code = run(["--data-dir", str(tmp_path / "data"), "queue", "--simulate", "--site", str(file), *words])
        return code, *capfd.readouterr()

    return command


def test_the_orders_are_compared_in_a_table_and_nothing_is_stored(queue, tmp_path: Path) -> None:
    code, out, _ = queue()
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[3:8]] == ["fifo", "lifo", "score", "reserve", "bundled"]
    assert "2.5 times the work that the staff can do" in out
    assert not (tmp_path / "data").exists()


def test_json_lines_bear_each_share_with_its_error_and_number(queue) -> None:
    _, out, _ = queue("--json", "--order", "score", "--order", "fifo")
    site, score, fifo = map(json.loads, out.splitlines())
    assert site["kind"] == "site"
    assert (score["order"], fifo["order"]) == ("score", "fifo")
    assert set(score["within"]) == {"15 min", "1 h", "24 h"}
    assert 0 < score["within"]["1 h"]["share"] < 1
    assert set(score["never"]) == {"share", "error", "of"}


def test_a_figure_that_was_not_measured_is_null_in_json(queue) -> None:
    _, out, _ = queue("--json", "--order", "score", site=SITE.replace("0.05", "0.0"))
    assert json.loads(out.splitlines()[1])["never"] == {"share": None, "error": None, "of": 0}


def test_a_site_in_json_is_the_same_site(queue) -> None:
    site = '{"reports_per_hour": [100], "staff": [2], "urgent_share": 0.05, "urgent_minutes": 3, "days": 3}'
    assert queue("--order", "score", site=site, name="site.json")[1] == queue("--order", "score")[1]


def test_the_staff_for_a_target_is_searched(queue) -> None:
    _, out, _ = queue("--order", "reserve", "--target", "0.9", "--json", site=SITE + "auc = 0.7\n")
    staff = json.loads(out.splitlines()[-1])
    assert staff["kind"] == "staff"
    assert staff["staff"][0] > 2
    assert staff["reached"]["share"] >= 0.9


def test_the_comparison_is_drawn(queue, tmp_path: Path) -> None:
    queue("--order", "score", "--svg", str(tmp_path / "seen.svg"))
    assert (tmp_path / "seen.svg").read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("site", "name", "said"),
    [
        ("staff = [", "site.toml", "is no TOML"),
        ("{", "site.json", "is no JSON"),
        ("[1]", "site.json", "one object"),
        ("shift = 3", "site.toml", "a site has no shift"),
        ("staff = ['many']", "site.toml", "staff"),
        ("staff = [1, 2]", "site.toml", "24 hours"),
        ("auc = 2.0", "site.toml", "auc lies over 0"),
    ],
)
def test_a_file_that_is_no_site_is_said_with_what_was_expected(queue, site: str, name: str, said: str) -> None:
    code, _, told = queue(site=site, name=name)
    assert (code, said in told) == (2, True)


@pytest.mark.parametrize("words", [("--target", "1.5"), ("--target", "0.9", "--within", "2 h")])
def test_a_target_that_is_none_is_refused(queue, words) -> None:
    assert queue("--order", "score", *words)[0] == 2


def test_without_simulate_it_says_where_the_queue_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["--data-dir", str(tmp_path), "queue"]) == 2
    assert "--simulate" in capfd.readouterr().err
