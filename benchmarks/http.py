# ruff: noqa: A005  (named after what it measures, and run as benchmarks.http)
"""The HTTP service under load: POST /api/v1/screen with hashes one by one and in batches, and with files.

    python -m benchmarks.http --entries 10000000 --folder FOLDER

A real `clew serve` runs on a data folder that is built once and used again; `wrk` calls it on the same machine and on
the same cores. Files are also given to the decode workers alone, in turns with the service; the share is that of the
rates (medians), and beside it that of the processor time, which other work on the machine disturbs less.
"""

import argparse
import asyncio
import io
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import numpy as np
from PIL import Image

from benchmarks._http_load import Outcome, load, served, tree_cpu_s
from clew.intake.receive import hold
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.decode_worker import open_pool
from clew.pipelines.installation import open_installation, open_store
from clew.pipelines.keys import make_key
from clew.pipelines.lists import ensure_list
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import NewEntry, ServiceKind
from clew.records.identifiers import ListId, ListName, SignalType
from clew.records.screening import Scope
from clew.settings import Settings

_LIST = ListName("synthetic")
_CHUNK = 20_000
_HIT_SHARE = 0.01
_SIDE_BITS = 256
_TYPES = [SignalType(name) for name in ("md5", "sha1", "sha256", "pdq")]
# As many at the workers as the service has connections under load, so that neither runs dry.
_AHEAD, _IN_WORK = 2, 16


def build(folder: Path, entries: int) -> None:
    """The folder holds a list of that many synthetic hashes, indexed; one that is there already is used as it is."""
    done = folder / f"built-{entries}"
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(data_dir=folder)
    store = open_store(settings)
    at = datetime.now(UTC)
    claim = SourceClaim(
        name="synthetic",
        kind=ServiceKind.RESEARCH,
        jurisdiction="INT",
        legal_basis="made for a benchmark",
        since=datetime(2026, 1, 1, tzinfo=UTC),
    )

    def make(unit: UnitOfWork) -> ListId:
        return ensure_list(unit, _LIST, claim, vetted=True, actor="command:benchmark", at=at).id

    list_id = store.transact(make)
    for start in range(0, entries, _CHUNK):
        rows = [
            NewEntry(type=SignalType("pdq"), value=each.tobytes())
            for each in hashes(start, min(_CHUNK, entries - start))
        ]
        store.transact(partial(_add, list_id, rows, at))
        print(f"\r{start + len(rows):,} entries", end="", file=sys.stderr)
    store.close()
    print(file=sys.stderr)
    with open_installation(settings, follow=False):
        pass  # the index is built when it is opened first
    done.touch()


def _add(list_id: ListId, rows: Sequence[NewEntry], at: datetime, unit: UnitOfWork) -> None:
    unit.add_entries(list_id, rows, at)


def hashes(start: int, count: int) -> np.ndarray:
    """Synthetic hashes with half of their bits set, as PDQ's; row i is the same in every run."""
    random = np.random.default_rng(start)
    bits = np.zeros((count, _SIDE_BITS), np.uint8)
    bits[:, : _SIDE_BITS // 2] = 1
    return np.packbits(random.permuted(bits, axis=1), axis=1)


def make_bench_key(folder: Path) -> str:
    """A key that may screen."""
    store = open_store(Settings(data_dir=folder))
    key, text = make_key("benchmark", [Scope.SCREEN], per_minute=0, at=datetime.now(UTC), expires_at=None)
    store.transact(lambda unit: unit.put_key(key))
    store.close()
    return text


def queries(entries: int, count: int) -> list[str]:
    """Hashes to ask for; one in a hundred is a listed one with up to 31 bits turned."""
    random = Random(7)
    listed = hashes(0, min(_CHUNK, entries))
    found = []
    for _ in range(count):
        if random.random() < _HIT_SHARE:
            bits = np.unpackbits(listed[random.randrange(len(listed))])
            bits[random.sample(range(_SIDE_BITS), random.randrange(32))] ^= 1
            found.append(np.packbits(bits).tobytes().hex())
        else:
            found.append(random.randbytes(32).hex())
    return found


def _single(value: str) -> bytes:
    return json.dumps({"signals": [{"type": "pdq", "value": value, "quality": 100}]}).encode()


def _batch(values: Sequence[str]) -> bytes:
    return json.dumps({"batch": [{"signals": [{"type": "pdq", "value": v, "quality": 100}]} for v in values]}).encode()


def _form(content: bytes, boundary: str) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
    head += "Content-Type: image/jpeg\r\n\r\n"
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def pictures(count: int) -> list[bytes]:
    """Synthetic JPEG files of 640 by 480 pixels, about 57 KB each."""
    found = []
    for number in range(count):
        random = np.random.default_rng(number)
        rough = random.integers(0, 255, (30, 40, 3), np.uint8)
        smooth = np.asarray(Image.fromarray(rough).resize((640, 480), Image.Resampling.BICUBIC), np.int16)
        grain = random.normal(0, 9, smooth.shape[:2])[..., None]
        picture = Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=68)
        found.append(file.getvalue())
    return found


