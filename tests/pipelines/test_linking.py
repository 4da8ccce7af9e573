"""Linking in the store does what linking in memory does, in batches of any size, all of a batch or none."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from clew.errors import ConflictError, NotFoundError, RefusedError
from clew.parts.stores.base import Reader, Store
from clew.pipelines.linking import Act, cleared, decide, explain, join, link_batch, split, take_out, undo
from clew.pipelines.linking_state import StoreState
from clew.records.audit import AuditFilter
from clew.records.identifiers import IntakeNumber
from clew.records.linking import ChangeKind, Statement
from clew.records.mention import IdentifierKind
from tests.triage.linking import clusters, linked, states

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACT = Act(by="user:ada", at=NOON, reason="told by telephone")
PHONE = (IdentifierKind.PHONE, "5")


def n(number: int) -> IntakeNumber:
    return IntakeNumber(number)


def link(store: Store, *statements: Statement, size: int = 100) -> None:
    for start in range(0, len(statements), size):
        store.transact(lambda unit, start=start: link_batch(unit, statements[start : start + size], at=NOON))  # type: ignore[misc]


def stored_clusters(store: Store, numbers: range) -> list[list[int]]:
    with store.read() as reader:
        found = reader.clusters_of([n(number) for number in numbers])
        known = {each.id: each for each in reader.link_clusters(sorted(set(found.values())))}
    alone = [[number] for number in numbers if n(number) not in found]
    return sorted([*([int(each) for each in cluster.members] for cluster in known.values()), *alone])


def pair_by_phone() -> list[Statement]:
    return [
        states(1, "email:a", "phone:5"),
        states(2, "email:a"),
        states(3, "email:b", "phone:5"),
        states(4, "email:b"),
    ]


def drawn(count: int, seed: int) -> list[Statement]:
    """Reports of few people with few values, so that much is joined, doubted and taken apart again."""
    draw = random.Random(seed)
    reports = []
    for number in range(1, count + 1):
        person = draw.randrange(12)
        values = [
            f"{kind}:{draw.randrange(12) if draw.random() < 0.1 else person}"
            for kind in ("email", "phone", "device", "account")
            if draw.random() < 0.45
        ]
        birth = person * 400 if draw.random() < 0.5 else None
        name = f"first{person} last{person}" if draw.random() < 0.4 else ""
        ip = f"192.0.2.{person}" if draw.random() < 0.5 else ""
        several = draw.random() < 0.03
        sender = draw.choice(["one", "two"])
        reports.append(
            states(number, *values, birth=birth, name=name, ip=ip, several=several, sender=sender, day=number / 5)
        )
    return reports


@pytest.mark.parametrize("size", [1, 7, 400])
def test_batches_of_any_size_leave_what_linking_in_memory_leaves(any_store: Store, size: int) -> None:
    reports = drawn(200, seed=size)
    state = linked(*reports)
    link(any_store, *reports, size=size)
    assert stored_clusters(any_store, range(1, 201)) == clusters(state, range(1, 201))
    with any_store.read() as reader:
        stored = StoreState(reader)
        stored.read_ahead(reports)
        assert stored.weights == state.weights
        for each in reports:
            for stated in each.values:
                value, known = state.find_value(stated.key), stored.find_value(stated.key)
                assert repr(known) == repr(value)
            assert stored.cluster(each.number).facts == state.cluster(each.number).facts
            in_memory = {edge.key: repr(edge) for edge in state.of_report(each.number)}
            in_store = {edge.key: repr(edge) for edge in stored.of_report(each.number)}
            assert in_memory == {key: in_store[key] for key in in_memory}


def test_a_batch_is_linked_once_however_often_it_comes(any_store: Store) -> None:
    reports = drawn(60, seed=3)
    link(any_store, *reports)
    before = stored_clusters(any_store, range(1, 61))
    assert any_store.transact(lambda unit: link_batch(unit, reports, at=NOON)) == set()
    assert stored_clusters(any_store, range(1, 61)) == before


def test_a_batch_that_breaks_off_leaves_nothing(any_store: Store) -> None:
    reports = drawn(60, seed=4)
    link(any_store, *reports[:20])
    before = stored_clusters(any_store, range(1, 61))

    def break_off(unit: object) -> None:
        link_batch(unit, reports[20:], at=NOON)  # type: ignore[arg-type]
        raise ConflictError("the power is gone")

    with pytest.raises(ConflictError):
        any_store.transact(break_off)
    assert stored_clusters(any_store, range(1, 61)) == before
    link(any_store, *reports[20:])
    assert stored_clusters(any_store, range(1, 61)) == clusters(linked(*reports), range(1, 61))


def test_what_changed_is_told_those_that_are_gone_among_it(any_store: Store) -> None:
    link(any_store, states(1, "email:a"), states(2, "email:a"), states(3, "email:b"), states(4, "email:b"))
    touched = any_store.transact(lambda unit: link_batch(unit, [states(5, "email:a", "email:b")], at=NOON))
    assert touched == {1, 3}
    alone = any_store.transact(lambda unit: link_batch(unit, [states(6, "email:c")], at=NOON))
    assert alone == {6}


def test_a_person_splits_and_undoes_and_both_stand_in_history_and_audit(any_store: Store) -> None:
    link(any_store, *pair_by_phone())
    assert any_store.transact(lambda unit: split(unit, n(3), PHONE, ACT)) == {1, 3}
    assert stored_clusters(any_store, range(1, 5)) == [[1, 2], [3, 4]]
    assert any_store.transact(lambda unit: split(unit, n(3), PHONE, ACT)) == set()
    with any_store.read() as reader:
        (change,) = reader.link_changes(reader.clusters_of([n(3)])[n(3)])
        edge = next(each for each in reader.link_edges_of_reports([n(3)]) if each.kind is IdentifierKind.PHONE)
    assert (change.kind, change.moved, change.by) == (ChangeKind.SPLIT, (3, 4), "user:ada")
    assert (edge.by, edge.reason) == ("user:ada", "told by telephone")
    any_store.transact(lambda unit: undo(unit, change.number, ACT))
    assert stored_clusters(any_store, range(1, 5)) == [[1, 2, 3, 4]]
    with any_store.read() as reader:
        acts = [each.event.act for each in reader.audit_lines(AuditFilter()) if each.event]
    assert acts[:2] == ["cluster.undone", "cluster.split"]
    with pytest.raises(ConflictError, match="undone before"):
        any_store.transact(lambda unit: undo(unit, change.number, ACT))


def test_a_split_stands_against_reports_that_come_later(any_store: Store) -> None:
    link(any_store, *pair_by_phone())
    any_store.transact(lambda unit: split(unit, n(3), PHONE, ACT))
    link(any_store, states(5, "email:a", "email:b"), states(6, "phone:5", "email:b"))
    found = stored_clusters(any_store, range(1, 7))
    assert not any({1, 3} <= set(cluster) for cluster in found)


def test_undoing_names_the_later_change_that_builds_on_it(any_store: Store) -> None:
    link(any_store, states(1, "email:a"), states(2, "email:b"), states(3, "email:c"))
    any_store.transact(lambda unit: join(unit, n(1), n(2), ACT))
    any_store.transact(lambda unit: join(unit, n(2), n(3), ACT))
    with any_store.read() as reader:
        second, first = (each.number for each in reader.link_changes(reader.clusters_of([n(1)])[n(1)]))
    with pytest.raises(ConflictError, match=f"change {second} builds on change {first}"):
        any_store.transact(lambda unit: undo(unit, first, ACT))
    for number in (second, first):
        any_store.transact(lambda unit, number=number: undo(unit, number, ACT))  # type: ignore[misc]
    assert stored_clusters(any_store, range(1, 4)) == [[1], [2], [3]]


def test_a_change_that_evidence_made_is_split_not_undone(any_store: Store) -> None:
    link(any_store, states(1, "email:a"), states(2, "email:a"), states(3, "email:b"), states(4, "email:b"))
    link(any_store, states(5, "email:a", "email:b"))
    with any_store.read() as reader:
        (change,) = reader.link_changes(reader.clusters_of([n(1)])[n(1)])
    with pytest.raises(ConflictError, match="split the clusters instead"):
        any_store.transact(lambda unit: undo(unit, change.number, ACT))


def test_reports_are_taken_out_and_merged_again_by_undoing_only(any_store: Store) -> None:
    link(any_store, *(states(number, "email:a") for number in range(1, 6)))
    any_store.transact(lambda unit: take_out(unit, [n(2), n(4)], ACT))
    assert stored_clusters(any_store, range(1, 6)) == [[1, 3, 5], [2, 4]]
    with pytest.raises(ConflictError, match="undo that split first"):
        any_store.transact(lambda unit: join(unit, n(1), n(2), ACT))


def test_who_is_cleared_loses_every_link_unless_a_hold_keeps_a_report(any_store: Store) -> None:
    link(any_store, *pair_by_phone())

    def clear(held: Sequence[int]) -> None:
        any_store.transact(lambda unit: cleared(unit, n(1), ACT, held=lambda report: report in held))

    with pytest.raises(RefusedError, match="legal hold keeps report 4"):
        clear([4])
    assert stored_clusters(any_store, range(1, 5)) == [[1, 2, 3, 4]]
    clear([])
    link(any_store, states(5, "email:a", "phone:5"))
    assert stored_clusters(any_store, range(1, 6)) == [[1], [2], [3], [4], [5]]


def test_why_two_reports_are_together_is_read_from_the_store(any_store: Store) -> None:
    link(any_store, *pair_by_phone())

    def kinds(reader: Reader) -> list[str | None]:
        return [step.kind for step in explain(reader, n(2), n(4)).steps]

    with any_store.read() as reader:
        assert kinds(reader) == [IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.EMAIL]
        with pytest.raises(NotFoundError):
            explain(reader, n(1), n(9))


def test_two_giants_wait_for_a_person_who_joins_them_once(any_store: Store) -> None:
    born = 10_000
    reports = [states(k, f"account:s:{'a' if k <= 100 else 'b'}", birth=born, name="anna ada") for k in range(1, 201)]
    link(any_store, *reports, states(201, "account:s:a", "account:s:b", birth=born, name="anna ada"))
    with any_store.read() as reader:
        (suggestion,) = reader.link_suggestions(10)
    any_store.transact(lambda unit: decide(unit, suggestion.id, accepted=True, act=ACT))
    assert len(stored_clusters(any_store, range(1, 202))) == 1
    with pytest.raises(ConflictError, match="accepted it before"):
        any_store.transact(lambda unit: decide(unit, suggestion.id, accepted=False, act=ACT))
    with any_store.read() as reader:
        assert reader.link_suggestions(10) == []
