"""Looking addresses up: Clew's columns beside maxminddb's own readers, over the same file, in one process.

    python -m benchmarks.routing                          600,000 networks, a million addresses
    python -m benchmarks.routing --addresses 100000

The file is made here: random networks of invented countries, 385,000 of IPv4 and 215,000 of IPv6, and no place of any
real address. Seven in ten addresses are IPv4, four in five lie in a network. Every answer is compared with maxminddb's.
Speeds are addresses for each second of this process's CPU time on one thread, contenders taking turns, medians.
"""

import argparse
import ipaddress
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import maxminddb
import numpy as np

from clew.parts import shelf
from clew.parts.geography.base import Addresses, GeographyPart, Ranges
from tests.parts.geography.mmdb_writer import country, write

V4_NETWORKS, V6_NETWORKS = 385_000, 215_000
TURNS = 5
SLOW_SHARE = 20  # readers that answer one by one are asked for every twentieth address


def networks(rng: np.random.Generator, v4: int, v6: int) -> list[str]:
    """Networks that lie apart: each begins a /20 or a /40 of its own."""
    begins = rng.choice(0xDF0 << 8, v4, replace=False) + (0x010 << 8)
    fours = [
        f"{ipaddress.IPv4Address(int(a) << 12)}/{b}" for a, b in zip(begins, rng.integers(20, 25, v4), strict=True)
    ]
    begins = np.unique(rng.integers(0x2400 << 24, 0x2C00 << 24, v6 * 2))[:v6]
    sixes = [
        f"{ipaddress.IPv6Address(int(a) << 88)}/{b}" for a, b in zip(begins, rng.integers(40, 65, v6), strict=True)
    ]
    return fours + sixes


def asked(rng: np.random.Generator, known: Sequence[str], count: int) -> list[str]:
    """Addresses as texts, most of them within a network."""
    fours = [ipaddress.IPv4Network(each) for each in known if ":" not in each]
    sixes = [ipaddress.IPv6Network(each) for each in known if ":" in each]
    found = []
    for four, inside, pick, noise in zip(
        rng.random(count) < 0.7,
        rng.random(count) < 0.8,
        rng.random(count),
        rng.integers(0, 1 << 32, count),
        strict=True,
    ):
        if four:
            network = fours[int(pick * len(fours))]
            number = int(network.network_address) + int(noise) % network.num_addresses if inside else int(noise)
            found.append(str(ipaddress.IPv4Address(number)))
        else:
            six = sixes[int(pick * len(sixes))]
            number = int(six.network_address) + (int(noise) if inside else int(noise) << 90)
            found.append(str(ipaddress.IPv6Address(number)))
    return found


def speed(work: Callable[[], object], count: int) -> float:
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def one_by_one(reader: maxminddb.Reader, texts: Sequence[str]) -> list[Any]:
    return [reader.get(each) for each in texts]


def compare(ranges: Ranges, path: Path, texts: Sequence[str]) -> dict[str, float]:
    columns = Addresses.of(texts)
    some = texts[::SLOW_SHARE]
    contenders: dict[str, tuple[Callable[[], object], int]] = {
        "clew, columns": (lambda: ranges.find(columns), len(texts)),
        "clew, from text": (lambda: ranges.find(Addresses.of(texts)), len(texts)),
    }
    modes = {"maxminddb, C extension": maxminddb.MODE_MMAP_EXT, "maxminddb, Python": maxminddb.MODE_MMAP}
    readers = {name: maxminddb.open_database(str(path), mode) for name, mode in modes.items()}
    for name, reader in readers.items():
        contenders[name] = (partial(one_by_one, reader, some), len(some))
    turns: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(TURNS):
        for name, (work, count) in contenders.items():
            turns[name].append(speed(work, count))
    expected = one_by_one(readers["maxminddb, Python"], some)
    places = ranges.find(Addresses.of(some)).places
    mine = [country(known.country) if (known := ranges.territories[each]) else None for each in places]
    assert mine == expected
    return {name: statistics.median(each) for name, each in turns.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--addresses", type=int, default=1_000_000)
    parser.add_argument("--networks", type=int, default=V4_NETWORKS + V6_NETWORKS)
    given = parser.parse_args()
    rng = np.random.default_rng(20261123)
    v4 = given.networks * V4_NETWORKS // (V4_NETWORKS + V6_NETWORKS)
    known = networks(rng, v4, given.networks - v4)
    codes = [a + b for a in "ABCDEFGHIJKLMNOP" for b in "ABCDEFGHIJKLMNO"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.mmdb"
        path.write_bytes(write({each: country(codes[int(rng.integers(len(codes)))]) for each in known}, bits=28))
        part = shelf.load("geography", "mmdb", GeographyPart)
        first, again = (1 / speed(lambda: part.open(path), 1) for _ in range(2))
        ranges = part.open(path)
        speeds = compare(ranges, path, asked(rng, known, given.addresses))
        kept = (path.parent / "made.mmdb.clew-ranges").stat().st_size
    print(
        f"{len(known):,} networks, {len(ranges.v4_starts) + len(ranges.v6_low):,} ranges, {given.addresses:,} addresses"
    )
    print(f"flattened in {first:.2f} s of CPU, opened again in {again:.2f} s; {kept / 1e6:.1f} MB kept")
    for name, each in speeds.items():
        print(f"{name:26} {each:12,.0f} addresses a second   {speeds['clew, columns'] / each:8.1f} times slower")
    about = {"machine": platform.machine(), "python": platform.python_version(), "speeds": speeds}
    print(json.dumps(about | {"flatten_s": first, "open_s": again, "networks": len(known)}))


if __name__ == "__main__":
    main()
