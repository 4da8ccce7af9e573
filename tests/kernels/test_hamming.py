import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clew.kernels import hamming
from clew.kernels.found import Neighbours

SEED = b"a secret of this installation"


def random_values(count, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def flipped(value, bits):
    out = value.copy()
    for bit in bits:
        out[bit // 8] ^= 1 << (bit % 8)
    return out


def planted(values, distances, seed=2):
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, len(values), len(distances))
    return np.array(
        [flipped(values[p], rng.choice(256, d, replace=False)) for p, d in zip(picks, distances, strict=True)]
    ).reshape(len(distances), 32)


def with_tables(values, entry_ids, lists, *, permute=True):
    source_of_bit = hamming.permutation(SEED) if permute else None
    rows = values if source_of_bit is None else hamming.stored_rows(values, source_of_bit)
    size = hamming.table_bytes(len(rows))
    tables, waiting = np.zeros(16 * size, np.uint8), np.empty(len(rows), np.uint64)
    for chunk in range(16):
        hamming.fill_table(rows, chunk, tables[chunk * size : (chunk + 1) * size], waiting)
    return hamming.HammingIndex(rows, entry_ids, lists, source_of_bit=source_of_bit, tables=tables)


def owners(count):
    return np.arange(count, dtype=np.int64) * 3 + 100, (np.arange(count) % 4).astype(np.uint32)


def radius(*within):
    return np.array(within, np.int16)


def assert_same(answer, expected):
    assert answer is not None
    for name in Neighbours._fields:
        np.testing.assert_array_equal(getattr(answer, name), getattr(expected, name), name)
        assert getattr(answer, name).dtype == getattr(expected, name).dtype


def check(values, queries, radius_by_list, *, silent=None, limit=1000, permute=True):
    """Tables and scan both give what comparing every pair gives."""
    entry_ids, lists = owners(len(values))
    expected = hamming.reference_search(values, entry_ids, lists, queries, radius_by_list, silent, limit)
    tables = with_tables(values, entry_ids, lists, permute=permute)
    assert tables.sound()
    assert_same(tables.search(queries, radius_by_list, silent, limit), expected)
    scan = hamming.HammingIndex(values, entry_ids, lists)
    assert_same(scan.search(queries, radius_by_list, silent, limit), expected)
    return expected


def clustered(count, seed=5):
    rng = np.random.default_rng(seed)
    bases = random_values(count // 20, seed)
    values = bases[rng.integers(0, len(bases), count)]
    noise = rng.integers(0, 256, (count, 8))
    for place in range(8):
        kept = rng.random(count) < 0.5
        values[np.flatnonzero(kept), noise[kept, place] // 8] ^= (1 << (noise[kept, place] % 8)).astype(np.uint8)
    return values


@pytest.mark.parametrize("within", range(32))
def test_every_planted_distance_is_found_exactly_within_the_radius(within):
    values = random_values(500)
    queries = planted(values, [*range(41), 64, 128, 256])

    found = check(values, queries, radius(*[within] * 4))

    assert set(range(within + 1)) <= set(found.query.tolist())


@pytest.mark.parametrize("lone", range(16))
def test_differences_spread_as_evenly_as_they_can_be_are_found(lone):
    # 31 bits over 16 chunks: two in each but one, so that a single chunk leads to the row.
    values = random_values(200)
    bits = [16 * chunk + place for chunk in range(16) for place in ((3, 11) if chunk != lone else (7,))]
    queries = np.array([flipped(value, bits) for value in values[:20]])

    found = check(values, queries, radius(31, 31, 31, 31), permute=False)

    assert found.distance.tolist() == [31] * 20
    assert check(values, queries, radius(30, 30, 30, 30), permute=False).totals.sum() == 0


@pytest.mark.parametrize("within", [0, 15, 16, 31, 32, 64, 200, 256])
def test_random_and_clustered_rows_are_found_at_any_radius(within):
    values = np.concatenate([random_values(1500), clustered(1500)])
    queries = np.concatenate([random_values(9, 8), planted(values, [0, 5, 14, 15, 16, 17, 30, 31, 32, 40])])

    check(values, queries, radius(*[within] * 4), limit=5000)


def test_duplicates_by_the_thousand_are_all_counted_and_the_nearest_kept():
    values = np.concatenate([random_values(2000), np.repeat(random_values(1, 9), 5000, axis=0), random_values(2000, 3)])
    queries = np.concatenate([values[2500:2501], planted(values[2000:7000], [7]), random_values(2, 4)])

    found = check(values, queries, radius(31, 31, 31, 31), limit=10)

    assert found.totals.tolist() == [5000, 5000, 0, 0]
    assert found.row[:10].tolist() == list(range(2000, 2010))


def test_more_survivors_than_the_buffer_holds_lose_none():
    # Few enough for the tables to be used (an eighth of all rows), yet each of 500 rows is met from 16 chunks.
    values = random_values(100_000)
    values[::200] = values[0]

    found = check(values, values[:3], radius(31, 31, 31, 31), limit=600)

    assert found.totals.tolist() == [500, 1, 1]


@pytest.mark.parametrize("shared", [1, 2, 3, 8, 15])
def test_rows_that_fill_one_bucket_are_found_all_the_same(shared):
    values = random_values(3000)
    values[:, : 2 * shared] = 7
    queries = np.concatenate([planted(values, list(range(0, 34, 3))), random_values(3, 6)])

    check(values, queries, radius(31, 31, 31, 31), permute=False)


@pytest.mark.parametrize("share", [3, 9, 20])
def test_rows_of_which_a_part_fills_one_bucket_are_found_all_the_same(share):
    values = random_values(6000)
    values[: 6000 // share, :6] = 255
    queries = planted(values[: 6000 // share], list(range(0, 34, 3)))

    check(values, queries, radius(31, 31, 31, 31), permute=False)


def test_all_rows_equal_is_a_flood_that_is_counted_and_cut():
    values = np.zeros((20_000, 32), np.uint8)

    found = check(values, np.concatenate([values[:1], random_values(1)]), radius(31, 31, 31, 31), limit=3)

    assert found.totals.tolist() == [20_000, 0]
    assert found.entry_id.tolist() == [100, 103, 106]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 9, 33])
def test_no_row_one_row_and_few_rows_are_searched(count):
    values = random_values(count)
    queries = np.concatenate([values, random_values(2, 77)])

    check(values, queries, radius(31, 31, 31, 31))


def test_no_query_gives_no_match():
    found = check(random_values(10), np.empty((0, 32), np.uint8), radius(31))

    assert len(found.totals) == 0


def test_each_list_has_its_own_radius_and_one_that_is_not_asked_is_silent():
    values = np.repeat(random_values(1), 40, axis=0)
    queries = planted(values, [0, 5, 10, 31, 32])

    found = check(values, queries, radius(-1, 4, 31))

    assert set(found.list[found.query == 0].tolist()) == {1, 2}
    assert set(found.list[found.query == 1].tolist()) == {2}
    assert found.totals.tolist() == [20, 10, 10, 10, 0]


@pytest.mark.parametrize("asked", [[], [-1, -1, -1, -1]])
def test_no_list_asked_finds_nothing(asked):
    found = check(random_values(50), random_values(50), radius(*asked))

    assert found.totals.tolist() == [0] * 50


def test_lists_far_apart_in_radius_are_asked_together():
    values = clustered(800)

    check(values, planted(values, [0, 20, 33, 60]), radius(31, 100, 0, -1))


def test_silent_rows_neither_match_nor_count():
    values = np.repeat(random_values(3), 30, axis=0)
    silent = np.packbits(np.arange(90) % 3 == 0, bitorder="little")

    found = check(values, values[::30], radius(31, 31, 31, 31), silent=silent, limit=5)

    assert found.totals.tolist() == [20, 20, 20]
    assert not set(found.row.tolist()) & set(range(0, 90, 3))


@pytest.mark.parametrize("limit", [0, 1, 2, 63, 64, 65, 1000])
def test_the_limit_keeps_the_nearest_by_distance_then_entry(limit):
    base = random_values(1)
    values = np.concatenate([planted(np.repeat(base, 300, axis=0), [d % 40 for d in range(300)]), random_values(100)])

    check(values, np.repeat(base, 2, axis=0), radius(31, 31, 31, 31), limit=limit)


@pytest.mark.parametrize("count", [0, 1, 500, 70_000])
def test_a_table_equals_the_one_that_a_stable_sort_makes(count):
    rows = random_values(count)
    rows[: count // 10] = 1
    out, waiting = np.full(hamming.table_bytes(count), 255, np.uint8), np.empty(count, np.uint64)

    for chunk in (0, 7, 15):
        expected, largest = hamming.reference_table(rows, chunk)
        assert hamming.fill_table(rows, chunk, out, waiting) == largest
        content = np.frombuffer(expected, np.uint8) != 0
        np.testing.assert_array_equal(out[content], expected[content])


def test_a_permutation_names_each_bit_once_and_depends_on_its_seed():
    first, second = hamming.permutation(b"one"), hamming.permutation(b"two")

    assert sorted(first.tolist()) == list(range(256))
    assert first.tolist() == hamming.permutation(b"one").tolist() != second.tolist()


def test_stored_rows_are_the_values_with_their_bits_rearranged():
    values, source_of_bit = random_values(100), hamming.permutation(SEED)

    stored = hamming.stored_rows(values, source_of_bit)

    np.testing.assert_array_equal(stored, hamming.reference_stored_rows(values, source_of_bit))


@pytest.mark.parametrize("width", [4, 5, 8, 16, 20, 32, 33, 64])
def test_values_of_any_width_are_scanned(width):
    values = np.random.default_rng(3).integers(0, 256, (300, width), dtype=np.uint8)
    values[100:200] = values[0]
    values[150, 0] ^= 3
    rows = np.zeros((300, -(-width // 8) * 8), np.uint8)
    rows[:, :width] = values
    entry_ids, lists = owners(300)
    index = hamming.HammingIndex(rows, entry_ids, lists, width_bytes=width)

    for within in (0, 1, 2, 8 * width):
        asked = radius(*[within] * 4)
        expected = hamming.reference_search(values, entry_ids, lists, values[:5], asked, None, 50)
        assert_same(index.search(values[:5], asked, None, 50), expected)


def damaged(change):
    values = random_values(3000)
    entry_ids, lists = owners(3000)
    size = hamming.table_bytes(3000)
    tables, waiting = np.zeros(16 * size, np.uint8), np.empty(3000, np.uint64)
    for chunk in range(16):
        hamming.fill_table(values, chunk, tables[chunk * size : (chunk + 1) * size], waiting)
    change(tables, size)
    return hamming.HammingIndex(values, entry_ids, lists, tables=tables), values


def test_offsets_that_fall_or_lead_outside_are_told_and_not_followed():
    def change(tables, size):
        tables[5 * size : 5 * size + 4 * 65537].view(np.uint32)[30_000:30_010] = 2**31

    index, values = damaged(change)

    assert not index.sound()
    assert index.search(values, radius(31, 31, 31, 31), None, 10) is None


def test_row_numbers_that_lead_outside_are_told_and_not_followed():
    def change(tables, size):
        tables[2 * size : 3 * size].view(np.uint32)[-2900:-100] = 2**32 - 1

    index, values = damaged(change)

    assert index.sound()
    assert index.search(values, radius(31, 31, 31, 31), None, 10) is None


@pytest.mark.parametrize("seed", range(5))
def test_tables_of_noise_are_searched_without_harm(seed):
    rng = np.random.default_rng(seed)

    def change(tables, size):
        tables[:] = rng.integers(0, 256, len(tables), dtype=np.uint8)

    index, values = damaged(change)

    assert not index.sound()
    assert index.search(values[:100], radius(31, 31, 31, 31), None, 10) is None


@pytest.mark.parametrize(
    "arguments",
    [
        (np.zeros((1, 31), np.uint8), radius(1), None, 1),
        (np.zeros((1, 32), np.uint8), radius(1), np.zeros(1, np.uint8), 1),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arguments):
    index = hamming.HammingIndex(random_values(20), *owners(20))

    with pytest.raises(ValueError, match="must"):
        index.search(*arguments)


@pytest.mark.slow
@pytest.mark.parametrize("level", ["portable", "avx2", "avx512"])
def test_the_same_suite_passes_on_every_instruction_set(level):
    here = Path(__file__).parent
    suites = [str(here / "test_hamming.py"), str(here / "test_exact.py"), str(here.parent / "parts" / "indexes")]
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-m", "not slow", *suites]

    done = subprocess.run(
        command,
        cwd=here.parent.parent,
        env=os.environ | {"CLEW_CPU": level},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:]
