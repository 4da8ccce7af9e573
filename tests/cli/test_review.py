"""`clew review`, on an installation of the test's own."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clew.cli.main import run
from clew.ground.clock import system_clock
from clew.pipelines.flags import Flag, Flagged, flag
from clew.pipelines.installation import open_store
from clew.pipelines.review import claim
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.subjects import put_subject
from clew.pipelines.verdicts import VerdictGiven, record_verdict
from clew.records.case import AlertKind, CaseAlert, FlagReason
from clew.records.identifiers import AlertId
from clew.records.match import Channel
from clew.records.review import Decision, Look
from clew.records.subject import Particulars
from clew.settings import Settings
from tests.parts.stores.store_records import hit_of
from tests.review.review_records import ADA

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
    assert (code, out.startswith("hits opened: 1; cases: ")) == (0, True)
    assert review("open", "none")[0] == 2


def test_an_open_case_is_not_erased_and_nothing_goes_without_a_yes(review: Command, desk: ReviewDesk) -> None:
    subject_id = flag(desk, Flag(subject="account-1", reason=FlagReason.OTHER), actor="key:test").case.subject_id
    code, _, err = review("erase", subject_id, "--ground", "request 4", "--yes")
    assert code == 3
    assert "a case of this subject is open" in err
    # Nobody is asked whether they are sure of what is refused anyway.
    code, out, err = review("erase", subject_id, "--ground", "request 4")
    assert (code, "a case of this subject is open" in err, "Erase it?" in out + err) == (3, True, False)


def decided(desk: ReviewDesk) -> Flagged:
    """A case that somebody has called reportable."""
    flagged = flag(desk, Flag(subject="account-1", reference="upload-1", reason=FlagReason.OTHER), actor="key:test")
    lease = claim(desk, ADA, flagged.job.id).lease
    assert lease is not None
    record_verdict(desk, ADA, lease, VerdictGiven(content_id=flagged.content.id, decision=Decision.SAME_AS_LISTED))
    return flagged


def test_an_appeal_is_passed_on_by_the_platforms_own_words(review: Command, desk: ReviewDesk) -> None:
    flagged = decided(desk)
    assert review("appeal")[0] == 2
    assert review("appeal", "--subject", "account-2")[0] == 2
    code, out, _ = review("appeal", "--subject", "account-1", "--content", "upload-1", "--reference", "ticket 4")
    assert (code, out) == (0, f"1 verdict is appealed against, in 1 case: {flagged.case.id}\n")
    with desk.store.read() as reader:
        assert reader.get_job(flagged.job.id).look is Look.APPEAL


def test_an_alert_says_what_to_do_and_is_ended_with_a_reason(review: Command, desk: ReviewDesk) -> None:
    case_id = flag(desk, Flag(subject="account-1", reason=FlagReason.OTHER), actor="key:test").case.id
    alert = CaseAlert(id=AlertId("alert"), case_id=case_id, kind=AlertKind.PAGE_UNDELIVERED, at=desk.clock())
    desk.store.transact(lambda unit: unit.raise_case_alert(alert))
    shown = review("alerts")[1]
    assert "Nobody on call could be reached" in shown
    assert "the mail server or webhook" in shown
    (line,) = review("alerts", "--json")[1].splitlines()
    assert json.loads(line)["case"] == case_id
    assert review("seen", "alert")[0] == 2
    assert review("seen", "alert", "--because", " ")[0] == 2
    assert review("seen", "alert", "--because", "called them")[0] == 0
    assert review("alerts")[1] == "no alert stands\n"


def test_a_person_is_erased_by_the_platforms_own_reference(review: Command, desk: ReviewDesk) -> None:
    flag(desk, Flag(subject="account-1", reason=FlagReason.OTHER), actor="key:test")
    code, _, err = review("erase", "account-1", "--ground", "request 4", "--yes")
    assert (code, "a case of this subject is open" in err) == (3, True)
    put_subject(desk, "account-2", Particulars(screen_name="Heron"), actor="key:test")
    assert review("erase", "account-2", "--ground", "request 5", "--yes")[0] == 0
    assert review("erase", "account-2", "--ground", "request 5", "--yes")[0] == 2
