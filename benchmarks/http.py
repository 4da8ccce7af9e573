# ruff: noqa: A005  (named after what it measures, and run as benchmarks.http)
"""The HTTP service under load: POST /api/v1/screen with hashes one by one and in batches, and with files.

A real `clew serve` is started on a data folder that is built once and used again; `wrk` calls it on the same machine
and on the same cores.

    python -m benchmarks.http --entries 10000000 --folder /tmp/clew-http
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import numpy as np

from clew.parts.stores.base import UnitOfWork
from clew.pipelines.decode_worker import open_pool
from clew.pipelines.installation import open_installation, open_store
from clew.pipelines.lists import ensure_list
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import NewEntry, ServiceKind
from clew.records.identifiers import ListId, ListName, SignalType
from clew.records.screening import Scope
from clew.settings import Settings
from clew.web.auth import make_key

_LIST = ListName("synthetic")
_CHUNK = 50_000
_PORT = 8199
_HIT_SHARE = 0.01
_SIDE_BITS = 256


@dataclass(frozen=True)
class Outcome:
    """What wrk measured."""

    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_us: float


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


@contextmanager
def served(folder: Path, environ: dict[str, str]) -> Iterator[int]:
    """A real service on the folder; its process number."""
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), "serve", "--port", str(_PORT)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environ})
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready"), "the service did not start"
        time.sleep(2)  # its decode workers load
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def make_bench_key(folder: Path) -> str:
    """A key that may screen."""
    store = open_store(Settings(data_dir=folder))
    key, text = make_key("benchmark", [Scope.SCREEN], per_minute=0, at=datetime.now(UTC), expires_at=None)
    store.transact(lambda unit: unit.put_key(key))
    store.close()
    return text


_SCRIPT = """
local bodies = {}
local file = io.open(os.getenv("BODIES"), "rb")
local sizes = {}
for size in string.gmatch(os.getenv("SIZES"), "%d+") do sizes[#sizes + 1] = tonumber(size) end
for i = 1, #sizes do bodies[i] = file:read(sizes[i]) end
local headers = { ["Authorization"] = "Bearer " .. os.getenv("KEY"), ["Content-Type"] = os.getenv("KIND") }
local turn = 0
local failed = 0
function request()
  turn = turn % #bodies + 1
  return wrk.format("POST", "/api/v1/screen", headers, bodies[turn])
end
"""


def load(bodies: Sequence[bytes], kind: str, key: str, process: int, *, connections: int, seconds: int) -> Outcome:
    """What wrk sees when it sends these bodies in turn; and the processor time that the service took a request."""
    with tempfile.TemporaryDirectory() as room:
        script, content, sizes = Path(room, "load.lua"), Path(room, "bodies"), ",".join(str(len(b)) for b in bodies)
        content.write_bytes(b"".join(bodies))
        script.write_text(_SCRIPT.replace('os.getenv("SIZES")', f'"{sizes}"'))
        command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency"]
        before_s = _cpu_s(process)
        said = subprocess.run(
            [*command, "-s", str(script), f"http://127.0.0.1:{_PORT}"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "KEY": key, "KIND": kind, "BODIES": str(content)},
        ).stdout
    return read_wrk(said, _cpu_s(process) - before_s)


def _cpu_s(process: int) -> float:
    """Processor time of the service's own process so far, without its workers."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_wrk(said: str, cpu_s: float) -> Outcome:
    """The figures in wrk's report."""
    per_s = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])  # type: ignore[index]
    quantiles = {name: _ms(value, unit) for name, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", said)}
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    requests = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    return Outcome(
        per_s, quantiles["50"], quantiles["99"], int(errors[1]) if errors else 0, 1e6 * cpu_s / max(requests, 1)
    )


def _ms(value: str, unit: str) -> float:
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


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


def _form(content: bytes) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
    head += "Content-Type: image/jpeg\r\n\r\n"
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def pictures(count: int) -> list[bytes]:
    """Synthetic JPEG files of 640 by 480 pixels, about 57 KB each."""
    import io

    from PIL import Image

    found = []
    for number in range(count):
        random = np.random.default_rng(number)
        rough = random.integers(0, 255, (30, 40, 3), np.uint8)
        smooth = np.asarray(Image.fromarray(rough).resize((640, 480), Image.Resampling.BICUBIC), np.int16)
        grain = random.normal(0, 9, smooth.shape[:2])[..., None]
        picture = Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=50)
        found.append(file.getvalue())
    return found


