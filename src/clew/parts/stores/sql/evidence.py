"""What the vault holds and on which ground: cases, objects, holds, legal process, destruction."""

from abc import ABC
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, func, or_, select, update

from clew.errors import NotFoundError
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.parts.stores.sql.evidence_rows import (
    brought_in_of,
    brought_in_row,
    destruction_of,
    destruction_row,
    hold_of,
    hold_row,
    key_of,
    object_of,
    object_row,
    process_of,
    process_row,
)
from clew.parts.stores.sql.session import ChangingSession, Session, portions
from clew.parts.stores.sql.tables import evidence as T  # noqa: N812  (the area's tables)
from clew.parts.stores.sql.values import Row, from_us, to_us
from clew.records.evidence import (
    BroughtIn,
    CaseKey,
    Destruction,
    Hold,
    HoldKind,
    LegalProcess,
    Preservation,
    ProcessKind,
    SealedObject,
    WrappedKey,
)
from clew.records.identifiers import CaseId, HoldId, ObjectId, ProcessId

_KEYS, _OBJECTS, _HOLDS = T.case_keys.c, T.sealed_objects.c, T.holds.c
_PROCESSES, _DESTRUCTIONS = T.legal_processes.c, T.destructions.c


class EvidenceReading(Session, Reader, ABC):
    """Reading them."""

    def find_case_key(self, case_id: CaseId) -> CaseKey | None:
        """By the primary key."""
        row = self._first(select(T.case_keys).where(_KEYS.case_id == case_id))
        return None if row is None else key_of(row)

    def find_case_key_by_reference(self, reference: bytes) -> CaseKey | None:
        """By its unique index."""
        row = self._first(select(T.case_keys).where(_KEYS.reference == reference))
        return None if row is None else key_of(row)

    def has_case_keys(self) -> bool:
        """One row is enough."""
        return self._first(select(_KEYS.case_id).limit(1)) is not None

    def masters_in_use(self) -> dict[str, int]:
        """Counted on its index."""
        query = select(_KEYS.master, func.count().label("keys")).where(_KEYS.master.is_not(None))
        return {row["master"]: row["keys"] for row in self._all(query.group_by(_KEYS.master).order_by(_KEYS.master))}

    def case_keys(self, after: CaseId | None, limit: int) -> list[CaseKey]:
        """From the last case on."""
        query = select(T.case_keys).where(_KEYS.master.is_not(None), _KEYS.case_id > (after or ""))
        return [key_of(row) for row in self._all(query.order_by(_KEYS.case_id).limit(limit))]

    def find_object(self, object_id: ObjectId) -> SealedObject | None:
        """By the primary key."""
        row = self._first(select(T.sealed_objects).where(_OBJECTS.id == object_id))
        return None if row is None else object_of(row)

    def get_object(self, object_id: ObjectId) -> SealedObject:
        """By the primary key."""
        found = self.find_object(object_id)
        if found is None:
            raise NotFoundError("no sealed object of that id; see: clew evidence show")
        return found

    def known_objects(self, object_ids: Sequence[ObjectId]) -> dict[ObjectId, SealedObject]:
        """In portions."""
        return {
            ObjectId(row["id"]): object_of(row)
            for some in portions(object_ids)
            for row in self._all(select(T.sealed_objects).where(_OBJECTS.id.in_(some)))
        }

    def objects_of_case(self, case_id: CaseId) -> list[SealedObject]:
        """By the index of cases."""
        query = select(T.sealed_objects).where(_OBJECTS.case_id == case_id).order_by(_OBJECTS.id)
        return [object_of(row) for row in self._all(query)]

    def objects(self, after: ObjectId | None, limit: int) -> list[SealedObject]:
        """From the last name on."""
        query = select(T.sealed_objects).where(_OBJECTS.gone_at.is_(None), _OBJECTS.id > (after or ""))
        return [object_of(row) for row in self._all(query.order_by(_OBJECTS.id).limit(limit))]

    def count_objects(self) -> tuple[int, int]:
        """Row by row: this is asked by people, seldom."""
        query = select(func.count().label("objects"), func.coalesce(func.sum(_OBJECTS.size_bytes), 0).label("size"))
        row = self._all(query.where(_OBJECTS.gone_at.is_(None)))[0]
        return row["objects"], int(row["size"])

    def get_hold(self, hold_id: HoldId) -> Hold:
        """By the primary key."""
        row = self._first(select(T.holds).where(_HOLDS.id == hold_id))
        if row is None:
            raise NotFoundError(f"no hold '{hold_id[:40]}'; see: clew evidence show CASE")
        return hold_of(row)

    def holds_of_case(self, case_id: CaseId) -> list[Hold]:
        """Ids are ordered by time."""
        query = select(T.holds).where(_HOLDS.case_id == case_id).order_by(_HOLDS.id)
        return [hold_of(row) for row in self._all(query)]

    def find_preservation(self, case_id: CaseId) -> Preservation | None:
        """The one of this case."""
        found = self._preservations([case_id])
        return found[0] if found else None

    def preservations(self, wanted: PreservationFilter) -> list[Preservation]:
        """First which cases, then all of each."""
        query = select(_HOLDS.case_id).group_by(_HOLDS.case_id).order_by(_HOLDS.case_id.desc()).limit(wanted.limit)
        if wanted.before is not None:
            query = query.where(_HOLDS.case_id < wanted.before)
        query = query.outerjoin_from(T.holds, T.case_keys, _HOLDS.case_id == _KEYS.case_id)
        if wanted.kept is not None:
            query = query.having(_kept(wanted.at) == wanted.kept.value)
        return self._preservations([CaseId(row["case_id"]) for row in self._all(query)])

    def count_preservations(self, at: datetime) -> dict[Kept, int]:
        """Grouped twice: by case, then by how it stands."""
        each = (
            select(_kept(at).label("kept"))
            .select_from(T.holds)
            .outerjoin(T.case_keys, _HOLDS.case_id == _KEYS.case_id)
            .group_by(_HOLDS.case_id)
            .subquery()
        )
        rows = self._all(select(each.c.kept, func.count().label("cases")).group_by(each.c.kept))
        return dict.fromkeys(Kept, 0) | {Kept(row["kept"]): row["cases"] for row in rows}

    def endings(self, at: datetime, until: datetime, kind: HoldKind | None = None) -> list[tuple[CaseId, datetime]]:
        """Only cases of which every standing hold has an end."""
        open_ended = func.max(case((_stands(at) & _HOLDS.until.is_(None), 1), else_=0))
        ends = func.max(case((_stands(at), _HOLDS.until)))
        query = (
            select(_HOLDS.case_id, ends.label("ends"))
            .select_from(T.holds)
            .outerjoin(T.case_keys, _HOLDS.case_id == _KEYS.case_id)
            .where(_KEYS.destroyed_at.is_(None))
            .group_by(_HOLDS.case_id)
            .having(open_ended == 0, ends < to_us(until))
            .order_by(ends, _HOLDS.case_id)
        )
        if kind is not None:
            query = query.where(_HOLDS.kind == kind.value)
        return [(CaseId(row["case_id"]), from_us(row["ends"])) for row in self._all(query)]

    def get_process(self, process_id: ProcessId) -> LegalProcess:
        """By the primary key."""
        row = self._first(select(T.legal_processes).where(_PROCESSES.id == process_id))
        if row is None:
            raise NotFoundError(f"no legal process '{process_id[:40]}'; see: clew evidence show CASE")
        return process_of(row)

    def processes_of_case(self, case_id: CaseId) -> list[LegalProcess]:
        """Ids are ordered by time."""
        query = select(T.legal_processes).where(_PROCESSES.case_id == case_id).order_by(_PROCESSES.id)
        return [process_of(row) for row in self._all(query)]

    def processes_due(self, limit: int) -> list[LegalProcess]:
        """By the index of what is not answered."""
        waiting = and_(_PROCESSES.answered_at.is_(None), _PROCESSES.voided_at.is_(None), _PROCESSES.due_at.is_not(None))
        query = select(T.legal_processes).where(waiting).order_by(_PROCESSES.due_at, _PROCESSES.id).limit(limit)
        return [process_of(row) for row in self._all(query)]

    def processes_undated(self, at: datetime, limit: int) -> list[LegalProcess]:
        """By the same index, whose dates may be empty."""
        waiting = and_(_PROCESSES.answered_at.is_(None), _PROCESSES.voided_at.is_(None), _PROCESSES.due_at.is_(None))
        over = and_(
            _PROCESSES.kind == ProcessKind.PRESERVATION_REQUEST.value,
            _PROCESSES.expires_at.is_not(None),
            _PROCESSES.expires_at <= to_us(at),
        )
        done = and_(_PROCESSES.kind == ProcessKind.DESTRUCTION_REQUEST.value, _KEYS.destroyed_at.is_not(None))
        query = (
            select(T.legal_processes)
            .outerjoin(T.case_keys, _PROCESSES.case_id == _KEYS.case_id)
            .where(waiting, ~over, ~done)
            .order_by(_PROCESSES.id)
            .limit(limit)
        )
        return [process_of(row) for row in self._all(query)]

    def brought_into(self, case_id: CaseId) -> list[BroughtIn]:
        """Ids are ordered by time."""
        columns = T.provenances.c
        query = select(T.provenances).where(columns.case_id == case_id).order_by(columns.content_id)
        return [brought_in_of(row) for row in self._all(query)]

    def find_open_destruction(self, case_id: CaseId) -> Destruction | None:
        """By its unique index."""
        query = select(T.destructions).where(_DESTRUCTIONS.case_id == case_id, _DESTRUCTIONS.done_at.is_(None))
        row = self._first(query)
        return None if row is None else destruction_of(row)

    def destructions_of_case(self, case_id: CaseId) -> list[Destruction]:
        """Ids are ordered by time."""
        query = select(T.destructions).where(_DESTRUCTIONS.case_id == case_id).order_by(_DESTRUCTIONS.id)
        return [destruction_of(row) for row in self._all(query)]

    def _preservations(self, case_ids: Sequence[CaseId]) -> list[Preservation]:
        """In the order of the ids; cases that never had a hold are left out."""
        holds: dict[CaseId, list[Hold]] = defaultdict(list)
        totals: dict[CaseId, RowMapping] = {}
        destroyed: dict[CaseId, datetime] = {}
        for some in portions(case_ids):
            for row in self._all(select(T.holds).where(_HOLDS.case_id.in_(some)).order_by(_HOLDS.id)):
                holds[CaseId(row["case_id"])].append(hold_of(row))
            totals |= {CaseId(row["case_id"]): row for row in self._all(_totals(some))}
            query = select(_KEYS.case_id, _KEYS.destroyed_at).where(_KEYS.case_id.in_(some))
            rows = self._all(query.where(_KEYS.destroyed_at.is_not(None)))
            destroyed |= {CaseId(row["case_id"]): from_us(row["destroyed_at"]) for row in rows}
        return [
            Preservation(
                case_id=each,
                objects=totals[each]["objects"] if each in totals else 0,
                size_bytes=int(totals[each]["size"]) if each in totals else 0,
                since=min(hold.begun_at for hold in holds[each]),
                holds=tuple(holds[each]),
                key_destroyed_at=destroyed.get(each),
            )
            for each in case_ids
            if each in holds
        ]


