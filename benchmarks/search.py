"""Search within 31 of 256 bits: Clew beside threatexchange's PDQ index and two of FAISS, in one process.

    python -m benchmarks.search                           a million entries, Clew and FAISS
    python -m benchmarks.search --entries 10000000        ten million; with threatexchange it wants 16 GB of memory

FAISS and threatexchange are taken when they are installed (`requirements/bench.lock`). Speeds are queries for each
second of this process's CPU time on one thread, contenders taking turns, medians over the turns. Recall is measured
against FAISS's own exhaustive scan, which shares nothing with Clew. Data: random; families of near copies; rows with
the correlated bits of photographs; and values repeated by the thousand, which the timed queries leave out and the
flood asks.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew import _native
from clew.parts.indexes import hamming
from clew.parts.indexes.base import Rows, Segment

try:
    import faiss
except ImportError:
    faiss = None
try:
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex
except ImportError:
    PDQIndex = None

Bytes = NDArray[np.uint8]
RADIUS_BITS = 31
ASKED = np.array([RADIUS_BITS], np.int16)
LIMIT = 1000
BATCH = 1000
REPEATED = 1000  # copies of each flood value


# ---- data


def random_rows(count: int, rng: np.random.Generator) -> Bytes:
    return rng.integers(0, 256, (count, 32), dtype=np.uint8)


def family_rows(count: int, rng: np.random.Generator) -> Bytes:
    """Families of eight on average, each member up to ten bits from its head."""
    rows = random_rows(max(1, count // 8), rng)[rng.integers(0, max(1, count // 8), count)]
    for _ in range(10):
        flipped = np.flatnonzero(rng.random(count) < 0.5)
        bits = rng.integers(0, 256, len(flipped))
        rows[flipped, bits // 8] ^= (1 << (bits % 8)).astype(np.uint8)
    return rows


def photo_like_rows(count: int, rng: np.random.Generator) -> Bytes:
    """Each row's upper half of 256 numbers that lean on their neighbours in a 16 x 16 square, as PDQ's do."""
    rows = []
    for start in range(0, count, 50_000):
        plane = rng.standard_normal((min(50_000, count - start), 16, 16), dtype=np.float32)
        plane += 0.1 * (np.roll(plane, 1, 1) + np.roll(plane, 1, 2))
        flat = plane.reshape(-1, 256)
        rows.append(np.packbits(flat > np.median(flat, axis=1, keepdims=True), axis=1))
    return np.concatenate(rows)


def make_values(count: int, seed: int) -> tuple[Bytes, Bytes]:
    """The values, and those of them that stand there by the thousand."""
    rng = np.random.default_rng(seed)
    floods = random_rows(max(1, count // 100_000), rng)
    repeated = np.repeat(floods, min(REPEATED, max(1, count // 100)), axis=0)
    left = count - len(repeated)
    values = np.concatenate(
        [
            random_rows(left // 2, rng),
            family_rows(left // 4, rng),
            photo_like_rows(left - left // 2 - left // 4, rng),
            repeated,
        ]
    )
    return values, floods


def make_queries(values: Bytes, count: int, seed: int) -> Bytes:
    """Half of them planted, at distances 0 to 31 in turn, half random; in random order."""
    rng = np.random.default_rng(seed)
    queries = random_rows(count, rng)
    once = int(len(values) * 0.98)  # beyond stand the values that are there by the thousand
    for place in range(0, count, 2):
        queries[place] = values[rng.integers(0, once)]
        for bit in rng.choice(256, (place // 2) % 32, replace=False):
            queries[place, bit // 8] ^= np.uint8(1 << (bit % 8))
    return rng.permutation(queries)


# ---- contenders


@dataclass
class Contender:
    """One index: how it takes a batch, one query, and (when it can say) its pairs of query and entry."""

    name: str
    batch: Callable[[Bytes], Any]
    one: Callable[[Bytes], Any]
    pairs: Callable[[Bytes], set[tuple[int, int, int]]]
    queries: int  # a turn
    build_us: float
    bytes_an_entry: float


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_bytes() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * resource.getpagesize()  # without what is mapped from files


def clew(segment: Segment, turn: int, build_us: float, size: int) -> Contender:
    def search(queries: Bytes) -> Any:
        return segment.search(queries, ASKED, limit=LIMIT)

    def pairs(queries: Bytes) -> set[tuple[int, int, int]]:
        found = segment.search(queries, ASKED, limit=1 << 30)
        return set(zip(found.query.tolist(), found.entry_id.tolist(), found.distance.tolist(), strict=True))

    return Contender("clew hamming, mapped file", search, search, pairs, turn, build_us, size / segment.count)


def of_faiss(name: str, index: Any, values: Bytes, turn: int) -> Contender:
    before, started = resident_bytes(), cpu_s()
    index.add(values)
    build_us = (cpu_s() - started) / len(values) * 1e6

    def search(queries: Bytes) -> Any:
        return index.range_search(queries, RADIUS_BITS + 1)  # its radius is exclusive

    def pairs(queries: Bytes) -> set[tuple[int, int, int]]:
        limits, distances, entries = search(queries)
        of = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
        return set(zip(of.tolist(), entries.tolist(), distances.astype(int).tolist(), strict=True))

    return Contender(name, search, search, pairs, turn, build_us, (resident_bytes() - before) / len(values))


def of_threatexchange(values: Bytes, turn: int) -> Contender:
    before, started = resident_bytes(), cpu_s()
    index = PDQIndex((value.tobytes().hex(), entry) for entry, value in enumerate(values))
    build_us = (cpu_s() - started) / len(values) * 1e6

    def batch(queries: list[str]) -> Any:
        return index.index.search_with_distance_in_result(queries, RADIUS_BITS)

    def pairs(queries: Bytes) -> set[tuple[int, int, int]]:
        return {
            (query, match.metadata, match.similarity_info.distance)
            for query, value in enumerate(queries)
            for match in index.query(value.tobytes().hex())
        }

    return Contender(
        "threatexchange PDQIndex",
        lambda queries: batch([value.tobytes().hex() for value in queries]),
        lambda query: index.query(query.tobytes().hex()),
        pairs,
        turn,
        build_us,
        (resident_bytes() - before) / len(values),
    )


# ---- measuring


def rate(search: Callable[[Bytes], Any], pieces: list[Bytes]) -> float:
    started = cpu_s()
    for piece in pieces:
        search(piece)
    return sum(len(piece) for piece in pieces) / (cpu_s() - started)


def measure(contenders: list[Contender], queries: Bytes, repeats: int) -> dict[str, dict[str, float]]:
    """Medians of queries a second, the contenders taking turns."""
    batches: dict[str, list[float]] = {each.name: [] for each in contenders}
    singles: dict[str, list[float]] = {each.name: [] for each in contenders}
    for _ in range(repeats):
        for each in contenders:
            asked = queries[: each.queries]
            batches[each.name].append(rate(each.batch, np.split(asked, range(BATCH, len(asked), BATCH))))
            singles[each.name].append(rate(each.one, np.split(asked, len(asked))))
    return {
        each.name: {
            "batch_per_s": statistics.median(batches[each.name]),
            "one_by_one_per_s": statistics.median(singles[each.name]),
        }
        for each in contenders
    }


def write_segment(path: Path, values: Bytes, builds: int) -> tuple[float, int, int]:
    """Median CPU microseconds an entry over some builds, the largest bucket, the file's size."""
    rows = Rows(values=values, entry_ids=np.arange(len(values), dtype=np.int64), lists=np.zeros(len(values), np.uint32))
    costs = []
    for _ in range(builds):
        started = cpu_s()
        facts = hamming.PART.write_segment(path, rows, seed=b"benchmark")
        costs.append((cpu_s() - started) / len(values) * 1e6)
    return statistics.median(costs), facts.largest_bucket, facts.size_bytes


