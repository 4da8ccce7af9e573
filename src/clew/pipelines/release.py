"""End a hold before its time: by one person; by two where the law keeps a report's evidence or nobody judged it yet."""

from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.holds import checked_text, end_hold, hold_event
from clew.pipelines.judged import needs_two
from clew.pipelines.strongroom import Strongroom
from clew.pipelines.two_words import second_word
from clew.records.evidence import Hold
from clew.records.identifiers import HoldId

_ANOTHER_AGREES = (
    "nobody alone ends this hold before its time: it keeps the evidence of a finished report, or of a case that is not "
    "decided and reported, so another person must agree"
)


def release(strongroom: Strongroom, hold_id: HoldId, *, ground: str, actor: str) -> Hold:
    """The hold does not stand any more; or, where two must say so and that is the first word, it waits.

    The second word is another person's. Where there is nobody else, it is the same person's after the delay of the
    settings, and the audit says so. Nothing is destroyed by it.

    Returns:
        The hold; `released_at` is None when it stands until another person agrees.
    Raises:
        ConflictError: it did not stand.
        RefusedError: the same person gives both words.
    """
    why = checked_text(ground, "a ground")

    def work(unit: UnitOfWork) -> Hold:
        hold, at = _standing(unit, strongroom, hold_id)
        # Nobody alone takes the evidence of a case away before it was judged; a lawful order still can, by two.
        if not needs_two(unit, hold):
            return end_hold(unit, strongroom, hold, why, actor)
        if hold.release_asked_at is None:
            asked = replace(hold, release_asked_at=at, release_asked_by=actor, release_ground=why)
            unit.put_hold(asked)
            unit.audit(hold_event(strongroom, "hold.ask-release", asked, actor))
            return asked
        alone = second_word(
            strongroom,
            first=hold.release_asked_by or "",
            asked_at=hold.release_asked_at,
            second=actor,
            at=at,
            otherwise=_ANOTHER_AGREES,
        )
        words = why if hold.release_ground in {None, why} else f"{hold.release_ground}; {why}"
        return end_hold(unit, strongroom, hold, words, actor, alone=alone)

    return strongroom.store.transact(work)


def keep_standing(strongroom: Strongroom, hold_id: HoldId, *, actor: str) -> Hold:
    """Nobody's wish to release the hold waits any more; it stands as before.

    Raises:
        ConflictError: it did not stand, or nobody has asked.
    """

    def work(unit: UnitOfWork) -> Hold:
        hold, _ = _standing(unit, strongroom, hold_id)
        if hold.release_asked_at is None:
            raise ConflictError("nobody has asked to release that hold; it stands as it is")
        kept = replace(hold, release_asked_at=None, release_asked_by=None, release_ground=None)
        unit.put_hold(kept)
        unit.audit(hold_event(strongroom, "hold.keep", kept, actor))
        return kept

    return strongroom.store.transact(work)


def _standing(unit: UnitOfWork, strongroom: Strongroom, hold_id: HoldId) -> tuple[Hold, datetime]:
    """The hold, which nobody else changes before the commit where its case has a key, and the moment."""
    unit.lock_case_key(unit.get_hold(hold_id).case_id)
    hold, at = unit.get_hold(hold_id), strongroom.clock()
    if not hold.stands(at):
        raise ConflictError("that hold does not stand any more; there is nothing to release")
    return hold, at
