"""Let a person ask to see a content: by policy, by permit, and never without a line in the ledger.

The way of a view: `request_view` weighs lease, proof of identity and exposure, takes a permit and writes the ledger in
one transaction. Serving it (`clew.pipelines.serving`) is a second step, in whichever process, which weighs all of that
again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from clew.errors import InputError, NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.permits import grant
from clew.pipelines.review import leave_for_exposure
from clew.pipelines.review_desk import ReviewDesk, note
from clew.pipelines.strongroom import Strongroom
from clew.records.case import Content, ContentKind, Message, NotHeld
from clew.records.identifiers import ContentId, ObjectId, UserId, ViewId
from clew.records.people import User
from clew.records.permits import NOT_SEEN, Opening, OpeningPurpose, ViewingPermit
from clew.records.review import Lease, Look, ReviewJob, Verdict, VerdictStanding
from clew.records.viewing import CropBox, Exposure, Filter, Ground, TeamExposure, ViewEvent
from clew.review import queue, shield
from clew.review.ledger import COST_OF_NOT_VIEWING, narrative

__all__ = [
    "COST_OF_NOT_VIEWING",
    "WHOLE_PERMILLE",
    "Asked",
    "Stopped",
    "Thread",
    "View",
    "demand_held",
    "demand_shown",
    "demand_strongroom",
    "narrative",
    "opening_of",
    "own_exposure",
    "read_messages",
    "request_view",
    "team_totals",
]

T = TypeVar("T")

WHOLE_PERMILLE = 1000

_NOT_HELD = {
    NotHeld.HASHES_ONLY: "the platform sent hashes and kept the bytes",
    NotHeld.NO_FILE: "there is no file: it is text",
    NotHeld.VAULT_OFF: "no vault was set up when it came",
    NotHeld.SEALING: "it is being sealed; try again in a moment",
    NotHeld.SEAL_FAILED: "sealing it failed, and an alert says so",
    NotHeld.DESTROYED: "it was destroyed on a lawful request",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks to see.

    Attributes:
        crop: the part, for `Filter.CROP`.
    """

    content_id: ContentId
    filter: Filter
    ground: Ground = Ground.REVIEW
    crop: CropBox | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A serving that may begin: its line stands in the ledger."""

    event: ViewEvent
    permit: ViewingPermit


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The messages of a thread, and the line in the ledger that says who reads them; complete it once they are sent."""

    event: ViewEvent
    messages: list[Message]


# ---------------------------------------------------------------- asking


def request_view(desk: ReviewDesk, who: User, lease: Lease, asked: Asked, *, proved_at: datetime) -> View:
    """The person may be served that view now, and the ledger says so.

    Args:
        proved_at: when the person last proved who they are.
    Raises:
        RefusedError: policy stops the person, who may have lost the job to others by it; or the content is known; or
            the proof of identity is too old.
        ConflictError: the lease is over.
        NotFoundError: the vault holds no bytes of it; the message says why.
    """
    strongroom = demand_strongroom(desk)
    _demand_form(asked)

    def work(unit: UnitOfWork, at: datetime, job: ReviewJob, content: Content) -> View:
        demand_shown(unit, job, content, asked.ground)
        permit = grant(unit, strongroom, opening_of(demand_held(content), who, job, asked.ground), NOT_SEEN)
        return View(event=_enter(unit, who, content, asked, at), permit=permit)

    return _shielded(desk, who, lease, asked, proved_at, work)


def read_messages(
    desk: ReviewDesk,
    who: User,
    lease: Lease,
    content_id: ContentId,
    *,
    proved_at: datetime,
    ground: Ground = Ground.REVIEW,
) -> Thread:
    """The messages of a thread, for the person who asked, with a line in the ledger; raises as `request_view`."""
    asked = Asked(content_id=content_id, filter=Filter.TEXT, ground=ground)

    def work(unit: UnitOfWork, at: datetime, _: ReviewJob, content: Content) -> Thread:
        if content.kind is not ContentKind.THREAD:
            raise InputError("this content is a file; ask for a view of it")
        return Thread(event=_enter(unit, who, content, asked, at), messages=unit.messages_of(content.id))

    return _shielded(desk, who, lease, asked, proved_at, work)


# ---------------------------------------------------------------- exposure


def own_exposure(desk: ReviewDesk, who: User) -> Exposure:
    """What the person was served, and what is left to them. There is no way to ask for another's."""
    at = desk.clock()
    with desk.store.read() as reader:
        return shield.exposure_of(reader.views_by(who.id, at - shield.DAY), at, desk.policy)


def team_totals(
    desk: ReviewDesk, teams: Mapping[str, Sequence[UserId]], *, within: timedelta = shield.DAY
) -> list[TeamExposure]:
    """Totals of each team, and nothing of a team so small that a total would point at a person."""
    since = desk.clock() - within
    totals = []
    with desk.store.read() as reader:
        for team, people in sorted(teams.items()):
            counts = [(each.views, each.whole) for each in reader.count_views(people, since)]
            totals.append(shield.team_of(team, counts, reader.count_stops(people, since), desk.policy))
    return totals


# ---------------------------------------------------------------- within a transaction


