"""Work at the queue: claim a job, decide, ask for another look, hand it on, take a decision back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from clew.errors import ConflictError, NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.cases import close_case
from clew.pipelines.holds import end_open_case, keep_open_case
from clew.pipelines.paging import tell
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.records.case import AlertKind, Case, CaseAlert, CaseState, Content
from clew.records.identifiers import AlertId, AppealId, ContentId, JobId, OpinionId, UserId, VerdictId
from clew.records.people import User
from clew.records.review import (
    Appeal,
    AppealState,
    AskReason,
    Decision,
    Escalation,
    FileAnnotation,
    IndustryClass,
    JobState,
    Lane,
    Lease,
    Look,
    ReviewJob,
    SecondOpinion,
    Verdict,
    VerdictStanding,
)
from clew.review import decide, queue

T = TypeVar("T")

# How many jobs are tried for the next: others may take the first ones at the same moment.
_TRIED = 16


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a decision.

    Attributes:
        verdict: None when the person could not tell.
        left: contents of the job that the person can still decide.
    """

    verdict: Verdict | None
    job: ReviewJob
    left: tuple[ContentId, ...]


# ---------------------------------------------------------------- taking and leaving


def claim(desk: ReviewDesk, who: User, job_id: JobId) -> ReviewJob:
    """The person holds the job.

    Raises:
        ConflictError: another holds it, or it is decided.
        RefusedError: the next look must be another's, or later, or a senior reviewer's.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        lease = unit.try_claim(job_id, who.id, at, _until(desk, at), senior=senior(who))
        job = unit.get_job(job_id)
        if lease is None:
            raise queue.why_not(job, who.id, at, senior=senior(who))
        note(unit, at, who.actor, "review.claim", job.case_id, token=lease.token)
        return job

    return desk.store.transact(work)


def claim_next(desk: ReviewDesk, who: User) -> ReviewJob | None:
    """The person holds the most urgent job that is open to them; None when there is none."""
    at = desk.clock()
    wanted = JobFilter(open_to=who.id, senior=senior(who), at=at, limit=_TRIED)

    def work(unit: UnitOfWork) -> ReviewJob | None:
        for job in unit.jobs(wanted):
            lease = unit.try_claim(job.id, who.id, at, _until(desk, at), senior=senior(who))
            if lease is not None:
                note(unit, at, who.actor, "review.claim", job.case_id, token=lease.token)
                return unit.get_job(job.id)
        return None

    return desk.store.transact(work)


def renew(desk: ReviewDesk, who: User, lease: Lease) -> Lease:
    """The lease lasts longer. ConflictError when it ran out or another holds the job: then all of it is theirs."""
    at = desk.clock()

    def work(unit: UnitOfWork) -> Lease:
        _demand_own(lease, who)
        renewed = unit.try_renew(lease, at, _until(desk, at))
        if renewed is None:
            queue.demand_lease(unit.get_job(lease.job_id), replace(lease, token=-1), at)
            raise AssertionError("a lease that could not be renewed was good")
        note(unit, at, who.actor, "review.renew", unit.get_job(lease.job_id).case_id, token=lease.token)
        return renewed

    return desk.store.transact(work)


def release(desk: ReviewDesk, who: User, lease: Lease) -> ReviewJob:
    """The job waits again; what was decided stays."""
    return hand_over(desk, who, lease, AskReason.SHIFT_ENDS)


def hand_over(desk: ReviewDesk, who: User, lease: Lease, reason: AskReason) -> ReviewJob:
    """The job waits for another person, with its verdicts, its clock and its lane."""

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> ReviewJob:
        note(unit, at, who.actor, "review.hand_over", case.id, reason=reason)
        return _settle_job(unit, desk, replace(job, state=JobState.WAITING), None, at).job

    return _at_job(desk, who, lease, work)


def leave_for_exposure(unit: UnitOfWork, desk: ReviewDesk, who: User, job: ReviewJob, at: datetime) -> None:
    """Within a transaction that took the job: it goes on to others, because its holder's exposure is used up."""
    note(unit, at, who.actor, "review.hand_over", job.case_id, reason=AskReason.EXPOSURE)
    _settle_job(unit, desk, replace(job, state=JobState.WAITING), None, at)


def escalate(desk: ReviewDesk, who: User, lease: Lease, reason: AskReason) -> ReviewJob:
    """The job waits for a senior reviewer."""

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> ReviewJob:
        unit.add_escalation(Escalation(id=OpinionId(new_id(at)), job_id=job.id, by=who.id, at=at, reason=reason))
        note(unit, at, who.actor, "review.escalate", case.id, reason=reason)
        changed = replace(job, state=JobState.WAITING, look=Look.SENIOR)
        unit.change_job(changed)
        return unit.get_job(job.id)

    return _at_job(desk, who, lease, work)


