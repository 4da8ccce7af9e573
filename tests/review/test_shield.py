"""The exposure budget, breaks, and totals that hide no person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.records.viewing import Filter
from clew.review import shield
from clew.review.shield import Stop
from clew.settings import Review
from tests.review.review_records import HOUR, MINUTE, NOON, content_of, view_of

POLICY = Review(views_a_day=6, whole_views_a_day=2, views_before_break=3, break_minutes=15)
FILE = content_of()


def seen(*minutes: int, kind: Filter = Filter.GREY):
    """Views at those minutes before noon."""
    return [
        view_of(place, FILE, filter=kind, at=NOON - minute * MINUTE, completed_at=None)
        for place, minute in enumerate(minutes)
    ]


def test_nothing_served_leaves_the_whole_budget():
    exposure = shield.exposure_of([], NOON, POLICY)
    assert (exposure.views, exposure.left, exposure.whole_left, exposure.views_to_break) == (0, 6, 2, 3)
    assert not exposure.stopped


def test_kinds_of_views_add_up():
    views = seen(600, 550) + seen(500, kind=Filter.FULL) + seen(400, kind=Filter.TEXT) + seen(300, kind=Filter.METADATA)
    exposure = shield.exposure_of(views, NOON, POLICY)
    assert (exposure.whole, exposure.partial, exposure.texts, exposure.views) == (1, 2, 2, 5)


def test_the_day_is_the_last_24_hours_so_that_midnight_gives_no_second_budget():
    views = seen(25 * 60, 23 * 60, 20)
    assert shield.exposure_of(views, NOON, POLICY).views == 2


def test_views_that_a_wrong_clock_dated_ahead_use_up_no_budget_and_no_break():
    ahead = [view_of(each, FILE, at=NOON + 365 * 24 * HOUR, completed_at=None) for each in range(9)]
    exposure = shield.exposure_of(ahead, NOON, POLICY)
    assert (exposure.left, exposure.break_until, exposure.views_to_break) == (6, None, 3)
    hours = shield.exposure_of([replace(each, at=NOON + 5 * HOUR) for each in ahead[:3]], NOON, POLICY)
    assert (hours.left, hours.break_until) == (3, None)


def test_the_limit_stops_everything_and_says_when_it_ends():
    views = seen(600, 500, 400, 300, 200, 100)
    exposure = shield.exposure_of(views, NOON, POLICY)
    assert shield.stop_of(exposure, Filter.BLURRED_GREY) is Stop.LIMIT
    assert exposure.free_again_at == views[0].at + timedelta(hours=24)
    assert "reports, go on" in shield.said(Stop.LIMIT, exposure)
    assert shield.exposure_of(views, NOON + 24 * HOUR, POLICY).left == 6


def test_the_limit_of_whole_views_leaves_the_smaller_ones():
    exposure = shield.exposure_of(seen(600, 500, kind=Filter.FULL), NOON, POLICY)
    assert shield.stop_of(exposure, Filter.FULL) is Stop.WHOLE_LIMIT
    assert shield.stop_of(exposure, Filter.BLURRED) is None


def test_a_break_is_due_after_so_many_views_without_a_pause_and_cannot_be_waited_out_in_views():
    exposure = shield.exposure_of(seen(20, 12, 4), NOON, POLICY)
    assert exposure.break_until == NOON + 11 * MINUTE
    assert shield.stop_of(exposure, Filter.GREY) is Stop.BREAK
    assert shield.stop_of(shield.exposure_of(seen(20, 12, 4), NOON + 11 * MINUTE, POLICY), Filter.GREY) is None


def test_a_pause_as_long_as_a_break_counts_as_one():
    exposure = shield.exposure_of(seen(60, 50, 30, 4), NOON, POLICY)
    assert exposure.break_until is None
    assert exposure.views_to_break == 2


def test_a_serving_that_lasted_counts_from_its_end():
    long_one = view_of(1, FILE, at=NOON - 30 * MINUTE, completed_at=NOON - 5 * MINUTE)
    exposure = shield.exposure_of([long_one], NOON, Review(views_before_break=1, break_minutes=15))
    assert exposure.break_until == NOON + 10 * MINUTE


@pytest.mark.parametrize("policy", [Review(views_a_day=0), Review(views_before_break=0, break_minutes=0)])
def test_policies_at_their_ends_do_not_break(policy):
    exposure = shield.exposure_of(seen(5), NOON, policy)
    assert exposure.left == max(0, policy.views_a_day - 1)


def test_a_team_too_small_to_hide_in_has_no_totals():
    two = shield.team_of("night", [(9, 1), (4, 0)], 1, POLICY)
    assert (two.people, two.views, two.whole, two.stops) == (None, None, None, None)
    three = shield.team_of("day", [(9, 1), (4, 0), (2, 2)], 1, POLICY)
    assert (three.people, three.views, three.whole, three.stops) == (3, 15, 3, 1)