class EvidenceWriting(EvidenceReading, ChangingSession, UnitOfWork, ABC):
    """Changing them."""

    def put_case_key(self, key: CaseKey) -> CaseKey:
        """The first one stays."""
        if key.wrapped is None:
            raise ValueError("a new key is wrapped")
        row: Row = {
            "case_id": key.case_id,
            "reference": key.reference,
            "master": key.wrapped.master,
            "sealed": key.wrapped.sealed,
            "created_at": to_us(key.created_at),
        }
        statement = self._database.insert(T.case_keys).values(row)
        self._change(statement.on_conflict_do_nothing(index_elements=["case_id"]))
        stored = self.find_case_key(key.case_id)
        if stored is None:
            raise AssertionError("a key that was put is there")
        return stored

    def lock_case_key(self, case_id: CaseId) -> CaseKey | None:
        """A lock on the row; SQLite's one writer needs none."""
        row = self._first(select(T.case_keys).where(_KEYS.case_id == case_id).with_for_update())
        return None if row is None else key_of(row)

    def rewrap_case_key(self, case_id: CaseId, before: WrappedKey, after: WrappedKey) -> bool:
        """Only where it is still the same."""
        same = and_(_KEYS.case_id == case_id, _KEYS.master == before.master, _KEYS.sealed == before.sealed)
        return bool(self._change(update(T.case_keys).where(same).values(master=after.master, sealed=after.sealed)))

    def destroy_case_key(self, case_id: CaseId, at: datetime) -> bool:
        """Overwritten at once where the database can do so."""
        standing = and_(_KEYS.case_id == case_id, _KEYS.destroyed_at.is_(None))
        gone: Row = {"master": None, "sealed": None, "destroyed_at": to_us(at)}
        with self._database.overwriting(self._connection):
            return bool(self._change(update(T.case_keys).where(standing).values(gone)))

    def add_object(self, sealed: SealedObject) -> SealedObject:
        """The first one stays."""
        statement = self._database.insert(T.sealed_objects).values(object_row(sealed))
        self._change(statement.on_conflict_do_nothing(index_elements=["id"]))
        return self.get_object(sealed.id)

    def mark_verified(self, object_ids: Sequence[ObjectId], at: datetime) -> None:
        """In portions."""
        for some in portions(object_ids):
            self._change(update(T.sealed_objects).where(_OBJECTS.id.in_(some)).values(verified_at=to_us(at)))

    def mark_gone(self, object_ids: Sequence[ObjectId], at: datetime) -> None:
        """In portions."""
        for some in portions(object_ids):
            self._change(update(T.sealed_objects).where(_OBJECTS.id.in_(some)).values(gone_at=to_us(at)))

    def put_hold(self, hold: Hold) -> None:
        """An upsert."""
        row = hold_row(hold)
        statement = self._database.insert(T.holds).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def put_process(self, process: LegalProcess) -> None:
        """An upsert."""
        row = process_row(process)
        statement = self._database.insert(T.legal_processes).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    def put_brought_in(self, brought: BroughtIn) -> None:
        """An insert that gives way to who was first."""
        statement = self._database.insert(T.provenances).values(brought_in_row(brought))
        self._change(statement.on_conflict_do_nothing(index_elements=["content_id"]))

    def put_destruction(self, destruction: Destruction) -> None:
        """An upsert; the unique index of open ones says no to a second."""
        row = destruction_row(destruction)
        statement = self._database.insert(T.destructions).values(row)
        self._change(statement.on_conflict_do_update(index_elements=["id"], set_=row))


def _stands(at: datetime) -> ColumnElement[bool]:
    """`Hold.stands`, as a condition."""
    return and_(_HOLDS.released_at.is_(None), or_(_HOLDS.until.is_(None), _HOLDS.until > to_us(at)))


def _kept(at: datetime) -> ColumnElement[str]:
    """How a group of one case's holds stands."""
    return case(
        (func.max(_KEYS.destroyed_at).is_not(None), Kept.DESTROYED.value),
        (func.max(case((_stands(at), 1), else_=0)) == 1, Kept.HELD.value),
        else_=Kept.LAPSED.value,
    )


def _totals(case_ids: Sequence[CaseId]) -> Select[tuple[str, int, int]]:
    return (
        select(_OBJECTS.case_id, func.count().label("objects"), func.sum(_OBJECTS.size_bytes).label("size"))
        .where(_OBJECTS.case_id.in_(case_ids), _OBJECTS.gone_at.is_(None))
        .group_by(_OBJECTS.case_id)
    )
