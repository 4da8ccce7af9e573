"""When segments are written, which are merged, and what is cleared away."""

import itertools

import numpy as np
import pytest

from clew.matching import build
from tests.matching.live_installation import (
    PDQ,
    Installation,
    assert_finds_all,
    near_values,
    read_manifest,
    segment_files,
)


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def rng():
    return np.random.default_rng(9)


def random_values(rng, count):
    return rng.integers(0, 256, (count, 32), dtype=np.uint8)


def test_a_small_list_needs_no_segment(installation, rng):
    index = installation.index(delta_entries=100)
    installation.add(random_values(rng, 100))
    index.ready()

    assert index.status().types[0].segments == 0
    assert segment_files(installation) == []


def test_entries_that_come_in_small_lots_lie_in_few_segments_each_twice_the_next(installation, rng):
    index = installation.index(delta_entries=10)
    most = 0
    for _ in range(40):
        installation.add(random_values(rng, 11))
        index.follow_once()
        index.maintain_once()
        most = max(most, index.status().types[0].segments)

    sizes = [each.entries for each in read_manifest(installation).segments]
    assert sum(sizes) == 440
    assert all(large > 2 * small for large, small in itertools.pairwise(sizes))
    assert 1 < most <= 6


def test_segments_join_without_gap(installation, rng):
    index = installation.index(delta_entries=10)
    for count in (60, 11, 30, 12, 11):
        installation.add(random_values(rng, count))
        index.follow_once()
        index.maintain_once()

    found = read_manifest(installation)
    assert [each.after for each in found.segments] == [0, *(each.through for each in found.segments[:-1])]
    assert found.through == found.segments[-1].through


def test_a_segment_with_many_silent_rows_is_written_anew(installation, rng, monkeypatch):
    monkeypatch.setattr(build, "_FEWEST_SILENT", 10)
    index = installation.index(delta_entries=50)
    values = random_values(rng, 200)
    installation.add(values)
    index.ready()
    installation.remove(values[:20])
    index.follow_once()
    index.maintain_once()
    assert index.status().types[0].silenced == 20

    installation.remove(values[20:40])
    index.follow_once()
    index.maintain_once()
    assert (index.status().types[0].silenced, index.status().types[0].entries) == (0, 160)
    assert_finds_all(installation, index, values)


def test_one_generation_before_is_kept_and_older_ones_are_cleared_away(installation, rng):
    index = installation.index()
    for _ in range(4):
        installation.add(random_values(rng, 10))
        index.build(PDQ)

    assert [each.name for each in segment_files(installation)] == ["00000003.segment", "00000004.segment"]


def test_what_dead_builds_left_is_cleared_away(installation, rng):
    folder = installation.folder / "index" / PDQ
    folder.mkdir(parents=True)
    for name in ("00000009.segment", "00000010.segment.unfinished"):
        (folder / name).write_bytes(b"half")
    installation.add(random_values(rng, 10))
    installation.index().build(PDQ)

    assert sorted(each.name for each in folder.iterdir()) == ["00000001.segment", "manifest.json"]


def test_when_all_entries_are_removed_a_build_leaves_no_segment(installation, rng):
    index = installation.index()
    values = near_values(rng, 30)
    installation.add(values)
    index.build(PDQ)
    installation.remove(values)
    index.build(PDQ)

    assert index.status().types[0].segments == 0
    assert_finds_all(installation, index, values)


def test_a_flood_of_near_equal_entries_is_said_when_it_is_built(installation, rng, said):
    flood = np.zeros((3000, 32), np.uint8)
    flood[:, :2] = rng.integers(0, 256, (3000, 2))
    installation.add(np.unique(flood, axis=0))
    with said.at_level("WARNING"):
        installation.index().build(PDQ)

    assert "entries of pdq share one key" in said.text


def test_random_entries_are_no_flood(installation, rng, said):
    installation.add(random_values(rng, 5000))
    with said.at_level("WARNING"):
        installation.index().build(PDQ)

    assert said.text == ""


def test_the_seed_is_drawn_once_and_secret(installation, rng):
    index = installation.index()
    installation.add(random_values(rng, 10))
    index.build(PDQ)
    with installation.store.read() as reader:
        seed = reader.find_value("index.seed")
    index.build(PDQ)
    with installation.store.read() as reader:
        assert reader.find_value("index.seed") == seed

    assert len(bytes.fromhex(seed)) == 8
    assert all(bytes.fromhex(seed) not in file.read_bytes() for file in segment_files(installation))
    assert seed not in (installation.folder / "index" / PDQ / "manifest.json").read_text()


def test_the_folder_is_for_its_owner_alone(installation, rng):
    installation.add(random_values(rng, 10))
    installation.index().build(PDQ)
    index_dir = installation.folder / "index"

    for path in (index_dir, *index_dir.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