@dataclass(frozen=True, slots=True)
class Stopped:
    """Policy said no; the transaction that recorded it commits, then the person is told."""

    message: str


def _shielded(
    desk: ReviewDesk,
    who: User,
    lease: Lease,
    asked: Asked,
    proved_at: datetime,
    work: Callable[[UnitOfWork, datetime, ReviewJob, Content], T],
) -> T:
    """The work, in a transaction that has weighed proof, lease and budget; no two views are weighed at once."""
    at = desk.clock()
    if not timedelta(0) <= at - proved_at <= timedelta(minutes=desk.step_up_minutes):
        raise RefusedError("prove who you are again before evidence is opened")
    if lease.holder != who.id:
        raise RefusedError("this lease is another person's")

    def weighed(unit: UnitOfWork) -> T | Stopped:
        unit.be_alone()
        unit.take_case(unit.get_job(lease.job_id).case_id)
        job = unit.take_job(lease.job_id)
        queue.demand_lease(job, lease, at)
        content = unit.get_content(asked.content_id)
        if content.case_id != job.case_id:
            raise NotFoundError("this job has no content of that id")
        exposure = shield.exposure_of(unit.views_by(who.id, at - shield.DAY), at, desk.policy)
        stop = shield.stop_of(exposure, asked.filter)
        if stop is None:
            return work(unit, at, job, content)
        unit.add_stop(who.id, at)
        note(unit, at, who.actor, "view.stopped", job.case_id, stop=stop)
        # Alone there is nobody to hand it to. Elsewhere an urgent job must not wait for the end of a break either.
        hands_over = stop is shield.Stop.LIMIT or (stop is shield.Stop.BREAK and job.lane.urgent)
        if hands_over and not desk.policy.one_person:
            leave_for_exposure(unit, desk, who, job, at)
        return Stopped(shield.said(stop, exposure))

    outcome = desk.store.transact(weighed)
    if isinstance(outcome, Stopped):
        raise RefusedError(outcome.message)
    return outcome


def demand_strongroom(desk: ReviewDesk) -> Strongroom:
    """Where evidence is held; NotFoundError where none is."""
    if desk.strongroom is None:
        raise NotFoundError("no vault is set up here, so no bytes are held; see the settings of 'vault'")
    return desk.strongroom


def demand_held(content: Content) -> ObjectId:
    """The content's sealed bytes; NotFoundError that says why when none are held."""
    if content.object_id is None or content.sha256 is None:
        why = _NOT_HELD[content.not_held or NotHeld.HASHES_ONLY]
        raise NotFoundError(f"no bytes of this content are held: {why}")
    return content.object_id


def opening_of(object_id: ObjectId, who: User, job: ReviewJob, ground: Ground) -> Opening:
    """What a person at a review job asks the vault's door for."""
    why = f"review job {job.id}: {ground}"
    return Opening(object_id=object_id, purpose=OpeningPurpose.REVIEW, actor=who.actor, ground=why)


def _demand_form(asked: Asked) -> None:
    """InputError unless the filter and the part fit together."""
    if asked.filter is Filter.TEXT:
        raise InputError("messages are read by asking for the thread")
    if (asked.filter is Filter.CROP) != (asked.crop is not None):
        raise InputError("a crop names its part, and no other view does")
    box = asked.crop
    if box is not None:
        inside = box.left >= 0 and box.top >= 0 and box.width > 0 and box.height > 0
        if not inside or box.left + box.width > WHOLE_PERMILLE or box.top + box.height > WHOLE_PERMILLE:
            raise InputError("a crop lies within 0 to 1000 thousandths of the picture's width and height")


def demand_shown(unit: UnitOfWork, job: ReviewJob, content: Content, ground: Ground) -> None:
    """RefusedError for bytes that people have found reportable for good already: they are never rendered again."""
    if ground is Ground.APPEAL and job.look is Look.APPEAL:
        return
    earlier = earlier_verdict(unit, content)
    if earlier is not None and earlier.decision.reportable:
        raise RefusedError("identical bytes were judged before; they are not shown again: see the earlier verdict")


def earlier_verdict(reader: Reader, content: Content) -> Verdict | None:
    """The final verdict that stands on identical bytes of another case."""
    found = None if content.known is None else reader.get_verdict(content.known)
    return found if found is not None and found.standing is VerdictStanding.FINAL else None


def _enter(unit: UnitOfWork, who: User, content: Content, asked: Asked, at: datetime) -> ViewEvent:
    """The line stands in the ledger."""
    # Text is served by the very answer to whoever asks; all else waits to be fetched.
    at_once = asked.filter in {Filter.TEXT, Filter.METADATA}
    event = ViewEvent(
        id=ViewId(new_id(at)),
        case_id=content.case_id,
        content_id=content.id,
        person=who.id,
        object_id=content.object_id,
        sha256=content.sha256,
        size_bytes=content.size_bytes,
        filter=asked.filter,
        ground=asked.ground,
        at=at,
        crop=asked.crop,
        begun_at=at if at_once else None,
    )
    unit.add_view(event)
    note(unit, at, who.actor, "view.open", content.case_id, filter=asked.filter, ground=asked.ground, view=event.id)
    return event
