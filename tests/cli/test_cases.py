import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines.linking import link_batch
from tests.triage.linking import states

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def cases(sqlite_url: str, capfd: pytest.CaptureFixture[str]):
    """`clew cases` over four reports: 1 and 2 of one e-mail, 3 and 4 of another, joined by a phone."""
    store = load("stores", "sql", StorePart).open(sqlite_url)
    reports = [
        states(1, "email:a@example.org", "phone:+9991"),
        states(2, "email:a@example.org"),
        states(3, "email:b@example.org", "phone:+9991"),
        states(4, "email:b@example.org"),
        *(states(number, "email:none@example.org", birth=number * 37) for number in range(5, 30)),
    ]
    store.transact(lambda unit: link_batch(unit, reports, at=NOON))
    store.close()
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent

    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(folder), "cases", *words])
        return code, *capfd.readouterr()

    return command


def test_a_cluster_is_shown_with_what_joins_it(cases) -> None:
    code, out, _ = cases("show", "3")
    assert code == 0
    assert out.splitlines()[0] == "cluster 1: 4 reports: 1, 2, 3, 4"
    assert "phone  +9991" in out
    told = json.loads(cases("show", "3", "--json")[1])
    assert (told["cluster"], told["reports"]) == (1, [1, 2, 3, 4])
    assert {each["value"]: each["joins"] for each in told["identifiers"]}["+9991"] == 2


def test_why_two_reports_are_together_is_a_way_with_its_weakest_link_marked(cases) -> None:
    lines = cases("why", "2", "4")[1].splitlines()
    assert [line.split("  ")[:2] for line in lines] == [
        ["2 - 1", "email a@example.org"],
        ["1 - 3", "phone +9991"],
        ["3 - 4", "email b@example.org"],
    ]
    assert [line.endswith("(weakest)") for line in lines] == [False, True, False]
    code, _, err = cases("why", "2", "7")
    assert (code, "not in one cluster" in err) == (2, True)


def test_a_split_is_made_once_and_undone(cases) -> None:
    split = ("split", "3", "phone", "+9991", "--reason", "his sister's")
    assert cases(*split)[1] == "changed: cluster 1, cluster 3\n"
    assert cases(*split)[1] == "nothing changed; it was so before\n"
    told = json.loads(cases("show", "1", "--json")[1])
    assert told["reports"] == [1, 2]
    (change,) = told["history"]
    assert (change["kind"], change["reason"], change["moved"]) == ("split", "his sister's", [3, 4])
    assert cases("undo", str(change["number"]), "--reason", "an error")[0] == 0
    assert json.loads(cases("show", "1", "--json")[1])["reports"] == [1, 2, 3, 4]


def test_reports_are_taken_out_and_others_merged(cases) -> None:
    assert cases("take-out", "2", "--reason", "another")[0] == 0
    assert json.loads(cases("show", "2", "--json")[1])["reports"] == [2]
    assert cases("merge", "2", "7", "--reason", "one flat")[0] == 0
    assert json.loads(cases("show", "2", "--json")[1])["reports"] == [2, 7]
    code, _, err = cases("merge", "1", "2", "--reason", "no")
    assert (code, "undo that split first" in err) == (3, True)


def test_identifiers_that_are_several_peoples_are_listed_with_why(cases) -> None:
    (line,) = cases("hubs")[1].splitlines()
    assert line.startswith("email none@example.org: 25 reports; births and names of")
    assert json.loads(cases("hubs", "--json")[1])["trust_bits"] <= -8


def test_suggestions_wait_for_a_person(cases) -> None:
    assert cases("suggestions")[1] == "no suggestion waits\n"
    code, _, err = cases("decide", "01", "--accept", "--reason", "x")
    assert (code, "no suggestion has that id" in err) == (2, True)


def test_a_report_that_was_never_linked_is_bad_input(cases) -> None:
    code, _, err = cases("show", "99")
    assert (code, "no report of the number 99 was linked" in err) == (2, True)
