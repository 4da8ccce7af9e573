"""What one process's index answers, and when it says that it cannot."""

import threading

import numpy as np
import pytest

from clew.errors import ClewError, InputError, NotFoundError, UnavailableError
from clew.records.identifiers import SignalType
from clew.records.match import IndexState
from tests.matching.live_installation import (
    LIMIT,
    PDQ,
    SHA1,
    Installation,
    assert_finds_all,
    later,
    near_values,
    segment_files,
)


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_an_empty_database_answers_with_nothing(installation, rng):
    index = installation.index()
    index.follow_once()

    answer, state = index.search(PDQ, near_values(rng, 3), installation.radius(31, 31), limit=LIMIT)

    assert len(answer.query) == 0
    assert answer.totals.tolist() == [0, 0, 0]
    with installation.store.read() as reader:
        assert state == IndexState(generation=0, sequence=reader.change_sequence())
    assert segment_files(installation) == []


def test_before_it_has_read_the_database_it_answers_nothing(installation, rng):
    with pytest.raises(UnavailableError, match="pdq is not open yet"):
        installation.index().search(PDQ, near_values(rng, 1), installation.radius(31), limit=LIMIT)


def test_an_unknown_signal_type_is_named(installation, rng):
    with pytest.raises(NotFoundError, match="'tmk'; there are: pdq, sha1"):
        installation.index().search(SignalType("tmk"), near_values(rng, 1), installation.radius(0), limit=LIMIT)


def test_values_of_another_width_are_refused(installation, rng):
    index = installation.index()
    index.follow_once()

    with pytest.raises(InputError, match="32"):
        index.search(PDQ, near_values(rng, 1, SHA1), installation.radius(31), limit=LIMIT)


def test_the_answer_comes_from_segments_and_delta_together(installation, rng):
    index = installation.index()
    values = near_values(rng, 300)
    installation.add(values[:200])
    index.follow_once()
    index.build(PDQ)
    installation.add(values[200:])
    index.follow_once()

    assert_finds_all(installation, index, near_values(rng, 20))
    status = index.status().types[0]
    assert (status.segments, status.delta_entries) == (1, 300 - status.entries + status.delta_entries)
    assert status.entries == status.delta_entries + 200 - status.silenced


def test_only_asked_lists_match_each_within_its_own_radius(installation, rng):
    index = installation.index()
    installation.add(near_values(rng, 150), to=0)
    index.follow_once()
    index.build(PDQ)
    installation.add(near_values(rng, 150), to=1)
    index.follow_once()
    queries = near_values(rng, 10)

    for within in [(31, 8), (0, 256), (-1, 31), (20, -1), (-1, -1)]:
        assert_finds_all(installation, index, queries, installation.radius(*within))


def test_a_list_beyond_the_radius_array_is_not_asked(installation, rng):
    index = installation.index()
    values = near_values(rng, 5)
    installation.add(values, to=1)
    index.follow_once()

    answer, _ = index.search(PDQ, values, np.full(installation.lists[1], 31, np.int16), limit=LIMIT)

    assert len(answer.query) == 0


def test_more_matches_than_the_limit_are_counted_and_the_nearest_are_kept(installation, rng):
    index = installation.index()
    value = near_values(rng, 1)
    near = np.repeat(value, 200, axis=0)
    near[np.arange(200), np.arange(200) % 32] ^= np.arange(1, 201, dtype=np.uint8)  # all differ, by 1 to 8 bits
    installation.add(near[:120])
    index.follow_once()
    index.build(PDQ)
    installation.add(near[120:])
    index.follow_once()

    answer, _ = index.search(PDQ, value, installation.radius(31), limit=7)

    expected = installation.scan(value, installation.radius(31))
    assert answer.totals.tolist() == expected.totals.tolist() == [len(np.unique(near, axis=0))]
    assert answer.entry_id.tolist() == expected.entry_id[:7].tolist()


def test_a_removed_entry_falls_silent_in_segment_and_delta_and_matches_again_when_it_comes_back(installation, rng):
    index = installation.index()
    values = near_values(rng, 100)
    installation.add(values[:50])
    index.follow_once()
    index.build(PDQ)
    installation.add(values[50:])
    index.follow_once()

    assert installation.remove(values[40:60]) > 0
    index.follow_once()
    assert_finds_all(installation, index, values)

    installation.add(values[45:55])
    index.follow_once()
    assert_finds_all(installation, index, values)
    index.build(PDQ)
    assert_finds_all(installation, index, values)
    assert index.status().types[0].silenced == 0


def test_digests_are_followed_beside_perceptual_hashes(installation, rng):
    index = installation.index()
    digests = rng.integers(0, 256, (80, 20), dtype=np.uint8)
    installation.add(digests[:40], kind=SHA1)
    installation.add(near_values(rng, 40))
    index.follow_once()
    index.build(SHA1)
    installation.add(digests[40:60], kind=SHA1, to=1)
    installation.remove(digests[:10], kind=SHA1)
    index.follow_once()

    assert_finds_all(installation, index, digests, installation.radius(0, 0), SHA1)
    assert_finds_all(installation, index, near_values(rng, 10))


