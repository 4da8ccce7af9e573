"""Entries: added in bulk, changed, removed, expired; and the tallies that spare a count."""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from clew.errors import NotFoundError
from clew.parts.stores.base import Added, Store, UnitOfWork
from clew.records.hashlist import Category, Entry, HashList, NewEntry, Opinion, Standing
from clew.records.identifiers import ChangeSequence, EntryId, ListId, ListName
from tests.parts.stores.store_records import DAY, LIST, NOON, PDQ, SHA256, add, add_list, entry_of, remove, value_of

OPINIONS = (
    Opinion(member="quay", standing=Standing.POSITIVE, at=NOON),
    Opinion(member="pier", standing=Standing.DISPUTED, at=NOON - DAY),
)
FULL = entry_of(
    7,
    quality=93,
    category=Category(scheme="vics-us", code="1"),
    vetted=True,
    opinions=OPINIONS,
    made_at=NOON - DAY,
    expires_at=NOON + DAY,
    note="a buoy at dusk",
)


def test_an_entry_comes_back_with_all_its_particulars(any_store: Store):
    hash_list = add_list(any_store)
    assert add(any_store, hash_list, FULL) == Added(new=1, changed=0, unchanged=0)
    with any_store.read() as reader:
        found = reader.find_entry(hash_list.id, PDQ, FULL.value)
        assert found == Entry(
            id=EntryId(1),
            list_id=hash_list.id,
            type=PDQ,
            value=FULL.value,
            quality=93,
            category=FULL.category,
            vetted=True,
            opinions=OPINIONS,
            made_at=NOON - DAY,
            added_at=NOON,
            expires_at=NOON + DAY,
            note="a buoy at dusk",
        )
        assert reader.get_entries([EntryId(1), EntryId(2)], NOON) == {EntryId(1): found}
        assert reader.find_entry(hash_list.id, SHA256, FULL.value) is None


def test_an_entry_that_says_nothing_takes_its_lists_word_even_when_that_changes(any_store: Store):
    hash_list = add_list(any_store, replace(LIST, vetted=True))
    add(any_store, hash_list, entry_of(1), entry_of(2, vetted=False))
    assert _vetted(any_store, hash_list) == {1: True, 2: False}
    any_store.transact(lambda unit: unit.change_list(replace(hash_list, vetted=False)))
    assert _vetted(any_store, hash_list) == {1: False, 2: False}


def test_a_value_that_is_there_takes_new_particulars_and_keeps_its_id(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1), entry_of(2, note="kept"))
    changed = [entry_of(1, category=Category(scheme="industry", code="A1")), entry_of(2, note="kept"), entry_of(3)]
    assert add(any_store, hash_list, *changed, at=NOON + DAY) == Added(new=1, changed=1, unchanged=1)
    with any_store.read() as reader:
        entries = list(reader.stream_entries(hash_list.id, NOON))
        assert list(reader.removed_since(PDQ, ChangeSequence(0))) == []
    by_value = {entry.value: entry for entry in entries}
    assert by_value[value_of(1)].category == Category(scheme="industry", code="A1")
    assert by_value[value_of(1)].added_at == NOON
    assert by_value[value_of(3)].added_at == NOON + DAY
    assert sorted(entry.id for entry in entries)[:2] == [1, 2]


def test_a_list_sent_anew_does_not_silence_what_another_member_said(any_store: Store):
    hash_list = add_list(any_store)
    quay, pier = OPINIONS
    add(any_store, hash_list, entry_of(1, opinions=(quay, pier)))
    later = replace(quay, standing=Standing.NEGATIVE, at=NOON + DAY)
    assert add(any_store, hash_list, entry_of(1)) == Added(new=0, changed=0, unchanged=1)
    assert add(any_store, hash_list, entry_of(1, opinions=(later,))) == Added(new=0, changed=1, unchanged=0)
    with any_store.read() as reader:
        entry = reader.find_entry(hash_list.id, PDQ, value_of(1))
        assert entry is not None
        assert entry.opinions == (later, pier)
        assert reader.list_states(NOON)[0].disputed_entries == 1


def test_a_value_given_twice_counts_once_with_its_last_particulars(any_store: Store):
    hash_list = add_list(any_store)
    twice = [entry_of(1, note="first"), entry_of(2), entry_of(1, note="last")]
    assert add(any_store, hash_list, *twice) == Added(new=2, changed=0, unchanged=0)
    with any_store.read() as reader:
        entry = reader.find_entry(hash_list.id, PDQ, value_of(1))
    assert entry is not None
    assert entry.note == "last"


def test_the_same_value_may_stand_on_two_lists_and_under_two_types(any_store: Store):
    one, other = add_list(any_store), add_list(any_store, replace(LIST, name=ListName("buoys")))
    assert add(any_store, one, entry_of(1), NewEntry(type=SHA256, value=value_of(1))).new == 2
    assert add(any_store, other, entry_of(1)).new == 1
    with any_store.read() as reader:
        assert reader.count_index_rows(PDQ) == 2
        assert reader.count_index_rows(SHA256) == 1


