"""The shield: how much one person may be served in a day, and when a break is due. Policy sets it, no person does.

Blur and grey have no proven clinical effect (Lewitzka et al., Psychological Research 2026, doi
10.1007/s00426-026-02241-5: no less anxiety, negative affect or intrusion, even where people chose them). What is left
is to show less, which is what is counted here.
"""

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from clew.ground.retries import latest_end
from clew.records.viewing import Exposure, Filter, TeamExposure, ViewEvent
from clew.settings import Review

# The last 24 hours, not a date: midnight gives a night shift no second budget.
DAY = timedelta(hours=24)


class Stop(enum.StrEnum):
    """Why nothing more is served."""

    LIMIT = "limit"  # the day's servings are used up
    WHOLE_LIMIT = "whole-limit"  # the day's whole servings are; smaller views go on
    BREAK = "break"


def exposure_of(views: Sequence[ViewEvent], at: datetime, policy: Review) -> Exposure:
    """What a person was served within the last day, and what is left to them.

    Args:
        views: theirs, oldest first, of the last day at least.
    """
    # What lies more than a day ahead was dated by a wrong clock; it would bar the person until then.
    recent = [view for view in views if at - DAY < view.at <= at + DAY]
    whole = [view for view in recent if view.filter is Filter.FULL]
    texts = [view for view in recent if not view.filter.shows_pixels]
    run, last_at = _since_break(recent, policy)
    pause_over = None if last_at is None else last_at + timedelta(minutes=policy.break_minutes)
    over = pause_over is not None and not at < pause_over <= latest_end(at, timedelta(minutes=policy.break_minutes))
    due = run >= policy.views_before_break and pause_over is not None and not over
    left = max(0, policy.views_a_day - len(recent))
    return Exposure(
        views=len(recent),
        whole=len(whole),
        partial=len(recent) - len(whole) - len(texts),
        texts=len(texts),
        limit=policy.views_a_day,
        left=left,
        whole_left=min(left, max(0, policy.whole_views_a_day - len(whole))),
        views_to_break=policy.views_before_break if over else max(0, policy.views_before_break - run),
        break_until=pause_over if due else None,
        free_again_at=recent[-policy.views_a_day].at + DAY if 0 < policy.views_a_day <= len(recent) else None,
    )


def stop_of(exposure: Exposure, wanted: Filter) -> Stop | None:
    """Why this view is not served; None when it may be."""
    if exposure.left == 0:
        return Stop.LIMIT
    if exposure.break_until is not None:
        return Stop.BREAK
    return Stop.WHOLE_LIMIT if wanted is Filter.FULL and exposure.whole_left == 0 else None


def said(stop: Stop, exposure: Exposure) -> str:
    """What the person is told, and what they can do instead."""
    if stop is Stop.BREAK and exposure.break_until is not None:
        return (
            f"a break is due until {exposure.break_until:%H:%M} UTC; until then nothing is shown. "
            "You may decide by what is known without opening, or hand the job over"
        )
    if stop is Stop.WHOLE_LIMIT:
        return "no whole view is left to you now; smaller views are, and so is handing the job over"
    free = f"; the next is possible at {exposure.free_again_at:%H:%M} UTC" if exposure.free_again_at else ""
    return (
        f"your {exposure.limit} views of 24 hours are used up{free}. Decisions by what is known without opening, and "
        "reports, go on: an unopened file is reported as not viewed"
    )


def team_of(team: str, counts: Iterable[tuple[int, int]], stops: int, policy: Review) -> TeamExposure:
    """Totals of a team; nothing of one in which a total would point at a person.

    Args:
        counts: views, and whole ones among them, of each person who was served anything.
    """
    found = list(counts)
    if len(found) < policy.smallest_team:
        return TeamExposure(team=team, people=None, views=None, whole=None, stops=None)
    views, whole = (sum(column) for column in zip(*found, strict=True))
    return TeamExposure(team=team, people=len(found), views=views, whole=whole, stops=stops)


def _since_break(views: Sequence[ViewEvent], policy: Review) -> tuple[int, datetime | None]:
    """How many servings came without a pause as long as a break between them, and when the last one ended."""
    pause = timedelta(minutes=policy.break_minutes)
    run, last_at = 0, None
    for view in views:
        if last_at is not None and view.at - last_at >= pause:
            run = 0
        run += 1
        last_at = max(view.at, view.completed_at or view.at)
    return run, last_at