def test_the_state_that_answered_comes_with_the_answer(installation, rng):
    index = installation.index()
    installation.add(near_values(rng, 10))
    index.follow_once()
    query, radius = near_values(rng, 1), installation.radius(31)
    before = index.search(PDQ, query, radius, limit=1)[1]
    index.build(PDQ)
    built = index.search(PDQ, query, radius, limit=1)[1]
    installation.add(near_values(rng, 10))
    index.follow_once()
    after = index.search(PDQ, query, radius, limit=1)[1]

    assert before.generation == 0
    assert (built.generation, built.sequence) == (1, before.sequence)
    assert (after.generation, after.sequence) == (1, built.sequence + 1)
    assert index.state(PDQ) == after


def test_many_entries_without_a_segment_are_not_answered_in_part(installation, rng):
    installation.add(near_values(rng, 300))
    index = installation.index(delta_entries=10)
    index.follow_once()

    with pytest.raises(UnavailableError, match="index of pdq is being built; ask again"):
        index.search(PDQ, near_values(rng, 1), installation.radius(31), limit=LIMIT)
    assert not index.status().ready

    steps = []
    index.ready(lambda done, of: steps.append((done, of)))
    assert index.status().ready
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]
    assert_finds_all(installation, index, near_values(rng, 20))


def test_a_second_index_opens_the_same_files(installation, rng):
    first, second = installation.index(), installation.index()
    installation.add(near_values(rng, 100))
    first.ready()
    first.build(PDQ)
    second.ready()

    assert first.state(PDQ) == second.state(PDQ)
    assert second.status().types[0].segments == 1
    assert len(segment_files(installation)) == 1
    assert_finds_all(installation, second, near_values(rng, 20))


def test_private_huge_pages_change_no_answer(installation, rng):
    installation.add(near_values(rng, 100))
    index = installation.index(delta_entries=10, huge_pages=True)
    index.ready()
    installation.remove(near_values(np.random.default_rng(5), 10))
    index.follow_once()

    assert_finds_all(installation, index, near_values(rng, 20))
    assert index.status().types[0].segments == 1


def test_a_folder_deleted_under_way_changes_no_answer_and_is_built_anew(installation, rng):
    index = installation.index(delta_entries=50)
    installation.add(near_values(rng, 100))
    index.ready()
    for file in (installation.folder / "index" / PDQ).iterdir():
        file.unlink()
    installation.add(near_values(rng, 20))
    index.follow_once()
    assert_finds_all(installation, index, near_values(rng, 20))

    generation = index.state(PDQ).generation
    index.maintain_once()
    assert index.state(PDQ).generation > generation
    assert_finds_all(installation, index, near_values(rng, 20))


def test_when_the_database_cannot_be_read_it_answers_as_before_and_says_how_old_that_is(installation, rng):
    index = installation.index()
    values = near_values(rng, 5)
    installation.add(values)
    index.follow_once()
    assert index.status().lag_s == 0.0

    installation.store.close()
    (installation.folder / "clew.db").rename(installation.folder / "away.db")
    (installation.folder / "clew.db").mkdir()
    later(installation, 90)
    with pytest.raises(ClewError):
        index.follow_once()

    answer, _ = index.search(PDQ, values, installation.radius(0), limit=LIMIT)
    assert set(answer.query) == set(range(5))
    assert index.status().lag_s == 90.0


def test_a_search_never_misses_while_others_follow_and_build(installation, rng):
    index = installation.index(delta_entries=30)
    planted = near_values(rng, 4)
    installation.add(planted)
    index.follow_once()
    done, misses = threading.Event(), []

    def search():
        while not done.is_set():
            answer, _ = index.search(PDQ, planted, installation.radius(0), limit=LIMIT)
            if set(answer.query) != set(range(4)):
                misses.append(answer)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(15):
            installation.add(rng.integers(0, 256, (20, 32), dtype=np.uint8))
            index.follow_once()
            index.maintain_once()
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert misses == []
    assert index.status().types[0].segments > 0


def test_a_started_index_follows_and_builds_by_itself_until_it_is_stopped(installation, rng):
    index = installation.index(delta_entries=20, follow_ms=5)
    index.start()
    try:
        values = near_values(rng, 100)
        installation.add(values)
        built = threading.Event()
        for _ in range(2000):
            if index.status().ready and index.state(PDQ).generation > 0:
                built.set()
                break
            threading.Event().wait(0.005)
        assert built.is_set()
        assert_finds_all(installation, index, values)
    finally:
        index.stop()
    assert not [each.name for each in threading.enumerate() if each.name.startswith("clew-index")]
    assert_finds_all(installation, index, values)
