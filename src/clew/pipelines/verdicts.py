"""Decide about one content of a job, ask for a second look at it, and take a decision back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import ConflictError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.pipelines.review_steps import (
    ask,
    at_job,
    content_of,
    is_held,
    raise_lane,
    standing_on,
    take_back,
    take_verdict,
)
from clew.pipelines.settling import Recorded, settle_job
from clew.pipelines.views import earlier_verdict
from clew.records.case import Case, Content
from clew.records.identifiers import ContentId, VerdictId
from clew.records.people import User
from clew.records.review import (
    AppealState,
    AskReason,
    Decision,
    FileAnnotation,
    IndustryClass,
    JobState,
    Lane,
    Lease,
    ReviewJob,
    SecondOpinion,
    Verdict,
    VerdictStanding,
)
from clew.review import decide, queue


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictGiven:
    """What a person decides about one content.

    Attributes:
        child_in_danger: a child may be in danger now: the job goes into the lane of live danger, whatever else is said.
    """

    content_id: ContentId
    decision: Decision
    industry_class: IndustryClass | None = None
    annotations: tuple[FileAnnotation, ...] = ()
    child_in_danger: bool = False


def record_verdict(desk: ReviewDesk, who: User, lease: Lease, given: VerdictGiven) -> Recorded:
    """The person's name stands under a decision about one content; the job goes on as the rules say.

    Raises:
        ConflictError: the lease is over, or the content is decided for good.
        NotFoundError: the job has no such content.
        RefusedError: the second look must be another's, or, alone, comes later.
    """
    decide.demand_policy(desk.policy)

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> Recorded:
        content = content_of(unit, job, given.content_id)
        _demand_undecided(unit, job, content)
        if given.child_in_danger:
            job = raise_lane(unit, desk, job, Lane.LIVE_DANGER, at, who.actor)
        if given.decision is Decision.CANNOT_TELL:
            ask(unit, who, job, content.id, AskReason.UNSURE, None, at)
            return settle_job(unit, desk, job, who, at)
        verdict = _decide(unit, desk, who, case, job, content, given, at)
        settled = settle_job(unit, desk, job, who, at)
        return replace(settled, verdict=verdict)

    return at_job(desk, who, lease, work)


def ask_second(
    desk: ReviewDesk, who: User, lease: Lease, content_id: ContentId, reason: AskReason = AskReason.UNSURE
) -> Recorded:
    """A second look is asked for, whatever the rule says; a final verdict on the content is provisional again.

    Raises:
        ConflictError: the lease is over, or an appeal against what stands on it is open.
        NotFoundError: the job has no such content.
        RefusedError: a final verdict stands on it that the person may not take back.
    """

    def work(unit: UnitOfWork, at: datetime, _: Case, job: ReviewJob) -> Recorded:
        content = content_of(unit, job, content_id)
        standing = standing_on(unit, job, content.id)
        if any(each.standing is VerdictStanding.FINAL for each in standing):
            _demand_may_reverse(who, standing, holds=True)
            _demand_no_appeal(unit, job, standing)
            for each in standing:
                unit.forget_known(each.id)
        unit.set_standing([each.id for each in standing], VerdictStanding.PROVISIONAL)
        ask(unit, who, job, content.id, reason, standing[-1].id if standing else None, at)
        return settle_job(unit, desk, job, who, at)

    return at_job(desk, who, lease, work)


def reverse(desk: ReviewDesk, who: User, verdict_id: VerdictId, reason: AskReason) -> ReviewJob:
    """The verdict is taken back, with every other on its content, and the content is to be decided again.

    One's own while one holds the job; any other is a senior reviewer's to take back. What a report has said already is
    not unsaid: an alert stands until somebody has corrected it.

    Raises:
        NotFoundError: there is no such verdict.
        RefusedError: neither of the two.
        ConflictError: it was reversed before, or an appeal against it is open.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        case, job, verdict = take_verdict(unit, verdict_id)
        holds = is_held(job, at) and job.lease is not None and job.lease.holder == who.id
        if verdict.standing is VerdictStanding.REVERSED:
            raise ConflictError("this verdict was reversed already")
        together = standing_on(unit, job, verdict.content_id)
        _demand_may_reverse(who, together, holds=holds)
        _demand_no_appeal(unit, job, together)
        take_back(unit, case, together, at)
        _withdraw_asks(unit, job, {each.id for each in together}, who, at)
        note(unit, at, who.actor, "review.reverse", case.id, verdict=verdict.id, reason=reason)
        if job.state is JobState.DECIDED:
            job = replace(job, since=at, due_at=queue.due_at(job.lane, at, desk.policy))
        return settle_job(unit, desk, job, who if holds else None, at).job

    return desk.store.transact(work)


