"""What every part of the shelf must do, whatever it is made of."""

import resource
import threading

import numpy as np
import pytest

from clew.errors import DamagedError, InputError, NotFoundError, UnavailableError
from clew.kernels import hamming
from clew.parts import shelf
from clew.parts.indexes.base import IndexPart, Neighbours, Rows, merge

PARTS = shelf.load_all("indexes", IndexPart)
WIDTHS = {"hamming": [32]}
CASES = [(name, width) for name in PARTS for width in WIDTHS.get(name, [4, 16, 20, 32, 64])]
EVERY_PART = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
EVERY_CASE = pytest.mark.parametrize(("name", "width"), CASES)


def rows_of(count, width=32, seed=1):
    """Rows of which a tenth share one value, in no order of entries."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 256, (count, width), dtype=np.uint8)
    values[: count // 10] = values[:1]
    entry_ids = rng.permutation(count).astype(np.int64) * 5 + 1000
    return Rows(values=values, entry_ids=entry_ids, lists=rng.integers(0, 4, count).astype(np.uint32))


def radius(*within):
    return np.array(within, np.int16)


ALL_EQUAL = radius(0, 0, 0, 0)


def written(part, path, rows, **more):
    part.write_segment(path, rows, seed=b"seed", **more)
    return part.open_segment(path)


def reference(rows, queries, asked, limit):
    ordered = rows.by_entry()
    return hamming.reference_search(ordered.values, ordered.entry_ids, ordered.lists, queries, asked, None, limit)


def assert_finds(answer, expected):
    """The same matches; row numbers are each part's own."""
    for name in set(Neighbours._fields) - {"row"}:
        np.testing.assert_array_equal(getattr(answer, name), getattr(expected, name), name)


@EVERY_CASE
@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_a_written_segment_a_held_one_and_the_reference_agree(name, width, count, tmp_path):
    part, rows = PARTS[name], rows_of(count, width)
    queries = np.concatenate([rows.values[:20], rows_of(20, width, seed=2).values])
    expected = reference(rows, queries, ALL_EQUAL, 50)

    segment = written(part, tmp_path / "a.segment", rows)

    assert segment.count == count
    assert_finds(segment.search(queries, ALL_EQUAL, limit=50), expected)
    assert_finds(part.hold(rows).search(queries, ALL_EQUAL, limit=50), expected)


@pytest.mark.parametrize("name", ["hamming", "linear"])
@pytest.mark.parametrize("within", [1, 15, 16, 31, 32, 128])
def test_parts_that_measure_distance_agree_with_the_reference(name, within, tmp_path):
    rows = rows_of(2000)
    queries = rows.values[:40].copy()
    queries[:, :2] ^= np.arange(40, dtype=np.uint8)[:, None]
    asked = radius(within, -1, 3, within)

    answer = written(PARTS[name], tmp_path / "a.segment", rows).search(queries, asked, limit=1000)

    assert_finds(answer, reference(rows, queries, asked, 1000))


@EVERY_PART
def test_a_private_copy_on_huge_pages_answers_the_same(part, tmp_path):
    rows = rows_of(500)
    shared = written(part, tmp_path / "a.segment", rows)

    private = part.open_segment(tmp_path / "a.segment", private_huge_pages=True, verify=True)

    assert_finds(private.search(rows.values, ALL_EQUAL, limit=9), shared.search(rows.values, ALL_EQUAL, limit=9))


@EVERY_PART
def test_silenced_entries_stop_matching_and_stay_silent(part, tmp_path):
    rows = rows_of(300)
    segment = written(part, tmp_path / "a.segment", rows)
    query, gone = rows.values[:1], np.sort(rows.entry_ids[:30])

    some = segment.silenced(gone[:20])
    all_ = segment.silenced(gone[20:29], some)

    assert segment.search(query, ALL_EQUAL, limit=99).totals.tolist() == [30]
    assert segment.search(query, ALL_EQUAL, silent=some, limit=99).entry_id.tolist() == gone[20:].tolist()
    assert segment.search(query, ALL_EQUAL, silent=all_, limit=99).entry_id.tolist() == gone[29:].tolist()