# ---------------------------------------------------------------- deciding


def record_verdict(desk: ReviewDesk, who: User, lease: Lease, given: VerdictGiven) -> Recorded:
    """The person's name stands under a decision about one content; the job goes on as the rules say.

    Raises:
        ConflictError: the lease is over, or the content is decided for good.
        RefusedError: the second look must be another's.
    """
    decide.demand_policy(desk.policy)

    def work(unit: UnitOfWork, at: datetime, _: Case, job: ReviewJob) -> Recorded:
        content = _content_of(unit, job, given.content_id)
        if given.child_in_danger:
            job = _raise_lane(unit, desk, job, Lane.LIVE_DANGER, at, who.actor)
        if given.decision is Decision.CANNOT_TELL:
            _ask(unit, who, job, content.id, AskReason.UNSURE, None, at)
            return _settle_job(unit, desk, job, who, at)
        verdict = _decide(unit, desk, who, job, content, given, at)
        settled = _settle_job(unit, desk, job, who, at)
        return replace(settled, verdict=verdict)

    return _at_job(desk, who, lease, work)


def ask_second(
    desk: ReviewDesk, who: User, lease: Lease, content_id: ContentId, reason: AskReason = AskReason.UNSURE
) -> Recorded:
    """Another person looks at one content too, whatever the rule says."""

    def work(unit: UnitOfWork, at: datetime, _: Case, job: ReviewJob) -> Recorded:
        content = _content_of(unit, job, content_id)
        standing = [each.id for each in _standing(unit, job) if each.content_id == content.id]
        first = standing[-1] if standing else None
        unit.set_standing(standing, VerdictStanding.PROVISIONAL)
        _ask(unit, who, job, content.id, reason, first, at)
        return _settle_job(unit, desk, job, who, at)

    return _at_job(desk, who, lease, work)


def reverse(desk: ReviewDesk, who: User, verdict_id: VerdictId, reason: AskReason) -> ReviewJob:
    """The verdict is taken back, with every other on its content, and the content is to be decided again.

    One's own while one holds the job; any other is a senior reviewer's to take back. What a report has said already is
    not unsaid: an alert stands until somebody has corrected it.

    Raises:
        RefusedError: neither of the two.
        ConflictError: it was reversed before.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        case, job, verdict = _take_verdict(unit, verdict_id)
        holds = _is_held(job, at) and job.lease is not None and job.lease.holder == who.id
        if verdict.standing is VerdictStanding.REVERSED:
            raise ConflictError("this verdict was reversed already")
        together = [each for each in _standing(unit, job) if each.content_id == verdict.content_id]
        own = holds and all(each.by == who.id for each in together)
        if not senior(who) and not own:
            raise RefusedError(
                "only a senior reviewer takes back a verdict of another, or of a job that they do not hold"
            )
        _reverse(unit, case, together, at)
        note(unit, at, who.actor, "review.reverse", case.id, verdict=verdict.id, reason=reason)
        if not holds and _is_held(job, at):
            return job  # whoever holds it finds one content more to decide
        if job.state is JobState.DECIDED:
            job = replace(job, since=at, due_at=queue.due_at(job.lane, at, desk.policy))
        return _settle_job(unit, desk, job, who if holds else None, at).job

    return desk.store.transact(work)


# ---------------------------------------------------------------- lanes


def change_lane(desk: ReviewDesk, who: User, job_id: JobId, lane: Lane) -> ReviewJob:
    """The job is in a more urgent lane at once; a less urgent one is only asked for, and another person agrees or not.

    Raises:
        ConflictError: it is decided, or in that lane.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        job = unit.take_job(job_id)
        if job.state is JobState.DECIDED or lane is job.lane:
            raise ConflictError(f"the job is {'decided' if lane is not job.lane else 'in that lane'} already")
        if lane.rank < job.lane.rank:
            return _raise_lane(unit, desk, job, lane, at, who.actor)
        unit.change_job(replace(job, downgrade_to=lane, downgrade_by=who.id, downgrade_at=at))
        note(unit, at, who.actor, "review.ask_lower_lane", job.case_id, lane=lane, was=job.lane)
        return unit.get_job(job_id)

    return desk.store.transact(work)


