"""Sources and lists, on each kind of database."""

from dataclasses import replace

import pytest

from clew.errors import ConflictError, InputError, NotFoundError
from clew.parts.stores.base import Store
from clew.records.hashlist import Action, HashList, LegalBasis, NewEntry, Opinion, Right, RowFault, Standing
from clew.records.identifiers import ChangeSequence, ListId, ListName, SourceName
from tests.parts.stores.store_records import DAY, LIST, NOON, PDQ, SHA256, SOURCE, add, add_list, entry_of, value_of


def test_a_source_comes_back_as_it_was_stored_and_the_last_word_counts(any_store: Store):
    ended = LegalBasis(text="consent, § 4", since=NOON - DAY, until=NOON)
    changed = replace(SOURCE, legal_basis=ended, rights=frozenset({Right.EXPORT, Right.SHARE}))
    any_store.transact(lambda unit: unit.put_source(SOURCE))
    any_store.transact(lambda unit: unit.put_source(changed))
    with any_store.read() as reader:
        assert reader.get_source(SOURCE.name) == changed
        assert reader.sources() == [changed]


def test_an_unknown_source_is_named_with_those_there_are(any_store: Store):
    any_store.transact(lambda unit: unit.put_source(SOURCE))
    with any_store.read() as reader, pytest.raises(NotFoundError, match=r"no source 'quay'; there are: harbour"):
        reader.get_source(SourceName("quay"))


def test_a_list_comes_back_as_it_was_stored_with_an_id_of_its_own(any_store: Store):
    wanted = replace(LIST, vetted=True, exact_action=Action.REVIEW, within_bits={PDQ: 20}, kept_days=30)
    first = add_list(any_store, wanted)
    second = add_list(any_store, replace(LIST, name=ListName("buoys")))
    assert first == replace(wanted, id=first.id)
    with any_store.read() as reader:
        assert reader.lists() == [second, first]
        assert reader.find_list(LIST.name) == first
        assert reader.find_list(ListName("nowhere")) is None


def test_a_list_needs_a_stored_source_and_a_free_name(any_store: Store):
    add_list(any_store)
    with pytest.raises(ConflictError, match="'lighthouses' exists already"):
        add_list(any_store)
    with pytest.raises(NotFoundError, match="no source 'quay'"):
        any_store.transact(lambda unit: unit.create_list(replace(LIST, source=SourceName("quay"))))


def test_a_list_changes_its_particulars_and_keeps_its_id(any_store: Store):
    hash_list = add_list(any_store)
    changed = replace(hash_list, name=ListName("beacons"), vetted=True, within_bits={PDQ: 8})
    any_store.transact(lambda unit: unit.change_list(changed))
    with any_store.read() as reader:
        assert reader.lists() == [changed]
    with pytest.raises(NotFoundError, match="no list with the id 99"):
        any_store.transact(lambda unit: unit.change_list(replace(changed, id=ListId(99))))


def test_the_id_of_a_removed_list_is_never_used_again_but_its_name_may_be(any_store: Store):
    gone = add_list(any_store)
    add(any_store, gone, entry_of(1), entry_of(2))
    assert any_store.transact(lambda unit: unit.remove_list(gone.id, NOON)) == 2
    again = add_list(any_store)
    assert again.id > gone.id
    with any_store.read() as reader:
        assert reader.lists() == [again]
        assert reader.count_index_rows(PDQ) == 0
        assert list(reader.removed_since(PDQ, ChangeSequence(0))) == [1, 2]


def test_every_change_of_lists_moves_the_sequence_and_reading_does_not(any_store: Store):
    sequences = [_sequence(any_store)]
    hash_list = add_list(any_store)
    sequences.append(_sequence(any_store))
    any_store.transact(lambda unit: unit.change_list(replace(hash_list, vetted=True)))
    sequences.append(_sequence(any_store))
    any_store.transact(lambda unit: unit.remove_list(hash_list.id, NOON))
    sequences.append(_sequence(any_store))
    assert sequences == sorted(set(sequences))
    assert _sequence(any_store) == sequences[-1]


