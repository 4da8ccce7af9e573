"""The rules of a verdict: who must look again, when two looks agree, and what a job waits for next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.errors import InputError, RefusedError
from clew.records.case import Content
from clew.records.identifiers import ContentId, UserId, VerdictId
from clew.records.review import (
    Decision,
    JobState,
    Lane,
    Look,
    SecondOpinion,
    Verdict,
    VerdictStanding,
)
from clew.settings import Review

FOUR_EYES = ("none", "unlisted", "reportable", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a new verdict on a content leads to.

    Attributes:
        standing: of the new verdict.
        confirms: the earlier one that it is the second look at.
        final, reversed: earlier ones that are final, or fall, by it.
        self_review: the same person gave both looks.
    """

    standing: VerdictStanding
    confirms: VerdictId | None = None
    final: tuple[VerdictId, ...] = ()
    reversed: tuple[VerdictId, ...] = ()
    self_review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a job waits for.

    Attributes:
        left_to_holder: contents that the person who holds it can still decide.
        not_by: people who can decide nothing of what is left.
        not_before: the delay of a self-review.
    """

    state: JobState
    look: Look
    left_to_holder: tuple[ContentId, ...] = ()
    not_by: tuple[UserId, ...] = ()
    not_before: datetime | None = None


def demand_policy(policy: Review) -> None:
    """InputError when a setting of the review section is no rule that there is."""
    if policy.four_eyes not in FOUR_EYES:
        raise InputError(f"review.four_eyes must be one of {', '.join(FOUR_EYES)}, got '{policy.four_eyes}'")


def needs_second(decision: Decision, lane: Lane, earlier: Decision | None, policy: Review) -> bool:
    """Whether a first verdict waits for another person.

    Args:
        earlier: what was decided for good on identical bytes; the same decision needs no second look again.
    """
    if lane.urgent and not decision.reportable:
        return True  # it would end an urgent job: the one mistake that nobody would notice
    if earlier is not None and earlier.reportable == decision.reportable:
        return False
    rule = policy.four_eyes
    return (
        rule == "all"
        or (rule == "reportable" and decision.reportable)
        or (rule == "unlisted" and decision is Decision.NOT_LISTED)
    )


def may_file(verdict: Verdict, lane: Lane) -> bool:
    """Whether a report may rest on it: a final one, and in an urgent lane a first one too. Second looks never delay."""
    if not verdict.decision.reportable:
        return False
    return verdict.standing is VerdictStanding.FINAL or (
        lane.urgent and verdict.standing is VerdictStanding.PROVISIONAL
    )


def settle(
    decision: Decision,
    by: UserId,
    at: datetime,
    before: Sequence[Verdict],
    *,
    lane: Lane,
    earlier: Decision | None,
    senior: bool,
    policy: Review,
) -> Settled:
    """What becomes of a new verdict and of those that wait for a second look, of one content.

    Args:
        before: the content's verdicts that are not reversed, oldest first.
        earlier: see `needs_second`.
        senior: whether the person is a senior reviewer, whose word ends a difference.
    Raises:
        RefusedError: it is the person's own verdict that is looked at again, and the delay is not over.
    """
    waiting = [each for each in before if each.standing is VerdictStanding.PROVISIONAL]
    if not waiting:
        second = needs_second(decision, lane, earlier, policy)
        replaced = tuple(each.id for each in before)
        standing = VerdictStanding.PROVISIONAL if second else VerdictStanding.FINAL
        return Settled(standing=standing, reversed=replaced)
    own = any(each.by == by for each in waiting)
    if own:
        _demand_delay(waiting[-1].at, at, policy)
    agreeing = tuple(each.id for each in waiting if each.decision.reportable == decision.reportable)
    differing = tuple(each.id for each in waiting if each.id not in agreeing)
    if differing and not (own or senior):
        return Settled(standing=VerdictStanding.PROVISIONAL, confirms=waiting[0].id)
    return Settled(
        standing=VerdictStanding.FINAL, confirms=waiting[0].id, final=agreeing, reversed=differing, self_review=own
    )


def waits_for(
    contents: Sequence[Content],
    verdicts: Sequence[Verdict],
    opinions: Sequence[SecondOpinion],
    *,
    holder: UserId | None,
    senior: bool,
    escalated: bool,
    policy: Review,
) -> Waiting:
    """What a job waits for after an act of its holder, from everything that was decided.

    Args:
        holder: who holds it; None when nobody does.
        escalated: it went up to senior people and stays there.
    """
    open_points = [point for each in contents if (point := _point(each.id, verdicts, opinions, policy)) is not None]
    if not open_points:
        return Waiting(state=JobState.DECIDED, look=Look.FIRST)
    for_all = [point for point in open_points if not point.senior]
    look = Look.FIRST if any(point.fresh for point in for_all) else Look.SECOND
    if escalated or not for_all:
        look = Look.SENIOR
    left = tuple(
        point.content_id
        for point in open_points
        if holder is not None
        and holder not in point.barred
        and point.not_before is None
        and (senior or not point.senior)
    )
    barred = set.intersection(*(set(point.barred) for point in open_points))
    delays = [point.not_before for point in open_points]
    not_before = None if None in delays else min(each for each in delays if each is not None)
    return Waiting(
        state=JobState.HELD if left else JobState.WAITING,
        look=look,
        left_to_holder=left,
        not_by=() if policy.one_person else tuple(sorted(barred)),
        not_before=not_before if policy.one_person else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A content on which a word is still to be said, and by whom not."""

    content_id: ContentId
    fresh: bool = False  # nobody has said anything of it
    barred: tuple[UserId, ...] = ()
    senior: bool = False
    not_before: datetime | None = None


def _point(
    content_id: ContentId, verdicts: Sequence[Verdict], opinions: Sequence[SecondOpinion], policy: Review
) -> _Point | None:
    of_it = [each for each in verdicts if each.content_id == content_id]
    standing = [each for each in of_it if each.standing is not VerdictStanding.REVERSED]
    waiting = [each for each in standing if each.standing is VerdictStanding.PROVISIONAL]
    asked = [each for each in opinions if each.content_id == content_id and each.answered_at is None]
    if not waiting and not asked:
        return None if standing else _Point(content_id=content_id, fresh=True)
    moments = [each.at for each in waiting] + [each.asked_at for each in asked]
    return _Point(
        content_id=content_id,
        barred=() if policy.one_person else tuple(sorted({v.by for v in waiting} | {o.asked_by for o in asked})),
        senior=len({each.decision.reportable for each in waiting}) > 1,
        not_before=max(moments) + timedelta(hours=policy.self_review_hours) if policy.one_person else None,
    )


def _demand_delay(first_at: datetime, at: datetime, policy: Review) -> None:
    if not policy.one_person:
        raise RefusedError("the second look must be another person's: this verdict is yours")
    free_at = first_at + timedelta(hours=policy.self_review_hours)
    if at < free_at:
        raise RefusedError(
            f"you may look at your own verdict again from {free_at:%Y-%m-%d %H:%M} UTC (review.self_review_hours)"
        )
