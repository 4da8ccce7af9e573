"""Lanes, clocks, leases, and the steps at which people on call are told."""

from dataclasses import replace

import pytest

from clew.errors import ConflictError, RefusedError
from clew.records.case import FlagReason
from clew.records.review import JobState, Lane, Look
from clew.review import queue
from clew.review.queue import PageStep
from clew.settings import Review
from tests.review.review_records import ADA, BO, HOUR, MINUTE, NOON, job_of, lease_of

POLICY = Review()


def test_lanes_are_ordered_from_danger_to_ordinary_and_only_the_last_has_no_clock():
    assert min(Lane, key=lambda lane: lane.rank) is Lane.LIVE_DANGER
    assert [lane.rank for lane in Lane] == [0, 1, 2, 3, 4]
    assert [queue.due_at(lane, NOON, POLICY) for lane in Lane] == [
        NOON + 15 * MINUTE, NOON + HOUR, NOON + HOUR, NOON + HOUR, None,
    ]  # fmt: skip


def test_each_lane_has_minutes_of_its_own():
    policy = Review(live_danger_minutes=1, extortion_minutes=2, infant_minutes=3, accessible_child_minutes=4)
    assert [queue.due_at(lane, NOON, policy) for lane in Lane] == [
        *(NOON + each * MINUTE for each in (1, 2, 3, 4)),
        None,
    ]


@pytest.mark.parametrize(
    ("said", "lane"),
    [
        ({"reason": FlagReason.LIVE_DANGER, "infant": True}, Lane.LIVE_DANGER),
        ({"reason": FlagReason.EXTORTION, "accessible_child": True}, Lane.ONGOING_EXTORTION),
        ({"reason": FlagReason.ABUSE_MATERIAL, "infant": True}, Lane.INFANT),
        ({"reason": FlagReason.ENTICEMENT, "accessible_child": True}, Lane.ACCESSIBLE_CHILD),
        ({"reason": FlagReason.OTHER}, Lane.ORDINARY),
        ({"reason": None}, Lane.ORDINARY),
    ],
)
def test_the_most_urgent_of_what_was_said_sets_the_lane(said, lane):
    assert queue.lane_of(said.pop("reason"), **said) is lane


def test_a_more_urgent_lane_begins_a_new_clock_and_ends_a_wish_for_a_lower_one():
    job = job_of(lane=Lane.INFANT, due_at=NOON + HOUR, downgrade_to=Lane.ORDINARY, downgrade_by=ADA.id)
    raised = queue.raised(job, Lane.LIVE_DANGER, NOON + 50 * MINUTE, POLICY)
    assert (raised.lane, raised.due_at, raised.downgrade_to) == (Lane.LIVE_DANGER, NOON + 65 * MINUTE, None)
    assert queue.raised(job, Lane.ORDINARY, NOON, POLICY) is job
    assert queue.raised(job, Lane.INFANT, NOON + MINUTE, POLICY) is job, "as urgent: clock and wish go on"


def test_a_lower_lane_does_not_give_the_time_that_was_used_back():
    job = job_of(lane=Lane.LIVE_DANGER, since=NOON + HOUR, due_at=NOON + HOUR + 15 * MINUTE)
    lowered = queue.lowered(job, Lane.INFANT, POLICY)
    assert (lowered.since, lowered.due_at) == (job.opened_at, NOON + HOUR)


@pytest.mark.parametrize(
    "job",
    [
        job_of(),
        job_of(state=JobState.HELD, lease=lease_of(ADA, token=2)),
        job_of(state=JobState.HELD, lease=lease_of(BO)),
        job_of(state=JobState.HELD, lease=lease_of(ADA, until=NOON)),
    ],
    ids=["nobody's", "newer token", "another's", "run out"],
)
def test_only_the_jobs_own_lease_is_good(job):
    queue.demand_lease(job_of(state=JobState.HELD, lease=lease_of(ADA)), lease_of(ADA), NOON)
    with pytest.raises(ConflictError, match="do not hold this job"):
        queue.demand_lease(job, lease_of(ADA), NOON)


@pytest.mark.parametrize(
    ("job", "kind", "words"),
    [
        (job_of(state=JobState.DECIDED), ConflictError, "is decided"),
        (job_of(not_by=(ADA.id,)), RefusedError, "another person's"),
        (job_of(look=Look.SENIOR), RefusedError, "senior reviewer"),
        (job_of(not_before=NOON + HOUR), RefusedError, "again from 2026-03-08 13:00 UTC"),
        (job_of(state=JobState.HELD, lease=lease_of(BO)), ConflictError, "another person holds"),
    ],
)
def test_who_does_not_get_a_job_is_told_why(job, kind, words):
    error = queue.why_not(job, ADA.id, NOON, senior=False)
    assert type(error) is kind
    assert words in str(error)


def test_a_clock_has_three_steps_and_half_time_is_told_only_when_nobody_works_at_it():
    job = job_of(lane=Lane.INFANT, due_at=NOON + HOUR)
    held = replace(job, state=JobState.HELD, lease=lease_of(ADA, until=NOON + 10 * HOUR))
    half, over = NOON + 30 * MINUTE, NOON + HOUR
    assert queue.steps_due(job, NOON) == [PageStep.OPENED]
    assert queue.steps_due(job, half) == [PageStep.OPENED, PageStep.HALF]
    assert queue.steps_due(held, half) == [PageStep.OPENED]
    left = replace(held, lease=lease_of(ADA, until=half))
    assert queue.steps_due(left, half) == [PageStep.OPENED, PageStep.HALF], "a lease that ran out holds nothing"
    assert queue.steps_due(held, over) == [PageStep.OPENED, PageStep.OVER]
    assert queue.steps_due(replace(job, state=JobState.DECIDED), over) == []
    assert queue.steps_due(job_of(), over) == []
