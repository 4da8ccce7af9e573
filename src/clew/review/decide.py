"""The rules of a verdict: who must look again, when two looks agree, and what a job waits for next."""

from collections.abc import Collection, Sequence
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
_YOURS = "the second look must be another person's: this verdict is yours"
_ASKED = "you asked another person to decide this content; hand the job over"


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
class OpenAppeal:
    """An appeal that waits for its answer.

    Attributes:
        judges: who gave the verdict, or agreed with it.
    """

    at: datetime
    judges: frozenset[UserId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a job waits for.

    Attributes:
        left_to_holder: contents that the person who holds it can decide at that moment.
        not_by: people who can do nothing of what is left.
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
        earlier: what was decided for good on identical bytes; the same decision needs no second look again, and the
            opposite one does wherever second looks are taken at all.
    """
    if lane.urgent and not decision.reportable:
        return True  # it would end an urgent job: the one mistake that nobody would notice
    rule = policy.four_eyes
    if earlier is not None:
        return earlier.reportable != decision.reportable and rule != "none"
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
    asked: Sequence[SecondOpinion] = (),
) -> Settled:
    """What becomes of a new verdict and of those that wait for a second look, of one content.

    Args:
        before: the content's verdicts that are not reversed, oldest first.
        earlier: see `needs_second`.
        senior: whether the person is a senior reviewer, whose word ends a difference.
        asked: second opinions on it that nobody has given.
    Raises:
        RefusedError: it is the person's own verdict that is looked at again, or they asked another to look, and the
            delay of one person is not over.
    """
    waiting = [each for each in before if each.standing is VerdictStanding.PROVISIONAL]
    own = any(each.by == by for each in waiting)
    if own or any(each.asked_by == by for each in asked):
        refusal = why_not_own(_last_word(waiting, asked), at, policy, another=_YOURS if own else _ASKED)
        if refusal:
            raise RefusedError(refusal)
    if not waiting:
        second = needs_second(decision, lane, earlier, policy)
        replaced = tuple(each.id for each in before)
        standing = VerdictStanding.PROVISIONAL if second else VerdictStanding.FINAL
        return Settled(standing=standing, reversed=replaced)
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
    at: datetime,
    policy: Review,
    appeals: Sequence[OpenAppeal] = (),
    seniors: Collection[UserId] = (),
) -> Waiting:
    """What a job waits for after an act of its holder, from everything that was decided.

    Whoever can do any of it may take the job: an appeal, which waits for a senior reviewer, keeps nobody from the rest.

    Args:
        holder: who holds it; None when nobody does.
        escalated: it went up to senior people and stays there.
        appeals: those that are open.
        seniors: who of those that gave a word on it are senior reviewers.
    """
    points = [point for each in contents if (point := _point(each.id, verdicts, opinions, at, policy)) is not None]
    points += [_appealed(each, at, policy) for each in appeals]
    if not points:
        return Waiting(state=JobState.DECIDED, look=Look.FIRST)
    for_all = [] if escalated else [point for point in points if not point.senior]
    left = tuple(
        point.content_id
        for point in points
        if point.content_id is not None
        and holder is not None
        and holder not in point.barred
        and (point.not_before is None or point.not_before <= at)
        and (senior or not point.senior)
    )
    delays = [point.not_before for point in points]
    return Waiting(
        state=JobState.HELD if left else JobState.WAITING,
        look=_look(points, for_all, escalated=escalated),
        left_to_holder=left,
        not_by=tuple(sorted(_barred(points) | (_barred(for_all) - set(seniors)))),
        not_before=None if None in delays else min(each for each in delays if each is not None),
    )


def lone_from(since: datetime, at: datetime, policy: Review) -> datetime | None:
    """From when one person alone may look again at what is their own; None where another person must.

    What was said further ahead of now than the delay is long was said under a wrong clock: its delay is over.
    """
    if not policy.one_person:
        return None
    delay = timedelta(hours=policy.self_review_hours)
    return at if since > at + delay else since + delay


def why_not_own(since: datetime, at: datetime, policy: Review, *, another: str) -> str:
    """Why a person may not look again at what they said at a moment; "" when they may.

    Args:
        another: what is said where another person must.
    """
    free_at = lone_from(since, at, policy)
    if free_at is None:
        return another
    if at >= free_at:
        return ""
    return f"you may look at your own decision again from {free_at:%Y-%m-%d %H:%M} UTC (review.self_review_hours)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """A content on which a word is still to be said, or an appeal, and by whom not."""

    content_id: ContentId | None
    fresh: bool = False  # nobody has said anything of it
    barred: tuple[UserId, ...] = ()
    senior: bool = False
    not_before: datetime | None = None


def _point(
    content_id: ContentId, verdicts: Sequence[Verdict], opinions: Sequence[SecondOpinion], at: datetime, policy: Review
) -> _Point | None:
    of_it = [each for each in verdicts if each.content_id == content_id]
    standing = [each for each in of_it if each.standing is not VerdictStanding.REVERSED]
    waiting = [each for each in standing if each.standing is VerdictStanding.PROVISIONAL]
    asked = [each for each in opinions if each.content_id == content_id and each.answered_at is None]
    if not waiting and not asked:
        return None if standing else _Point(content_id=content_id, fresh=True)
    return _Point(
        content_id=content_id,
        barred=() if policy.one_person else tuple(sorted({v.by for v in waiting} | {o.asked_by for o in asked})),
        senior=len({each.decision.reportable for each in waiting}) > 1,
        not_before=lone_from(_last_word(waiting, asked), at, policy),
    )


def _last_word(waiting: Sequence[Verdict], asked: Sequence[SecondOpinion]) -> datetime:
    """When a content was last said or asked something of that waits for another look."""
    return max([each.at for each in waiting] + [each.asked_at for each in asked])


def _appealed(appeal: OpenAppeal, at: datetime, policy: Review) -> _Point:
    return _Point(
        content_id=None,
        barred=() if policy.one_person else tuple(appeal.judges),
        senior=True,
        not_before=lone_from(appeal.at, at, policy),
    )


def _barred(points: Sequence[_Point]) -> set[UserId]:
    """Who can do none of these."""
    return set.intersection(*(set(point.barred) for point in points)) if points else set()


def _look(points: Sequence[_Point], for_all: Sequence[_Point], *, escalated: bool) -> Look:
    """What the next person is asked for: senior people only when the others can do nothing of it."""
    if for_all:
        return Look.FIRST if any(point.fresh for point in for_all) else Look.SECOND
    return Look.SENIOR if escalated or any(point.content_id is not None for point in points) else Look.APPEAL