def flood_ms(segment: Segment, floods: Bytes) -> float:
    """Milliseconds for one query that a thousand entries equal, of which the nearest hundred are kept."""
    started = cpu_s()
    for flood in floods:
        segment.search(flood[None], ASKED, limit=100)
    return (cpu_s() - started) / len(floods) * 1e3


def child(path: Path, queries: Path, repeats: int, level: str) -> dict[str, Any]:
    """Clew alone on the same file with a lower instruction set."""
    command = [sys.executable, "-m", "benchmarks.search", "--segment", str(path), "--asked", str(queries)]
    done = subprocess.run(
        [*command, "--repeats", str(repeats)],
        env=os.environ | {"CLEW_CPU": level},
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.segment:  # as a child of the run below
        queries = np.load(options.asked)
        only = [clew(hamming.PART.open_segment(options.segment), len(queries), 0, 0)]
        print(json.dumps({"level": _native.cpu(), **measure(only, queries, options.repeats)[only[0].name]}))
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        report = run(options, Path(folder))
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 0 if all(each["recall"] == 1 for each in report["contenders"] if each["name"].startswith("clew")) else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.search")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=10_000, help="a turn of Clew; the peers get a share of them")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--builds", type=int, default=3)
    parser.add_argument("--recall-queries", type=int, default=640, help="compared with FAISS's scan")
    parser.add_argument("--no-threatexchange", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the segment is written; on a real disk, not in memory")
    parser.add_argument("--json", type=Path, help="the report goes here as well")
    parser.add_argument("--segment", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--asked", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    values, floods = make_values(options.entries, options.seed)
    queries = make_queries(values, options.queries, options.seed + 1)
    path = folder / "benchmark.segment"
    build_us, largest, size = write_segment(path, values, options.builds)
    started = time.perf_counter()
    segment = hamming.PART.open_segment(path)
    open_ms = (time.perf_counter() - started) * 1e3
    contenders = [clew(segment, options.queries, build_us, size)]
    share = max(32, min(options.queries, 100_000_000 // options.entries))  # about a tenth of a second of a scan
    if faiss is not None:
        faiss.omp_set_num_threads(1)
        contenders.append(of_faiss("FAISS IndexBinaryFlat", faiss.IndexBinaryFlat(256), values, share))
        index = faiss.IndexBinaryMultiHash(256, 16, 16)
        index.nflip = 1
        contenders.append(of_faiss("FAISS IndexBinaryMultiHash(256, 16, 16)", index, values, share))
    if PDQIndex is not None and not options.no_threatexchange:
        contenders.append(of_threatexchange(values, share))
    speeds = measure(contenders, queries, options.repeats)
    truth = contenders[1].pairs(queries[: options.recall_queries]) if faiss is not None else None
    np.save(folder / "queries.npy", queries)
    return {
        "machine": processor(),
        "level": _native.cpu(),
        "entries": options.entries,
        "largest_bucket": largest,
        "open_ms": open_ms,
        "flood_ms": flood_ms(segment, floods),
        "true_pairs": None if truth is None else len(truth),
        "contenders": [
            {
                "name": each.name,
                **speeds[each.name],
                "recall": None if truth is None else recall(each, queries, truth, options.recall_queries),
                "build_us_an_entry": each.build_us,
                "bytes_an_entry": each.bytes_an_entry,
            }
            for each in contenders
        ],
        "levels": [child(path, folder / "queries.npy", options.repeats, level) for level in ("avx2", "portable")],
    }


def recall(contender: Contender, queries: Bytes, truth: set[tuple[int, int, int]], asked: int) -> float:
    """The share of true pairs that were found; below 0 when a pair was found that is not true."""
    found = contender.pairs(queries[:asked])
    return -1.0 if found - truth else len(found) / len(truth)


def show(report: dict[str, Any]) -> None:
    print(f"{report['entries']:,} entries, radius {RADIUS_BITS}, {report['level']} on {report['machine']}")
    print(f"{'':42}{'batch q/s':>12}{'one q/s':>12}{'Clew is':>9}{'recall':>8}{'build us':>10}{'bytes':>8}")
    ours = report["contenders"][0]["batch_per_s"]
    for each in report["contenders"]:
        recalled = "-" if each["recall"] is None else f"{each['recall']:.3f}"
        print(
            f"{each['name']:42}{each['batch_per_s']:>12,.0f}{each['one_by_one_per_s']:>12,.0f}"
            f"{ours / each['batch_per_s']:>8,.0f}x{recalled:>8}{each['build_us_an_entry']:>10.2f}"
            f"{each['bytes_an_entry']:>8.1f}"
        )
    for each in report["levels"]:
        print(f"{'clew with ' + each['level']:42}{each['batch_per_s']:>12,.0f}{each['one_by_one_per_s']:>12,.0f}")
    print(
        f"open {report['open_ms']:.1f} ms; largest bucket {report['largest_bucket']:,}; a flood of {REPEATED:,} equal "
        f"entries {report['flood_ms']:.2f} ms a query; {report['true_pairs']} true pairs compared"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
