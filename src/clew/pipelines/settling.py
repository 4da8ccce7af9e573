"""Say what a job waits for after each act at it, and what its case comes to once all is decided."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.closing import end_or_reopen
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.records.identifiers import ContentId, UserId
from clew.records.people import User
from clew.records.review import Appeal, AppealState, JobState, Look, ReviewJob, Verdict
from clew.review import decide


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


def settle_job(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob, holder: User | None, at: datetime) -> Recorded:
    """The job waits for what is left of it; once all is decided, its case is over unless something is to report."""
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
        changed = for_appeal(unit, desk, changed)
    unit.change_job(changed)
    if changed.state is JobState.DECIDED:
        note(unit, at, holder.actor if holder else "system:review", "review.decided", job.case_id)
        end_or_reopen(unit, desk, changed, verdicts, at)
    return Recorded(verdict=None, job=unit.get_job(job.id), left=waiting.left_to_holder)


def _open_appeals(unit: UnitOfWork, job: ReviewJob) -> list[Appeal]:
    return [each for each in unit.appeals_of(job.case_id) if each.state is AppealState.OPEN]


def judges_of(reader: Reader, made: Appeal) -> set[UserId]:
    """Who gave the verdict that is appealed against, or agreed with it."""
    against = reader.get_verdict(made.verdict_id)
    pair = {against.id, against.confirms}
    return {each.by for each in reader.verdicts_of(made.case_id) if each.id in pair or each.confirms == against.id}


def alone_from(desk: ReviewDesk, made: Appeal) -> datetime:
    """From when on one person alone may answer an appeal against their own verdict."""
    return made.at + timedelta(hours=desk.policy.self_review_hours)


def for_appeal(unit: UnitOfWork, desk: ReviewDesk, job: ReviewJob) -> ReviewJob:
    """The job waits for somebody who has no part in the verdict; alone, for oneself after the delay.

    Of several appeals, whoever may answer one of them may take the job.
    """
    opened = _open_appeals(unit, job)
    judges = set[UserId].intersection(*(judges_of(unit, each) for each in opened))
    return replace(
        job,
        state=JobState.WAITING,
        look=Look.APPEAL,
        not_by=() if desk.policy.one_person else tuple(sorted(judges)),
        not_before=min(alone_from(desk, each) for each in opened) if desk.policy.one_person else None,
        decided_at=None,
    )
