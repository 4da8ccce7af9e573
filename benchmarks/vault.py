"""How fast evidence is sealed and opened, and in how much memory.

    python -m benchmarks.vault [--size-mb N] [--rounds N] [--memory-mb N] [--files N] [--folder FOLDER] [--json FILE]

Three tables. A large file sealed into the local vault and opened from it, by CPU time and by the clock, beside what its
parts cost alone (HMAC-SHA256, AES-256-GCM); small uploads sealed through the pipeline, each with its commit; the memory
that a process grows by when it seals, opens and verifies a file far larger than it.
"""

import argparse
import hmac
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from clew.ground.clock import system_clock
from clew.ground.sealed import PIECE_BYTES, DataKey, Descriptor, name_of, new_data_key, stream_sealed
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.parts.vaults.base import Vault, VaultPart
from clew.pipelines.evidence import seal
from clew.pipelines.strongroom import open_strongroom
from clew.records.identifiers import CaseId, ObjectId, PermitId
from clew.records.permits import OpeningPurpose, ViewingPermit
from clew.settings import Settings

GOAL_MB_S = 400
MEMORY_GOAL_MB = 64
AT = datetime(2026, 1, 1, tzinfo=UTC)
SMALL_BYTES = 62_000


def permit_for(object_id: ObjectId) -> ViewingPermit:
    return ViewingPermit(
        id=PermitId("benchmark"),
        object_id=object_id,
        case_id=CaseId("benchmark"),
        purpose=OpeningPurpose.VERIFY,
        actor="command:benchmark",
        ground="benchmark",
        rule="verify",
        process_id=None,
        made_at=AT,
        until=AT + timedelta(days=1),
    )


def make_file(folder: Path, size_bytes: int) -> Path:
    """Random bytes, in pieces."""
    path = folder / "content"
    with path.open("wb") as file:
        for start in range(0, size_bytes, PIECE_BYTES):
            file.write(os.urandom(min(PIECE_BYTES, size_bytes - start)))
    return path


def timed(deed: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process, and seconds by the clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    deed()
    return time.process_time() - cpu, time.perf_counter() - wall


def read_all(vault: Vault, object_id: ObjectId, key: DataKey) -> int:
    with vault.open(object_id, permit_for(object_id), key, AT) as opened:
        return sum(len(piece) for piece in opened)


def hmac_alone(content: Descriptor) -> None:
    digest, buffer, offset = hmac.new(bytes(32), digestmod="sha256"), memoryview(bytearray(PIECE_BYTES)), 0
    while read := content.read_at(offset, buffer):
        digest.update(buffer[:read])
        offset += read


def one_round(vault: Vault, content: Descriptor) -> dict[str, tuple[float, float]]:
    """Each deed once, under a key of its own."""
    key = new_data_key()
    name = name_of(key, content)
    object_id = ObjectId(name.hex())
    times = {
        "seal into the vault": timed(lambda: vault.seal(key, content, None)),
        "open": timed(lambda: read_all(vault, object_id, key)),
        "verify": timed(lambda: vault.verify(object_id, permit_for(object_id), key, AT)),
        "seal, nothing written": timed(lambda: sum(map(len, stream_sealed(key, name, content)))),
        "HMAC-SHA256 alone": timed(lambda: hmac_alone(content)),
    }
    vault.delete(object_id)
    return times


def large(folder: Path, size_mb: int, rounds: int) -> dict[str, dict[str, float]]:
    """MB (millions of bytes) a second for each deed."""
    content = Descriptor(os.open(make_file(folder, size_mb * 1_000_000), os.O_RDONLY))
    vault = load("vaults", "local", VaultPart).open(Settings(data_dir=folder))
    spent: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for what, times in one_round(vault, content).items():
            spent.setdefault(what, []).append(times)
    return {
        what: {
            "cpu_mb_s": size_mb / median(cpu for cpu, _ in times),
            "clock_mb_s": size_mb / median(clock for _, clock in times),
        }
        for what, times in spent.items()
    }


def small(folder: Path, files: int) -> float:
    """Uploads a second through the pipeline, one after another, each durable."""
    settings = Settings(data_dir=folder / "small")
    store = load("stores", "sql", StorePart).open(settings.database_url)
    store.migrate()
    room = open_strongroom(settings, store, system_clock)
    contents = [os.urandom(SMALL_BYTES) for _ in range(files)]
    began = time.perf_counter()
    for content in contents:
        seal(room, CaseId("benchmark"), content, actor="command:benchmark")
    spent = time.perf_counter() - began
    store.close()
    return files / spent


def memory(folder: Path, size_mb: int) -> float:
    """By how many MB a fresh process grows that seals, opens and verifies so much."""
    make_file(folder, size_mb * 1_000_000)
    command = [sys.executable, "-m", "benchmarks.vault", "--child", str(folder)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def child(folder: Path) -> None:
    vault = load("vaults", "local", VaultPart).open(Settings(data_dir=folder))
    key = new_data_key()
    vault.seal(key, Descriptor(os.memfd_create("warm")), None)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    placed = vault.seal(key, Descriptor(os.open(folder / "content", os.O_RDONLY)), None)
    assert read_all(vault, placed.object_id, key) == placed.size_bytes
    assert vault.verify(placed.object_id, permit_for(placed.object_id), key, AT) == placed.size_bytes
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size-mb", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-mb", type=int, default=1_000)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--folder", type=Path, help="where the files go (else the system's temporary folder)")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child)
        return 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        rates = large(Path(name), asked.size_mb, asked.rounds)
        print(f"one file of {asked.size_mb} MB, median of {asked.rounds}: MB a second of CPU | by the clock")
        for what, rate in rates.items():
            print(f"  {what:24}{rate['cpu_mb_s']:10,.0f} {rate['clock_mb_s']:10,.0f}")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        uploads = small(Path(name), asked.files)
        print(f"uploads of {SMALL_BYTES:,} bytes, one after another, each durable: {uploads:,.0f} a second")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        grown = memory(Path(name), asked.memory_mb)
        print(f"memory grown by sealing, opening and verifying {asked.memory_mb} MB: {grown:.1f} MB")
    met = all(rates[what]["cpu_mb_s"] >= GOAL_MB_S for what in ("seal into the vault", "open"))
    met = met and grown < MEMORY_GOAL_MB
    print(f"goals ({GOAL_MB_S} MB/s a core, under {MEMORY_GOAL_MB} MB): {'met' if met else 'NOT met'}")
    if asked.json:
        told = {"large": rates, "small_per_s": uploads, "memory_mb": grown}
        asked.json.write_text(json.dumps(told, indent=1))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
