"""Review jobs in the order of the queue, their leases, and what people decided."""

import json
from abc import ABC
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, distinct, func, insert, or_, select, update

from clew.errors import NotFoundError
from clew.parts.stores._review import JobFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import review as tables
from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, name_bytes, name_text, to_us
from clew.records.identifiers import AppealId, CaseId, ContentId, JobId, OpinionId, SubjectId, UserId, VerdictId
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

_J, _V, _O, _C = tables.review_jobs.c, tables.verdicts.c, tables.contents.c, tables.cases.c
_JOBS = select(tables.review_jobs, _C.safeguarding).join(tables.cases, _C.id == _J.case_id)
# What only senior people take.
_SENIOR = (Look.SENIOR.value, Look.APPEAL.value)


class JobReading(Session, Reader, ABC):
    """Reading jobs and verdicts."""

    def get_job(self, job_id: JobId) -> ReviewJob:
        """By the primary key."""
        return self._one_job(_J.id == job_id, f"no review job '{job_id}'")

    def get_job_of_case(self, case_id: CaseId) -> ReviewJob:
        """By its unique index."""
        return self._one_job(_J.case_id == case_id, f"no review job of case '{case_id}'")

    def jobs(self, wanted: JobFilter) -> list[ReviewJob]:
        """Along the queue's index."""
        query = _JOBS.where(*_conditions(wanted))
        if wanted.after is not None:
            last = self._first(select(_J.lane_rank, _J.since, _J.id).where(_J.id == wanted.after))
            if last is not None:
                query = query.where(_behind(last))
        rows = self._all(query.order_by(_J.lane_rank, _J.since, _J.id).limit(wanted.limit))
        return self._with_counts([_job_of(row) for row in rows])

    def count_jobs(self, wanted: JobFilter) -> int:
        """The same, counted."""
        query = select(func.count()).select_from(tables.review_jobs).join(tables.cases, _C.id == _J.case_id)
        return int(self._connection.execute(query.where(*_conditions(wanted))).scalar_one())

    def jobs_with_clock(self, limit: int = 500) -> list[ReviewJob]:
        """Along the index of due jobs."""
        query = _JOBS.where(_J.due_at.is_not(None), _J.state != JobState.DECIDED.value)
        return [_job_of(row) for row in self._all(query.order_by(_J.due_at).limit(limit))]

    def jobs_ahead(
        self, *, since: datetime, lease_until: datetime, not_before: datetime, limit: int = 500
    ) -> list[ReviewJob]:
        """By the states of the queue's index: all that waits is looked at."""
        undecided = _J.state.in_((JobState.WAITING.value, JobState.HELD.value))
        ahead = or_(_J.since > to_us(since), _J.until > to_us(lease_until), _J.not_before > to_us(not_before))
        return [_job_of(row) for row in self._all(_JOBS.where(undecided, ahead).order_by(_J.id).limit(limit))]

    def told_steps(self, job: ReviewJob) -> set[str]:
        """Along the primary key."""
        columns = tables.pages.c
        same = and_(columns.job_id == job.id, columns.lane == job.lane.value, columns.since == to_us(job.since))
        return {row["step"] for row in self._all(select(columns.step).where(same))}

    def get_verdict(self, verdict_id: VerdictId) -> Verdict:
        """By the primary key."""
        row = self._first(select(tables.verdicts).where(_V.id == verdict_id))
        if row is None:
            raise NotFoundError(f"no verdict '{verdict_id}'")
        return _verdict_of(row)

    def verdicts_of(self, case_id: CaseId) -> list[Verdict]:
        """Along its index."""
        return [
            _verdict_of(row)
            for row in self._all(select(tables.verdicts).where(_V.case_id == case_id).order_by(_V.at, _V.id))
        ]

    def known_verdicts(self, digests: Collection[bytes]) -> dict[bytes, VerdictId]:
        """By the primary key."""
        found: dict[bytes, VerdictId] = {}
        for some in portions(sorted(digests)):
            query = select(tables.known_bytes).join(tables.verdicts, _V.id == tables.known_bytes.c.verdict_id)
            final = query.where(tables.known_bytes.c.sha256.in_(some), _V.standing == VerdictStanding.FINAL.value)
            found |= {bytes(row["sha256"]): VerdictId(row["verdict_id"]) for row in self._all(final)}
        return found

    def opinions_of(self, job_id: JobId) -> list[SecondOpinion]:
        """Along its index."""
        columns = tables.second_opinions.c
        rows = self._all(select(tables.second_opinions).where(columns.job_id == job_id).order_by(columns.id))
        return [_opinion_of(row) for row in rows]

    def escalations_of(self, job_id: JobId) -> list[Escalation]:
        """Along its index."""
        columns = tables.escalations.c
        rows = self._all(select(tables.escalations).where(columns.job_id == job_id).order_by(columns.id))
        return [
            Escalation(
                id=OpinionId(row["id"]),
                job_id=job_id,
                by=UserId(row["by"]),
                at=from_us(row["at"]),
                reason=AskReason(row["reason"]),
            )
            for row in rows
        ]

    def appeals_of(self, case_id: CaseId) -> list[Appeal]:
        """Along its index."""
        columns = tables.appeals.c
        return [
            _appeal_of(row)
            for row in self._all(select(tables.appeals).where(columns.case_id == case_id).order_by(columns.id))
        ]

    def get_appeal(self, appeal_id: AppealId) -> Appeal:
        """By the primary key."""
        row = self._first(select(tables.appeals).where(tables.appeals.c.id == appeal_id))
        if row is None:
            raise NotFoundError(f"no appeal '{appeal_id}'")
        return _appeal_of(row)

    def _one_job(self, condition: ColumnElement[bool], missing: str) -> ReviewJob:
        row = self._first(_JOBS.where(condition))
        if row is None:
            raise NotFoundError(missing)
        return self._with_counts([_job_of(row)])[0]

    def _with_counts(self, jobs: Sequence[ReviewJob]) -> list[ReviewJob]:
        """How many contents each has, and how many of them bear a verdict that stands or waits for a second look."""
        contents: Counter[str] = Counter()
        decided: Counter[str] = Counter()
        for some in portions([job.case_id for job in jobs]):
            all_of = select(_O.case_id, func.count().label("n")).where(_O.case_id.in_(some)).group_by(_O.case_id)
            contents.update({row["case_id"]: row["n"] for row in self._all(all_of)})
            standing = and_(_V.case_id.in_(some), _V.standing != VerdictStanding.REVERSED.value)
            done = select(_V.case_id, func.count(distinct(_V.content_id)).label("n")).where(
                standing, _V.decision != Decision.CANNOT_TELL.value
            )
            decided.update({row["case_id"]: row["n"] for row in self._all(done.group_by(_V.case_id))})
        return [replace(job, contents=contents[job.case_id], decided=decided[job.case_id]) for job in jobs]