@EVERY_PART
def test_every_row_of_an_entry_is_silenced_and_unknown_entries_are_passed_over(part):
    rows = rows_of(100)
    rows = Rows(values=rows.values, entry_ids=np.repeat(np.arange(10), 10), lists=rows.lists)
    segment = part.hold(rows)

    silent = segment.silenced(np.array([3, 7, 99, -5, 3]))

    assert sorted(segment.rows_of(np.array([3, 99])).tolist()) != []
    assert len(segment.rows_of(np.array([3, 7, 99, -5, 3]))) == 20
    assert int(np.bitwise_count(silent).sum()) == 20
    left = segment.search(rows.values, ALL_EQUAL, silent=silent, limit=100)
    assert set(left.entry_id.tolist()) == set(range(10)) - {3, 7}


@EVERY_PART
def test_no_entries_are_found_in_an_empty_segment(part):
    segment = part.hold(rows_of(0))

    assert len(segment.rows_of(np.array([1, 2]))) == 0
    assert len(segment.silenced(np.array([1]))) == 0


@EVERY_PART
def test_a_delta_beside_a_segment_answers_as_one(part, tmp_path):
    rows = rows_of(400)
    old = written(part, tmp_path / "a.segment", rows.in_order(np.arange(0, 200)))
    new = part.hold(rows.in_order(np.arange(200, 400)))
    queries = rows.values[::7]

    answer = merge([each.search(queries, ALL_EQUAL, limit=8) for each in (old, new)], limit=8)

    assert_finds(answer, reference(rows, queries, ALL_EQUAL, 8))


@EVERY_PART
def test_the_file_keeps_the_callers_stamp_and_its_facts(part, tmp_path):
    path, rows = tmp_path / "a.segment", rows_of(200)
    steps = []

    facts = part.write_segment(
        path, rows, seed=b"s", stamp=(7, 2**64 - 1), progress=lambda done, of: steps.append((done, of))
    )
    segment = part.open_segment(path)

    assert segment.stamp == (7, 2**64 - 1)
    assert (segment.count, segment.width_bytes) == (200, 32)
    assert facts.size_bytes == path.stat().st_size
    assert facts.checksum == segment.checksum
    assert steps[-1] == (facts.size_bytes, facts.size_bytes)
    assert [each.name for each in tmp_path.iterdir()] == ["a.segment"]


@EVERY_PART
def test_equal_rows_make_equal_files_and_other_rows_other_checksums(part, tmp_path):
    first = part.write_segment(tmp_path / "a", rows_of(50), seed=b"s")
    second = part.write_segment(tmp_path / "b", rows_of(50), seed=b"s")
    other = part.write_segment(tmp_path / "c", rows_of(50, seed=3), seed=b"s")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert first.checksum == second.checksum != other.checksum


@pytest.mark.parametrize("name", ["hamming", "exact"])
def test_rows_that_crowd_one_bucket_are_reported(name, tmp_path):
    rows = rows_of(1000)

    facts = PARTS[name].write_segment(tmp_path / "a", rows, seed=b"s")

    assert facts.largest_bucket >= 100


@EVERY_PART
@pytest.mark.parametrize("place", [0, 9, 40, 300, 4095, 4096, 5000, -4097, -1])
def test_an_altered_byte_is_found_by_verify_and_in_the_header_at_once(part, place, tmp_path):
    path = tmp_path / "a.segment"
    part.write_segment(path, rows_of(300), seed=b"s")
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)

    with pytest.raises(DamagedError, match=r"a\.segment"):
        part.open_segment(path, verify=True)
    if 0 <= place < 4096:
        with pytest.raises(DamagedError):
            part.open_segment(path)


@EVERY_PART
@pytest.mark.parametrize("kept", [0, 1, 100, 4095, 4096, 8192, -1, -4096])
def test_a_file_cut_short_or_lengthened_is_refused_at_once(part, kept, tmp_path):
    path = tmp_path / "a.segment"
    part.write_segment(path, rows_of(300), seed=b"s")
    content = path.read_bytes()

    path.write_bytes(content[:kept])
    with pytest.raises(DamagedError, match="build the index anew"):
        part.open_segment(path)
    path.write_bytes(content + b"\0")
    with pytest.raises(DamagedError, match="build the index anew"):
        part.open_segment(path)


@pytest.mark.parametrize("name", ["hamming", "exact"])
@pytest.mark.parametrize("seed", range(8))
def test_a_damage_that_was_not_looked_for_is_told_or_harmless(name, seed, tmp_path):
    path, rows = tmp_path / "a.segment", rows_of(2000)
    PARTS[name].write_segment(path, rows, seed=b"s")
    rng = np.random.default_rng(seed)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    start = rng.integers(4096, len(content))
    content[start : start + 300_000] = rng.integers(0, 256, len(content[start : start + 300_000]))
    path.write_bytes(content.tobytes())

    try:
        PARTS[name].open_segment(path).search(rows.values[:200], radius(31, 31, 31, 31), limit=10)
    except DamagedError as error:
        assert "build the index anew" in str(error)  # noqa: PT017  either outcome is right