def test_a_removed_value_that_returns_has_a_new_id(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1))
    add(any_store, hash_list, entry_of(2))
    keys = [(PDQ, value_of(1)), (PDQ, value_of(1)), (PDQ, value_of(9)), (SHA256, value_of(2))]
    assert any_store.transact(lambda unit: unit.remove_entries(hash_list.id, keys, NOON)) == 1
    add(any_store, hash_list, entry_of(1))
    with any_store.read() as reader:
        again = reader.find_entry(hash_list.id, PDQ, value_of(1))
        assert again is not None
        assert again.id > 2
        assert list(reader.removed_since(PDQ, ChangeSequence(0))) == [1]


def test_an_entry_is_silent_from_the_moment_it_expires_and_gone_after_the_sweep(any_store: Store):
    hash_list = add_list(any_store, replace(LIST, kept_days=2))
    add(any_store, hash_list, entry_of(1, expires_at=NOON + DAY), entry_of(2), entry_of(3, expires_at=NOON + 9 * DAY))
    with any_store.read() as reader:
        assert set(reader.get_entries([EntryId(1), EntryId(2), EntryId(3)], NOON + DAY)) <= {1, 2, 3}
        live = {entry.value for entry in reader.stream_entries(hash_list.id, NOON + DAY)}
        assert live == {value_of(2), value_of(3)}
        sequence = reader.change_sequence()
    assert any_store.transact(lambda unit: unit.expire_entries(NOON, 10)) == 0
    with any_store.read() as reader:
        assert reader.change_sequence() == sequence, "a sweep that finds nothing must not wake every index"
    assert any_store.transact(lambda unit: unit.expire_entries(NOON + 2 * DAY, 2)) == 2
    assert any_store.transact(lambda unit: unit.expire_entries(NOON + 2 * DAY, 2)) == 1
    with any_store.read() as reader:
        assert reader.count_index_rows(PDQ) == 0
        assert len(reader.removed_since(PDQ, sequence)) == 3


def test_entries_of_an_unknown_list_are_refused(any_store: Store):
    with pytest.raises(NotFoundError, match="no list with the id 5"):
        any_store.transact(lambda unit: unit.add_entries(ListId(5), [entry_of(1)], NOON))


def test_an_empty_batch_adds_nothing(any_store: Store):
    assert add(any_store, add_list(any_store)) == Added(new=0, changed=0, unchanged=0)


def test_get_entries_takes_more_ids_than_one_query_can(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, *(entry_of(number) for number in range(3000)))
    with any_store.read() as reader:
        assert len(reader.get_entries([EntryId(number) for number in range(1, 5001)], NOON)) == 3000


def test_entries_stream_by_id_over_many_pages(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, *(entry_of(number) for number in range(11_000)))
    with any_store.read() as reader:
        ids = [entry.id for entry in reader.stream_entries(hash_list.id, NOON)]
    assert len(ids) == 11_000
    assert ids == sorted(set(ids))


def test_the_tallies_equal_a_full_count_after_any_changes(any_store: Store):
    chance = random.Random(41)
    other = replace(LIST, name=ListName("buoys"), vetted=True, kept_days=3)
    lists = [add_list(any_store), add_list(any_store, other)]
    for step in range(40):
        hash_list, at = chance.choice(lists), NOON + step * DAY / 8
        some = [_random_entry(chance) for _ in range(30)]
        deed = chance.choice(["add", "add", "remove", "expire"])
        if deed == "add":
            add(any_store, hash_list, *some, at=at)
        elif deed == "remove":
            remove(any_store, hash_list, *(entry.value for entry in some), at=at)
        else:
            any_store.transact(partial(_expire, at=at))
        _assert_states_are_counts(any_store, at)


def _expire(unit: UnitOfWork, at: datetime) -> int:
    return unit.expire_entries(at, 7)


def _random_entry(chance: random.Random) -> NewEntry:
    return NewEntry(
        type=chance.choice([PDQ, SHA256]),
        value=value_of(chance.randrange(120)),
        vetted=chance.choice([None, True, False]),
        opinions=chance.choice([(), OPINIONS[:1], OPINIONS]),
        expires_at=chance.choice([None, NOON + chance.randrange(5) * DAY]),
    )


def _assert_states_are_counts(store: Store, at) -> None:
    with store.read() as reader:
        for state in reader.list_states(at):
            entries = list(reader.stream_entries(state.hash_list.id, at))
            assert state.entries == dict(Counter(entry.type for entry in entries))
            assert state.vetted_entries == sum(entry.vetted for entry in entries)
            assert state.disputed_entries == sum(entry.disputed for entry in entries)


def _vetted(store: Store, hash_list: HashList) -> dict[int, bool]:
    with store.read() as reader:
        entries = [reader.find_entry(hash_list.id, PDQ, value_of(number)) for number in (1, 2)]
    return {number: entry.vetted for number, entry in zip((1, 2), entries, strict=True) if entry is not None}