class JobWriting(JobReading, ChangingSession, UnitOfWork, ABC):
    """Changing jobs and verdicts."""

    def add_jobs(self, jobs: Sequence[ReviewJob]) -> None:
        """One statement; the unique index refuses a second job of a case."""
        free: Row = {"token": 0, "holder": None, "until": None}
        rows: list[Row] = [{"id": job.id} | free | _job_row(job) for job in jobs]
        self._change(insert(tables.review_jobs), rows)

    def take_job(self, job_id: JobId) -> ReviewJob:
        """Written without a change, which bars others."""
        self._change(update(tables.review_jobs).where(_J.id == job_id).values(token=_J.token))
        return self.get_job(job_id)

    def change_job(self, job: ReviewJob) -> None:
        """The whole row but for the token."""
        self._change(update(tables.review_jobs).where(_J.id == job.id).values(_job_row(job)))

    def try_claim(self, job_id: JobId, holder: UserId, at: datetime, until: datetime, *, senior: bool) -> Lease | None:
        """One statement whose condition the database looks at anew when another was faster."""
        taken: dict[str, object] = {
            "state": JobState.HELD.value,
            "holder": holder,
            "token": _J.token + 1,
            "until": to_us(until),
        }
        statement = update(tables.review_jobs).where(_J.id == job_id, _claimable(holder, at, senior=senior))
        row = self._first(statement.values(taken).returning(_J.token))
        return None if row is None else Lease(job_id=job_id, holder=holder, token=row["token"], until=until)

    def try_renew(self, lease: Lease, at: datetime, until: datetime) -> Lease | None:
        """One statement, as the claim."""
        own = and_(_J.id == lease.job_id, _J.holder == lease.holder, _J.token == lease.token, _J.until > to_us(at))
        renewed = update(tables.review_jobs).where(own, _J.state == JobState.HELD.value).values(until=to_us(until))
        return replace(lease, until=until) if self._change(renewed) else None

    def add_verdict(self, verdict: Verdict) -> None:
        """One row."""
        self._change(insert(tables.verdicts).values(_verdict_row(verdict)))

    def set_standing(self, verdict_ids: Sequence[VerdictId], standing: VerdictStanding) -> None:
        """One column."""
        for some in portions(verdict_ids):
            self._change(update(tables.verdicts).where(_V.id.in_(some)).values(standing=standing.value))

    def put_opinion(self, opinion: SecondOpinion) -> None:
        """An upsert."""
        row = _opinion_row(opinion)
        statement = self._database.insert(tables.second_opinions).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def add_escalation(self, escalation: Escalation) -> None:
        """One row."""
        row: Row = {
            "id": escalation.id,
            "job_id": escalation.job_id,
            "by": escalation.by,
            "at": to_us(escalation.at),
            "reason": escalation.reason.value,
        }
        self._change(insert(tables.escalations).values(row))

    def put_appeal(self, appeal: Appeal) -> None:
        """An upsert; a partial index refuses a second open one on the same verdict."""
        row: Row = {
            "id": appeal.id,
            "case_id": appeal.case_id,
            "verdict_id": appeal.verdict_id,
            "at": to_us(appeal.at),
            "reference": name_bytes(appeal.reference),
            "state": appeal.state.value,
            "answered_by": appeal.answered_by,
            "answered_at": maybe_us(appeal.answered_at),
        }
        statement = self._database.insert(tables.appeals).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def try_page(self, job: ReviewJob, step: str, at: datetime) -> bool:
        """An insert that gives way to who was first."""
        row: Row = {
            "job_id": job.id,
            "lane": job.lane.value,
            "since": to_us(job.since),
            "step": step,
            "at": to_us(at),
        }
        statement = self._database.insert(tables.pages).values(row).on_conflict_do_nothing()
        return self._first(statement.returning(tables.pages.c.job_id)) is not None