async def hash_alone(settings: Settings, files: Sequence[bytes], seconds: float) -> tuple[float, float]:
    """Files a second, and processor microseconds a file, of the decode workers with nothing else to do."""
    pool = open_pool(asyncio.get_running_loop(), settings.decode, ahead=_AHEAD)
    while pool.state.ready < len(os.sched_getaffinity(0)):  # noqa: ASYNC110  (the pool tells nobody)
        await asyncio.sleep(0.05)
    finished = asyncio.Event()
    sent = done_count = 0
    began, cpu_before_s = time.monotonic(), tree_cpu_s(os.getpid())

    def send() -> None:
        nonlocal sent
        content = files[sent % len(files)]
        sent += 1
        pool.submit(hold(content), _TYPES, done, dihedral=settings.matching.dihedral, size_bytes=len(content))

    def done(_: object) -> None:
        nonlocal done_count
        done_count += 1
        if time.monotonic() < began + seconds:
            send()
        elif done_count == sent:
            finished.set()

    for _ in range(_IN_WORK):
        send()
    await finished.wait()
    took_s, cpu_s = time.monotonic() - began, tree_cpu_s(os.getpid()) - cpu_before_s
    pool.close()
    return done_count / took_s, 1e6 * cpu_s / done_count


def middle(outcomes: Sequence[Outcome]) -> Outcome:
    """The median of each figure."""
    return Outcome(
        per_s=median(each.per_s for each in outcomes),
        p50_ms=median(each.p50_ms for each in outcomes),
        p99_ms=median(each.p99_ms for each in outcomes),
        errors=sum(each.errors for each in outcomes),
        all_cpu_us=median(each.all_cpu_us for each in outcomes),
        web_cpu_us=median(each.web_cpu_us for each in outcomes),
    )


def show(name: str, outcome: Outcome, each: int = 1, alone: tuple[float, float] | None = None) -> None:
    shares = ""
    if alone:
        shares = (
            f"   {100 * outcome.per_s / alone[0]:.0f} % (by processor time {100 * alone[1] / outcome.all_cpu_us:.0f} %)"
        )
    errors = f"   {outcome.errors} ERRORS" if outcome.errors else ""
    print(
        f"{name:28}{each * outcome.per_s:9,.0f} /s   p50 {outcome.p50_ms:7.2f} ms   p99 {outcome.p99_ms:7.2f} ms   "
        f"cpu {outcome.all_cpu_us / each:6.0f} us, of it web {outcome.web_cpu_us / each:5.0f}{shares}{errors}",
        flush=True,
    )


def measure_hashes(asked: argparse.Namespace, key: str, what: str) -> None:
    found = queries(asked.entries, 20_000)
    single = what == "single"
    bodies = (
        [_single(each) for each in found] if single else [_batch(found[i : i + 1000]) for i in range(0, 20_000, 1000)]
    )
    connections = asked.connections if single else 4
    outcomes = []
    for _ in range(asked.rounds):
        with served(asked.folder) as service:
            outcomes.append(
                load(bodies, "application/json", key, service, connections=connections, seconds=asked.seconds)
            )
    show("one hash a request" if single else "hashes in batches of 1,000", middle(outcomes), 1 if single else 1000)


def measure_files(asked: argparse.Namespace, key: str) -> None:
    files = pictures(64)
    boundary = secrets.token_hex(16)
    forms = [_form(each, boundary) for each in files]
    alone, raw, multipart = [], [], []
    for _ in range(asked.rounds):  # in turns, so that a busy spell of the machine meets all three
        alone.append(asyncio.run(hash_alone(Settings(data_dir=asked.folder), files, asked.seconds)))
        with served(asked.folder) as service:
            call = partial(load, key=key, service=service, connections=asked.uploads, seconds=asked.seconds)
            raw.append(call(files, "image/jpeg"))
            multipart.append(call(forms, f"multipart/form-data; boundary={boundary}"))
    rate, cpu_us = median(each[0] for each in alone), median(each[1] for each in alone)
    kilobytes = sum(map(len, files)) / len(files) / 1000
    print(f"{'workers alone':28}{rate:9,.0f} /s   cpu {cpu_us:.0f} us   640 x 480 JPEG, {kilobytes:.0f} KB each")
    show("raw body", middle(raw), alone=(rate, cpu_us))
    show("multipart/form-data", middle(multipart), alone=(rate, cpu_us))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=1_000_000)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "clew-http")
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--uploads", type=int, default=32, help="connections that send files")
    arguments.add_argument("--only", choices=("single", "batch", "files"))
    arguments.add_argument("--build", action="store_true", help="build the data folder and end")
    asked = arguments.parse_args()
    build(asked.folder, asked.entries)
    if asked.build:
        return
    key = make_bench_key(asked.folder)
    print(f"{asked.entries:,} entries, {asked.connections} connections, {asked.rounds} rounds of {asked.seconds} s")
    for what in ("single", "batch"):
        if asked.only in {None, what}:
            measure_hashes(asked, key, what)
    if asked.only in {None, "files"}:
        measure_files(asked, key)


if __name__ == "__main__":
    main()
