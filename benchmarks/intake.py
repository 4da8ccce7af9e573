"""What hashing costs inside the confined worker, beside threatexchange's hasher, and what the pool around it costs.

    python -m benchmarks.intake [--peer-python VENV/bin/python] [--rounds N] [--files N] [--json FILE]

Three tables. The worker's CPU time for a JPEG (reading, decoding, PDQ) beside the peer's, round by round in turn, for
pictures that are not flat; the three digests in one pass over a large file beside hashlib's three over bytes in memory;
files a second through the pool with all four signals, and the CPU time that the process around it spends on each.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Self

from benchmarks.hashing import GOALS, SIZES, Child, write_pictures
from clew.intake.decode import DecodePool
from clew.intake.hash_content import Hasher
from clew.intake.receive import hold
from clew.intake.selecting import SelectorLoop
from clew.intake.wire import Request
from clew.intake.zygote import Outcome
from clew.pipelines.decode_worker import choose_methods, open_pool
from clew.records.identifiers import SignalType
from clew.settings import Decode

DIGESTS = tuple(map(SignalType, ("md5", "sha1", "sha256")))
PDQ = SignalType("pdq")
LARGE_BYTES = 1 << 30
DIGESTS_GOAL = 1.1


class Workers:
    """A pool that is ready, and its processes."""

    def __init__(self, workers: int, ahead: int = 1) -> None:
        before = set(_children(os.getpid()))
        self.loop = SelectorLoop()
        self.pool: DecodePool = open_pool(self.loop, Decode(workers=workers), ahead=ahead)
        while self.pool.state.ready < workers:
            self.loop.run_once(10)
        (zygote,) = set(_children(os.getpid())) - before
        self.pids = _children(zygote)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()
        self.loop.close()

    def cpu_s(self) -> float:
        """What the workers have used, to the nanosecond."""
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in self.pids) / 1e9

    def hash_all(self, paths: list[Path]) -> list[Outcome]:
        answers: list[list[Any]] = [[] for _ in paths]
        for path, answer in zip(paths, answers, strict=True):
            self.pool.submit(os.open(path, os.O_RDONLY), (PDQ,), answer.append)
        while not all(answers):
            self.loop.run_once(10)
        return [answer[0] for answer in answers]


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@dataclass(frozen=True, kw_only=True)
class PictureRow:
    """One size: CPU milliseconds a file, medians over rounds; `differing` counts hashes unlike the peer's."""

    size: str
    files: int
    goal: float
    peer_ms: float
    worker_ms: float
    times_faster: float
    differing: int


def measure_pictures(size: str, paths: list[Path], peer_python: str, rounds: int) -> PictureRow:
    """Each contender hashes all files one after the other, as in a day's work, and then it is the other's turn."""
    peer_ms, worker_ms, differing = [], [], 0
    with Child(peer_python, "peer") as peer, Workers(1, ahead=2) as workers:
        # This round warms both. A flat picture has a hash of quality 0 there and none here: it is left out.
        compared = [path for path in paths if peer.hash(path)["peer"][2] > 0]
        workers.hash_all(compared)
        for _ in range(rounds):
            answers = [peer.hash(path)["peer"] for path in compared]
            peer_ms.append(1000 * sum(seconds for seconds, *_ in answers) / len(compared))
            before = workers.cpu_s()
            outcomes = workers.hash_all(compared)
            worker_ms.append(1000 * (workers.cpu_s() - before) / len(compared))
            for (_, value, quality), outcome in zip(answers, outcomes, strict=True):
                found = [(each.value.hex(), each.quality) for each in outcome.hashed.signals]
                differing += found != [(value, quality)]
    return PictureRow(
        size=size,
        files=len(compared),
        goal=GOALS[size],
        peer_ms=median(peer_ms),
        worker_ms=median(worker_ms),
        times_faster=median(theirs / ours for theirs, ours in zip(peer_ms, worker_ms, strict=True)),
        differing=differing,
    )


