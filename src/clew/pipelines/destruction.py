"""Destroy the evidence of a case on a lawful request: first its key, then its objects, then a signed certificate.

Once the key is gone nobody can read the objects, wherever copies of them lie. A destruction that was broken off is
carried on by asking for it again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clew import __version__
from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.ground.canonical import canonical
from clew.ground.clock import iso
from clew.ground.identity import new_id
from clew.ground.signing import SigningKey, load_or_make
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.destroyed import CERTIFICATE
from clew.pipelines.holds import standing_holds
from clew.pipelines.judged import is_being_judged
from clew.pipelines.strongroom import Facts, Strongroom, event
from clew.pipelines.two_words import second_word
from clew.records.audit import AuditEvent
from clew.records.case import NotHeld
from clew.records.evidence import Destruction, DestructionState, Hold, LegalProcess, ProcessKind, SealedObject
from clew.records.identifiers import CaseId, DestructionId, ObjectId, ProcessId

# Objects deleted between two notes of how far it is.
_BATCH = 100
_ANOTHER_CONFIRMS = "the same person has asked for this destruction; another one must confirm it"
_METHOD = (
    "cryptographic erasure: the AES-256 data key of the case, by which alone its objects could be read, was destroyed "
    "in the database; then the objects were deleted where no lock forbids it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a destruction would take, and what stands in its way.

    Attributes:
        holds: those that forbid it.
        judged: people judge the case, or judge it again, which forbids it too.
        unanswered: legal requests that wait for an answer, which forbid it too.
        requests: the recorded destruction requests in force.
        asked: the destruction that is under way, or waits for the second word.
        destroyed_at: set when the key is gone already.
    """

    case_id: CaseId
    objects: int
    size_bytes: int
    holds: tuple[Hold, ...]
    judged: bool
    unanswered: tuple[LegalProcess, ...]
    requests: tuple[LegalProcess, ...]
    asked: Destruction | None
    destroyed_at: datetime | None

    @property
    def possible(self) -> bool:
        """Whether it may be asked for now."""
        free = not self.holds and not self.judged and not self.unanswered
        return free and bool(self.requests) and self.destroyed_at is None


def plan(reader: Reader, strongroom: Strongroom, case_id: CaseId) -> Plan:
    """What would go; nothing is changed.

    Raises:
        NotFoundError: nothing of that case was ever kept.
    """
    at = strongroom.clock()
    kept = reader.find_preservation(case_id)
    if kept is None:
        raise NotFoundError(f"nothing of a case '{case_id[:40]}' was ever kept; see: clew evidence show")
    processes = reader.processes_of_case(case_id)
    requests = [each for each in processes if each.kind is ProcessKind.DESTRUCTION_REQUEST and each.holds(at)]
    return Plan(
        case_id=case_id,
        objects=kept.objects,
        size_bytes=kept.size_bytes,
        holds=kept.standing(at),
        judged=is_being_judged(reader, case_id),
        unanswered=tuple(each for each in processes if _waits(each, at)),
        requests=tuple(requests),
        asked=reader.find_open_destruction(case_id),
        destroyed_at=kept.key_destroyed_at,
    )


def destroy(
    strongroom: Strongroom, case_id: CaseId, *, confirm: str, process_id: ProcessId | None, actor: str
) -> Destruction:
    """The evidence of the case is destroyed; or, when that is the first word, it is asked for and nothing is destroyed.

    The second word is another person's. Where there is nobody else, it is the same person's after the delay of the
    settings, and the record says so.

    Args:
        confirm: the case's id, typed once more.
        process_id: the recorded destruction request; None takes the one that is there.
    Returns:
        The destruction: ASKED when the second word is still to be given, else DONE.
    Raises:
        RefusedError: a hold stands, people judge the case, a legal request is not answered, no lawful request is
            recorded, the confirmation is another case's, or the same person gives both words.
        NotFoundError, ConflictError: there is nothing to destroy, or it was destroyed.
        UnavailableError: the vault is not to be had; the key is destroyed then, and asking again carries on.
    """
    if confirm != case_id:
        raise RefusedError("to destroy evidence, give the case's id once more with --confirm; it was another one")
    # Before anything is destroyed: without a signature there would be no certificate of it.
    signer = load_or_make(strongroom.settings.signing_key_path)
    destruction = strongroom.store.transact(lambda unit: _decide(unit, strongroom, case_id, process_id, actor))
    if destruction.state is DestructionState.ASKED:
        return destruction
    locked = _delete_objects(strongroom, case_id)
    return _finish(strongroom, destruction, locked, signer, actor)