def test_the_state_of_a_list_tells_its_size_age_and_faults(any_store: Store):
    hash_list = add_list(any_store, replace(LIST, vetted=True))
    add(any_store, hash_list, entry_of(1), entry_of(2, vetted=False), entry_of(3, expires_at=NOON + DAY))
    bad = (Opinion(member="quay", standing=Standing.NEGATIVE, at=NOON),)
    add(any_store, hash_list, NewEntry(type=SHA256, value=value_of(4), opinions=bad), at=NOON + DAY)
    faults = [RowFault(row=17, fault="expected 64 hex digits, got 63"), RowFault(row=3, fault="no type")]
    any_store.transact(lambda unit: unit.put_import(hash_list.id, NOON, 20, faults, 2))
    with any_store.read() as reader:
        (before,) = reader.list_states(NOON)
        (after,) = reader.list_states(NOON + DAY)
        assert reader.import_faults(hash_list.id, 10) == [faults[1], faults[0]]
    assert before.hash_list == hash_list
    assert before.source.name == SOURCE.name
    assert before.entries == {PDQ: 3, SHA256: 1}
    assert (before.vetted_entries, before.disputed_entries, before.expired_entries) == (3, 1, 0)
    assert (before.oldest_at, before.newest_at) == (NOON, NOON + DAY)
    assert (before.last_import_at, before.last_import_faults) == (NOON, 2)
    assert after.entries == {PDQ: 2, SHA256: 1}
    assert (after.vetted_entries, after.expired_entries) == (2, 1)


def test_an_empty_list_has_a_state_without_ages(any_store: Store):
    add_list(any_store)
    with any_store.read() as reader:
        (state,) = reader.list_states(NOON)
    assert (state.entries, state.oldest_at, state.newest_at, state.last_import_at) == ({}, None, None, None)


def test_an_import_replaces_the_faults_of_the_one_before_and_keeps_a_thousand(any_store: Store):
    hash_list = add_list(any_store)
    many = [RowFault(row=row, fault="bad hex") for row in range(1500, 0, -1)]
    any_store.transact(lambda unit: unit.put_import(hash_list.id, NOON, 9000, many, 1500))
    with any_store.read() as reader:
        assert [fault.row for fault in reader.import_faults(hash_list.id, 5000)] == list(range(1, 1001))
    any_store.transact(lambda unit: unit.put_import(hash_list.id, NOON + DAY, 9000, [], 0))
    with any_store.read() as reader:
        assert reader.import_faults(hash_list.id, 5000) == []
        assert reader.list_states(NOON)[0].last_import_at == NOON + DAY


def test_other_kept_days_move_the_end_of_entries_that_stand(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1), entry_of(2, expires_at=NOON + DAY), entry_of(3, expires_at=NOON + 9 * DAY))
    assert _live_at(any_store, hash_list, NOON + 5 * DAY) == {value_of(1), value_of(3)}
    any_store.transact(lambda unit: unit.change_list(replace(hash_list, kept_days=4)))
    assert _live_at(any_store, hash_list, NOON + 3 * DAY) == {value_of(1), value_of(3)}
    assert _live_at(any_store, hash_list, NOON + 4 * DAY) == set()
    any_store.transact(lambda unit: unit.change_list(hash_list))
    assert _live_at(any_store, hash_list, NOON + 5 * DAY) == {value_of(1), value_of(3)}


def test_a_text_that_the_database_cannot_hold_is_an_input_error(any_store: Store):
    with pytest.raises(InputError, match="cannot hold"):
        any_store.transact(lambda unit: unit.put_source(replace(SOURCE, jurisdiction="\ud800")))


def _sequence(store: Store) -> int:
    with store.read() as reader:
        return reader.change_sequence()


def _live_at(store: Store, hash_list: HashList, at) -> set[bytes]:
    with store.read() as reader:
        return {entry.value for entry in reader.stream_entries(hash_list.id, at)}