def workers_alone(settings: Settings, files: Sequence[bytes], seconds: float) -> float:
    """Files a second that the decode workers hash when nothing else asks for the cores."""
    import asyncio

    from clew.intake.receive import hold

    async def run() -> float:
        pool = open_pool(asyncio.get_running_loop(), settings.decode, ahead=2)
        while pool.state.ready < len(os.sched_getaffinity(0)):  # noqa: ASYNC110  (the pool tells nobody)
            await asyncio.sleep(0.05)
        types = [SignalType(name) for name in ("md5", "sha1", "sha256", "pdq")]
        finished = asyncio.Event()
        sent = done_count = 0
        until = time.monotonic() + seconds

        def send() -> None:
            nonlocal sent
            content = files[sent % len(files)]
            sent += 1
            pool.submit(hold(content), types, done, dihedral=settings.matching.dihedral, size_bytes=len(content))

        def done(_: object) -> None:
            nonlocal done_count
            done_count += 1
            if time.monotonic() < until:
                send()
            elif done_count == sent:
                finished.set()

        began = time.monotonic()
        for _ in range(8):
            send()
        await finished.wait()
        took = time.monotonic() - began
        pool.close()
        return done_count / took

    return asyncio.run(run())


def show(name: str, outcome: Outcome, each: int = 1, share_of: float | None = None) -> None:
    share = f"  {100 * each * outcome.per_s / share_of:5.1f} % of the workers alone" if share_of else ""
    rate = f"{each * outcome.per_s:10,.0f} /s"
    errors = f"  {outcome.errors} ERRORS" if outcome.errors else ""
    print(
        f"{name:34}{rate}   p50 {outcome.p50_ms:7.2f} ms   p99 {outcome.p99_ms:7.2f} ms   "
        f"cpu {outcome.cpu_us / each:6.0f} us{share}{errors}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--entries", type=int, default=1_000_000)
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "clew-http")
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--only", default="", help="single, batch or files")
    arguments.add_argument("--build", action="store_true", help="build the data folder and end")
    asked = arguments.parse_args()
    build(asked.folder, asked.entries)
    if asked.build:
        return
    key = make_bench_key(asked.folder)
    print(f"{asked.entries:,} entries, {asked.connections} connections, {asked.seconds} s each, {os.cpu_count()} cores")
    runs: dict[str, Callable[[int], None]] = {
        "single": lambda process: show(
            "one hash a request",
            load(
                [_single(v) for v in queries(asked.entries, 20_000)],
                "application/json",
                key,
                process,
                connections=asked.connections,
                seconds=asked.seconds,
            ),
        ),
        "batch": lambda process: show(
            "hashes in batches of 1,000",
            load(
                [_batch(queries(asked.entries, 20_000)[i : i + 1000]) for i in range(0, 20_000, 1000)],
                "application/json",
                key,
                process,
                connections=4,
                seconds=asked.seconds,
            ),
            each=1000,
        ),
    }
    with served(asked.folder, {}) as process:
        for name, run in runs.items():
            if asked.only in {"", name}:
                run(process)
    if asked.only in {"", "files"}:
        files = pictures(64)
        size = sum(map(len, files)) / len(files)
        alone = workers_alone(Settings(data_dir=asked.folder), files, asked.seconds)
        print(f"{'workers alone':34}{alone:10,.0f} /s   640 x 480 JPEG, {size / 1000:.0f} KB each")
        forms = [_form(each) for each in files]
        with served(asked.folder, {}) as process:
            raw = load(files, "image/jpeg", key, process, connections=asked.connections, seconds=asked.seconds)
            show("raw body", raw, share_of=alone)
            kind = forms[0][1]
            boundary = forms[0][1].rpartition("=")[2].encode()
            bodies = [body.replace(k.rpartition("=")[2].encode(), boundary) for body, k in forms]
            multipart = load(bodies, kind, key, process, connections=asked.connections, seconds=asked.seconds)
            show("multipart/form-data", multipart, share_of=alone)


if __name__ == "__main__":
    main()
