"""Say what a job waits for after each act at it, and what its case comes to once all is decided."""

from dataclasses import dataclass, replace
from datetime import datetime

from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.closing import end_or_reopen, keep_while_judged
from clew.pipelines.review_desk import ReviewDesk, note, senior
from clew.pipelines.review_steps import is_escalated, is_held
from clew.records.identifiers import ContentId, UserId
from clew.records.people import User
from clew.records.review import Appeal, AppealState, JobState, ReviewJob, Verdict
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
    """The job waits for what is left of it; once all is decided, its case is over unless something is to report.

    Args:
        holder: who acts and goes on to hold it, if anything is left to them; None leaves it with whoever holds it.
    """
    waiting = waits_for(unit, desk, job, holder, at)
    kept = holder is None and job.state is JobState.HELD and is_held(job, at)
    state = job.state if kept else waiting.state
    changed = replace(
        job,
        state=state,
        look=waiting.look,
        not_by=waiting.not_by,
        not_before=waiting.not_before,
        decided_at=at if state is JobState.DECIDED else None,
    )
    if state is JobState.DECIDED:  # nobody is asked any more whether it is less urgent
        changed = replace(changed, downgrade_to=None, downgrade_by=None, downgrade_at=None)
    unit.change_job(changed)
    if job.state is JobState.DECIDED and changed.state is not JobState.DECIDED:
        keep_while_judged(unit, desk, job.case_id)
    if changed.state is JobState.DECIDED:
        note(unit, at, holder.actor if holder else "system:review", "review.decided", job.case_id)
        end_or_reopen(unit, desk, changed, unit.verdicts_of(job.case_id), at)
    return Recorded(verdict=None, job=unit.get_job(job.id), left=waiting.left_to_holder)


def waits_for(reader: Reader, desk: ReviewDesk, job: ReviewJob, holder: User | None, at: datetime) -> decide.Waiting:
    """What a job waits for, from all that was decided, asked and appealed against, were it that person's to go on."""
    verdicts, opinions = reader.verdicts_of(job.case_id), reader.opinions_of(job.id)
    opened = [each for each in reader.appeals_of(job.case_id) if each.state is AppealState.OPEN]
    return decide.waits_for(
        reader.contents_of(job.case_id),
        verdicts,
        opinions,
        holder=holder.id if holder else None,
        senior=holder is not None and senior(holder),
        escalated=is_escalated(reader, job),
        at=at,
        policy=desk.policy,
        appeals=[decide.OpenAppeal(at=each.at, judges=judges_of(reader, each)) for each in opened],
        seniors=[each.id for each in reader.users() if senior(each)],
    )


def judges_of(reader: Reader, made: Appeal) -> frozenset[UserId]:
    """Who gave the verdict that is appealed against, or agreed with it."""
    against = reader.get_verdict(made.verdict_id)
    pair = {against.id, against.confirms}
    verdicts = reader.verdicts_of(made.case_id)
    return frozenset(each.by for each in verdicts if each.id in pair or each.confirms == against.id)
