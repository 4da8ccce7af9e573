"""Keys, objects, holds, legal process and destruction, on each kind of database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import ConflictError, NotFoundError
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.parts.stores.base import Store
from clew.records.evidence import (
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
from clew.records.identifiers import CaseId, DestructionId, HoldId, ObjectId, ProcessId
from tests.parts.stores.store_records import DAY, NOON

WRAPPED = WrappedKey(master="m1", sealed=b"sealed")
KEY = CaseKey(
    case_id=CaseId("case-1"),
    reference=b"r" * 16,
    wrapped=WRAPPED,
    created_at=NOON,
)
OBJECT = SealedObject(
    id=ObjectId("ab" * 32),
    case_id=KEY.case_id,
    size_bytes=5_000_000_000,
    sealed_bytes=5_000_100_000,
    media_type="video/mp4",
    sealed_at=NOON,
    sealed_by="key:a1",
    verified_at=NOON,
)
HOLD = Hold(
    id=HoldId("hold-1"),
    case_id=KEY.case_id,
    kind=HoldKind.PRESERVATION,
    ground="report finished",
    reference="filing-1",
    begun_at=NOON,
    until=NOON + 365 * DAY,
    recorded_by="system:file",
    recorded_at=NOON,
)
PROCESS = LegalProcess(
    id=ProcessId("process-1"),
    case_id=KEY.case_id,
    kind=ProcessKind.WARRANT,
    reference="26-12",
    authority="County court",
    issued_at=NOON,
    received_at=NOON,
    due_at=NOON + 14 * DAY,
    expires_at=None,
    recorded_by="user:ada",
    recorded_at=NOON,
)
DESTRUCTION = Destruction(
    id=DestructionId("destruction-1"),
    case_id=KEY.case_id,
    process_id=PROCESS.id,
    state=DestructionState.ASKED,
    asked_by="user:ada",
    asked_at=NOON,
)


def put(store: Store, *holds: Hold) -> None:
    store.transact(lambda unit: [unit.put_hold(hold) for hold in holds])


def test_the_first_key_of_a_case_stays(any_store: Store) -> None:
    other = replace(KEY, reference=b"x" * 16, wrapped=WrappedKey(master="m2", sealed=b"other"))
    assert any_store.transact(lambda unit: unit.put_case_key(KEY)) == KEY
    assert any_store.transact(lambda unit: unit.put_case_key(other)) == KEY
    with any_store.read() as reader:
        assert reader.find_case_key(KEY.case_id) == KEY
        assert reader.find_case_key_by_reference(KEY.reference) == KEY
        assert reader.find_case_key_by_reference(other.reference) is None
        assert reader.has_case_keys()


def test_a_key_is_wrapped_anew_only_where_it_is_still_the_same(any_store: Store) -> None:
    fresh = WrappedKey(master="m2", sealed=b"fresh")
    any_store.transact(lambda unit: unit.put_case_key(KEY))
    assert any_store.transact(lambda unit: unit.rewrap_case_key(KEY.case_id, WRAPPED, fresh))
    assert not any_store.transact(lambda unit: unit.rewrap_case_key(KEY.case_id, WRAPPED, fresh))
    with any_store.read() as reader:
        assert reader.masters_in_use() == {"m2": 1}


def test_a_destroyed_key_is_gone_and_the_case_remembers_it(any_store: Store) -> None:
    any_store.transact(lambda unit: unit.put_case_key(KEY))
    assert any_store.transact(lambda unit: unit.destroy_case_key(KEY.case_id, NOON + DAY))
    assert not any_store.transact(lambda unit: unit.destroy_case_key(KEY.case_id, NOON + 2 * DAY))
    with any_store.read() as reader:
        assert reader.find_case_key(KEY.case_id) == replace(KEY, wrapped=None, destroyed_at=NOON + DAY)
        assert reader.case_keys(None, 10) == []
        assert reader.masters_in_use() == {}


def test_keys_and_objects_are_read_page_by_page(any_store: Store) -> None:
    keys = [replace(KEY, case_id=CaseId(f"case-{number}"), reference=bytes([number]) * 16) for number in range(5)]
    objects = [replace(OBJECT, id=ObjectId(f"{number:064x}")) for number in range(5)]
    any_store.transact(lambda unit: [unit.put_case_key(key) for key in keys])
    any_store.transact(lambda unit: [unit.add_object(each) for each in objects])
    with any_store.read() as reader:
        assert reader.case_keys(None, 3) == keys[:3]
        assert reader.case_keys(keys[2].case_id, 3) == keys[3:]
        assert reader.objects(objects[2].id, 3) == objects[3:]
        assert reader.known_objects([objects[1].id, ObjectId("ff" * 32)]) == {objects[1].id: objects[1]}
        assert reader.count_objects() == (5, 25_000_000_000)


def test_an_object_is_stored_once_verified_and_gone(any_store: Store) -> None:
    assert any_store.transact(lambda unit: unit.add_object(OBJECT)) == OBJECT
    assert any_store.transact(lambda unit: unit.add_object(replace(OBJECT, sealed_by="other"))) == OBJECT
    any_store.transact(lambda unit: unit.mark_verified([OBJECT.id], NOON + DAY))
    any_store.transact(lambda unit: unit.mark_gone([OBJECT.id], NOON + 2 * DAY))
    with any_store.read() as reader:
        changed = replace(OBJECT, verified_at=NOON + DAY, gone_at=NOON + 2 * DAY)
        assert reader.get_object(OBJECT.id) == reader.find_object(OBJECT.id) == changed
        assert reader.objects(None, 10) == []
        assert reader.count_objects() == (0, 0)
        with pytest.raises(NotFoundError, match="no sealed object"):
            reader.get_object(ObjectId("00" * 32))


def test_a_hold_comes_back_and_is_replaced_by_its_release(any_store: Store) -> None:
    put(any_store, HOLD)
    released = replace(HOLD, released_at=NOON, released_by="user:eve", release_ground="lifted")
    put(any_store, released)
    with any_store.read() as reader:
        assert reader.get_hold(HOLD.id) == released
        assert reader.holds_of_case(HOLD.case_id) == [released]
        with pytest.raises(NotFoundError, match="no hold"):
            reader.get_hold(HoldId("none"))


def cases_of(store: Store, kept: Kept | None, at=NOON, **wanted) -> list[str]:
    with store.read() as reader:
        return [each.case_id for each in reader.preservations(PreservationFilter(at=at, kept=kept, **wanted))]


def test_cases_are_found_by_how_they_stand_the_newest_first(any_store: Store) -> None:
    held = replace(HOLD, id=HoldId("held"), case_id=CaseId("held"))
    put(
        any_store,
        held,
        replace(held, id=HoldId("open"), case_id=CaseId("open"), until=None),
        replace(held, id=HoldId("ended"), case_id=CaseId("ended"), until=NOON),
        replace(held, id=HoldId("released"), case_id=CaseId("released"), released_at=NOON),
    )
    destroyed = replace(KEY, case_id=CaseId("gone"))
    put(any_store, replace(HOLD, id=HoldId("gone"), case_id=destroyed.case_id))
    any_store.transact(lambda unit: [unit.put_case_key(destroyed), unit.destroy_case_key(destroyed.case_id, NOON)])
    assert cases_of(any_store, None) == ["released", "open", "held", "gone", "ended"]
    assert cases_of(any_store, Kept.HELD) == ["open", "held"]
    assert cases_of(any_store, Kept.LAPSED) == ["released", "ended"]
    assert cases_of(any_store, Kept.DESTROYED) == ["gone"]
    assert cases_of(any_store, None, limit=2) == ["released", "open"]
    assert cases_of(any_store, None, before=CaseId("open"), limit=2) == ["held", "gone"]
    assert cases_of(any_store, Kept.HELD, at=NOON + 400 * DAY) == ["open"]
    with any_store.read() as reader:
        assert reader.count_preservations(NOON) == {Kept.HELD: 2, Kept.LAPSED: 2, Kept.DESTROYED: 1}


def test_a_preservation_bears_all_holds_and_only_objects_that_are_there(any_store: Store) -> None:
    earlier = replace(HOLD, id=HoldId("hold-0"), begun_at=NOON - DAY, until=None)
    put(any_store, HOLD, earlier)
    any_store.transact(lambda unit: [unit.add_object(OBJECT), unit.add_object(replace(OBJECT, id=ObjectId("cd" * 32)))])
    any_store.transact(lambda unit: unit.mark_gone([OBJECT.id], NOON))
    with any_store.read() as reader:
        found = reader.find_preservation(HOLD.case_id)
        assert reader.find_preservation(CaseId("none")) is None
    assert found is not None
    assert (found.objects, found.size_bytes, found.since) == (1, 5_000_000_000, NOON - DAY)
    assert found.holds == (earlier, HOLD)
    assert found.kept_until(NOON) is None


def test_a_case_ends_when_its_last_standing_hold_does(any_store: Store) -> None:
    put(
        any_store,
        HOLD,
        replace(HOLD, id=HoldId("hold-2"), until=NOON + 400 * DAY),
        replace(HOLD, id=HoldId("hold-3"), until=NOON + 900 * DAY, released_at=NOON),
        replace(HOLD, id=HoldId("hold-4"), case_id=CaseId("open"), until=None),
        replace(HOLD, id=HoldId("hold-5"), case_id=CaseId("open")),
    )
    with any_store.read() as reader:
        assert reader.endings(NOON, NOON + 400 * DAY) == []
        assert reader.endings(NOON, NOON + 401 * DAY) == [(HOLD.case_id, NOON + 400 * DAY)]
        assert reader.endings(NOON + 400 * DAY, NOON + 999 * DAY) == []


def test_processes_come_back_and_wait_until_they_are_answered(any_store: Store) -> None:
    later = replace(PROCESS, id=ProcessId("process-2"), due_at=NOON + DAY, approved_by="user:eve", expires_at=NOON)
    without = replace(PROCESS, id=ProcessId("process-3"), due_at=None)
    any_store.transact(lambda unit: [unit.put_process(each) for each in (PROCESS, later, without)])
    with any_store.read() as reader:
        assert reader.processes_of_case(PROCESS.case_id) == [PROCESS, later, without]
        assert reader.processes_due(10) == [later, PROCESS]
        with pytest.raises(NotFoundError, match="no legal process"):
            reader.get_process(ProcessId("none"))
    answered = replace(later, answered_at=NOON, answered_by="user:eve")
    any_store.transact(lambda unit: unit.put_process(answered))
    with any_store.read() as reader:
        assert reader.get_process(later.id) == answered
        assert reader.processes_due(10) == [PROCESS]


def test_a_case_has_one_destruction_under_way(any_store: Store) -> None:
    any_store.transact(lambda unit: unit.put_destruction(DESTRUCTION))
    with any_store.read() as reader:
        assert reader.find_open_destruction(KEY.case_id) == DESTRUCTION
    with pytest.raises(ConflictError):
        any_store.transact(lambda unit: unit.put_destruction(replace(DESTRUCTION, id=DestructionId("second"))))
    done = replace(
        DESTRUCTION,
        state=DestructionState.DONE,
        approved_by="user:eve",
        approved_at=NOON,
        alone=True,
        key_destroyed_at=NOON,
        done_at=NOON + timedelta(seconds=1),
        certificate=b"signed",
    )
    any_store.transact(lambda unit: unit.put_destruction(done))
    with any_store.read() as reader:
        assert reader.find_open_destruction(KEY.case_id) is None
        assert reader.destructions_of_case(KEY.case_id) == [done]
