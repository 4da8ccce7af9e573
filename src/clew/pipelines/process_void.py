"""Void a legal process that was recorded by mistake, or that a court has quashed: it opens nothing any more."""

from dataclasses import replace

from clew.errors import ConflictError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.holds import checked_text
from clew.pipelines.legal_process import process_event, take_process
from clew.pipelines.strongroom import Strongroom
from clew.pipelines.two_words import second_word
from clew.records.evidence import LegalProcess
from clew.records.identifiers import ProcessId

_ANOTHER_AGREES = (
    "nobody alone voids a legal request: an authority may wait for its answer, so another person must agree"
)


def void_process(strongroom: Strongroom, process_id: ProcessId, *, ground: str, actor: str) -> LegalProcess:
    """Nothing is opened or destroyed on it from the first word on; by the second it is void, and owed no answer.

    The second word is another person's. Where there is nobody else, it is the same person's after the delay of the
    settings, and the audit says so. A hold that the request began stands until it is released.

    Returns:
        The process; `voided_at` is None while it waits for the second word.
    Raises:
        ConflictError: it is void already.
        RefusedError: the same person gives both words.
        InputError: no ground was given.
    """
    why = checked_text(ground, "a ground")

    def work(unit: UnitOfWork) -> LegalProcess:
        process, at = take_process(unit, process_id), strongroom.clock()
        if process.voided_at is not None:
            raise ConflictError(f"that {process.kind.value} was voided on {process.voided_at:%Y-%m-%d}")
        if process.void_asked_at is None:
            asked = replace(process, void_asked_at=at, void_asked_by=actor, void_ground=why)
            unit.put_process(asked)
            unit.audit(process_event(at, "process.ask-void", asked, actor))
            return asked
        alone = second_word(
            strongroom,
            first=process.void_asked_by or "",
            asked_at=process.void_asked_at,
            second=actor,
            at=at,
            otherwise=_ANOTHER_AGREES,
        )
        words = why if process.void_ground in {None, why} else f"{process.void_ground}; {why}"
        voided = replace(process, voided_at=at, voided_by=actor, void_ground=words)
        unit.put_process(voided)
        unit.audit(process_event(at, "process.void", voided, actor, alone=alone))
        return voided

    return strongroom.store.transact(work)


def keep_process(strongroom: Strongroom, process_id: ProcessId, *, actor: str) -> LegalProcess:
    """Nobody's wish to void it waits any more; it is in force as before.

    Raises:
        ConflictError: it is void already, or nobody has asked.
    """

    def work(unit: UnitOfWork) -> LegalProcess:
        process, at = take_process(unit, process_id), strongroom.clock()
        if process.voided_at is not None or process.void_asked_at is None:
            raise ConflictError("nobody's wish to void that legal request waits; see: clew evidence show CASE")
        kept = replace(process, void_asked_at=None, void_asked_by=None, void_ground=None)
        unit.put_process(kept)
        unit.audit(process_event(at, "process.keep", kept, actor))
        return kept

    return strongroom.store.transact(work)
