import numpy as np
import pytest

from clew.kernels import exact
from clew.kernels.found import Neighbours

WIDTHS = [4, 5, 16, 20, 32, 33, 64]


def random_values(count, width, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, width), dtype=np.uint8)


def index_of(values):
    """An index over values, and the sorted arrays that are in it."""
    entry_ids = np.random.default_rng(0).permutation(len(values)).astype(np.int64) + 50
    lists = (entry_ids % 4).astype(np.uint32)
    order = exact.sorted_order(values, entry_ids)
    rows, entry_ids, lists = np.ascontiguousarray(values[order]), entry_ids[order], lists[order]
    offsets, _ = exact.fill_offsets(rows)
    return exact.ExactIndex(rows, entry_ids, lists, offsets), (rows, entry_ids, lists)


def radius(*within):
    return np.array(within, np.int16)


def check(values, queries, asked, *, silent=None, limit=100):
    index, (rows, entry_ids, lists) = index_of(values)
    assert index.sound()
    answer = index.search(queries, asked, silent, limit)
    expected = exact.reference_search(rows, entry_ids, lists, queries, asked, silent, limit)
    assert answer is not None
    for name in Neighbours._fields:
        np.testing.assert_array_equal(getattr(answer, name), getattr(expected, name), name)
    return answer


@pytest.mark.parametrize("width", WIDTHS)
def test_equal_digests_are_found_and_others_are_not(width):
    values = random_values(2000, width)
    queries = np.concatenate([values[:50], random_values(50, width, 2)])
    queries[:10, -1] ^= 1

    found = check(values, queries, radius(0, 0, 0, 0))

    assert set(range(10, 50)) <= set(found.query.tolist())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("count", [0, 1, 2, 17])
def test_no_row_one_row_and_few_rows_are_searched(width, count):
    values = random_values(count, width)

    check(values, np.concatenate([values, random_values(3, width, 5)]), radius(0, 0, 0, 0))


def test_digests_on_many_lists_are_all_counted_and_the_first_entries_kept():
    values = np.concatenate([random_values(300, 16), np.repeat(random_values(1, 16, 3), 4000, axis=0)])

    found = check(values, values[-2:], radius(0, 0, 0, 0), limit=7)

    assert found.totals.tolist() == [4000, 4000]
    assert np.all(np.diff(found.entry_id[:7]) > 0)


def test_digests_that_share_their_first_bytes_are_found_all_the_same():
    values = random_values(3000, 20)
    values[:, :10] = 9

    check(values, np.concatenate([values[:40], random_values(5, 20, 4)]), radius(0, 0, 0, 0))


def test_the_smallest_and_the_largest_digest_are_found():
    values = random_values(3000, 32)
    values[0], values[1] = 0, 255

    found = check(values, values[:2], radius(0, 0, 0, 0))

    assert found.query.tolist() == [0, 1]


def test_a_list_that_is_not_asked_is_silent():
    values = np.repeat(random_values(1, 32), 40, axis=0)

    found = check(values, values[:1], radius(-1, 0))

    assert set(found.list.tolist()) == {1}


def test_silent_rows_neither_match_nor_count():
    values = np.repeat(random_values(1, 32), 40, axis=0)
    silent = np.packbits(np.arange(40) < 30, bitorder="little")

    found = check(values, values[:1], radius(0, 0, 0, 0), silent=silent, limit=3)

    assert found.totals.tolist() == [10]
    assert found.row.tolist() == [30, 31, 32]


@pytest.mark.parametrize("limit", [0, 1, 63, 200])
def test_the_limit_is_kept(limit):
    values = np.repeat(random_values(2, 32), 150, axis=0)

    check(values, values[::150], radius(0, 0, 0, 0), limit=limit)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_order_is_that_of_bytes_and_then_of_entries(width):
    values = random_values(500, width)
    values[100:200] = values[0]
    values[200:300, :-1] = values[0, :-1]
    entry_ids = np.random.default_rng(4).permutation(500).astype(np.int64)

    order = exact.sorted_order(values, entry_ids)

    expected = sorted(range(500), key=lambda row: (values[row].tobytes(), entry_ids[row]))
    assert order.tolist() == expected


@pytest.mark.parametrize("count", [0, 1, 15, 16, 5000])
def test_offsets_equal_the_counted_ones(count):
    rows = random_values(count, 16)
    rows[: count // 4, :8] = 3
    rows = np.ascontiguousarray(rows[exact.sorted_order(rows, np.arange(count))])

    offsets, largest = exact.fill_offsets(rows)

    expected, expected_largest = exact.reference_offsets(rows)
    np.testing.assert_array_equal(offsets, expected)
    assert largest == expected_largest


def test_offsets_that_lead_outside_are_told_and_not_followed():
    values = random_values(3000, 16)
    rows = np.ascontiguousarray(values[exact.sorted_order(values, np.arange(3000))])
    offsets, _ = exact.fill_offsets(rows)
    offsets[10:200] = 2**32 - 1
    index = exact.ExactIndex(rows, np.arange(3000, dtype=np.int64), np.zeros(3000, np.uint32), offsets)

    assert not index.sound()
    assert index.search(rows, radius(0), None, 5) is None
