"""Record what authorities ask of a case: preserve, hand over, destroy; and that it was answered."""

from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import ConflictError, InputError, RefusedError
from clew.ground.clock import iso
from clew.ground.identity import new_id
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.holds import begin_legal_hold, checked_text, demand_kept, extend_locks
from clew.pipelines.strongroom import Facts, Strongroom, event
from clew.pipelines.two_words import same_person
from clew.records.audit import AuditEvent
from clew.records.evidence import LegalProcess, ProcessKind
from clew.records.identifiers import CaseId, ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A legal request as a person gives it in.

    Attributes:
        reference: the authority's own number.
        authority: who asks, as an office.
        due_at: by when it must be answered, where it says so.
        expires_at: when it, or what it asks to be preserved, ends.
    """

    kind: ProcessKind
    reference: str
    authority: str
    issued_at: datetime
    received_at: datetime | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None


def record_process(strongroom: Strongroom, case_id: CaseId, asked: Asked, *, actor: str) -> LegalProcess:
    """The request is on record; a preservation request holds the case until it expires.

    An exigency opens nothing before `approve_process`, unless the installation has one person, who then approves it by
    recording it.

    Raises:
        NotFoundError: nothing of that case was ever kept.
        InputError: a text or a date cannot be.
    """
    at = strongroom.clock()
    if asked.issued_at > at or (asked.received_at or at) > at:
        raise InputError("a legal request was issued and received in the past; see its dates")
    if asked.expires_at is not None and asked.expires_at <= asked.issued_at:
        raise InputError("a legal request expires after it was issued; see its dates")
    alone = asked.kind is ProcessKind.EXIGENCY and not strongroom.two_people
    process = LegalProcess(
        id=ProcessId(new_id(at)),
        case_id=case_id,
        kind=asked.kind,
        reference=checked_text(asked.reference, "the authority's reference"),
        authority=checked_text(asked.authority, "the authority"),
        issued_at=asked.issued_at,
        received_at=asked.received_at or at,
        due_at=asked.due_at,
        expires_at=asked.expires_at,
        recorded_by=actor,
        recorded_at=at,
        approved_by=actor if alone else None,
    )

    def work(unit: UnitOfWork) -> None:
        unit.lock_case_key(case_id)  # a destruction that is decided meanwhile sees it, or comes first
        demand_kept(unit, case_id)
        unit.put_process(process)
        unit.audit(process_event(at, "process.record", process, actor))
        if process.kind is ProcessKind.PRESERVATION_REQUEST:
            words = f"preservation request {process.reference}"
            until = process.expires_at
            begin_legal_hold(unit, strongroom, case_id, ground=words, until=until, actor=actor, process_id=process.id)

    strongroom.store.transact(work)
    if process.kind is ProcessKind.PRESERVATION_REQUEST:
        extend_locks(strongroom, case_id)
    return process


def approve_process(strongroom: Strongroom, process_id: ProcessId, *, actor: str) -> LegalProcess:
    """An exigency opens what it asks for from now on: a second person has put their name under it.

    Raises:
        RefusedError: the same person recorded it.
        ConflictError: it is approved already, needs no approval, or is void or to be voided.
    """

    def work(unit: UnitOfWork) -> LegalProcess:
        process, at = take_process(unit, process_id), strongroom.clock()
        if process.kind is not ProcessKind.EXIGENCY or process.approved_by is not None:
            raise ConflictError(f"that {process.kind.value} waits for no approval")
        if process.void_asked_at is not None:
            raise ConflictError("that exigency is void, or somebody has asked to void it; record the one that holds")
        if strongroom.two_people and same_person(strongroom, process.recorded_by, actor):
            raise RefusedError("an exigency is approved by another person than who recorded it")
        approved = replace(process, approved_by=actor)
        unit.put_process(approved)
        unit.audit(process_event(at, "process.approve", approved, actor))
        return approved

    return strongroom.store.transact(work)


def answer_process(strongroom: Strongroom, process_id: ProcessId, *, actor: str) -> LegalProcess:
    """The request was answered; its clock stands still.

    Raises:
        ConflictError: it was answered before, or is void.
    """

    def work(unit: UnitOfWork) -> LegalProcess:
        process, at = take_process(unit, process_id), strongroom.clock()
        if process.answered_at is not None:
            raise ConflictError(f"that {process.kind.value} was answered on {process.answered_at:%Y-%m-%d}")
        if process.voided_at is not None:
            raise ConflictError(f"that {process.kind.value} was voided, and is owed no answer")
        answered = replace(process, answered_at=at, answered_by=actor)
        unit.put_process(answered)
        unit.audit(process_event(at, "process.answer", answered, actor))
        return answered

    return strongroom.store.transact(work)


def take_process(unit: UnitOfWork, process_id: ProcessId) -> LegalProcess:
    """The request as it is once nobody else changes what is on record of its case."""
    unit.lock_case_key(unit.get_process(process_id).case_id)
    return unit.get_process(process_id)


def process_event(
    at: datetime, act: str, process: LegalProcess, actor: str, *, alone: bool | None = None
) -> AuditEvent:
    """An audit row about a legal process; its words stay out of it."""
    facts: Facts = {
        "process": process.id,
        "kind": process.kind.value,
        "due": iso(process.due_at) if process.due_at else None,
    }
    if alone is not None:
        facts["alone"] = alone
    return event(at, actor, act, process.case_id, facts)
