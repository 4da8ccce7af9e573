"""How records of the evidence lie in rows, and come back."""

from sqlalchemy import RowMapping

from clew.parts.stores.sql.values import Row, from_us, maybe_at, maybe_us, to_us
from clew.records.evidence import (
    BroughtIn,
    CaseKey,
    Destruction,
    DestructionState,
    Hold,
    HoldKind,
    LegalProcess,
    ProcessKind,
    SealedObject,
    WrappedKey,
)
from clew.records.identifiers import CaseId, ContentId, DestructionId, HoldId, ObjectId, ProcessId


def key_of(row: RowMapping) -> CaseKey:
    """A row of `case_keys`."""
    wrapped = None if row["sealed"] is None else WrappedKey(master=row["master"], sealed=bytes(row["sealed"]))
    return CaseKey(
        case_id=CaseId(row["case_id"]),
        reference=bytes(row["reference"]),
        wrapped=wrapped,
        created_at=from_us(row["created_at"]),
        destroyed_at=maybe_at(row["destroyed_at"]),
    )


def object_row(sealed: SealedObject) -> Row:
    """As it is stored."""
    return {
        "id": sealed.id,
        "case_id": sealed.case_id,
        "size_bytes": sealed.size_bytes,
        "sealed_bytes": sealed.sealed_bytes,
        "media_type": sealed.media_type,
        "sealed_at": to_us(sealed.sealed_at),
        "sealed_by": sealed.sealed_by,
        "verified_at": to_us(sealed.verified_at),
        "gone_at": maybe_us(sealed.gone_at),
    }


def object_of(row: RowMapping) -> SealedObject:
    """A row of `sealed_objects`."""
    return SealedObject(
        id=ObjectId(row["id"]),
        case_id=CaseId(row["case_id"]),
        size_bytes=row["size_bytes"],
        sealed_bytes=row["sealed_bytes"],
        media_type=row["media_type"],
        sealed_at=from_us(row["sealed_at"]),
        sealed_by=row["sealed_by"],
        verified_at=from_us(row["verified_at"]),
        gone_at=maybe_at(row["gone_at"]),
    )


def hold_row(hold: Hold) -> Row:
    """As it is stored."""
    return {
        "id": hold.id,
        "case_id": hold.case_id,
        "kind": hold.kind.value,
        "ground": hold.ground,
        "reference": hold.reference,
        "begun_at": to_us(hold.begun_at),
        "until": maybe_us(hold.until),
        "recorded_by": hold.recorded_by,
        "recorded_at": to_us(hold.recorded_at),
        "released_at": maybe_us(hold.released_at),
        "released_by": hold.released_by,
        "release_ground": hold.release_ground,
        "release_asked_at": maybe_us(hold.release_asked_at),
        "release_asked_by": hold.release_asked_by,
    }


def hold_of(row: RowMapping) -> Hold:
    """A row of `holds`."""
    return Hold(
        id=HoldId(row["id"]),
        case_id=CaseId(row["case_id"]),
        kind=HoldKind(row["kind"]),
        ground=row["ground"],
        reference=row["reference"],
        begun_at=from_us(row["begun_at"]),
        until=maybe_at(row["until"]),
        recorded_by=row["recorded_by"],
        recorded_at=from_us(row["recorded_at"]),
        released_at=maybe_at(row["released_at"]),
        released_by=row["released_by"],
        release_ground=row["release_ground"],
        release_asked_at=maybe_at(row["release_asked_at"]),
        release_asked_by=row["release_asked_by"],
    )


def process_row(process: LegalProcess) -> Row:
    """As it is stored."""
    return {
        "id": process.id,
        "case_id": process.case_id,
        "kind": process.kind.value,
        "reference": process.reference,
        "authority": process.authority,
        "issued_at": to_us(process.issued_at),
        "received_at": to_us(process.received_at),
        "due_at": maybe_us(process.due_at),
        "expires_at": maybe_us(process.expires_at),
        "recorded_by": process.recorded_by,
        "recorded_at": to_us(process.recorded_at),
        "approved_by": process.approved_by,
        "answered_at": maybe_us(process.answered_at),
        "answered_by": process.answered_by,
        "void_asked_at": maybe_us(process.void_asked_at),
        "voided_at": maybe_us(process.voided_at),
        "void_asked_by": process.void_asked_by,
        "voided_by": process.voided_by,
        "void_ground": process.void_ground,
    }


def process_of(row: RowMapping) -> LegalProcess:
    """A row of `legal_processes`."""
    return LegalProcess(
        id=ProcessId(row["id"]),
        case_id=CaseId(row["case_id"]),
        kind=ProcessKind(row["kind"]),
        reference=row["reference"],
        authority=row["authority"],
        issued_at=from_us(row["issued_at"]),
        received_at=from_us(row["received_at"]),
        due_at=maybe_at(row["due_at"]),
        expires_at=maybe_at(row["expires_at"]),
        recorded_by=row["recorded_by"],
        recorded_at=from_us(row["recorded_at"]),
        approved_by=row["approved_by"],
        answered_at=maybe_at(row["answered_at"]),
        answered_by=row["answered_by"],
        void_asked_at=maybe_at(row["void_asked_at"]),
        voided_at=maybe_at(row["voided_at"]),
        void_asked_by=row["void_asked_by"],
        voided_by=row["voided_by"],
        void_ground=row["void_ground"],
    )


def brought_in_row(brought: BroughtIn) -> Row:
    """As it is stored."""
    return {
        "content_id": brought.content_id,
        "case_id": brought.case_id,
        "whence": brought.whence,
        "ground": brought.ground,
        "brought_by": brought.brought_by,
        "brought_at": to_us(brought.brought_at),
    }


def brought_in_of(row: RowMapping) -> BroughtIn:
    """A row of `provenances`."""
    return BroughtIn(
        content_id=ContentId(row["content_id"]),
        case_id=CaseId(row["case_id"]),
        whence=row["whence"],
        ground=row["ground"],
        brought_by=row["brought_by"],
        brought_at=from_us(row["brought_at"]),
    )


def destruction_row(destruction: Destruction) -> Row:
    """As it is stored."""
    return {
        "id": destruction.id,
        "case_id": destruction.case_id,
        "process_id": destruction.process_id,
        "state": destruction.state.value,
        "asked_by": destruction.asked_by,
        "asked_at": to_us(destruction.asked_at),
        "approved_by": destruction.approved_by,
        "approved_at": maybe_us(destruction.approved_at),
        "alone": destruction.alone,
        "key_destroyed_at": maybe_us(destruction.key_destroyed_at),
        "done_at": maybe_us(destruction.done_at),
        "certificate": destruction.certificate,
    }


def destruction_of(row: RowMapping) -> Destruction:
    """A row of `destructions`."""
    return Destruction(
        id=DestructionId(row["id"]),
        case_id=CaseId(row["case_id"]),
        process_id=ProcessId(row["process_id"]),
        state=DestructionState(row["state"]),
        asked_by=row["asked_by"],
        asked_at=from_us(row["asked_at"]),
        approved_by=row["approved_by"],
        approved_at=maybe_at(row["approved_at"]),
        alone=bool(row["alone"]),
        key_destroyed_at=maybe_at(row["key_destroyed_at"]),
        done_at=maybe_at(row["done_at"]),
        certificate=None if row["certificate"] is None else bytes(row["certificate"]),
    )
