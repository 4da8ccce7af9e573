import json
import re
from pathlib import Path

import pytest

from clew.cli.main import run

SITE = """
reports_per_hour = [100.0]
staff = [2]
urgent_share = 0.05
urgent_minutes = 3.0
days = 5
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
    assert [line.split()[0] for line in out.splitlines()[4:9]] == ["fifo", "lifo", "score", "reserve", "bundled"]
    assert "2.5 times the work that the staff can do." in out
    assert "reserve: as score, but 5 % of turns go to the oldest; so Clew works" in out
    assert "By theory, the score alone ever reaches" in out
    assert not (tmp_path / "data").exists()


def test_theory_is_silent_on_what_it_does_not_know(queue) -> None:
    for known in ("override_of_urgent = 0.5", "bursts = { every_days = 2 }"):
        assert "By theory" not in queue("--order", "score", site=f"{SITE}{known}\n")[1]


def test_json_lines_bear_each_share_with_its_error_and_number(queue) -> None:
    _, out, _ = queue("--json", "--order", "score", "--order", "fifo")
    site, score, fifo = map(json.loads, out.splitlines())
    assert (site["kind"], site["days"], site["seed"], site["reserve"]) == ("site", 5, 1, 50)
    assert (score["order"], fifo["order"]) == ("score", "fifo")
    assert set(score["within"]) == {"15 min", "1 h", "24 h"}
    assert 0 < score["within"]["1 h"]["share"] < 1
    assert set(score["never"]) == {"share", "error", "of"}


def test_a_figure_that_was_not_measured_is_null_in_json(queue) -> None:
    _, out, _ = queue("--json", "--order", "score", site=SITE.replace("0.05", "0.0"))
    assert json.loads(out.splitlines()[1])["never"] == {"share": None, "error": None, "of": 0}


def test_a_site_in_json_is_the_same_site(queue) -> None:
    site = '{"reports_per_hour": [100], "staff": [2], "urgent_share": 0.05, "urgent_minutes": 3, "days": 5}'
    assert queue("--order", "score", site=site, name="site.json")[1] == queue("--order", "score")[1]


def test_the_staff_for_a_target_is_searched(queue) -> None:
    _, out, _ = queue("--order", "reserve", "--target", "0.9", "--json", site=SITE + "auc = 0.7\n")
    staff = json.loads(out.splitlines()[-1])
    assert staff["kind"] == "staff"
    assert staff["staff"][0] > 2
    assert staff["reached"]["share"] >= 0.9


def test_a_staff_that_changes_through_the_day_is_told_by_its_hours(queue) -> None:
    day = SITE.replace("staff = [2]", f"staff = {[1] * 8 + [2] * 16}")
    _, out, _ = queue("--order", "score", "--target", "0.9", site=day)
    assert "Fewest people who see 0.9 of urgent reports within 1 h, hours in UTC:" in out
    assert re.search(r"^score: \d+ from 0 to 8 h, \d+ from 8 to 24 h \(they see 0\.\d+", out, re.MULTILINE)


def test_an_order_that_cannot_reach_the_target_is_an_answer(queue) -> None:
    closed = SITE.replace("staff = [2]", f"staff = {[1] * 12 + [0] * 12}")
    code, out, _ = queue("--order", "score", "--target", "0.99", "--within", "15 min", "--json", site=closed)
    staff = json.loads(out.splitlines()[-1])
    assert (code, staff["staff"]) == (0, None)
    assert "20000 people do not see 99%" in staff["reason"]


def test_the_comparison_is_drawn(queue, tmp_path: Path) -> None:
    queue("--order", "score", "--svg", str(tmp_path / "seen.svg"))
    assert (tmp_path / "seen.svg").read_text().startswith("<svg ")


def test_a_drawing_with_nowhere_to_go_is_refused_before_anything_is_simulated(queue, tmp_path: Path) -> None:
    code, out, told = queue("--svg", str(tmp_path / "none" / "seen.svg"))
    assert (code, out) == (2, "")
    assert "is no folder" in told


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
        ("reports_per_hour = [1e12]", "site.toml", "more than the 20,000,000 that are simulated"),
        ("bursts = { every_days = nan }", "site.toml", "bursts come every_days"),
        ("reports_per_bundle = nan", "site.toml", "1 or more"),
        ("ordinary_minutes = inf", "site.toml", "at most 1440"),
        ("urgent_share = 0.5", "site.toml", "lower reports_per_bundle"),
    ],
)
def test_a_file_that_is_no_site_is_said_with_what_was_expected(queue, site: str, name: str, said: str) -> None:
    code, _, told = queue(site=site, name=name)
    assert (code, said in told) == (2, True)


@pytest.mark.parametrize("words", [("--target", "1.5"), ("--target", "0.9", "--within", "2 h")])
def test_a_target_that_is_none_is_refused(queue, words) -> None:
    assert queue("--order", "score", *words)[:2] == (2, "")


def test_without_simulate_it_says_where_the_queue_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["--data-dir", str(tmp_path), "queue"]) == 2
    assert "--simulate" in capfd.readouterr().err