def answer_lane(desk: ReviewDesk, who: User, job_id: JobId, *, agree: bool) -> ReviewJob:
    """The second look at a downgrade: the job is in the less urgent lane, or stays where it is.

    Raises:
        ConflictError: nobody asked for one.
        RefusedError: it is the person's own wish.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> ReviewJob:
        job = unit.take_job(job_id)
        if job.downgrade_to is None or job.downgrade_at is None:
            raise ConflictError("nobody asks for a less urgent lane for this job")
        own = job.downgrade_by == who.id
        if own and agree:
            free_at = job.downgrade_at + timedelta(hours=desk.policy.self_review_hours)
            if not desk.policy.one_person or at < free_at:
                raise RefusedError("a less urgent lane needs a second look by another person")
        lane = job.downgrade_to
        unit.change_job(
            queue.lowered(job, lane, desk.policy)
            if agree
            else replace(job, downgrade_to=None, downgrade_by=None, downgrade_at=None)
        )
        note(unit, at, who.actor, "review.answer_lane", job.case_id, lane=lane, agreed=agree, self_review=own and agree)
        return unit.get_job(job_id)

    return desk.store.transact(work)


# ---------------------------------------------------------------- appeals


def appeal(desk: ReviewDesk, verdict_id: VerdictId, *, reference: str | None, actor: str) -> Appeal:
    """Somebody says that the verdict is wrong: its job waits for a senior reviewer who did not give it.

    Raises:
        ConflictError: it was reversed, or another appeal against it is open.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> Appeal:
        case, job, verdict = _take_verdict(unit, verdict_id)
        if verdict.standing is not VerdictStanding.FINAL:
            raise ConflictError("only a final verdict can be appealed against; this one is still in review or reversed")
        if any(each.state is AppealState.OPEN and each.verdict_id == verdict_id for each in unit.appeals_of(case.id)):
            raise ConflictError("an appeal against this verdict is open already")
        made = Appeal(
            id=AppealId(new_id(at)),
            case_id=case.id,
            verdict_id=verdict_id,
            at=at,
            reference=reference,
            state=AppealState.OPEN,
        )
        unit.put_appeal(made)
        note(unit, at, actor, "review.appeal", case.id, verdict=verdict_id)
        if job.state is not JobState.HELD:
            unit.change_job(_for_appeal(unit, desk, job, at))
        return made

    return desk.store.transact(work)


def answer_appeal(desk: ReviewDesk, who: User, lease: Lease, appeal_id: AppealId, *, uphold: bool) -> Recorded:
    """The verdict stands, or is reversed and its content decided again by whoever holds the job.

    Raises:
        RefusedError: the person gave the verdict, or is no senior reviewer.
        ConflictError: the appeal was answered before.
    """

    def work(unit: UnitOfWork, at: datetime, case: Case, job: ReviewJob) -> Recorded:
        made = unit.get_appeal(appeal_id)
        if made.case_id != case.id:
            raise NotFoundError("the job has no appeal of that id")
        if made.state is not AppealState.OPEN:
            raise ConflictError(f"this appeal was answered: {made.state}")
        _demand_judge(unit, desk, who, made, at)
        state = AppealState.UPHELD if uphold else AppealState.OVERTURNED
        unit.put_appeal(replace(made, state=state, answered_by=who.id, answered_at=at))
        if not uphold:
            content_id = unit.get_verdict(made.verdict_id).content_id
            _reverse(unit, case, [each for each in _standing(unit, job) if each.content_id == content_id], at)
        own = who.id in _judges(unit, made)
        note(unit, at, who.actor, "review.answer_appeal", case.id, state=state, self_review=own)
        return _settle_job(unit, desk, replace(job, look=Look.FIRST), who, at)

    return _at_job(desk, who, lease, work)


# ---------------------------------------------------------------- within a transaction


def _until(desk: ReviewDesk, at: datetime) -> datetime:
    return at + timedelta(minutes=desk.policy.lease_minutes)


def _is_held(job: ReviewJob, at: datetime) -> bool:
    return job.lease is not None and job.lease.until > at


def _demand_own(lease: Lease, who: User) -> None:
    if lease.holder != who.id:
        raise RefusedError("this lease is another person's")


def _at_job(desk: ReviewDesk, who: User, lease: Lease, work: Callable[[UnitOfWork, datetime, Case, ReviewJob], T]) -> T:
    """The work, in a transaction that holds the case and the job, done by the one who holds the lease."""
    at = desk.clock()

    def held(unit: UnitOfWork) -> T:
        _demand_own(lease, who)
        case = unit.take_case(unit.get_job(lease.job_id).case_id)
        job = unit.take_job(lease.job_id)
        queue.demand_lease(job, lease, at)
        return work(unit, at, case, job)

    return desk.store.transact(held)


