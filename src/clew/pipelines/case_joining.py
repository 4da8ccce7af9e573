"""A subject's open case and its job: joined when there is one, else opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.holds import begin_open_case
from clew.pipelines.paging import tell
from clew.pipelines.review_desk import note
from clew.pipelines.review_steps import is_escalated
from clew.pipelines.strongroom import Strongroom
from clew.records.case import Case, CaseState, Content, Origin, UploadFacts
from clew.records.identifiers import CaseId, JobId, SubjectId
from clew.records.review import JobState, Lane, Look, ReviewJob
from clew.records.subject import Particulars, Subject
from clew.review import queue
from clew.settings import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How cases are opened.

    Attributes:
        seals: whether the bytes of uploads are about to be sealed.
        strongroom: where a new case is held from its first moment, with or without files; None where nothing is kept.
    """

    policy: Review
    environment: str
    seals: bool
    strongroom: Strongroom | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A case that somebody asks for: of whom, why, in which lane.

    Attributes:
        reference: the subject's; None is one of whom nothing is known.
    """

    reference: str | None
    at: datetime
    origin: Origin = Origin.HIT
    lane: Lane = Lane.ORDINARY


def open_or_join(
    unit: UnitOfWork, wanted: Sequence[Wanted], opening: Opening, actor: str
) -> list[tuple[Case, ReviewJob]]:
    """Each subject's open case and its job: joined when there is one, else opened. They are held till the commit."""
    subjects = unit.take_subjects([_new_subject(each) for each in wanted])
    ours = [_new_case(each, subject, opening) for each, subject in zip(wanted, subjects, strict=True)]
    cases = unit.take_open_cases(ours)
    new = {case.id: _new_job(each, case, opening.policy) for each, case in zip(wanted, ours, strict=True)}
    unit.add_jobs([new[case.id] for case in cases if case.id in new])
    opened = []
    for each, case in zip(wanted, cases, strict=True):
        if case.id in new:
            job = new[case.id]
            note(unit, each.at, actor, "case.open", case.id, origin=each.origin, lane=each.lane)
            tell(unit, job, opening.policy, each.at)
            if opening.strongroom is not None:
                begin_open_case(unit, opening.strongroom, case.id, actor=actor)
        else:
            job = _join(unit, each, case, opening.policy)
            note(unit, each.at, actor, "case.join", case.id, origin=each.origin, lane=job.lane)
        opened.append((case, job))
    return opened


def more_came(unit: UnitOfWork, case: Case, at: datetime, policy: Review) -> ReviewJob:
    """The job of a case to which a person has added something, open to anybody again."""
    return _join(unit, Wanted(reference=None, at=at, origin=Origin.CONTEXT), case, policy)


def _join(unit: UnitOfWork, wanted: Wanted, case: Case, policy: Review) -> ReviewJob:
    """The job of a case that more has come to: what was decided stays, and what has come now is open to anybody."""
    job = unit.take_job(unit.get_job_of_case(case.id).id)
    joined = queue.raised(job, wanted.lane, wanted.at, policy)
    if job.state is JobState.DECIDED:
        joined = replace(joined, since=wanted.at, due_at=queue.due_at(joined.lane, wanted.at, policy))
    joined = replace(joined, look=_look_of_joined(unit, job), not_by=(), not_before=None)
    if job.state is not JobState.HELD:
        joined = replace(joined, state=JobState.WAITING, decided_at=None)
    if joined != job:
        unit.change_job(joined)
    if joined.since != job.since:
        tell(unit, joined, policy, wanted.at)
    return joined


def _new_subject(wanted: Wanted) -> Subject:
    return Subject(
        id=SubjectId(new_id(wanted.at)),
        reference=wanted.reference,
        particulars=Particulars(),
        safeguarding=False,
        created_at=wanted.at,
        changed_at=wanted.at,
    )


def _new_case(wanted: Wanted, subject: Subject, opening: Opening) -> Case:
    return Case(
        id=CaseId(new_id(wanted.at)),
        subject_id=subject.id,
        state=CaseState.OPEN,
        origin=wanted.origin,
        opened_at=wanted.at,
        safeguarding=subject.safeguarding,
        environment=opening.environment,
    )


def _new_job(wanted: Wanted, case: Case, policy: Review) -> ReviewJob:
    return ReviewJob(
        id=JobId(new_id(wanted.at)),
        case_id=case.id,
        subject_id=case.subject_id,
        lane=wanted.lane,
        state=JobState.WAITING,
        look=Look.FIRST,
        opened_at=wanted.at,
        since=wanted.at,
        due_at=queue.due_at(wanted.lane, wanted.at, policy),
    )


def _look_of_joined(unit: UnitOfWork, job: ReviewJob) -> Look:
    """What has come now is for anybody, but where the whole job went up to senior people."""
    return Look.SENIOR if job.state is not JobState.DECIDED and is_escalated(unit, job) else Look.FIRST


def add_contents(unit: UnitOfWork, contents: Sequence[Content]) -> list[Content]:
    """The contents are stored; known, when a final verdict on identical bytes stands."""
    known = unit.known_verdicts({each.sha256 for each in contents if each.sha256 is not None})
    stored = [replace(each, known=None if each.sha256 is None else known.get(each.sha256)) for each in contents]
    unit.add_contents(stored)
    return stored


def with_facts(content: Content, facts: UploadFacts) -> Content:
    """The content, with what the platform said of its upload."""
    return replace(
        content,
        file_name=facts.file_name,
        uploaded_at=facts.uploaded_at,
        url=facts.url,
        publicly_available=facts.publicly_available,
        ip_event=facts.ip_event,
        device=facts.device,
        provenance=facts.provenance,
    )
