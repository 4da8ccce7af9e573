"""Import a list from a file: by chunks that are durable one after the other, so that a killed import is run again."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from clew.errors import InputError, UnavailableError
from clew.ground.clock import Clock
from clew.parts.exchanges.base import ExchangePart, KnownType, Reading
from clew.parts.signals.base import SignalPart
from clew.parts.stores.base import Added, Store, UnitOfWork
from clew.pipelines.list_forms import choose_exchange, get_exchange
from clew.pipelines.lists import ensure_list, list_event
from clew.pipelines.sources import SourceClaim, demand_basis
from clew.records.hashlist import Action, HashList, NewEntry, RowFault
from clew.records.identifiers import ListName, SignalType, SourceName

# Rows in one transaction. Fewer cost more: each commit writes every page of the index of values that it touched.
_CHUNK_ROWS = 20_000
# Faults that are kept by row; all are counted.
_KEPT_FAULTS = 1_000
_HEAD_BYTES = 65_536

# Rows and bytes of the file, both so far; what was told is durable.
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one import.

    Attributes:
        row_word: what stands in such a file one after the other: "row" or "record".
        rows: how many there were, good and bad.
        new, changed, unchanged: entries; a record with three hashes is three.
        expired: entries among them whose time had passed before they came; they do not match.
        vetted_by_themselves: entries that say of themselves that they are vetted, where the list is not.
        exact_action: what an exact match on a vetted and undisputed entry of the list leads to.
        faults: rows that could not be used, and how many of each kind.
        first_faults: the first thousand, by row.
        unknown_columns, unsupported, left_out, remarks: see `Reading`.
    """

    list: ListName
    source: SourceName
    format: str
    row_word: str
    rows: int
    new: int
    changed: int
    unchanged: int
    expired: int
    vetted_by_themselves: int
    exact_action: Action
    faults: int
    faults_by_kind: Mapping[str, int]
    first_faults: Sequence[RowFault]
    unknown_columns: Mapping[str, int]
    unsupported: Mapping[str, int]
    left_out: Mapping[str, int]
    remarks: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks of one import.

    Attributes:
        source: what is said of where the entries come from; needed whole when the list is new.
        vetted: None leaves the list as it is, a new one unvetted.
        format: an exchange's name; None finds it by content.
        region, uncategorised: see `Reading`.
    """

    source: SourceClaim = field(default_factory=SourceClaim)
    vetted: bool | None = None
    format: str | None = None
    region: str | None = None
    uncategorised: bool = False


def import_file(
    store: Store,
    path: Path,
    name: ListName,
    asked: Asked,
    *,
    signals: Mapping[SignalType, SignalPart],
    actor: str,
    clock: Clock,
    advance: Advance | None = None,
) -> Imported:
    """Every entry of a file is on the list.

    What `advance` was told is durable. The same import may be run again after it was killed at any moment: entries
    that are there already are counted as unchanged.

    Raises:
        InputError: the file cannot be read or is no list as a whole; or the list is new and its source is not said.
        RefusedError: the source's legal basis is not in force.
        ConflictError: what is said of the list or the source differs from what is recorded.
    """
    if not path.is_file():
        raise InputError(f"expected a file, {path} is {'another thing' if path.exists() else 'not there'}")
    try:
        with BufferedReader(FileIO(path), _HEAD_BYTES) as stream:
            head = stream.peek(_HEAD_BYTES)
            part = get_exchange(asked.format) if asked.format else choose_exchange(head, path.suffix)
            return import_list(
                store, stream, name, asked, part=part, signals=signals, actor=actor, clock=clock, advance=advance
            )
    except PermissionError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def import_list(
    store: Store,
    stream: BinaryIO,
    name: ListName,
    asked: Asked,
    *,
    part: ExchangePart,
    signals: Mapping[SignalType, SignalPart],
    actor: str,
    clock: Clock,
    advance: Advance | None = None,
) -> Imported:
    """As `import_file`, from a stream whose form is known."""
    reading = Reading(types=_known_types(signals), region=asked.region, uncategorised=asked.uncategorised)
    rows = part.read(stream, reading)  # refuses a file that is none, before anything is made
    at = clock()

    def begin(unit: UnitOfWork) -> HashList:
        found = ensure_list(unit, name, asked.source, vetted=asked.vetted, actor=actor, at=at)
        demand_basis(unit.get_source(found.source), at)
        return found

    found = store.transact(begin)
    load = _Load(store=store, found=found, part=part, actor=actor, clock=clock)
    for row in _readable(rows, load, reading):
        load.take(row)
        if load.full:
            load.flush(reading)
            if advance is not None:
                advance(load.durable_rows, _place(stream))
    load.finish(reading)
    if advance is not None:
        advance(reading.rows, _place(stream))
    return load.outcome(reading)


@dataclass(slots=True, kw_only=True)
class _Load:
    """One import under way: a chunk that gathers while the one before becomes durable."""

    store: Store
    found: HashList
    part: ExchangePart
    actor: str
    clock: Clock
    chunk: dict[tuple[SignalType, bytes], NewEntry] = field(default_factory=dict)
    gathered_rows: int = 0
    pending: Future[Added] | None = None
    pending_rows: int = 0
    durable_rows: int = 0
    stored: int = 0
    totals: Counter[str] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
    fault_count: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return self.gathered_rows >= _CHUNK_ROWS

    def take(self, row: NewEntry | RowFault) -> None:
        """One more row; of several rows with one value the last counts, as it would in separate imports."""
        self.gathered_rows += 1
        if isinstance(row, RowFault):
            self.fault_count += 1
            if len(self.faults) < _KEPT_FAULTS:
                self.faults.append(row)
            return
        key = (row.type, row.value)
        before = self.chunk.get(key)
        if before is not None:
            self.totals["unchanged" if before == row else "changed"] += 1
        self.chunk[key] = row

    def flush(self, reading: Reading) -> None:
        """The chunk is on its way to the disk, and the one before has arrived."""
        self.settle()
        self.gathered_rows = 0
        if not self.chunk:
            self.durable_rows = reading.rows
            return
        entries, self.chunk = list(self.chunk.values()), {}
        at, found = self.clock(), self.found
        facts: dict[str, str | int | bool | None] = {
            "format": self.part.name,
            "rows_through": reading.rows,
            "entries": len(entries),
        }
        self.totals["vetted_by_themselves"] += sum(bool(each.vetted) and not found.vetted for each in entries)
        self.totals["expired"] += sum(each.expires_at is not None and each.expires_at <= at for each in entries)

        def work(unit: UnitOfWork) -> Added:
            added = unit.add_entries(found.id, entries, at)
            told = facts | {"new": added.new, "changed": added.changed, "unchanged": added.unchanged}
            unit.audit(list_event(at, self.actor, "list.import", found.name, told))
            return added

        self.pending, self.pending_rows = self.store.submit(work), reading.rows

    def settle(self) -> None:
        """What was on its way is durable and counted."""
        if self.pending is None:
            return
        try:
            added = self.pending.result()
        except UnavailableError as error:
            raise self._stopped(error) from error
        self.pending, self.durable_rows = None, self.pending_rows
        self.stored += added.new + added.changed + added.unchanged
        self.totals.update(new=added.new, changed=added.changed, unchanged=added.unchanged)

    def finish(self, reading: Reading) -> None:
        """Everything is durable, and the outcome with it."""
        self.flush(reading)
        self.settle()
        at, found = self.clock(), self.found
        facts: dict[str, str | int | bool | None] = {
            "format": self.part.name,
            "rows": reading.rows,
            "faults": self.fault_count,
            **{name: self.totals[name] for name in ("new", "changed", "unchanged")},
        }

        def work(unit: UnitOfWork) -> None:
            # A file in which nothing was says nothing: what is recorded of the last import stands.
            if reading.rows or self.fault_count:
                unit.put_import(found.id, at, reading.rows, self.faults, self.fault_count)
            unit.audit(list_event(at, self.actor, "list.import-end", found.name, facts))

        try:
            self.store.transact(work)
        except UnavailableError as error:
            raise self._stopped(error) from error

    def _stopped(self, error: UnavailableError) -> UnavailableError:
        """The database stores no more: what it has stored, and that it can be gone on with."""
        return UnavailableError(
            f"{error}; stored before: {self.stored:,} entries of the first {self.durable_rows:,} "
            f"{self.part.row_word}s; run the same import again, it goes on from there"
        )

    def outcome(self, reading: Reading) -> Imported:
        """What is told of it."""
        return Imported(
            list=self.found.name,
            source=self.found.source,
            format=self.part.name,
            row_word=self.part.row_word,
            rows=reading.rows,
            new=self.totals["new"],
            changed=self.totals["changed"],
            unchanged=self.totals["unchanged"],
            expired=self.totals["expired"],
            vetted_by_themselves=self.totals["vetted_by_themselves"],
            exact_action=self.found.exact_action,
            faults=self.fault_count,
            faults_by_kind={kind.value: count for kind, count in reading.faults.items()},
            first_faults=tuple(self.faults),
            unknown_columns=reading.unknown_columns,
            unsupported=reading.unsupported,
            left_out=reading.left_out,
            remarks=reading.remarks,
        )


def _known_types(signals: Mapping[SignalType, SignalPart]) -> dict[SignalType, KnownType]:
    return {name: KnownType(name=name, parse=part.parse, check=part.check) for name, part in signals.items()}


def _readable(rows: Iterator[NewEntry | RowFault], load: _Load, reading: Reading) -> Iterator[NewEntry | RowFault]:
    """The rows; when the disk stops giving the file, what came so far is durable before UnavailableError says so."""
    try:
        yield from rows
    except OSError as error:
        load.flush(reading)
        load.settle()
        raise UnavailableError(
            f"the file cannot be read further after {load.part.row_word} {reading.rows:,}: {error.strerror}; "
            f"what came before is on the list, run the same import again"
        ) from error


def _place(stream: BinaryIO) -> int:
    return stream.tell() if stream.seekable() else 0