def _take_verdict(unit: UnitOfWork, verdict_id: VerdictId) -> tuple[Case, ReviewJob, Verdict]:
    verdict = unit.get_verdict(verdict_id)
    case = unit.take_case(verdict.case_id)
    job = unit.take_job(verdict.job_id)
    return case, job, unit.get_verdict(verdict_id)


def _content_of(unit: UnitOfWork, job: ReviewJob, content_id: ContentId) -> Content:
    content = unit.get_content(content_id)
    if content.case_id != job.case_id:
        raise NotFoundError("this job has no content of that id")
    return content


def _standing(unit: UnitOfWork, job: ReviewJob) -> list[Verdict]:
    return [each for each in unit.verdicts_of(job.case_id) if each.standing is not VerdictStanding.REVERSED]


def _decide(
    unit: UnitOfWork, desk: ReviewDesk, who: User, job: ReviewJob, content: Content, given: VerdictGiven, at: datetime
) -> Verdict:
    before = [each for each in _standing(unit, job) if each.content_id == content.id]
    open_opinions = [
        each for each in unit.opinions_of(job.id) if each.content_id == content.id and each.answered_at is None
    ]
    if before and not open_opinions and all(each.standing is VerdictStanding.FINAL for each in before):
        raise ConflictError("this content is decided; reverse the verdict to decide it again")
    if open_opinions and not before:
        _demand_another(desk, who, open_opinions, at)
    settled = decide.settle(
        given.decision,
        who.id,
        at,
        before,
        lane=job.lane,
        earlier=_earlier(unit, content),
        senior=senior(who),
        policy=desk.policy,
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
        opened=any(view.person == who.id for view in unit.views_of(content.id)),
    )
    unit.set_standing(settled.final, VerdictStanding.FINAL)
    unit.set_standing(settled.reversed, VerdictStanding.REVERSED)
    for gone in settled.reversed:
        unit.forget_known(gone)
    unit.add_verdict(verdict)
    if verdict.standing is VerdictStanding.FINAL and content.sha256 is not None:
        unit.put_known(content.sha256, verdict.id)
    for each in open_opinions:
        unit.put_opinion(replace(each, answer=verdict.id, answered_by=who.id, answered_at=at))
    if settled.standing is VerdictStanding.PROVISIONAL:
        reason = AskReason.DIFFER if settled.confirms else AskReason.RULE
        _ask(unit, who, job, content.id, reason, verdict.id, at)
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
    if content.known is None:
        return None
    verdict = unit.get_verdict(content.known)
    return verdict.decision if verdict.standing is VerdictStanding.FINAL else None


def _ask(
    unit: UnitOfWork,
    who: User,
    job: ReviewJob,
    content_id: ContentId,
    reason: AskReason,
    first: VerdictId | None,
    at: datetime,
) -> None:
    unit.put_opinion(
        SecondOpinion(
            id=OpinionId(new_id(at)),
            job_id=job.id,
            content_id=content_id,
            asked_by=who.id,
            asked_at=at,
            reason=reason,
            first=first,
        )
    )
    note(unit, at, who.actor, "review.ask_second", job.case_id, reason=reason)


def _demand_another(desk: ReviewDesk, who: User, opinions: list[SecondOpinion], at: datetime) -> None:
    """Who could not tell may not tell a moment later, unless they are alone and have waited."""
    own = [each for each in opinions if each.asked_by == who.id]
    if not own:
        return
    free_at = max(each.asked_at for each in own) + timedelta(hours=desk.policy.self_review_hours)
    if not desk.policy.one_person or at < free_at:
        raise RefusedError("you asked another person to decide this content; hand the job over")


def _settle_job(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, holder: User | None, at: datetime) -> Recorded:
    """The job waits for what is left of it; a case of which nothing is reportable is over once all is decided."""
    verdicts = unit.verdicts_of(job.case_id)
    waiting = decide.waits_for(
        unit.contents_of(job.case_id),
        verdicts,
        unit.opinions_of(job.id),
        holder=holder.id if holder else None,
        senior=holder is not None and senior(holder),
        escalated=job.look is Look.SENIOR and bool(unit.escalations_of(job.id)),
        policy=desk.policy,
    )
    changed = replace(
        job,
        state=waiting.state,
        look=waiting.look,
        not_by=waiting.not_by if waiting.state is JobState.WAITING else (),
        not_before=waiting.not_before if waiting.state is JobState.WAITING else None,
        decided_at=at if waiting.state is JobState.DECIDED else None,
    )
    if waiting.state is not JobState.HELD and _open_appeals(unit, job):
        changed = _for_appeal(unit, desk, changed, at)
    unit.change_job(changed)
    if changed.state is JobState.DECIDED:
        note(unit, at, holder.actor if holder else "system:review", "review.decided", job.case_id)
        _end_if_nothing_to_report(unit, desk, changed, verdicts, at)
    return Recorded(verdict=None, job=unit.get_job(job.id), left=waiting.left_to_holder)