def withdraw(strongroom: Strongroom, case_id: CaseId, *, actor: str) -> Destruction:
    """A destruction that waits for the second word is not wanted any more; nothing was destroyed.

    Raises:
        NotFoundError: none waits.
        ConflictError: its key is destroyed already; it can only be carried on.
    """

    def work(unit: UnitOfWork) -> Destruction:
        at = strongroom.clock()
        unit.lock_case_key(case_id)
        asked = unit.find_open_destruction(case_id)
        if asked is None:
            raise NotFoundError("no destruction of that case waits for anybody")
        if asked.state is not DestructionState.ASKED:
            raise ConflictError("the key of that case is destroyed already; ask for the destruction again to end it")
        withdrawn = replace(asked, state=DestructionState.WITHDRAWN, done_at=at)
        unit.put_destruction(withdrawn)
        unit.audit(_event(at, "evidence.withdraw-destruction", withdrawn, actor, {}))
        return withdrawn

    return strongroom.store.transact(work)


def certificate_of(reader: Reader, case_id: CaseId) -> bytes:
    """The signed certificate of a case's destruction, byte for byte as it was made.

    Raises:
        NotFoundError: nothing of it was destroyed, or the destruction is not done.
    """
    done = [each.certificate for each in reader.destructions_of_case(case_id) if each.certificate is not None]
    if not done:
        raise NotFoundError("no finished destruction of that case; see: clew evidence show CASE")
    return done[-1]


def _decide(
    unit: UnitOfWork, strongroom: Strongroom, case_id: CaseId, process_id: ProcessId | None, actor: str
) -> Destruction:
    """The key is destroyed in this transaction, or the wish is on record, or it is refused."""
    at = strongroom.clock()
    key = unit.lock_case_key(case_id)
    if key is None:
        raise NotFoundError(f"no sealed evidence of a case '{case_id[:40]}'; see: clew evidence show")
    asked = unit.find_open_destruction(case_id)
    if asked is not None and asked.state is DestructionState.KEY_DESTROYED:
        return asked
    if key.wrapped is None:
        raise ConflictError("the evidence of that case was destroyed before; its certificate says when")
    _demand_no_hold(unit, case_id, at)
    if is_being_judged(unit, case_id):
        raise RefusedError("people judge that case: nothing is destroyed before it is decided")
    _demand_answered(unit, case_id, at)
    if asked is None:
        process = _demand_request(unit, case_id, process_id, at)
        asked = Destruction(
            id=DestructionId(new_id(at)),
            case_id=case_id,
            process_id=process.id,
            state=DestructionState.ASKED,
            asked_by=actor,
            asked_at=at,
        )
        unit.put_destruction(asked)
        unit.audit(_event(at, "evidence.ask-destruction", asked, actor, {}))
        return asked
    if process_id not in {None, asked.process_id}:
        raise ConflictError(
            f"this destruction was asked for on the request '{asked.process_id}'; confirm that one, or have it "
            "withdrawn and ask anew"
        )
    _demand_request(unit, case_id, asked.process_id, at)
    alone = second_word(
        strongroom, first=asked.asked_by, asked_at=asked.asked_at, second=actor, at=at, otherwise=_ANOTHER_CONFIRMS
    )
    unit.destroy_case_key(case_id, at)
    for content in unit.contents_of(case_id):
        if content.object_id is not None:
            unit.set_held(content.id, object_id=None, not_held=NotHeld.DESTROYED)
    decided = replace(
        asked,
        state=DestructionState.KEY_DESTROYED,
        approved_by=actor,
        approved_at=at,
        alone=alone,
        key_destroyed_at=at,
    )
    unit.put_destruction(decided)
    unit.audit(_event(at, "evidence.destroy-key", decided, actor, {"alone": decided.alone}))
    return decided


def _demand_no_hold(reader: Reader, case_id: CaseId, at: datetime) -> None:
    standing = standing_holds(reader, case_id, at)
    if standing:
        told = "; ".join(
            f"{hold.kind.value} {hold.id} " + (f"until {hold.until:%Y-%m-%d}" if hold.until else "until released")
            for hold in standing
        )
        raise RefusedError(f"a hold forbids it: {told}. Nothing is destroyed while a hold stands")


def _demand_answered(reader: Reader, case_id: CaseId, at: datetime) -> None:
    waiting = [each for each in reader.processes_of_case(case_id) if _waits(each, at)]
    if waiting:
        told = "; ".join(f"{each.kind.value} {each.reference}, {each.authority} ({each.id})" for each in waiting)
        raise RefusedError(
            f"a legal request is not answered: {told}. Nothing is destroyed before it is; then: clew evidence answered"
        )


