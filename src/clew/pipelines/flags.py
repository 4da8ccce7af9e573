"""Take in what somebody at the platform reported: a file by its digests, a thread, or only an account."""

from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import InputError
from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.case_joining import Opening, Wanted, add_contents, open_or_join, with_facts
from clew.pipelines.case_marks import mark_safeguarding
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.case import NO_FACTS, Case, Content, ContentKind, FlagReason, Message, NotHeld, Origin, UploadFacts
from clew.records.identifiers import ContentId
from clew.records.review import Lane, ReviewJob
from clew.records.signal import Signal
from clew.review import queue

# Of one call; a longer thread comes in parts.
MOST_MESSAGES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What somebody at the platform reported: a file by its digests, a thread, or only that something is wrong.

    Attributes:
        subject: the platform's own id of the account that is reported.
        lane: an urgent lane that the platform asks for itself.
        messages: a thread, with context; `content_id` and `place` are given anew.
    """

    subject: str
    reason: FlagReason
    reference: str | None = None
    signals: tuple[Signal, ...] = ()
    media_type: str | None = None
    size_bytes: int | None = None
    facts: UploadFacts = NO_FACTS
    messages: tuple[Message, ...] = ()
    infant: bool = False
    accessible_child: bool = False
    safeguarding: bool | None = None
    origin: Origin = Origin.FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """What became of a flag."""

    case: Case
    job: ReviewJob
    content: Content


def flag(desk: ReviewDesk, wanted: Flag, *, actor: str) -> Flagged:
    """What was reported is a content of its subject's open case, and its job waits, in the lane that it asks for.

    Raises:
        InputError: the thread is longer than one call may bear.
    """
    if len(wanted.messages) > MOST_MESSAGES:
        raise InputError(f"a thread may bear {MOST_MESSAGES:,} messages, got {len(wanted.messages):,}")
    at = desk.clock()
    lane = queue.lane_of(wanted.reason, infant=wanted.infant, accessible_child=wanted.accessible_child)
    if wanted.origin is Origin.CONTEXT:
        lane = Lane.ORDINARY
    opening = Opening(policy=desk.policy, environment=desk.environment, seals=False, strongroom=desk.strongroom)

    def work(unit: UnitOfWork) -> Flagged:
        asked = Wanted(reference=wanted.subject, at=at, origin=wanted.origin, lane=lane)
        ((case, job),) = open_or_join(unit, [asked], opening, actor)
        if wanted.safeguarding is not None and wanted.safeguarding != case.safeguarding:
            case = mark_safeguarding(unit, case, wanted.safeguarding, at, actor)
        (content,) = add_contents(unit, [with_facts(_flagged_content(wanted, case, at), wanted.facts)])
        if wanted.messages:
            unit.add_messages(
                [replace(each, content_id=content.id, place=place) for place, each in enumerate(wanted.messages)]
            )
        note(unit, at, actor, "case.flag", case.id, reason=wanted.reason, lane=lane, messages=len(wanted.messages))
        return Flagged(case=case, job=unit.get_job(job.id), content=unit.get_content(content.id))

    return desk.store.transact(work)


def _flagged_content(wanted: Flag, case: Case, at: datetime) -> Content:
    is_file = bool(wanted.signals) or wanted.size_bytes is not None
    return Content(
        id=ContentId(new_id(at)),
        case_id=case.id,
        kind=ContentKind.THREAD if wanted.messages or not is_file else ContentKind.FILE,
        origin=wanted.origin,
        added_at=at,
        reference=wanted.reference,
        signals=wanted.signals,
        size_bytes=wanted.size_bytes,
        media_type=wanted.media_type,
        not_held=NotHeld.HASHES_ONLY if is_file else NotHeld.NO_FILE,
        flagged_as=wanted.reason if wanted.origin is Origin.FLAG else None,
    )
