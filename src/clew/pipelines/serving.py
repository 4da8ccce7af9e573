"""Serve a view that was asked for: once, to that person, by whichever process, after weighing everything again.

`begin_serving` takes the waiting line of the ledger; then bytes leave, by `stream_whole` or `stream_picture`, which
complete the line after the last of them; `confirm_view` is the person's own word, and a later, separate act. Bytes that
were handed to the network may never arrive, so the word for a whole file bears the proof that they did.
"""

import functools
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from clew.errors import ConflictError, DamagedError, InputError, NotFoundError, RefusedError
from clew.intake.wire import Wanted
from clew.parts.decoders.base import DecoderPart
from clew.parts.shelf import load_all
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.case_file import viewing_of
from clew.pipelines.evidence import hold_in_memory, open_sealed
from clew.pipelines.permits import grant
from clew.pipelines.review_desk import ReviewDesk, note
from clew.pipelines.views import (
    WHOLE_PERMILLE,
    Stopped,
    View,
    demand_held,
    demand_shown,
    demand_strongroom,
    opening_of,
)
from clew.records.identifiers import JobId, ViewId
from clew.records.people import User
from clew.records.permits import NOT_SEEN
from clew.records.viewing import Confirmation, CropBox, FileViewing, Filter, ViewEvent
from clew.review import shield

# Of a smaller view: its bare pixels fit into a worker's answer, and a person sees enough to tell a lake from a street.
_SIDE_PIXELS = 768


# ---------------------------------------------------------------- beginning


def begin_serving(desk: ReviewDesk, who: User, job_id: JobId, view_id: ViewId) -> View:
    """The view may be served now, and never again: lease, exposure, permit and what is held were asked anew.

    The line stands in the store, so that any process serves what another was asked for.

    Raises:
        NotFoundError: the person asked for no such view; or it was served, or waited too long, or its bytes are gone.
        ConflictError: the person does not hold the job any more.
        RefusedError: policy, or a final verdict on the same bytes, forbids it meanwhile.
    """
    strongroom = demand_strongroom(desk)
    at = desk.clock()

    def work(unit: UnitOfWork) -> View | Stopped:
        event, job = unit.get_view(view_id), unit.get_job(job_id)
        if event.person != who.id or event.case_id != job.case_id:
            raise NotFoundError("you asked for no view of that id in this job")
        if not waits(desk, event, at):
            raise NotFoundError("this view was served, or waited too long; ask for it again, which is another view")
        if job.lease is None or job.lease.holder != who.id or job.lease.until <= at:
            raise ConflictError("you do not hold this job any more; nothing was shown, claim it again")
        content = unit.get_content(event.content_id)
        demand_shown(unit, job, content, event.ground)
        # Its own line is among them already; only what came beside it, or a policy that was changed, speaks against it.
        others = [view for view in unit.views_by(who.id, at - shield.DAY) if view.id != event.id]
        exposure = shield.exposure_of(others, at, desk.policy)
        stop = shield.stop_of(exposure, event.filter)
        if stop is not None:
            unit.add_stop(who.id, at)
            note(unit, at, who.actor, "view.stopped", job.case_id, stop=stop)
            return Stopped(shield.said(stop, exposure))
        permit = grant(unit, strongroom, opening_of(demand_held(content), who, job, event.ground), NOT_SEEN)
        if not unit.begin_view(view_id, at):
            raise NotFoundError("this view was served; ask for it again, which is another view")
        return View(event=unit.get_view(view_id), permit=permit)

    outcome = desk.store.transact(work)
    if isinstance(outcome, Stopped):
        raise RefusedError(outcome.message)
    return outcome


def waits(desk: ReviewDesk, event: ViewEvent, at: datetime) -> bool:
    """Whether a view that was asked for was not fetched yet and still can be: as long as a permit is good."""
    if event.begun_at is not None or event.completed_at is not None:
        return False
    return at - event.at < timedelta(minutes=demand_strongroom(desk).settings.vault.permit_minutes)


# ---------------------------------------------------------------- serving


def stream_whole(desk: ReviewDesk, view: View) -> Iterator[bytes]:
    """The bytes as uploaded, in pieces; the ledger's line is completed once the last one was taken.

    Raises:
        DamagedError: they are not the bytes that were uploaded; the line stays open and nothing was viewed.
    """
    if view.event.filter is not Filter.FULL:
        raise InputError(f"this view was asked for as '{view.event.filter}'; ask for the whole file to stream it")
    _demand_begun(desk, view)
    digest, served_bytes = hashlib.sha256(), 0
    # Salted with the id of this serving alone: a digest known from elsewhere proves nothing.
    proof = hashlib.sha256(view.event.id.encode("ascii"))
    with open_sealed(demand_strongroom(desk), view.permit) as opened:
        for piece in opened:
            digest.update(piece)
            proof.update(piece)
            served_bytes += len(piece)
            yield piece
    if digest.digest() != view.event.sha256 or served_bytes != view.event.size_bytes:
        raise DamagedError("what the vault gave is not what was uploaded; see: clew evidence verify")
    view_served(desk, view.event.id, served_bytes, proof=proof.digest())