def measure_digests(folder: Path, rounds: int) -> dict[str, float]:
    """CPU seconds for one gibibyte, medians, taken in turn."""
    content = os.urandom(1 << 20) * (LARGE_BYTES >> 20)
    path = folder / "large"
    path.write_bytes(content)
    hasher = Hasher(choose_methods(Decode()))
    memory, one_pass = [], []
    for _ in range(rounds):
        start = time.process_time()
        expected = [hashlib.new(name, content, usedforsecurity=False).digest() for name in DIGESTS]
        memory.append(time.process_time() - start)
        descriptor = os.open(path, os.O_RDONLY)
        start = time.process_time()
        hashed, _ = hasher.hash_content(descriptor, Request(1, DIGESTS))
        one_pass.append(time.process_time() - start)
        os.close(descriptor)
        assert [each.value for each in hashed.signals] == expected
    path.unlink()
    ratio = median(one / three for one, three in zip(one_pass, memory, strict=True))
    return {"memory_s": median(memory), "one_pass_s": median(one_pass), "ratio": ratio}


@dataclass(frozen=True, kw_only=True)
class PoolRow:
    """Uploads of 640 x 480 with all four signals.

    Attributes:
        worker_ms, around_ms: CPU time for each file in the workers, and in the process that hands the files over.
    """

    workers: int
    ahead: int
    files_a_second: float
    worker_ms: float
    around_ms: float


def measure_pool(paths: list[Path], workers: int, ahead: int, files: int) -> PoolRow:
    contents = [path.read_bytes() for path in paths]
    with Workers(workers, ahead) as bench:
        answers: list[Any] = []
        begun, worker_s, own_s, start = 0, bench.cpu_s(), time.process_time(), time.perf_counter()
        while len(answers) < files:
            while begun < files and bench.pool.state.waiting < 2 * workers:
                bench.pool.submit(hold(contents[begun % len(contents)]), (*DIGESTS, PDQ), answers.append)
                begun += 1
            bench.loop.run_once(10)
        took_s = time.perf_counter() - start
        return PoolRow(
            workers=workers,
            ahead=ahead,
            files_a_second=files / took_s,
            worker_ms=1000 * (bench.cpu_s() - worker_s) / files,
            around_ms=1000 * (time.process_time() - own_s) / files,
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has threatexchange")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=24)
    parser.add_argument("--json", type=Path, help="where to write the figures, too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_pictures(folder, options.files)
        pictures = [measure_pictures(size, paths[size], options.peer_python, options.rounds) for size in SIZES]
        digests = measure_digests(folder, options.rounds)
        pools = [measure_pool(paths["640x480"], *each, 3000) for each in ((1, 1), (1, 2), (2, 1), (2, 2), (2, 4))]
    show(pictures, digests, pools)
    rows = {"pictures": [asdict(row) for row in pictures], "digests": digests, "pool": [asdict(row) for row in pools]}
    if options.json is not None:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    held = all(row.times_faster >= row.goal and not row.differing for row in pictures)
    return 0 if held and digests["ratio"] <= DIGESTS_GOAL else 1


def show(pictures: list[PictureRow], digests: dict[str, float], pools: list[PoolRow]) -> None:
    print("CPU ms a file inside the worker: reading, decoding, PDQ\n")
    print(
        "| size | files | threatexchange | Clew's worker | faster | goal | differing |\n|---|---|---|---|---|---|---|"
    )
    for each in pictures:
        print(
            f"| {each.size} | {each.files} | {each.peer_ms:.2f} | {each.worker_ms:.2f} | {each.times_faster:.1f}x "
            f"| {each.goal}x | {each.differing} |"
        )
    print("\nThree digests of 1 GiB, CPU s\n")
    print("| hashlib over memory | one pass over the file | ratio | goal |\n|---|---|---|---|")
    print(f"| {digests['memory_s']:.2f} | {digests['one_pass_s']:.2f} | {digests['ratio']:.3f} | {DIGESTS_GOAL} |")
    print("\nUploads of 640 x 480 through the pool, four signals\n")
    print("| workers | ahead | files/s | worker CPU ms | around it CPU ms |\n|---|---|---|---|---|")
    for row in pools:
        around = f"{row.worker_ms:.2f} | {row.around_ms:.3f}"
        print(f"| {row.workers} | {row.ahead} | {row.files_a_second:.0f} | {around} |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