def _end_if_nothing_to_report(
    unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, verdicts: list[Verdict], at: datetime
) -> None:
    standing = [each for each in verdicts if each.standing is VerdictStanding.FINAL]
    if any(each.decision.reportable for each in standing):
        _reopen(unit, desk, job, at)
        return
    if unit.get_case(job.case_id).state is CaseState.CLOSED:
        return
    close_case(unit, job.case_id, at, actor="system:review", because="not reportable")
    if desk.strongroom is not None:
        end_open_case(
            unit, desk.strongroom, job.case_id, ground="decided: nothing of it is reportable", actor="system:review"
        )


def _reopen(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, at: datetime) -> None:
    """A case that was dismissed and is reportable after all is open and held again, so that its report is asked for."""
    case = unit.take_case(job.case_id)
    if case.state is CaseState.OPEN or any(each.state.filed for each in unit.filings(FilingFilter(case_id=case.id))):
        return
    if unit.find_open_case(case.subject_id, case.environment) is None:
        unit.change_case(replace(case, state=CaseState.OPEN, closed_at=None))
    if desk.strongroom is not None:
        keep_open_case(unit, desk.strongroom, case.id, actor="system:review")
    note(unit, at, "system:review", "case.reopen", case.id)


def _raise_lane(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, lane: Lane, at: datetime, actor: str) -> ReviewJob:
    raised = queue.raised(job, lane, at, desk.policy)
    if raised != job:
        unit.change_job(raised)
        tell(unit, raised, desk.policy, at)
        note(unit, at, actor, "review.raise_lane", job.case_id, lane=lane, was=job.lane)
    return raised


def _reverse(unit: UnitOfWork, case: Case, together: Sequence[Verdict], at: datetime) -> None:
    """All that was said of one content falls: a second look that agreed falls with the first."""
    unit.set_standing([each.id for each in together], VerdictStanding.REVERSED)
    for each in together:
        unit.forget_known(each.id)
    if case.state is CaseState.CLOSED and any(each.decision.reportable for each in together):
        alert = CaseAlert(
            id=AlertId(new_id(at)),
            case_id=case.id,
            kind=AlertKind.REVERSED_AFTER_FILING,
            at=at,
            content_id=together[0].content_id,
        )
        unit.raise_case_alert(alert)


def _open_appeals(unit: UnitOfWork, job: ReviewJob) -> list[Appeal]:
    return [each for each in unit.appeals_of(job.case_id) if each.state is AppealState.OPEN]


def _judges(unit: UnitOfWork, made: Appeal) -> set[UserId]:
    """Who gave the verdict that is appealed against, or agreed with it."""
    against = unit.get_verdict(made.verdict_id)
    pair = {against.id, against.confirms}
    return {each.by for each in unit.verdicts_of(made.case_id) if each.id in pair or each.confirms == against.id}


def _for_appeal(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, at: datetime) -> ReviewJob:
    """The job waits for somebody who has no part in the verdict; alone, for oneself after the delay."""
    judges = set[UserId]()
    for each in _open_appeals(unit, job):
        judges |= _judges(unit, each)
    delay = timedelta(hours=desk.policy.self_review_hours)
    return replace(
        job,
        state=JobState.WAITING,
        look=Look.APPEAL,
        not_by=() if desk.policy.one_person else tuple(sorted(judges)),
        not_before=at + delay if desk.policy.one_person else None,
        decided_at=None,
    )


def _demand_judge(unit: UnitOfWork, desk: ReviewDesk, who: User, made: Appeal, at: datetime) -> None:
    if not senior(who):
        raise RefusedError("an appeal is answered by a senior reviewer")
    if who.id not in _judges(unit, made):
        return
    free_at = made.at + timedelta(hours=desk.policy.self_review_hours)
    if not desk.policy.one_person or at < free_at:
        raise RefusedError("an appeal is answered by somebody who did not give the verdict")
