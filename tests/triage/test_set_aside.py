from datetime import UTC, datetime

import pytest

from clew.records.triage import Disposition, Reason, WakeUp
from clew.triage.set_aside import out_of_reach

AT = datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize("reason", Reason)
def test_volume_alone_never_wakes_and_danger_always_does(reason: Reason) -> None:
    aside = Disposition(reason=reason, at=AT, rule="1", score=0.0)
    assert not aside.woken_by(WakeUp.MORE_COPIES)
    assert all(aside.woken_by(each) for each in (WakeUp.DANGER, WakeUp.NEW_LINK, WakeUp.NEW_FILE, WakeUp.PERSON))


def test_an_answer_of_the_sender_wakes_what_was_asked_about_and_a_copy_waits_in_its_row() -> None:
    assert Disposition(reason=Reason.ASKED, at=AT, rule="1", score=0.0).woken_by(WakeUp.ANSWER)
    assert not Disposition(reason=Reason.COPY, at=AT, rule="1", score=0.0).woken_by(WakeUp.SCORE)


def test_out_of_reach_says_what_was_reached() -> None:
    aside = out_of_reach(AT, rule="1", score=0.2, reached=0.9)
    assert (aside.reason, aside.score, aside.reached) == (Reason.OUT_OF_REACH, 0.2, 0.9)
