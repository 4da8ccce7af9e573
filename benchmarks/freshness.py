"""How long a list change takes from its commit in one process to the index of another, over a large list.

    python -m benchmarks.freshness [--entries N] [--rounds N] [--follow-ms N] [--json FILE]

A list of PDQ hashes is imported into a SQLite store and built into one segment; a second process opens the same files
and follows. Then, round after round, one entry is added and removed again; the second process searches for it without
pause and notes when its answer changes. Both processes read the same monotonic clock. Also said: what the import, the
build, the opening in the second process, one quiet follow and one search cost, the delta empty and not.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import IO

import numpy as np

from clew.ground.clock import system_clock
from clew.matching.live import IndexedType, LiveIndex
from clew.parts import shelf
from clew.parts.indexes.base import IndexPart
from clew.parts.stores.base import Store, StorePart
from clew.records.hashlist import HashList, LegalBasis, NewEntry, ServiceKind, Source
from clew.records.identifiers import ListId, ListName, SignalType, SourceName
from clew.settings import Matching

PDQ = SignalType("pdq")
CHUNK = 20_000
# The goal: a new entry matches, and a removed one is silent, within a second in every process.
GOAL_S = 1.0
SEARCHES = 20_000


def open_store(folder: Path) -> Store:
    store = shelf.load("stores", "sql", StorePart).open(f"sqlite:///{folder / 'clew.db'}")
    store.migrate()
    return store


def open_index(store: Store, folder: Path, settings: Matching) -> LiveIndex:
    kind = IndexedType(name=PDQ, width_bytes=32, part=shelf.load("indexes", "hamming", IndexPart))
    return LiveIndex(store, folder / "index", [kind], settings, system_clock)


def make_list(store: Store) -> ListId:
    at = system_clock()
    source = Source(
        name=SourceName("synthetic"),
        kind=ServiceKind.RESEARCH,
        jurisdiction="INT",
        legal_basis=LegalBasis(text="synthetic hashes", since=at),
    )
    store.transact(lambda unit: unit.put_source(source))
    wanted = HashList(id=ListId(0), name=ListName("synthetic"), source=source.name, created_at=at)
    return store.transact(lambda unit: unit.create_list(wanted)).id


def fill(store: Store, list_id: ListId, entries: int, rng: np.random.Generator) -> None:
    for at in range(0, entries, CHUNK):
        values = rng.bytes(32 * min(CHUNK, entries - at))
        add(store, list_id, [values[i : i + 32] for i in range(0, len(values), 32)])


def add(store: Store, list_id: ListId, values: Sequence[bytes]) -> None:
    entries = [NewEntry(type=PDQ, value=value) for value in values]
    store.transact(lambda unit: unit.add_entries(list_id, entries, system_clock()))


def remove(store: Store, list_id: ListId, values: Sequence[bytes]) -> None:
    keys = [(PDQ, value) for value in values]
    store.transact(lambda unit: unit.remove_entries(list_id, keys, system_clock()))


def watch(folder: Path, list_id: int, follow_ms: int) -> int:
    """The second process: for each line, a value in hex, the moment when its answer changes."""
    store = open_store(folder)
    index = open_index(store, folder, Matching(follow_ms=follow_ms))
    began = time.perf_counter()
    index.follow_once()
    opened_s = time.perf_counter() - began
    began = time.perf_counter()
    index.ready()
    verified_s = time.perf_counter() - began
    quiet = []
    for _ in range(200):
        began = time.perf_counter()
        index.follow_once()
        quiet.append(time.perf_counter() - began)
    index.start()
    radius = np.full(list_id + 1, 31, np.int16)
    say({"opened_s": opened_s, "verified_s": verified_s, "quiet_follow_s": median(quiet)})
    for line in sys.stdin:
        value = np.frombuffer(bytes.fromhex(line), np.uint8).reshape(1, 32)
        before = len(index.search(PDQ, value, radius, limit=100)[0].query)
        say({"before": before})
        while len(index.search(PDQ, value, radius, limit=100)[0].query) == before:
            time.sleep(0.0005)
        say({"changed": time.monotonic()})
    index.stop()
    store.close()
    return 0


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


def rounds_of(store: Store, list_id: ListId, rounds: int, other: subprocess.Popen[str], lines: IO[str]) -> list[float]:
    """Seconds from each commit to the other process's changed answer."""
    rng, took = np.random.default_rng(2), []
    orders = other.stdin
    assert orders is not None
    for _ in range(rounds):
        value = rng.bytes(32)
        for change in (add, remove):
            orders.write(value.hex() + "\n")
            orders.flush()
            lines.readline()
            time.sleep(rng.uniform(0, 0.5))  # or every change would fall just behind the other's last look
            change(store, list_id, [value])
            committed = time.monotonic()
            took.append(json.loads(lines.readline())["changed"] - committed)
    return took


def search_s(index: LiveIndex, list_id: ListId) -> float:
    """Wall seconds of one single search, the median of many."""
    queries = np.random.default_rng(3).integers(0, 256, (SEARCHES, 1, 32), dtype=np.uint8)
    radius, took = np.full(list_id + 1, 31, np.int16), []
    for query in queries:
        began = time.perf_counter()
        index.search(PDQ, query, radius, limit=100)
        took.append(time.perf_counter() - began)
    return median(took)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--follow-ms", type=int, default=Matching().follow_ms)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--list-id", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.watch:
        return watch(asked.watch, asked.list_id, asked.follow_ms)

    with tempfile.TemporaryDirectory(prefix="clew-freshness-") as name:
        figures = measured(Path(name), asked.entries, asked.rounds, asked.follow_ms)
    for key, value in figures.items():
        print(f"{key:28} {value:,.6g}" if isinstance(value, float) else f"{key:28} {value}")
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))
    return 0 if float(figures["seen_max_s"]) < GOAL_S else 1


def measured(folder: Path, entries: int, rounds: int, follow_ms: int) -> dict[str, float | str]:
    store = open_store(folder)
    list_id = make_list(store)
    began = time.perf_counter()
    fill(store, list_id, entries, np.random.default_rng(1))
    imported_s = time.perf_counter() - began
    index = open_index(store, folder, Matching(follow_ms=follow_ms))
    began, began_cpu = time.perf_counter(), time.process_time()
    index.build(PDQ)
    built_s, built_cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    alone_s = search_s(index, list_id)

    command = [sys.executable, "-m", "benchmarks.freshness", "--watch", str(folder), "--list-id", str(list_id)]
    with subprocess.Popen(
        [*command, "--follow-ms", str(follow_ms)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        cost = json.loads(other.stdout.readline())
        took = rounds_of(store, list_id, rounds, other, other.stdout)
        assert other.stdin is not None
        other.stdin.close()
        other.wait()

    fill(store, list_id, min(1000, entries), np.random.default_rng(4))
    index.follow_once()
    with_delta_s = search_s(index, list_id)
    store.close()
    return {
        "entries": entries,
        "changes": len(took),
        "follow_ms": follow_ms,
        "seen_median_s": median(took),
        "seen_max_s": max(took),
        "imported_s": imported_s,
        "built_s": built_s,
        "built_cpu_s": built_cpu_s,
        **cost,
        "search_s": alone_s,
        "search_with_1000_in_delta_s": with_delta_s,
        "machine": platform.processor() or platform.machine(),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