def hold_for_picture(desk: ReviewDesk, view: View) -> int:
    """The bytes behind a descriptor for the confined worker that makes the smaller view; the caller closes it.

    Nothing is shown by it: a picture may be made before its serving begins.
    """
    if view.event.filter in {Filter.FULL, Filter.TEXT}:
        raise InputError(f"no picture is made for a view '{view.event.filter}'")
    return hold_in_memory(demand_strongroom(desk), view.permit)


@functools.cache
def pictured_types() -> frozenset[str]:
    """Media types of which a part of this installation makes pictures; of all others no small view can be made."""
    return frozenset(kind for part in load_all("decoders", DecoderPart).values() for kind in part.media_types)


def wanted_of(asked: ViewEvent) -> Wanted:
    """What the confined worker is asked to make for a view."""
    box = asked.crop or CropBox(left=0, top=0, width=WHOLE_PERMILLE, height=WHOLE_PERMILLE)
    return Wanted(
        side_pixels=_SIDE_PIXELS,
        left=box.left,
        top=box.top,
        width=box.width,
        height=box.height,
        blur=asked.filter in {Filter.BLURRED, Filter.BLURRED_GREY},
        grey=asked.filter in {Filter.GREY, Filter.BLURRED_GREY},
        metadata=asked.filter is Filter.METADATA,
    )


def stream_picture(desk: ReviewDesk, view: View, picture: bytes) -> Iterator[bytes]:
    """What was made of the bytes, and the ledger's line completed once it was taken. It is a part, always."""
    _demand_begun(desk, view)
    yield picture
    view_served(desk, view.event.id, len(picture))


def view_served(desk: ReviewDesk, view_id: ViewId, served_bytes: int, *, proof: bytes | None = None) -> None:
    """The ledger says that the serving is complete; a second word on it changes nothing."""
    at = desk.clock()

    def work(unit: UnitOfWork) -> None:
        view = unit.get_view(view_id)
        if unit.complete_view(view_id, served_bytes, at, proof=proof):
            whole = view.filter is Filter.FULL and served_bytes == view.size_bytes
            note(unit, at, f"user:{view.person}", "view.served", view.case_id, filter=view.filter, whole=whole)

    desk.store.transact(work)


def _demand_begun(desk: ReviewDesk, view: View) -> None:
    """RefusedError for a view that did not begin, or that has been served: each serving is asked for anew."""
    if view.event.begun_at is None:
        raise RefusedError("this serving has not begun; it is weighed again first")
    with desk.store.read() as reader:
        if reader.get_view(view.event.id).completed_at is not None:
            raise RefusedError("this view was served; ask for another")


# ---------------------------------------------------------------- the person's word


def confirm_view(desk: ReviewDesk, who: User, view_id: ViewId, *, proof: bytes = b"") -> FileViewing:
    """The person's word, that they saw all of what this serving showed, is in the ledger.

    Args:
        proof: of a whole file: SHA-256 over the serving's id and the bytes that the person's page received.
    Raises:
        RefusedError: it was served to another person, or only in part, or not to its end, or too long ago; or it is not
            proved that its bytes arrived.
    """
    at = desk.clock()

    def work(unit: UnitOfWork) -> FileViewing:
        view = unit.get_view(view_id)
        if view.person != who.id:
            raise RefusedError("only the person who was served a view confirms it")
        if view.completed_at is None:
            raise RefusedError("this serving did not come to its end; open the file again to view all of it")
        if not view.whole and view.filter is not Filter.METADATA:
            raise RefusedError(f"a view '{view.filter}' is a part; only the whole, unfiltered file can be confirmed")
        given = any(each.view_id == view_id for each in unit.confirmations_of(view.content_id))
        if not given:
            _demand_fresh(view.completed_at, at, desk.policy.confirm_minutes)
            _demand_arrived(view, proof)
            word = Confirmation(view_id=view_id, content_id=view.content_id, person=who.id, at=at)
            if unit.confirm_view(word):
                note(unit, at, who.actor, "view.confirm", view.case_id, filter=view.filter)
        return viewing_of(unit, unit.get_content(view.content_id))

    return desk.store.transact(work)


def _demand_fresh(served_at: datetime, at: datetime, within_minutes: int) -> None:
    """RefusedError for a word that comes so late that it is no longer about what was on the screen."""
    # Either way: a serving that a wrong clock has dated ahead is not fresh for as long.
    if abs(at - served_at) > timedelta(minutes=within_minutes):
        raise RefusedError(
            f"this file was served at {served_at:%H:%M} UTC, and seeing it is confirmed within {within_minutes} "
            "minutes; open it again to confirm it, or leave it as not viewed"
        )


def _demand_arrived(view: ViewEvent, proof: bytes) -> None:
    """RefusedError unless the page that asks has received every byte of a whole serving."""
    if view.filter is Filter.FULL and (view.proof is None or not hmac.compare_digest(view.proof, proof)):
        raise RefusedError(
            "the page did not prove that all bytes of this file reached it, so the view stays a part; open the whole "
            "file again on the page of its job, with its script and over https or on this machine itself"
        )
