"""The last verdict, for as long as its page offers to take it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.errors import NotFoundError
from clew.parts.stores.base import Reader
from clew.pipelines.case_file import CaseFile, case_file
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.verdicts import may_take_back
from clew.records.identifiers import JobId, VerdictId
from clew.records.people import User
from clew.records.review import JobState, ReviewJob, Verdict, VerdictStanding
from clew.web.console.review_words import DECISIONS

# Longer than it takes to see that the wrong key was hit; what is older is taken back on its job's own page.
_OFFERED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Undoing:
    """What was just decided.

    Attributes:
        possible: whether this person may take it back now.
    """

    verdict_id: VerdictId
    job_id: JobId
    words: str
    possible: bool


def undo_of(desk: ReviewDesk, reader: Reader, who: User, verdict_id: str, now: datetime) -> Undoing | None:
    """The person's own verdict just given; None when there is none of that id, or it is older."""
    if not verdict_id:
        return None
    try:
        verdict = reader.get_verdict(VerdictId(verdict_id))
    except NotFoundError:
        return None
    if verdict.by != who.id or verdict.standing is VerdictStanding.REVERSED or now - verdict.at > _OFFERED:
        return None
    said = DECISIONS[verdict.decision]
    if verdict.standing is VerdictStanding.PROVISIONAL:
        said += "; you look once more, later" if desk.policy.one_person else "; another person looks too"
    return Undoing(verdict.id, verdict.job_id, said, may_reverse(who, verdict, case_file(reader, verdict.case_id), now))


def may_reverse(who: User, verdict: Verdict, file: CaseFile, now: datetime) -> bool:
    """Whether the person may take a verdict back, with every other on its content, by the rule that takes it back."""
    together = [
        each
        for each in file.verdicts
        if each.content_id == verdict.content_id and each.standing is not VerdictStanding.REVERSED
    ]
    return verdict in together and may_take_back(who, together, holds=holds(who, file.job, now))


def holds(who: User, job: ReviewJob, now: datetime) -> bool:
    """Whether the person holds the job now."""
    lease = job.lease
    return job.state is JobState.HELD and lease is not None and lease.holder == who.id and lease.until > now


def demand_of_job(desk: ReviewDesk, verdict_id: VerdictId, job_id: JobId) -> Verdict:
    """The verdict, which is one of that job's; NotFoundError else."""
    with desk.store.read() as reader:
        verdict = reader.get_verdict(verdict_id)
    if verdict.job_id != job_id:
        raise NotFoundError("this job has no verdict of that id")
    return verdict