def test_a_segment_of_another_kind_is_refused(tmp_path):
    PARTS["linear"].write_segment(tmp_path / "a", rows_of(10), seed=b"s")

    with pytest.raises(DamagedError, match="kind hamming"):
        PARTS["hamming"].open_segment(tmp_path / "a")


@EVERY_PART
def test_a_missing_file_is_not_found(part, tmp_path):
    with pytest.raises(NotFoundError):
        part.open_segment(tmp_path / "none.segment")


@EVERY_PART
def test_a_disk_without_room_leaves_no_half_file(part, tmp_path):
    # A limit on the size of files stands for the full disk: the same call fails at the same place.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(UnavailableError, match=r"needs [0-9,]+ bytes in the folder .* not so much room"):
            part.write_segment(tmp_path / "a.segment", rows_of(5000), seed=b"s")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


@EVERY_PART
def test_a_folder_that_is_not_there_is_told(part, tmp_path):
    with pytest.raises(UnavailableError, match="in the folder"):
        part.write_segment(tmp_path / "none" / "a.segment", rows_of(5), seed=b"s")


@EVERY_PART
def test_a_failed_write_leaves_the_file_that_was_there(part, tmp_path):
    path = tmp_path / "a.segment"
    part.write_segment(path, rows_of(100), seed=b"s")
    before = path.read_bytes()

    def fail(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        part.write_segment(path, rows_of(200), seed=b"s", progress=fail)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.segment"]


@EVERY_PART
def test_an_open_segment_outlives_its_file(part, tmp_path):
    rows = rows_of(500)
    segment = written(part, tmp_path / "a.segment", rows)
    (tmp_path / "a.segment").unlink()

    assert segment.search(rows.values[:1], ALL_EQUAL, limit=99).totals.tolist() == [50]


@EVERY_PART
def test_a_closed_segment_is_not_searched(part, tmp_path):
    segment = written(part, tmp_path / "a.segment", rows_of(10))
    segment.close()
    segment.close()

    with pytest.raises(ValueError, match="closed"):
        segment.search(rows_of(1).values, ALL_EQUAL, limit=1)


@EVERY_PART
def test_many_threads_search_one_segment(part, tmp_path):
    rows = rows_of(2000)
    segment = written(part, tmp_path / "a.segment", rows)
    expected = segment.search(rows.values, ALL_EQUAL, limit=5)
    wrong: list[str] = []

    def search():
        for _ in range(5):
            answer = segment.search(rows.values, ALL_EQUAL, limit=5)
            wrong.extend(n for n in Neighbours._fields if not np.array_equal(getattr(answer, n), getattr(expected, n)))

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong


@EVERY_PART
def test_queries_of_another_width_or_type_are_refused(part):
    segment = part.hold(rows_of(10))

    with pytest.raises(InputError, match="uint8"):
        segment.search(np.zeros((1, 16), np.uint8), ALL_EQUAL, limit=1)
    with pytest.raises(InputError, match="uint8"):
        segment.search(np.zeros((1, 32), np.int64), ALL_EQUAL, limit=1)
    with pytest.raises(InputError, match="uint8"):
        segment.search(np.zeros(32, np.uint8), ALL_EQUAL, limit=1)


@EVERY_PART
@pytest.mark.parametrize("width", [3, 65])
def test_values_of_a_width_that_the_part_cannot_hold_are_refused(part, width, tmp_path):
    with pytest.raises(InputError, match="hold values of"):
        part.write_segment(tmp_path / "a", rows_of(5, width), seed=b"s")
    with pytest.raises(InputError, match="hold values of"):
        part.hold(rows_of(5, width))


def test_rows_that_do_not_fit_one_another_are_refused():
    with pytest.raises(InputError, match="rows must be"):
        Rows(values=np.zeros((2, 32), np.uint8), entry_ids=np.zeros(3, np.int64), lists=np.zeros(2, np.uint32))
    with pytest.raises(InputError, match="rows must be"):
        Rows(values=np.zeros((2, 32), np.uint8), entry_ids=np.zeros(2, np.int32), lists=np.zeros(2, np.uint32))
