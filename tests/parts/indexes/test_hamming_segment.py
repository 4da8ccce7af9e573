import numpy as np

from clew.parts.indexes import hamming, linear
from clew.parts.indexes.base import Neighbours, Rows


def rows_of(count):
    values = np.random.default_rng(1).integers(0, 256, (count, 32), dtype=np.uint8)
    return Rows(values=values, entry_ids=np.arange(count), lists=np.zeros(count, np.uint32))


def test_values_do_not_lie_in_the_file_as_they_came_and_the_seed_decides_how(tmp_path):
    rows = rows_of(100)
    files = [tmp_path / "a", tmp_path / "b"]
    for path, seed in zip(files, (b"one", b"two"), strict=True):
        hamming.PART.write_segment(path, rows, seed=seed)

    first, second = (path.read_bytes() for path in files)

    assert rows.values[0].tobytes() not in first
    assert first[4096:8192] != second[4096:8192]


def test_whatever_the_seed_the_answer_is_that_of_the_plain_reference(tmp_path):
    rows = rows_of(20_000)
    queries = rows.values[:300].copy()
    queries[:, :4] ^= 0x55
    asked = np.array([31], np.int16)
    expected = linear.PART.hold(rows).search(queries, asked, limit=20)

    for seed in (b"one", b"two", b""):
        hamming.PART.write_segment(tmp_path / "a", rows, seed=seed)
        answer = hamming.PART.open_segment(tmp_path / "a").search(queries, asked, limit=20)
        for name in Neighbours._fields:
            np.testing.assert_array_equal(getattr(answer, name), getattr(expected, name), name)


def test_a_segment_takes_at_most_130_bytes_a_row_for_tables_and_16_for_ids_and_lists(tmp_path):
    small = hamming.PART.write_segment(tmp_path / "a", rows_of(1000), seed=b"s").size_bytes
    large = hamming.PART.write_segment(tmp_path / "b", rows_of(51_000), seed=b"s").size_bytes
    a_row, fixed = (large - small) / 50_000, small - 1000 * (large - small) / 50_000

    # Ten million rows carry the fixed part, the tables' offsets, together.
    assert a_row - 12 + fixed / 10_000_000 <= 130
