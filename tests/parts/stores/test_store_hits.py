"""Hits: durable with their matches, found again page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clew.errors import NotFoundError
from clew.parts.stores.base import HitFilter, Store
from clew.records.hashlist import Action
from clew.records.identifiers import HitId, ListId, RunId
from tests.parts.stores.store_records import LIST, NOON, PDQ, add, add_list, entry_of, hit_of


def test_a_hit_comes_back_with_its_matches_in_their_order(any_store: Store):
    near, far = hit_of(1, exact=True).matches[0], replace(hit_of(2).matches[0], category=None, disputed=True)
    hit = hit_of(7, matches=(near, far, near), total_matches=900, run_id=RunId("r"))
    bare = hit_of(8, matches=(), reference=None, size_bytes=None, media_type=None)
    any_store.transact(lambda unit: unit.add_hits([hit, bare]))
    with any_store.read() as reader:
        assert reader.get_hit(hit.id) == hit
        assert reader.hits(HitFilter()) == [bare, hit]


def test_a_hit_stays_readable_after_its_list_and_entry_are_removed(any_store: Store):
    hash_list = add_list(any_store)
    add(any_store, hash_list, entry_of(1))
    hit = hit_of(1, list_id=hash_list.id)
    any_store.transact(lambda unit: unit.add_hits([hit]))
    any_store.transact(lambda unit: unit.remove_entries(hash_list.id, [(PDQ, entry_of(1).value)], NOON))
    any_store.transact(lambda unit: unit.remove_list(hash_list.id, NOON))
    with any_store.read() as reader:
        assert reader.get_hit(hit.id) == hit
        assert reader.get_hit(hit.id).matches[0].list_name == LIST.name


def test_an_unknown_hit_is_not_found(any_store: Store):
    with any_store.read() as reader, pytest.raises(NotFoundError, match="no hit 'nowhere'"):
        reader.get_hit(HitId("nowhere"))


def test_hits_are_paged_newest_first(any_store: Store):
    any_store.transact(lambda unit: unit.add_hits([hit_of(number) for number in range(25)]))
    seen: list[HitId] = []
    with any_store.read() as reader:
        while page := reader.hits(HitFilter(before=seen[-1] if seen else None, limit=10)):
            seen += [hit.id for hit in page]
        assert reader.count_hits(HitFilter(limit=3, before=seen[4])) == 25
    assert seen == [hit_of(number).id for number in reversed(range(25))]


def test_one_steps_from_a_hit_to_its_neighbours_of_the_same_filter(any_store: Store):
    some = [hit_of(number, list_id=number % 2 + 1) for number in range(10)]
    any_store.transact(lambda unit: unit.add_hits(some))
    with any_store.read() as reader:
        for list_id, newer in ((None, [5, 4]), (ListId(2), [7, 5])):
            wanted = HitFilter(list_id=list_id, after=some[3].id, limit=2)
            assert reader.hits(wanted) == [some[number] for number in newer]
            assert reader.count_hits(wanted) == (5 if list_id else 10)
        assert reader.hits(HitFilter(after=some[2].id, before=some[5].id)) == [some[4], some[3]]
        assert reader.hits(HitFilter(after=some[9].id)) == []


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (HitFilter(list_id=ListId(2)), {1, 4, 7}),
        (HitFilter(exact=True), {0, 2, 4, 6, 8}),
        (HitFilter(exact=False), {1, 3, 5, 7, 9}),
        (HitFilter(action=Action.BLOCK), {0, 4, 8}),
        (HitFilter(action=Action.REVIEW, exact=True), {2, 6}),
        (HitFilter(list_id=ListId(2), action=Action.BLOCK), {4}),
        (HitFilter(run_id=RunId("run")), {0, 5}),
        (HitFilter(since=NOON + timedelta(seconds=7)), {7, 8, 9}),
        (HitFilter(list_id=ListId(2), exact=False, since=NOON + timedelta(seconds=2)), {7}),
        (HitFilter(list_id=ListId(99)), set()),
        (HitFilter(list_id=ListId(2), before=hit_of(7).id), {1, 4}),
    ],
)
def test_hits_are_filtered_by_each_field_and_by_all_together(any_store: Store, wanted: HitFilter, numbers: set[int]):
    some = [
        hit_of(
            number,
            list_id=2 if number % 3 == 1 else 1,
            exact=number % 2 == 0,
            run_id=_run(number),
            action=_action(number),
        )
        for number in range(10)
    ]
    # Several matches on one list are still one hit.
    any_store.transact(lambda unit: unit.add_hits([replace(hit, matches=hit.matches * 3) for hit in some]))
    with any_store.read() as reader:
        assert {hit.id for hit in reader.hits(wanted)} == {some[number].id for number in numbers}
        if wanted.before is None:
            assert reader.count_hits(wanted) == len(numbers)


@pytest.mark.parametrize(
    "reference", ["ferry.jpg", "caf\u00e9 \u2603", "not utf-8: \udcff", "\ud800", "nul \x00 here", ""]
)
def test_a_reference_comes_back_whatever_the_platform_calls_its_content(any_store: Store, reference: str):
    hit = hit_of(1, reference=reference)
    any_store.transact(lambda unit: unit.add_hits([hit]))
    with any_store.read() as reader:
        assert reader.get_hit(hit.id).reference == reference


def _action(number: int) -> Action:
    return Action.BLOCK if number % 4 == 0 else Action.REVIEW


def _run(number: int) -> RunId | None:
    return RunId("run") if number % 5 == 0 else None
