"""A place of review for tests: a store, a vault in a folder, people, and short ways to bring it to a state."""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.ground.identity import new_id
from clew.intake.receive import hold
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines import keeping, review, verdicts
from clew.pipelines.case_joining import Opening
from clew.pipelines.cases import HitContent, open_from_hits
from clew.pipelines.flags import Flag, Flagged, flag
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.settling import Recorded
from clew.pipelines.strongroom import open_strongroom
from clew.pipelines.verdicts import VerdictGiven
from clew.records.case import Content, FlagReason, Message, UploadFacts
from clew.records.identifiers import ContentId, HitId, SignalType
from clew.records.match import Hit
from clew.records.people import User
from clew.records.review import Decision, Lease, ReviewJob
from clew.records.signal import Signal
from clew.settings import Review, Settings
from tests.parts.stores.store_records import hit_of
from tests.review.review_records import digest_of

MORNING = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)
CALM = Review(jobs_held=1000, views_a_day=1000, whole_views_a_day=1000, views_before_break=1000)


class SetClock:
    """A clock that is moved by hand, and by two milliseconds whenever it is read: ids keep the order of acts."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=2)
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    desk: ReviewDesk
    clock: SetClock

    @property
    def store(self) -> Store:
        return self.desk.store

    def under(self, **policy: object) -> "House":
        """The same house under another policy."""
        return House(replace(self.desk, policy=replace(self.desk.policy, **policy)), self.clock)  # type: ignore[arg-type]

    def hit(self, number: int, subject: str | None = "account-7", *, seals: bool = False, **facts: object) -> Content:
        """A hit of an upload by that account, and the content that it made."""
        at = self.clock()
        hit = replace(hit_of(number), id=HitId(new_id(at)), at=at, size_bytes=len(upload_of(number)))
        signals = (Signal(type=SignalType("sha256"), value=sha256_of(number)), *(each.signal for each in hit.matches))
        found = HitContent(hit=hit, signals=signals, facts=UploadFacts(subject=subject, **facts))  # type: ignore[arg-type]
        return self.open(found, hit, seals=seals)

    def open(self, found: HitContent, hit: Hit, *, seals: bool) -> Content:
        opening = Opening(
            policy=self.desk.policy, environment=self.desk.environment, seals=seals, strongroom=self.desk.strongroom
        )

        def work(unit: UnitOfWork) -> Content:
            unit.add_hits([hit])
            return open_from_hits(unit, [found], opening)[0]

        return self.store.transact(work)

    def sealed_hit(self, number: int, subject: str | None = "account-7") -> Content:
        """The same, and its bytes are in the vault."""
        content = self.hit(number, subject, seals=True)
        descriptor = hold(upload_of(number))
        try:
            size_bytes = len(upload_of(number))
            kept = keeping.keep(
                self.desk, content.hit_ids[0], descriptor, size_bytes=size_bytes, media_type="image/png"
            )
        finally:
            os.close(descriptor)
        assert kept
        with self.store.read() as reader:
            return reader.get_content(content.id)

    def flag(self, reason: FlagReason = FlagReason.OTHER, subject: str = "account-7", **more: object) -> Flagged:
        return flag(self.desk, Flag(subject=subject, reason=reason, **more), actor="key:test")  # type: ignore[arg-type]

    def job(self, content: Content) -> ReviewJob:
        with self.store.read() as reader:
            return reader.get_job_of_case(content.case_id)

    def lease(self, who: User, content: Content) -> Lease:
        """The person claims the content's job."""
        job = review.claim(self.desk, who, self.job(content).id)
        assert job.lease is not None
        return job.lease

    def decide(self, who: User, lease: Lease, content_id: ContentId, decision: Decision, **more: object) -> Recorded:
        given = VerdictGiven(content_id=content_id, decision=decision, **more)  # type: ignore[arg-type]
        return verdicts.record_verdict(self.desk, who, lease, given)

    def acts(self, *, like: str = "") -> list[str]:
        """The audit's acts, in order."""
        return [str(event["act"]) for event in audit_of(self.store) if str(event["act"]).startswith(like)]

    def audit(self, act: str) -> list[dict[str, object]]:
        """The events of one act."""
        return [event for event in audit_of(self.store) if event["act"] == act]


def open_house(store: Store, folder: Path, policy: Review = CALM) -> House:
    clock = SetClock()
    settings = Settings(data_dir=folder, review=policy)
    folder.mkdir(parents=True, exist_ok=True)
    desk = ReviewDesk(
        store=store,
        policy=policy,
        clock=clock,
        environment="test",
        step_up_minutes=15,
        strongroom=open_strongroom(settings, store, clock),
    )
    return House(desk, clock)


def upload_of(number: int) -> bytes:
    """Bytes like any others."""
    return digest_of(number) * (40 + number)


def sha256_of(number: int) -> bytes:
    return hashlib.sha256(upload_of(number)).digest()


def thread(*texts: str) -> tuple[Message, ...]:
    return tuple(
        Message(
            content_id=ContentId(""), place=0, author=f"account-{place}", at=MORNING, text=text, context=place % 2 == 1
        )
        for place, text in enumerate(texts)
    )


def audit_of(store: Store) -> list[dict[str, object]]:
    """Every event with its facts, oldest first."""
    with store._database.reading.begin() as connection:  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT act, actor, subject, facts FROM audit_events ORDER BY id").all()
    return [{"act": row.act, "actor": row.actor, "subject": row.subject, **json.loads(row.facts)} for row in rows]
