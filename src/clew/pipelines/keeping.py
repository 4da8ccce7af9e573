"""Keep the bytes of a hit: sealed before the platform is answered, or an alert says that they are not."""

from collections.abc import Callable
from datetime import datetime, timedelta

from clew.errors import ClewError
from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.evidence import seal_from_upload
from clew.pipelines.review_desk import ReviewDesk, note
from clew.records.case import AlertKind, CaseAlert, Content, NotHeld
from clew.records.evidence import SealedObject
from clew.records.identifiers import AlertId, HitId, ObjectId

_ACTOR = "system:screening"
# Longer than any seal: what is on its way for so long has lost its process.
_INTERRUPTED = timedelta(minutes=15)
_AT_ONCE = 200


def keep(
    desk: ReviewDesk,
    hit_id: HitId,
    descriptor: int,
    *,
    size_bytes: int,
    media_type: str | None,
    tell: Callable[[str], None] = lambda _why: None,
) -> bool:
    """The bytes of a hit's content are sealed in the vault; False, and an alert stands, when they are not.

    Args:
        descriptor: the upload in memory; it is left open.
        tell: is told why they are not, with what to do, for whoever runs the installation.
    """
    with desk.store.read() as reader:
        content = reader.find_content_of_hit(hit_id)
    if content is None or desk.strongroom is None or content.not_held is not NotHeld.SEALING:
        return False

    def attach(unit: UnitOfWork, sealed: SealedObject) -> None:
        hold_content(unit, content, sealed.id, desk.clock(), _ACTOR)

    try:
        seal_from_upload(
            desk.strongroom,
            content.case_id,
            descriptor,
            size_bytes=size_bytes,
            actor=_ACTOR,
            media_type=media_type,
            attach=attach,
        )
    except (ClewError, OSError) as error:
        _fail(desk, content, type(error).__name__)
        tell(str(error) if isinstance(error, ClewError) else error.strerror or type(error).__name__)
        return False
    return True


def fail_interrupted(desk: ReviewDesk) -> int:
    """Contents whose sealing lost its process are told by an alert each; how many."""
    before = desk.clock() - _INTERRUPTED
    with desk.store.read() as reader:
        lost = reader.contents_sealing(before, _AT_ONCE)
    for content in lost:
        _fail(desk, content, "interrupted")
    return len(lost)


def give_back(unit: UnitOfWork, sealed: SealedObject, sha256: bytes, at: datetime, actor: str) -> None:
    """Contents of those bytes whose sealing was stopped are held by the object that it had placed, in this transaction.

    Args:
        sha256: of the object's clear bytes.
    """
    for content in unit.contents_of(sealed.case_id):
        lost = content.not_held in {NotHeld.SEALING, NotHeld.SEAL_FAILED}
        if lost and content.sha256 == sha256:
            hold_content(unit, content, sealed.id, at, actor)


def hold_content(unit: UnitOfWork, content: Content, object_id: ObjectId, at: datetime, actor: str) -> None:
    """The content's bytes are that object, and no alert says that they are not held, in this transaction."""
    unit.take_case(content.case_id)  # whoever says that they are not held looks with the case in hand, too
    unit.set_held(content.id, object_id=object_id, not_held=None)
    unit.clear_case_alerts(content.id, AlertKind.SEAL_FAILED, at)
    note(unit, at, actor, "content.held", content.case_id, content=content.id)


def _fail(desk: ReviewDesk, content: Content, why: str) -> None:
    at = desk.clock()

    def work(unit: UnitOfWork) -> None:
        unit.take_case(content.case_id)  # before looking: a seal that comes late waits, and has the last word
        if unit.get_content(content.id).not_held is not NotHeld.SEALING:
            return  # another process has told it, or the seal came to its end after all
        unit.set_held(content.id, object_id=None, not_held=NotHeld.SEAL_FAILED)
        unit.raise_case_alert(
            CaseAlert(
                id=AlertId(new_id(at)),
                case_id=content.case_id,
                kind=AlertKind.SEAL_FAILED,
                at=at,
                content_id=content.id,
            )
        )
        note(unit, at, _ACTOR, "content.not_held", content.case_id, content=content.id, error=why)

    desk.store.transact(work)
