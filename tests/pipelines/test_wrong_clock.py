"""A clock that was a year ahead for a minute and was put back: nothing at review waits for that year."""

import hashlib

import pytest

from clew.errors import ConflictError, RefusedError
from clew.pipelines import paging, review, serving, views
from clew.pipelines.wrong_clock import mend_times
from clew.records.case import FlagReason
from clew.records.review import Decision, JobState
from clew.records.viewing import Filter
from tests.pipelines.review_house import House, thread
from tests.review.review_records import ADA, BO, HOUR, SENIOR

YEAR = 365


def test_a_lease_of_a_wrong_clock_is_over_and_only_one_of_two_holders_succeeds(any_house: House):
    house = any_house
    content = house.hit(1)
    house.clock.move(days=YEAR)
    lost = house.lease(ADA, content)
    house.clock.move(days=-YEAR)
    assert review.claim_next(house.desk, BO) is None
    assert mend_times(house.desk) == 1
    held = house.lease(BO, content)
    assert held.token > lost.token
    for act in (review.renew, review.release):
        with pytest.raises(ConflictError, match="do not hold this job"):
            act(house.desk, ADA, lost)
    with pytest.raises(ConflictError, match="do not hold this job"):
        house.decide(ADA, lost, content.id, Decision.NOT_LISTED)
    assert house.decide(BO, held, content.id, Decision.NOT_LISTED).verdict is not None
    with house.store.read() as reader:
        assert [each.by for each in reader.verdicts_of(content.case_id)] == [BO.id]
    assert house.audit("review.mend_times")[0]["leased"] is True


def test_who_held_a_lease_of_a_wrong_clock_is_told_even_before_another_has_the_job(any_house: House):
    content = any_house.hit(1)
    any_house.clock.move(days=YEAR)
    lost = any_house.lease(ADA, content)
    any_house.clock.move(days=-YEAR)
    mend_times(any_house.desk)
    with pytest.raises(ConflictError):
        any_house.decide(ADA, lost, content.id, Decision.NOT_LISTED)


def test_an_urgent_job_of_a_wrong_clock_begins_now_and_its_steps_come(any_house: House):
    house = any_house.under(page_webhook="https://hook.example/x")
    house.clock.move(days=YEAR)
    first = house.flag(FlagReason.EXTORTION, messages=thread("a")).content
    house.clock.move(days=-YEAR)
    later = house.flag(FlagReason.EXTORTION, "account-8", messages=thread("b")).content
    mend_times(house.desk)
    now = house.clock.now
    job = house.job(first)
    assert job.since <= now
    assert job.due_at == job.since + HOUR
    house.clock.move(hours=1)
    paging.due_pages(house.desk)
    assert {event["subject"] for event in house.audit("review.page") if event["step"] == "over"} == {
        f"case:{first.case_id}", f"case:{later.case_id}",
    }  # fmt: skip


def test_a_delay_of_one_person_that_a_wrong_clock_has_set_is_over(any_house: House):
    house = any_house.under(one_person=True, four_eyes="all")
    content = house.hit(1)
    house.clock.move(days=YEAR)
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    house.clock.move(days=-YEAR)
    assert review.claim_next(house.desk, ADA) is None
    assert mend_times(house.desk) == 1
    done = house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    assert done.job.state is JobState.DECIDED
    assert mend_times(house.desk) == 0


def test_what_a_right_clock_has_set_is_left_alone(any_house: House):
    house = any_house.under(one_person=True, four_eyes="all")
    content, other = house.hit(1), house.hit(2, "account-8")
    house.decide(ADA, house.lease(ADA, content), content.id, Decision.NOT_LISTED)
    held = house.lease(ADA, other)
    house.clock.move(minutes=-4)
    before = [house.job(each) for each in (content, other)]
    assert mend_times(house.desk) == 0
    assert [house.job(each) for each in (content, other)] == before
    assert before[1].lease == held


def test_a_serving_that_a_wrong_clock_dated_ahead_is_not_confirmed_now(house: House):
    content = house.sealed_hit(1)
    house.clock.move(days=YEAR)
    lease = house.lease(ADA, content)
    asked = views.Asked(content_id=content.id, filter=Filter.FULL)
    view = views.request_view(house.desk, ADA, lease, asked, proved_at=house.clock.now)
    begun = serving.begin_serving(house.desk, ADA, lease.job_id, view.event.id)
    arrived = b"".join(serving.stream_whole(house.desk, begun))
    house.clock.move(days=-YEAR)
    proof = hashlib.sha256(view.event.id.encode() + arrived).digest()
    with pytest.raises(RefusedError, match="is confirmed within"):
        serving.confirm_view(house.desk, ADA, view.event.id, proof=proof)


def test_views_of_a_wrong_clock_bar_nobody_for_a_year(any_house: House):
    house = any_house.under(views_a_day=1, views_before_break=1)
    content = house.sealed_hit(1)
    house.clock.move(days=YEAR)
    asked = views.Asked(content_id=content.id, filter=Filter.FULL)
    views.request_view(house.desk, SENIOR, house.lease(SENIOR, content), asked, proved_at=house.clock.now)
    assert views.own_exposure(house.desk, SENIOR).left == 0
    house.clock.move(days=-YEAR)
    exposure = views.own_exposure(house.desk, SENIOR)
    assert (exposure.left, exposure.break_until) == (1, None)
