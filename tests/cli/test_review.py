"""`clew review`, on an installation of the test's own."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.ground.clock import system_clock
from clew.pipelines.cases import Flag, flag
from clew.pipelines.installation import open_store
from clew.pipelines.review_desk import ReviewDesk
from clew.records.case import FlagReason
from clew.records.match import Channel
from clew.settings import Settings
from tests.parts.stores.store_records import hit_of

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(tmp_path: Path):
    settings = Settings(data_dir=tmp_path / "data")
    store = open_store(settings)
    yield ReviewDesk(store=store, policy=settings.review, clock=system_clock, environment="test", step_up_minutes=15)
    store.close()


@pytest.fixture
def review(tmp_path: Path, capfd: pytest.CaptureFixture[str], desk: ReviewDesk) -> Command:
    def command(*words: str) -> tuple[int, str, str]:
        code = run(["--data-dir", str(tmp_path / "data"), "review", *words])
        return code, *capfd.readouterr()

    return command


def test_an_empty_queue_says_what_would_fill_it(review: Command) -> None:
    assert "no job waits; jobs come from hits and flags" in review("show")[1]
    assert review("alerts")[1] == "no alert stands\n"


def test_the_queue_is_shown_without_any_name(review: Command, desk: ReviewDesk) -> None:
    flag(desk, Flag(subject="account-1", reason=FlagReason.OTHER), actor="key:test")
    flag(desk, Flag(subject="account-2", reason=FlagReason.LIVE_DANGER), actor="key:test")
    code, out, _ = review("show", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, [each["lane"] for each in lines]) == (0, ["live-danger", "ordinary"])
    assert len(review("show", "--urgent", "--json")[1].splitlines()) == 1
    assert "account" not in out + review("show")[1]


def test_hits_of_a_folder_run_are_opened(review: Command, desk: ReviewDesk) -> None:
    hit = replace(hit_of(1), channel=Channel.FOLDER)
    desk.store.transact(lambda unit: unit.add_hits([hit]))
    code, out, _ = review("open", hit.id)
    assert (code, out.startswith("1 hits stand in 1 cases: ")) == (0, True)
    assert review("open", "none")[0] == 2


def test_an_open_case_is_not_erased_and_nothing_goes_without_a_yes(review: Command, desk: ReviewDesk) -> None:
    subject_id = flag(desk, Flag(subject="account-1", reason=FlagReason.OTHER), actor="key:test").case.subject_id
    code, _, err = review("erase", subject_id, "--ground", "request 4", "--yes")
    assert code == 3
    assert "a case of this subject is open" in err
    assert review("erase", subject_id, "--ground", "request 4")[0] != 0