def _waits(process: LegalProcess, at: datetime) -> bool:
    """Whether an authority waits for an answer that needs the evidence."""
    if process.kind is ProcessKind.DESTRUCTION_REQUEST or process.answered_at is not None:
        return False
    if process.voided_at is not None:
        return False
    over = process.expires_at is not None and process.expires_at <= at
    # A request to preserve asks for nothing else and holds the case while it lasts; any other is owed an answer even
    # when it opens nothing any more.
    return process.kind is not ProcessKind.PRESERVATION_REQUEST or not over


def _demand_request(reader: Reader, case_id: CaseId, process_id: ProcessId | None, at: datetime) -> LegalProcess:
    requests = [each for each in reader.processes_of_case(case_id) if each.kind is ProcessKind.DESTRUCTION_REQUEST]
    fitting = [each for each in requests if each.holds(at) and process_id in {None, each.id}]
    if not fitting:
        raise RefusedError(
            "evidence is destroyed on a recorded lawful request only; record it: clew evidence process CASE --kind "
            "destruction-request"
        )
    if len(fitting) > 1:
        raise InputError("several destruction requests are on record; say on which one, with --process")
    return fitting[0]


def _delete_objects(strongroom: Strongroom, case_id: CaseId) -> dict[ObjectId, datetime]:
    """Every object is gone, except those that a lock keeps, with its end."""
    with strongroom.store.read() as reader:
        standing = [each.id for each in reader.objects_of_case(case_id) if each.gone_at is None]
    locked: dict[ObjectId, datetime] = {}
    for start in range(0, len(standing), _BATCH):
        gone: list[ObjectId] = []
        for object_id in standing[start : start + _BATCH]:
            until = strongroom.vault.delete(object_id)
            if until is None:
                gone.append(object_id)
            else:
                locked[object_id] = until
        _note_gone(strongroom, gone)
    return locked


def _note_gone(strongroom: Strongroom, gone: Sequence[ObjectId]) -> None:
    at = strongroom.clock()
    strongroom.store.transact(lambda unit: unit.mark_gone(gone, at))


def _finish(
    strongroom: Strongroom,
    destruction: Destruction,
    locked: dict[ObjectId, datetime],
    signer: SigningKey,
    actor: str,
) -> Destruction:
    with strongroom.store.read() as reader:
        process = reader.get_process(destruction.process_id)
        objects = reader.objects_of_case(destruction.case_id)
    at = strongroom.clock()
    signed = _certificate(destruction, process, objects, locked, at, signer)
    done = replace(destruction, state=DestructionState.DONE, done_at=at, certificate=signed)

    def work(unit: UnitOfWork) -> Destruction:
        open_one = unit.find_open_destruction(destruction.case_id)
        if open_one is None:
            # Another process carried the same destruction on, and was first.
            return unit.destructions_of_case(destruction.case_id)[-1]
        unit.put_destruction(done)
        facts: Facts = {"objects": len(objects) - len(locked), "locked": len(locked), "signed_by": signer.key_id}
        unit.audit(_event(at, "evidence.destroy", done, actor, facts))
        return done

    return strongroom.store.transact(work)


def _certificate(
    destruction: Destruction,
    process: LegalProcess,
    objects: Sequence[SealedObject],
    locked: dict[ObjectId, datetime],
    at: datetime,
    signer: SigningKey,
) -> bytes:
    """One JSON object: the statement, and beside it who signed which bytes of it."""
    statement = {
        "certificate": CERTIFICATE,
        "version": 1,
        "case": destruction.case_id,
        "destruction": destruction.id,
        "request": {
            "process": process.id,
            "authority": process.authority,
            "reference": process.reference,
            "issued": iso(process.issued_at),
        },
        "asked": {"by": destruction.asked_by, "at": iso(destruction.asked_at)},
        "approved": {"by": destruction.approved_by, "at": _maybe(destruction.approved_at), "alone": destruction.alone},
        "method": _METHOD,
        "key_destroyed": _maybe(destruction.key_destroyed_at),
        "objects": [
            {
                "object": each.id,
                "size_bytes": each.size_bytes,
                "sealed": iso(each.sealed_at),
                "deleted": _maybe(each.gone_at),
                "locked_until": _maybe(locked.get(each.id)),
            }
            for each in objects
        ],
        "made": iso(at),
        "by": f"Clew {__version__}",
    }
    signature = {
        "algorithm": "Ed25519 over the statement in RFC 8785 form",
        "key": signer.key_id,
        "public": signer.public.hex(),
        "value": signer.sign(canonical(statement)).hex(),
    }
    return json.dumps({"statement": statement, "signature": signature}, indent=1, ensure_ascii=False).encode() + b"\n"


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _event(at: datetime, act: str, destruction: Destruction, actor: str, facts: Facts) -> AuditEvent:
    told: Facts = {"destruction": destruction.id, "process": destruction.process_id, **facts}
    return event(at, actor, act, destruction.case_id, told)
