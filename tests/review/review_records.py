"""Records for the tests of reviewing: people, contents, views, all invented."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clew.records.case import Content, ContentKind, Origin
from clew.records.identifiers import (
    CaseId,
    ContentId,
    JobId,
    ObjectId,
    SignalType,
    SubjectId,
    UserId,
    VerdictId,
    ViewId,
)
from clew.records.people import Role, User
from clew.records.review import Decision, JobState, Lane, Lease, Look, ReviewJob, Verdict, VerdictStanding
from clew.records.signal import Signal
from clew.records.viewing import Filter, Ground, ViewEvent

NOON = datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def person(name: str, *roles: Role) -> User:
    return User(id=UserId(name), name=name, roles=frozenset(roles or (Role.REVIEWER,)), created_at=NOON)


ADA, BO, CY = person("ada"), person("bo"), person("cy")
SENIOR = person("senior", Role.REVIEWER, Role.SENIOR_REVIEWER)


def digest_of(number: int) -> bytes:
    return hashlib.sha256(number.to_bytes(4, "big")).digest()


def content_of(number: int = 1, **particulars) -> Content:
    content = Content(
        id=ContentId(f"content-{number}"),
        case_id=CaseId("case"),
        kind=ContentKind.FILE,
        origin=Origin.HIT,
        added_at=NOON,
        signals=(Signal(type=SignalType("sha256"), value=digest_of(number)),),
        size_bytes=1000,
        object_id=ObjectId("ab" * 32),
    )
    return replace(content, **particulars)


def view_of(number: int, content: Content, **particulars) -> ViewEvent:
    view = ViewEvent(
        id=ViewId(f"view-{number:04d}"),
        case_id=content.case_id,
        content_id=content.id,
        person=ADA.id,
        object_id=content.object_id,
        sha256=content.sha256,
        size_bytes=content.size_bytes,
        filter=Filter.FULL,
        ground=Ground.REVIEW,
        at=NOON,
        completed_at=NOON + MINUTE,
        served_bytes=content.size_bytes,
    )
    return replace(view, **particulars)


def job_of(**particulars) -> ReviewJob:
    job = ReviewJob(
        id=JobId("job"),
        case_id=CaseId("case"),
        subject_id=SubjectId("subject"),
        lane=Lane.ORDINARY,
        state=JobState.WAITING,
        look=Look.FIRST,
        opened_at=NOON,
        since=NOON,
        due_at=None,
    )
    return replace(job, **particulars)


def lease_of(who: User, token: int = 1, until: datetime = NOON + HOUR) -> Lease:
    return Lease(job_id=JobId("job"), holder=who.id, token=token, until=until)


def verdict_of(number: int, content: Content, who: User, decision: Decision, **particulars) -> Verdict:
    verdict = Verdict(
        id=VerdictId(f"verdict-{number}"),
        job_id=JobId("job"),
        case_id=content.case_id,
        content_id=content.id,
        by=who.id,
        at=NOON,
        decision=decision,
        standing=VerdictStanding.PROVISIONAL,
    )
    return replace(verdict, **particulars)