# ---------------------------------------------------------------- conditions


def _claimable(person: UserId, at: datetime, *, senior: bool) -> ColumnElement[bool]:
    """Free at that moment, or held by somebody whose time is over; not barred to the person."""
    free = or_(_J.state == JobState.WAITING.value, and_(_J.state == JobState.HELD.value, _J.until <= to_us(at)))
    due = or_(_J.not_before.is_(None), _J.not_before <= to_us(at))
    barred = _J.not_by.contains(json.dumps(person), autoescape=True)
    return and_(free, due, ~barred, *([] if senior else [_J.look.not_in(_SENIOR)]))


def _conditions(wanted: JobFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(_J.state == wanted.state.value)
    if wanted.lane is not None:
        found.append(_J.lane_rank == wanted.lane.rank)
    if wanted.urgent is not None:
        ordinary = _J.lane_rank == Lane.ORDINARY.rank
        found.append(~ordinary if wanted.urgent else ordinary)
    if wanted.safeguarding is not None:
        found.append(_C.safeguarding == wanted.safeguarding)
    if wanted.subject_id is not None:
        found.append(_J.subject_id == wanted.subject_id)
    if wanted.holder is not None:
        found.append(and_(_J.holder == wanted.holder, _J.state == JobState.HELD.value))
        if wanted.at is not None:
            found.append(_J.until > to_us(wanted.at))
    if wanted.open_to is not None and wanted.at is not None:
        found.append(_claimable(wanted.open_to, wanted.at, senior=wanted.senior))
    return found


def _behind(last: RowMapping) -> ColumnElement[bool]:
    """What comes later in the queue."""
    rank, since = last["lane_rank"], last["since"]
    same_lane = and_(_J.lane_rank == rank, or_(_J.since > since, and_(_J.since == since, _J.id > last["id"])))
    return or_(_J.lane_rank > rank, same_lane)


# ---------------------------------------------------------------- rows


def _job_row(job: ReviewJob) -> Row:
    held = job.state is JobState.HELD
    row: Row = {
        "case_id": job.case_id,
        "subject_id": job.subject_id,
        "lane": job.lane.value,
        "lane_rank": job.lane.rank,
        "state": job.state.value,
        "look": job.look.value,
        "opened_at": to_us(job.opened_at),
        "since": to_us(job.since),
        "due_at": maybe_us(job.due_at),
        "not_by": compact(sorted(job.not_by)),
        "not_before": maybe_us(job.not_before),
        "downgrade_to": None if job.downgrade_to is None else job.downgrade_to.value,
        "downgrade_by": job.downgrade_by,
        "downgrade_at": maybe_us(job.downgrade_at),
        "decided_at": maybe_us(job.decided_at),
    }
    return row if held else row | {"holder": None, "until": None}


def _job_of(row: RowMapping) -> ReviewJob:
    lease = None
    if row["state"] == JobState.HELD.value:
        lease = Lease(
            job_id=JobId(row["id"]), holder=UserId(row["holder"]), token=row["token"], until=from_us(row["until"])
        )
    return ReviewJob(
        id=JobId(row["id"]),
        case_id=CaseId(row["case_id"]),
        subject_id=SubjectId(row["subject_id"]),
        lane=Lane(row["lane"]),
        state=JobState(row["state"]),
        look=Look(row["look"]),
        opened_at=from_us(row["opened_at"]),
        since=from_us(row["since"]),
        due_at=maybe_at(row["due_at"]),
        lease=lease,
        not_by=tuple(UserId(each) for each in json.loads(row["not_by"])),
        not_before=maybe_at(row["not_before"]),
        downgrade_to=None if row["downgrade_to"] is None else Lane(row["downgrade_to"]),
        downgrade_by=None if row["downgrade_by"] is None else UserId(row["downgrade_by"]),
        downgrade_at=maybe_at(row["downgrade_at"]),
        decided_at=maybe_at(row["decided_at"]),
        safeguarding=bool(row["safeguarding"]),
    )


def _verdict_row(verdict: Verdict) -> Row:
    return {
        "id": verdict.id,
        "job_id": verdict.job_id,
        "case_id": verdict.case_id,
        "content_id": verdict.content_id,
        "by": verdict.by,
        "at": to_us(verdict.at),
        "decision": verdict.decision.value,
        "standing": verdict.standing.value,
        "industry_class": None if verdict.industry_class is None else verdict.industry_class.value,
        "annotations": compact(sorted(verdict.annotations)),
        "confirms": verdict.confirms,
        "reverses": verdict.reverses,
        "self_review": verdict.self_review,
        "opened": verdict.opened,
    }


def _verdict_of(row: RowMapping) -> Verdict:
    return Verdict(
        id=VerdictId(row["id"]),
        job_id=JobId(row["job_id"]),
        case_id=CaseId(row["case_id"]),
        content_id=ContentId(row["content_id"]),
        by=UserId(row["by"]),
        at=from_us(row["at"]),
        decision=Decision(row["decision"]),
        standing=VerdictStanding(row["standing"]),
        industry_class=None if row["industry_class"] is None else IndustryClass(row["industry_class"]),
        annotations=tuple(FileAnnotation(each) for each in json.loads(row["annotations"])),
        confirms=None if row["confirms"] is None else VerdictId(row["confirms"]),
        reverses=None if row["reverses"] is None else VerdictId(row["reverses"]),
        self_review=bool(row["self_review"]),
        opened=bool(row["opened"]),
    )


def _opinion_row(opinion: SecondOpinion) -> Row:
    return {
        "id": opinion.id,
        "job_id": opinion.job_id,
        "content_id": opinion.content_id,
        "asked_by": opinion.asked_by,
        "asked_at": to_us(opinion.asked_at),
        "reason": opinion.reason.value,
        "first": opinion.first,
        "answer": opinion.answer,
        "answered_by": opinion.answered_by,
        "answered_at": maybe_us(opinion.answered_at),
    }


def _opinion_of(row: RowMapping) -> SecondOpinion:
    return SecondOpinion(
        id=OpinionId(row["id"]),
        job_id=JobId(row["job_id"]),
        content_id=ContentId(row["content_id"]),
        asked_by=UserId(row["asked_by"]),
        asked_at=from_us(row["asked_at"]),
        reason=AskReason(row["reason"]),
        first=None if row["first"] is None else VerdictId(row["first"]),
        answer=None if row["answer"] is None else VerdictId(row["answer"]),
        answered_by=None if row["answered_by"] is None else UserId(row["answered_by"]),
        answered_at=maybe_at(row["answered_at"]),
    )


def _appeal_of(row: RowMapping) -> Appeal:
    return Appeal(
        id=AppealId(row["id"]),
        case_id=CaseId(row["case_id"]),
        verdict_id=VerdictId(row["verdict_id"]),
        at=from_us(row["at"]),
        reference=name_text(row["reference"]),
        state=AppealState(row["state"]),
        answered_by=None if row["answered_by"] is None else UserId(row["answered_by"]),
        answered_at=maybe_at(row["answered_at"]),
    )
