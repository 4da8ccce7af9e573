"""The feed of changes: what an index that has followed up to n must be able to rely on."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from clew.errors import DamagedError
from clew.parts.stores.base import EntryColumns, Reader, Store, StorePart
from clew.records.hashlist import NewEntry
from clew.records.identifiers import ChangeSequence, ListName
from tests.parts.stores.store_records import LIST, PDQ, SHA256, add, add_list, entry_of, remove, value_of


def test_the_feed_gives_values_ids_and_lists_in_the_order_of_ids(any_store: Store):
    one, other = add_list(any_store), add_list(any_store, replace(LIST, name=ListName("buoys")))
    add(any_store, one, *(entry_of(number) for number in range(500)))
    add(any_store, other, *(entry_of(number) for number in range(250, 1000)))
    rows = _rows(any_store)
    assert rows.values.shape == (1250, 32)
    assert [array.dtype.name for array in (rows.values, rows.entry_ids, rows.lists)] == ["uint8", "int64", "uint32"]
    assert (np.diff(rows.entry_ids) > 0).all()
    assert {bytes(value) for value in rows.values[rows.lists == one.id]} == {value_of(n) for n in range(500)}
    assert {bytes(value) for value in rows.values[rows.lists == other.id]} == {value_of(n) for n in range(250, 1000)}


def test_the_feed_is_cut_at_its_sequences_and_leaves_out_what_was_removed_by_then(any_store: Store):
    hash_list = add_list(any_store)
    sequences = []
    for number in range(4):
        add(any_store, hash_list, entry_of(number), NewEntry(type=SHA256, value=value_of(number)))
        sequences.append(_sequence(any_store))
    remove(any_store, hash_list, value_of(1), value_of(2))
    removed = _sequence(any_store)
    assert _values(any_store, 0, sequences[2]) == {value_of(0), value_of(1), value_of(2)}
    assert _values(any_store, sequences[0], sequences[2]) == {value_of(1), value_of(2)}
    assert _values(any_store, 0, removed) == {value_of(0), value_of(3)}
    assert _values(any_store, removed, removed) == set()
    with any_store.read() as reader:
        assert len(reader.removed_since(PDQ, sequences[3])) == 2
        assert len(reader.removed_since(PDQ, ChangeSequence(removed))) == 0
        assert len(reader.removed_since(SHA256, ChangeSequence(0))) == 0


def test_the_feed_comes_in_batches_whose_rows_add_up(any_store: Store):
    hash_list = add_list(any_store)
    for start in range(0, 60_000, 20_000):
        add(any_store, hash_list, *(entry_of(number) for number in range(start, start + 20_000)))
    with any_store.read() as reader:
        sizes = [len(batch.entry_ids) for batch in _feed(reader)]
        assert sum(sizes) == reader.count_index_rows(PDQ) == 60_000
    assert max(sizes) <= 50_000
    assert len(np.unique(_rows(any_store).entry_ids)) == 60_000


def test_an_empty_feed_has_no_batches(any_store: Store):
    with any_store.read() as reader:
        assert list(_feed(reader)) == []


def test_a_stored_value_of_another_width_is_damage_and_not_a_shifted_row(any_store: Store):
    hash_list = add_list(any_store)
    wrong = [NewEntry(type=PDQ, value=value_of(number)[:31]) for number in range(32)]
    add(any_store, hash_list, *wrong, *(entry_of(number) for number in range(100, 131)))
    with pytest.raises(DamagedError, match="not 32 bytes long"), any_store.read() as reader:
        list(_feed(reader))


def test_a_reader_sees_one_moment_however_long_it_reads(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1))
    with any_store.read() as reader:
        before = reader.change_sequence()
        add(any_store, hash_list, entry_of(2))
        assert reader.change_sequence() == before
        assert reader.count_index_rows(PDQ) == 1
        assert sum(len(batch.entry_ids) for batch in _feed(reader)) == 1
    with any_store.read() as reader:
        assert reader.count_index_rows(PDQ) == 2


def test_a_follower_misses_nothing_while_several_writers_change_lists(store_part: StorePart, any_url: str):
    stores = [store_part.open(any_url) for _ in range(4)]
    lists = [add_list(store, replace(LIST, name=ListName(f"list {place}"))) for place, store in enumerate(stores)]
    writing = [
        threading.Thread(target=_write, args=(stores[place], lists[place], place * 10_000)) for place in range(3)
    ]
    for thread in writing:
        thread.start()
    followed: dict[int, bytes] = {}
    seen = ChangeSequence(0)
    while True:
        over = not any(thread.is_alive() for thread in writing)
        seen = _follow(stores[3], seen, followed)
        if over:
            break
    rows = _rows(stores[3])
    assert followed == {int(key): bytes(value) for key, value in zip(rows.entry_ids, rows.values, strict=True)}
    assert len(followed) == 3 * 60 * 4
    for store in stores:
        store.close()


def _write(store: Store, hash_list, first: int) -> None:
    """Sixty changes, each of five entries more and one less."""
    for step in range(first, first + 600, 10):
        add(store, hash_list, *(entry_of(number) for number in range(step, step + 5)))
        remove(store, hash_list, value_of(step))


def _follow(store: Store, seen: ChangeSequence, followed: dict[int, bytes]) -> ChangeSequence:
    """What an index does: ask only for what came after the last time."""
    with store.read() as reader:
        now = reader.change_sequence()
        for batch in reader.stream_index_rows(PDQ, after=seen, through=now, width_bytes=32):
            for key, value in zip(batch.entry_ids, batch.values, strict=True):
                assert int(key) not in followed
                followed[int(key)] = bytes(value)
        for key in reader.removed_since(PDQ, seen):
            followed.pop(int(key), None)
    return now


def _feed(reader: Reader) -> Iterator[EntryColumns]:
    return reader.stream_index_rows(PDQ, after=ChangeSequence(0), through=reader.change_sequence(), width_bytes=32)


def _rows(store: Store) -> EntryColumns:
    with store.read() as reader:
        batches = list(_feed(reader))
    return EntryColumns(
        values=np.concatenate([batch.values for batch in batches]),
        entry_ids=np.concatenate([batch.entry_ids for batch in batches]),
        lists=np.concatenate([batch.lists for batch in batches]),
    )


def _sequence(store: Store) -> ChangeSequence:
    with store.read() as reader:
        return reader.change_sequence()


def _values(store: Store, after: int, through: int) -> set[bytes]:
    with store.read() as reader:
        batches = reader.stream_index_rows(
            PDQ, after=ChangeSequence(after), through=ChangeSequence(through), width_bytes=32
        )
        return {bytes(value) for batch in batches for value in batch.values}
