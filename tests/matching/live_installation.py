"""An installation for the tests of the live index: a real store, lists, and any number of indexes over one folder."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import numpy as np

from clew.kernels import hamming
from clew.matching import manifest
from clew.matching.live import IndexedType, LiveIndex
from clew.matching.manifest import Manifest
from clew.parts import shelf
from clew.parts.indexes.base import IndexPart
from clew.parts.stores.base import StorePart
from clew.records.hashlist import HashList, LegalBasis, NewEntry, ServiceKind, Source
from clew.records.identifiers import ListId, ListName, SignalType, SourceName
from clew.settings import Matching

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
PDQ, SHA1 = SignalType("pdq"), SignalType("sha1")
WIDTHS = {PDQ: 32, SHA1: 20}
LIMIT = 1000


class Installation:
    """One database and one index folder.

    Attributes:
        now: what the clock says.
    """

    def __init__(self, folder: Path, *, url: str = "", lists: Sequence[str] = ("one", "two")) -> None:
        self.folder = folder
        self.now = NOON
        self.store = shelf.load("stores", "sql", StorePart).open(url or f"sqlite:///{folder / 'clew.db'}")
        self.store.migrate()
        with self.store.read() as reader:
            known = {each.name: each.id for each in reader.lists()}
        self.lists = [known.get(ListName(name)) or self._create(name) for name in lists]

    def _create(self, name: str) -> ListId:
        source = Source(
            name=SourceName("source"),
            kind=ServiceKind.OWN,
            jurisdiction="INT",
            legal_basis=LegalBasis(text="made for tests", since=NOON),
        )
        self.store.transact(lambda unit: unit.put_source(source))
        wanted = HashList(id=ListId(0), name=ListName(name), source=source.name, created_at=NOON)
        return self.store.transact(lambda unit: unit.create_list(wanted)).id

    def index(self, *, delta_entries: int = 1000, **matching) -> LiveIndex:
        """What one more process would have."""
        parts = {PDQ: "hamming", SHA1: "exact"}
        return LiveIndex(
            self.store,
            self.folder / "index",
            [
                IndexedType(name=name, width_bytes=WIDTHS[name], part=shelf.load("indexes", part, IndexPart))
                for name, part in parts.items()
            ],
            replace(Matching(), delta_entries=delta_entries, **matching),
            lambda: self.now,
        )

    def add(self, values, *, to: int = 0, kind: SignalType = PDQ) -> None:
        entries = [NewEntry(type=kind, value=bytes(value)) for value in values]
        self.store.transact(lambda unit: unit.add_entries(self.lists[to], entries, NOON))

    def remove(self, values, *, of: int = 0, kind: SignalType = PDQ) -> int:
        keys = [(kind, bytes(value)) for value in values]
        return self.store.transact(lambda unit: unit.remove_entries(self.lists[of], keys, NOON))

    def radius(self, *within: int):
        """The radius of the lists in their order."""
        asked = np.full(max(self.lists) + 1, -1, np.int16)
        for list_id, bits in zip(self.lists, within, strict=False):
            asked[list_id] = bits
        return asked

    def scan(self, queries, radius, kind: SignalType = PDQ):
        """What a search must find: every standing entry of the database, compared plainly."""
        with self.store.read() as reader:
            entries = sorted(
                (entry for each in self.lists for entry in reader.stream_entries(each, NOON) if entry.type == kind),
                key=lambda entry: entry.id,
            )
        return hamming.reference_search(
            np.array([list(entry.value) for entry in entries], np.uint8).reshape(-1, WIDTHS[kind]),
            np.array([entry.id for entry in entries], np.int64),
            np.array([entry.list_id for entry in entries], np.uint32),
            queries,
            radius,
            None,
            LIMIT,
        )


def assert_finds_all(installation: Installation, index: LiveIndex, queries, radius=None, kind: SignalType = PDQ):
    """The index answers what the database holds, match by match."""
    radius = installation.radius(31, 31) if radius is None else radius
    answer, _ = index.search(kind, queries, radius, limit=LIMIT)
    expected = installation.scan(queries, radius, kind)
    for column in set(expected._fields) - {"row"}:
        np.testing.assert_array_equal(getattr(answer, column), getattr(expected, column), column)


def near_values(rng: np.random.Generator, count: int, kind: SignalType = PDQ):
    """Values of which many lie near one another: few centres, up to 40 flipped bits."""
    width = WIDTHS[kind]
    values = np.random.default_rng(1).integers(0, 256, (12, width), dtype=np.uint8)[rng.integers(0, 12, count)]
    for value in values:
        for bit in rng.integers(0, 8 * width, rng.integers(0, 41)):
            value[bit >> 3] ^= 1 << (bit & 7)
    return values


def segment_files(installation: Installation, kind: SignalType = PDQ) -> list[Path]:
    return sorted((installation.folder / "index" / kind).glob("*.segment"))


class Process:
    """Another process of the installation."""

    def __init__(self, running: subprocess.Popen[str], lines: IO[str], orders: IO[str]) -> None:
        self.running = running
        self._lines = lines
        self._orders = orders

    def hear(self) -> str:
        """Its next line; "" when it has ended."""
        return self._lines.readline().rstrip("\n")

    def tell(self, line: str) -> None:
        self._orders.write(line + "\n")
        self._orders.flush()

    def finish(self) -> list[str]:
        """All further lines, once it has ended well."""
        lines = self._lines.read().splitlines()
        assert self.running.wait() == 0, lines
        return lines

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()


@contextmanager
def process(role: str, folder: Path, *arguments: object) -> Iterator[Process]:
    """A process that plays a role of `live_process.py`; it has ended at the end, if need be by force."""
    command = [sys.executable, "-W", "error", "-m", "tests.matching.live_process", role, str(folder)]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        [*command, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            yield Process(running, running.stdout, running.stdin)
        finally:
            running.kill()


def read_manifest(installation: Installation) -> Manifest:
    found = manifest.find(installation.folder / "index" / PDQ / "manifest.json")
    assert found is not None
    return found


def later(installation: Installation, seconds: float) -> None:
    installation.now += timedelta(seconds=seconds)