def _withdraw_asks(unit: UnitOfWork, job: ReviewJob, fallen: set[VerdictId], who: User, at: datetime) -> None:
    """What the rule asked of a verdict that stands no more is not asked any more; what a person asked stays."""
    for each in unit.opinions_of(job.id):
        if each.answered_at is None and each.first in fallen and each.reason in {AskReason.RULE, AskReason.DIFFER}:
            unit.put_opinion(replace(each, answered_by=who.id, answered_at=at))


def may_take_back(who: User, together: Sequence[Verdict], *, holds: bool) -> bool:
    """Whether a person may take back all that stands on one content: their own while they hold the job."""
    return senior(who) or (holds and all(each.by == who.id for each in together))


def _demand_may_reverse(who: User, together: Sequence[Verdict], *, holds: bool) -> None:
    if not may_take_back(who, together, holds=holds):
        raise RefusedError("only a senior reviewer takes back a verdict of another, or of a job that they do not hold")


def _demand_no_appeal(unit: UnitOfWork, job: ReviewJob, together: Sequence[Verdict]) -> None:
    """ConflictError while an appeal is open: who gave the verdict does not take it back and give it again meanwhile."""
    ids = {each.id for each in together}
    if any(each.state is AppealState.OPEN and each.verdict_id in ids for each in unit.appeals_of(job.case_id)):
        raise ConflictError("an appeal against this verdict is open; whoever answers it says whether it stands")


def _demand_undecided(unit: UnitOfWork, job: ReviewJob, content: Content) -> None:
    """ConflictError when a final verdict stands and no second look is due: it is reversed, never overwritten."""
    before = standing_on(unit, job, content.id)
    if (
        before
        and not _open_opinions(unit, job, content)
        and all(each.standing is VerdictStanding.FINAL for each in before)
    ):
        raise ConflictError("this content is decided; reverse the verdict to decide it again")


def _open_opinions(unit: UnitOfWork, job: ReviewJob, content: Content) -> list[SecondOpinion]:
    return [each for each in unit.opinions_of(job.id) if each.content_id == content.id and each.answered_at is None]


def _decide(
    unit: UnitOfWork,
    desk: ReviewDesk,
    who: User,
    case: Case,
    job: ReviewJob,
    content: Content,
    given: VerdictGiven,
    at: datetime,
) -> Verdict:
    before = standing_on(unit, job, content.id)
    open_opinions = _open_opinions(unit, job, content)
    settled = decide.settle(
        given.decision,
        who.id,
        at,
        before,
        lane=job.lane,
        earlier=_earlier(unit, content),
        senior=senior(who),
        policy=desk.policy,
        asked=open_opinions,
    )
    verdict = Verdict(
        id=VerdictId(new_id(at)),
        job_id=job.id,
        case_id=job.case_id,
        content_id=content.id,
        by=who.id,
        at=at,
        decision=given.decision,
        standing=settled.standing,
        industry_class=given.industry_class,
        annotations=tuple(sorted(set(given.annotations))),
        confirms=settled.confirms,
        self_review=settled.self_review,
        opened=any(view.opened and view.person == who.id for view in unit.views_of(content.id)),
    )
    unit.set_standing(settled.final, VerdictStanding.FINAL)
    take_back(unit, case, [each for each in before if each.id in settled.reversed], at)
    unit.add_verdict(verdict)
    # Of bytes that never came here the digest is but claimed: it must not speak for those of another upload.
    if verdict.standing is VerdictStanding.FINAL and content.sha256 is not None and content.object_id is not None:
        unit.put_known(content.sha256, verdict.id)
    for each in open_opinions:
        unit.put_opinion(replace(each, answer=verdict.id, answered_by=who.id, answered_at=at))
    if settled.standing is VerdictStanding.PROVISIONAL:
        reason = AskReason.DIFFER if settled.confirms else AskReason.RULE
        ask(unit, who, job, content.id, reason, verdict.id, at)
    note(
        unit,
        at,
        who.actor,
        "review.verdict",
        job.case_id,
        decision=given.decision,
        standing=settled.standing,
        opened=verdict.opened,
        second_look=settled.confirms is not None,
        self_review=settled.self_review,
    )
    return verdict


def _earlier(unit: UnitOfWork, content: Content) -> Decision | None:
    """What was decided for good on identical bytes."""
    verdict = earlier_verdict(unit, content)
    return verdict.decision if verdict else None
