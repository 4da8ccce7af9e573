"""A file that cannot be believed is never searched in silence, and is built anew from the database."""

import json
import os
import shutil
import time

import numpy as np
import pytest

from clew.errors import DamagedError, UnavailableError
from clew.matching import live
from clew.matching.build import Builder
from clew.records.hashlist import NewEntry
from tests.matching.live_installation import (
    LIMIT,
    NOON,
    PDQ,
    SHA1,
    Installation,
    assert_finds_all,
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
    return np.random.default_rng(11)


@pytest.fixture
def built(installation, rng):
    """An installation whose entries are too many to be answered without a segment."""
    installation.add(near_values(rng, 400))
    installation.index(delta_entries=20).ready()
    return installation


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    path.write_bytes(content)


def rot(path):
    """A disk forgets in place, under every process that has this very file mapped: no time of change tells."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(-100_000, 2)
        file.write(b"\xff" * 64)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def assert_refused_and_rebuilt(installation, index, rng):
    """Nothing answers until it is whole again; the damaged file is set aside."""
    with pytest.raises(UnavailableError, match=r"index of pdq is .*built"):
        index.search(PDQ, near_values(rng, 1), installation.radius(31), limit=LIMIT)
    index.maintain_once()
    assert_finds_all(installation, index, near_values(rng, 20))
    assert len(list((installation.folder / "index" / PDQ).glob("*.damaged"))) == 1
    fresh = installation.index(delta_entries=20)
    fresh.follow_once()
    assert fresh.state(PDQ) == index.state(PDQ)


@pytest.mark.parametrize("at", [0, 5, 20, 100, 4000, 4095])
def test_a_damaged_header_is_refused_when_it_is_opened(built, rng, at):
    flip(segment_files(built)[0], at)
    index = built.index(delta_entries=20)
    index.follow_once()

    assert_refused_and_rebuilt(built, index, rng)


@pytest.mark.parametrize("length", [0, 1, 4096, 8192, -1])
def test_a_segment_cut_short_is_refused_when_it_is_opened(built, rng, length):
    path = segment_files(built)[0]
    path.write_bytes(path.read_bytes()[:length])
    index = built.index(delta_entries=20)
    index.follow_once()

    assert_refused_and_rebuilt(built, index, rng)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.999])
def test_a_flipped_bit_anywhere_is_found_by_reading_all_before_a_command_relies_on_it(built, rng, share):
    path = segment_files(built)[0]
    flip(path, 4096 + int(share * (path.stat().st_size - 4096)))
    index = built.index(delta_entries=20)
    index.ready()

    assert_finds_all(built, index, near_values(rng, 20))
    assert len(list(path.parent.glob("*.damaged"))) == 1


def test_a_segment_that_was_damaged_while_in_use_is_refused_by_every_process_that_has_it_open(built, rng):
    first, second = built.index(delta_entries=20), built.index(delta_entries=20)
    first.ready()
    second.ready()
    rot(segment_files(built)[0])

    assert len(first.verify()) == 1
    second.follow_once()
    assert [each.fault for each in second.status().types] == ["", ""]
    second.maintain_once()

    for index in (first, second):
        index.follow_once()
        index.maintain_once()
        assert_finds_all(built, index, near_values(rng, 20))
    assert first.state(PDQ) == second.state(PDQ)


@pytest.mark.parametrize("how", ["zeroed", "shorter", "longer"])
def test_a_segment_that_somebody_changes_in_place_is_refused_at_the_next_step(built, rng, how):
    index = built.index(delta_entries=20)
    index.ready()
    path = segment_files(built)[0]
    size = path.stat().st_size
    with path.open("r+b") as file:
        if how == "zeroed":
            file.seek(4096)
            file.write(bytes(size - 4096))
        else:
            file.truncate(size // 2 if how == "shorter" else size + 1)
    index.follow_once()

    assert_refused_and_rebuilt(built, index, rng)


def test_a_private_copy_answers_whatever_becomes_of_the_file(built, rng):
    index = built.index(delta_entries=20, huge_pages=True)
    index.ready()
    os.truncate(segment_files(built)[0], 0)
    index.follow_once()

    assert_finds_all(built, index, near_values(rng, 20))


def test_what_stands_still_is_read_whole_again_after_a_while(built, rng, monkeypatch):
    monkeypatch.setattr(live, "_VERIFY_AGAIN_S", 0.05)
    index = built.index(delta_entries=20)
    index.ready()
    index.start()
    try:
        rot(segment_files(built)[0])
        deadline = time.monotonic() + 30
        while (found := [each.name for each in segment_files(built)]) != ["00000002.segment"]:
            assert time.monotonic() < deadline, found
            time.sleep(0.01)
    finally:
        index.stop()
    assert_finds_all(built, index, near_values(rng, 20))


def test_a_manifest_that_cannot_be_read_stops_one_type_and_not_the_other(built, rng):
    index = built.index(delta_entries=20)
    index.ready()
    manifest = built.folder / "index" / PDQ / "manifest.json"
    manifest.unlink()
    manifest.mkdir()  # reading it is an error of the system
    values = rng.integers(0, 256, (5, 20), dtype=np.uint8)
    built.add(values, kind=SHA1)
    index.follow_once()
    assert_finds_all(built, index, values, built.radius(0, 0), SHA1)
    assert_finds_all(built, index, near_values(rng, 20))


def test_a_build_without_a_manifest_takes_nothing_over_from_before(built, rng):
    index = built.index(delta_entries=20)
    built.add(near_values(rng, 50))
    index.ready()
    snapshot = index._types[PDQ].snapshot
    followed = index._types[PDQ]
    made = Builder(store=built.store, kind=followed.kind, folder=followed.folder, clock=lambda: built.now).build(
        None, [each.file for each in snapshot.opened]
    )
    assert [each.after for each in made.segments] == [0]
    assert made.segments[0].entries == sum(each.audible for each in snapshot.opened)


def test_tables_that_lead_outside_themselves_make_the_search_say_so_and_verify(built, rng):
    index = built.index(delta_entries=20)
    index.ready()
    path = segment_files(built)[0]
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 20)
        file.write(b"\xff" * (path.stat().st_size - file.tell()))
    queries = rng.integers(0, 256, (2000, 32), dtype=np.uint8)

    with pytest.raises(UnavailableError, match="damaged"):
        index.search(PDQ, queries, built.radius(31), limit=LIMIT)
    index.follow_once()
    assert_refused_and_rebuilt(built, index, rng)


def test_a_damaged_manifest_is_as_good_as_none(built, rng):
    (built.folder / "index" / PDQ / "manifest.json").write_bytes(b"{")
    index = built.index(delta_entries=20)
    index.follow_once()
    with pytest.raises(UnavailableError, match="being built"):
        index.search(PDQ, near_values(rng, 1), built.radius(31), limit=LIMIT)
    index.maintain_once()

    assert_finds_all(built, index, near_values(rng, 20))


def test_a_segment_under_another_ones_name_is_refused(built, rng):
    index = built.index(delta_entries=20)
    built.add(near_values(rng, 50))
    index.follow_once()
    index.build(PDQ)
    older, newer = segment_files(built)
    shutil.copy(older, newer.with_suffix(".copy"))
    newer.with_suffix(".copy").replace(newer)  # a file that is mapped must not be cut short

    again = built.index(delta_entries=20)
    again.follow_once()
    assert_refused_and_rebuilt(built, again, rng)


def test_the_folder_of_another_installation_is_not_believed(built, rng, tmp_path):
    (tmp_path / "other").mkdir()
    other = Installation(tmp_path / "other")
    other.add(rng.integers(0, 256, (300, 32), dtype=np.uint8))
    shutil.copytree(built.folder / "index", other.folder / "index")
    index = other.index(delta_entries=20)
    index.follow_once()
    with pytest.raises(UnavailableError, match="being built"):
        index.search(PDQ, near_values(rng, 1), other.radius(31), limit=LIMIT)
    index.maintain_once()

    assert_finds_all(other, index, near_values(rng, 20))
    assert index.status().types[0].entries == 300
    other.store.close()


def test_two_machines_over_one_database_believe_each_its_own_folder(built, rng, tmp_path):
    (tmp_path / "second").mkdir()
    second = Installation(tmp_path / "second", url=f"sqlite:///{built.folder / 'clew.db'}")
    second.index(delta_entries=20).ready()
    for machine in (built, second, second, built):
        machine.add(near_values(rng, 50))
        machine.index(delta_entries=20).ready()

    for machine in (built, second):
        index = machine.index(delta_entries=20)
        index.follow_once()
        assert index.status().types[0].segments > 0
        assert_finds_all(machine, index, near_values(rng, 10))
    second.store.close()


@pytest.mark.parametrize("later_lots", [0, 1, 9])
def test_after_a_backup_was_restored_the_index_is_the_databases_whatever_was_added_since(tmp_path, rng, later_lots):
    """With nine lots the restored database is ahead of the segments again, and only the token tells."""
    installation = Installation(tmp_path)
    installation.add(near_values(rng, 200))
    installation.index(delta_entries=20).ready()
    installation.store.close()
    shutil.copy(tmp_path / "clew.db", tmp_path / "backup.db")

    installation = Installation(tmp_path)
    for _ in range(4):
        installation.add(near_values(rng, 50))
    installation.remove(near_values(np.random.default_rng(11), 50))
    installation.index(delta_entries=20).build(PDQ)
    installation.store.close()
    for each in tmp_path.glob("clew.db*"):
        each.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "clew.db")

    installation = Installation(tmp_path)
    for _ in range(later_lots):
        installation.add(near_values(rng, 10), to=1)
    index = installation.index(delta_entries=20)
    index.ready()
    assert_finds_all(installation, index, near_values(rng, 30))
    installation.store.close()


def test_a_running_index_begins_anew_when_the_database_went_back(tmp_path, rng):
    (tmp_path / "backup").mkdir()
    backup, installation = Installation(tmp_path / "backup"), Installation(tmp_path)
    values = near_values(rng, 20)
    backup.add(values[:10])
    for some in (values[:10], values[10:15], values[15:]):
        installation.add(some)
    index = installation.index()
    index.follow_once()
    assert index.status().types[0].entries > 10

    index._store = backup.store  # a server's database can be restored while we are connected
    index.follow_once()
    assert_finds_all(backup, index, values)
    backup.store.close()
    installation.store.close()


def test_an_entry_of_the_wrong_width_in_one_type_does_not_keep_the_others_from_following(installation, rng):
    index = installation.index()
    installation.store.transact(
        lambda unit: unit.add_entries(installation.lists[0], [NewEntry(type=PDQ, value=b"short")], NOON)
    )
    values = rng.integers(0, 256, (5, 20), dtype=np.uint8)
    installation.add(values, kind=SHA1)
    with pytest.raises(DamagedError):
        index.follow_once()

    assert_finds_all(installation, index, values, installation.radius(0, 0), SHA1)
    with pytest.raises(UnavailableError):
        index.state(PDQ)


def test_a_warning_names_no_hash(built, said):
    path = segment_files(built)[0]
    flip(path, 30)
    index = built.index(delta_entries=20)
    with said.at_level("WARNING"):
        for _ in range(3):
            index.follow_once()

    assert len(said.records) == 1
    assert path.name in said.text
    assert json.dumps(said.text).count("segment") == 1
