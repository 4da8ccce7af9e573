"""The queue worked by command, from listing to outcome."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.parts.stores.base import Store
from tests.pipelines.queue_house import QueueHouse
from tests.triage.facts import PLAIN, incident

Clew = Callable[..., tuple[int, str]]


@pytest.fixture
def house(store: Store) -> QueueHouse:
    return QueueHouse(store)


@pytest.fixture
def clew(house: QueueHouse, sqlite_url: str, capfd: pytest.CaptureFixture[str]) -> Clew:
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent

    def command(*words: str) -> tuple[int, str]:
        code = run(["--data-dir", str(folder), "queue", *words])
        read = capfd.readouterr()
        return code, read.out + read.err

    return command


def test_the_queue_is_listed_in_its_order_as_a_table_and_as_lines(clew: Clew, house: QueueHouse) -> None:
    house.ordered(PLAIN)
    house.ordered(incident(urgent_because="now"))
    code, text = clew("list")
    assert code == 0
    assert [line.split()[0] for line in text.splitlines()[1:] if line.split()[0].isdigit()][:2] == ["2", "1"]
    assert "2 wait, 1 of them ahead of every score; 0 are held" in text
    (line,) = clew("list", "--urgent", "--json")[1].splitlines()
    assert json.loads(line) | {"place": 2, "overrides": ["child-in-danger"], "model": "prior-2026-11"} == json.loads(
        line
    )


def test_a_place_is_taken_decided_taken_back_and_closed(clew: Clew, house: QueueHouse) -> None:
    house.ordered(PLAIN)
    token = str(json.loads(clew("next", "--json")[1])["token"])
    assert clew("next")[0] == 2
    code, text = clew("decide", "1", "close", "--token", token, "--reason", "spam", "--not-urgent")
    assert (code, "is decided: close" in text) == (0, True)
    decision = text.split()[-1]
    assert clew("undo", decision)[0] == 0
    code, text = clew("claim", "1")
    assert "base" in text
    assert "missing: nothing names the account" in text
    assert clew("release", "1", "--token", "2")[0] == 0
    assert clew("release", "1", "--token", "2")[0] != 0


def test_an_outcome_is_recorded(clew: Clew, house: QueueHouse) -> None:
    house.ordered(PLAIN)
    assert clew("outcome", "1", "not-actionable", "--reason", "no-time", "--at", "2025-03-08")[0] == 0
    assert clew("outcome", "1", "not-actionable")[0] == 2
    assert clew("outcome", "9", "arrest")[0] == 2


def test_what_cannot_be_told_yet_is_refused_with_what_is_missing(clew: Clew) -> None:
    code, text = clew("audit", "--since", "2025-03-01", "--until", "2025-03-08")
    assert (code, "none was" in text) == (2, True)
    code, text = clew("learn")
    assert (code, "300 or more" in text) == (3, True)


def test_models_are_shown_with_their_cards_and_put_into_force(clew: Clew) -> None:
    assert "prior-2026-11" in clew("models")[1]
    assert json.loads(clew("models", "--json")[1])["in_force"] is True
    assert "learnt from no outcomes" in clew("card", "prior-2026-11")[1]
    assert clew("put-model", "prior-2026-11")[0] == 0
    assert clew("put-model", "no-such")[0] == 2


def test_a_simulation_and_the_queue_are_not_asked_for_at_once(clew: Clew) -> None:
    assert clew("--simulate", "list")[0] == 2
    assert clew()[0] == 2
