"""Several real processes on one database, and one that is killed while it imports."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clew.parts.stores.base import Store, StorePart
from clew.records.hashlist import HashList
from tests.parts.stores.store_records import NOON, PDQ, add, add_list, entry_of, value_of
from tests.parts.stores.test_store_writer import PASSED, TODAY

CHUNK = 400


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_kill_in_the_middle_of_an_import(store_part: StorePart, any_url: str):
    chance = random.Random(5)
    store = store_part.open(any_url)
    hash_list = add_list(store)
    acknowledged: set[int] = set()
    for kill in range(4):
        with _start("import", any_url, kill * 100_000, 100_000, CHUNK) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(2)]
            time.sleep(chance.random() * 0.3)
            process.kill()
            lines += process.stdout.readlines()
        acknowledged |= {int(line) for line in lines if line.endswith("\n")}
        _assert_whole_chunks(store, hash_list, acknowledged)
        store.check(whole=True)
    assert len(acknowledged) >= 8
    add(store, hash_list, entry_of(1_000_000_000))
    store.close()


@pytest.mark.slow
def test_processes_that_write_at_once_all_succeed(store_part: StorePart, any_url: str):
    store = store_part.open(any_url)
    add_list(store)
    processes = [_start("import", any_url, place * 100, 12, CHUNK) for place in range(3)]
    processes.append(_start("count", any_url, 0, 300, 1))
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, out
    with store.read() as reader:
        assert reader.count_index_rows(PDQ) == 3 * 12 * CHUNK
        assert reader.counts(TODAY, TODAY) == {PASSED: 300}
    store.close()


@pytest.mark.slow
def test_a_bulk_import_of_another_process_lets_small_writes_in(store_part: StorePart, sqlite_url: str):
    store = store_part.open(sqlite_url)
    add_list(store)
    with _start("import", sqlite_url, 0, 6, 20_000) as importing:
        assert importing.stdout is not None
        importing.stdout.readline()
        between = 0
        while importing.poll() is None:
            store.transact(lambda unit: unit.add_counts({PASSED: 1}))
            between += 1
    assert importing.returncode == 0
    assert between >= 3
    store.close()


def _assert_whole_chunks(store: Store, hash_list: HashList, acknowledged: set[int]) -> None:
    with store.read() as reader:
        stored = {entry.value for entry in reader.stream_entries(hash_list.id, NOON)}
        assert reader.count_index_rows(PDQ) == len(stored)
    assert len(stored) % CHUNK == 0, "a chunk was stored in part"
    for chunk in acknowledged:
        assert all(value_of(number) in stored for number in range(chunk * CHUNK, (chunk + 1) * CHUNK))


def _start(deed: str, url: str, first: int, count: int, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.parts.stores.store_process", deed, url, str(first), str(count), str(size)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
