"""The store's contract: one unit of work in which a state change and its audit row commit together, or not at all."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from clew.parts.stores._audit_log import AuditLogReader, AuditLogWriter
from clew.parts.stores._drafts import DraftReader, DraftWriter
from clew.parts.stores._evidence import EvidenceReader, EvidenceWriter
from clew.parts.stores._filing import FilingReader, FilingWriter
from clew.parts.stores._intake import IntakeReader, IntakeWriter
from clew.parts.stores._linking import LinkingReader, LinkingWriter
from clew.parts.stores._people import PeopleReader, PeopleWriter
from clew.parts.stores._review import ReviewReader, ReviewWriter
from clew.parts.stores._routing import RoutingReader, RoutingWriter
from clew.parts.stores._triage import TriageReader, TriageWriter
from clew.parts.stores._url_reports import UrlReportReader, UrlReportWriter
from clew.records.hashlist import Action, Entry, HashList, ListState, NewEntry, Opinion, RowFault, Source
from clew.records.identifiers import ChangeSequence, EntryId, HitId, ListId, ListName, RunId, SignalType, SourceName
from clew.records.match import Hit
from clew.records.screening import ApiKey, CountKey, FileMark, Purpose, PurposeBasis, Run
from clew.records.signal import Signal

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryColumns:
    """Entries as the index takes them; row i of each array is one entry, ascending by entry id.

    Attributes:
        values: uint8, shape (n, width of the type).
        entry_ids: int64, shape (n,).
        lists: uint32, shape (n,); the list's id.
    """

    values: NDArray[np.uint8]
    entry_ids: NDArray[np.int64]
    lists: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of a batch of entries: new, changed in their particulars, or already there unchanged."""

    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HitFilter:
    """Which hits to show; None does not filter. Newest first; `before` pages by the last id seen.

    Attributes:
        after: only newer ones, and of those the nearest to it up to the limit: how one steps back towards the newest.
    """

    list_id: ListId | None = None
    exact: bool | None = None
    action: Action | None = None
    run_id: RunId | None = None
    since: datetime | None = None
    before: HitId | None = None
    after: HitId | None = None
    limit: int = 50


class Reader(
    PeopleReader,
    AuditLogReader,
    EvidenceReader,
    ReviewReader,
    FilingReader,
    DraftReader,
    IntakeReader,
    LinkingReader,
    TriageReader,
    RoutingReader,
    UrlReportReader,
    ABC,
):
    """A consistent view of the store; nothing done through it changes anything. Each later area has its own file."""

    # ---- lists

    @abstractmethod
    def get_source(self, name: SourceName) -> Source:
        """The source of that name; NotFoundError else."""

    @abstractmethod
    def sources(self) -> list[Source]:
        """Every source, by name."""

    @abstractmethod
    def find_list(self, name: ListName) -> HashList | None:
        """The list of that name, if there is one."""

    @abstractmethod
    def lists(self) -> list[HashList]:
        """Every list, by name."""

    @abstractmethod
    def list_states(self, at: datetime) -> list[ListState]:
        """How each list stands at a moment, by name."""

    @abstractmethod
    def import_faults(self, list_id: ListId, limit: int) -> list[RowFault]:
        """The faults of the list's last import, by row."""

    @abstractmethod
    def get_entries(self, ids: Sequence[EntryId], at: datetime) -> dict[EntryId, Entry]:
        """Those of the entries that are neither removed nor expired at a moment. Any number of ids."""

    @abstractmethod
    def find_entry(self, list_id: ListId, signal_type: SignalType, value: bytes) -> Entry | None:
        """The entry of one list with one value, unless it was removed."""

    @abstractmethod
    def stream_entries(self, list_id: ListId, at: datetime) -> Iterator[Entry]:
        """Every entry of a list that is neither removed nor expired, by id, in constant memory."""

    # ---- what the index follows

    @abstractmethod
    def change_sequence(self) -> ChangeSequence:
        """The sequence of the last committed change to a list, its entries or a source.

        Everything at or below it is visible here, and nothing that becomes visible later bears a number at or below
        it: who has followed up to n asks only for what is after n.
        """

    @abstractmethod
    def stream_index_rows(
        self, signal_type: SignalType, *, after: ChangeSequence, through: ChangeSequence, width_bytes: int
    ) -> Iterator[EntryColumns]:
        """Entries added in (after, through] and not removed up to `through`, in batches, ascending by entry id.

        Raises:
            DamagedError: a stored value is not `width_bytes` long.
        """

    @abstractmethod
    def removed_since(self, signal_type: SignalType, after: ChangeSequence) -> NDArray[np.int64]:
        """Ids of entries removed after a sequence, ascending."""

    @abstractmethod
    def count_index_rows(self, signal_type: SignalType) -> int:
        """How many entries of a type are not removed, over all lists. Does not count row by row."""

    # ---- screening

    @abstractmethod
    def hits(self, wanted: HitFilter) -> list[Hit]:
        """Hits that fit, newest first, at most `wanted.limit`."""

    @abstractmethod
    def count_hits(self, wanted: HitFilter) -> int:
        """How many hits fit, ignoring `before`, `after` and `limit`."""

    @abstractmethod
    def get_hit(self, hit_id: HitId) -> Hit:
        """One hit; NotFoundError else."""

    @abstractmethod
    def counts(self, since: date, until: date) -> dict[CountKey, int]:
        """The counts of the days in [since, until]."""

    @abstractmethod
    def count_kept_signals(self) -> int:
        """How many signals of content without a hit are kept."""

    @abstractmethod
    def find_open_run(self, key: str) -> Run | None:
        """The unfinished run with that key, if there is one."""

    @abstractmethod
    def runs(self, limit: int) -> list[Run]:
        """The latest runs, newest first."""

    @abstractmethod
    def stream_marks(self, run_id: RunId) -> Iterator[FileMark]:
        """Every file that a run is done with, in no order."""

    @abstractmethod
    def find_mark(self, run_id: RunId, path: bytes) -> FileMark | None:
        """What a run knows of one path, if it is done with it."""

    # ---- permission

    @abstractmethod
    def find_key(self, key_id: str) -> ApiKey | None:
        """The API key of that id, revoked ones too."""

    @abstractmethod
    def keys(self) -> list[ApiKey]:
        """Every API key, newest first."""

    @abstractmethod
    def find_basis(self, purpose: Purpose) -> PurposeBasis | None:
        """The latest recorded ground of a purpose, in force or not."""

    @abstractmethod
    def find_value(self, name: str) -> str | None:
        """A small named value of the installation, such as the permutation seed of its index."""


class UnitOfWork(
    PeopleWriter,
    AuditLogWriter,
    EvidenceWriter,
    ReviewWriter,
    FilingWriter,
    DraftWriter,
    IntakeWriter,
    LinkingWriter,
    TriageWriter,
    RoutingWriter,
    UrlReportWriter,
    Reader,
):
    """One transaction: a reader that can also write. It commits when the work returns and rolls back when it raises."""

    @abstractmethod
    def put_source(self, source: Source) -> None:
        """The source is stored; one of that name is replaced."""

    @abstractmethod
    def create_list(self, hash_list: HashList) -> HashList:
        """The list is stored with a new id (the given id is ignored), which is never used again.

        Raises:
            NotFoundError: its source is not stored.
            ConflictError: the name is taken.
        """

    @abstractmethod
    def change_list(self, hash_list: HashList) -> None:
        """The list of that id has these particulars now."""

    @abstractmethod
    def remove_list(self, list_id: ListId, at: datetime) -> int:
        """The list is gone and its entries are removed; how many they were."""

    @abstractmethod
    def put_entry_opinion(self, list_id: ListId, signal_type: SignalType, value: bytes, opinion: Opinion) -> None:
        """The member's word stands on the entry, in place of its former one; nothing else of the entry changes.

        Raises:
            NotFoundError: there is no such list, or the value is not on it.
        """

    @abstractmethod
    def add_entries(self, list_id: ListId, entries: Sequence[NewEntry], at: datetime) -> Added:
        """The entries are on the list: a value that is there already takes the new particulars and keeps its id.

        What members have said of it stays unless the same member is named again: a source that sends its list anew
        must not silence a dispute. One change sequence is taken for the whole call. A value given twice counts once,
        with its last particulars. A bulk import calls it in chunks of 20,000: each commit rewrites every page that it
        touched, so that ten times smaller chunks cost about twice the time.

        Raises:
            NotFoundError: there is no such list.
        """

    @abstractmethod
    def remove_entries(self, list_id: ListId, keys: Sequence[tuple[SignalType, bytes]], at: datetime) -> int:
        """Those values are no longer on the list; how many were."""

    @abstractmethod
    def expire_entries(self, at: datetime, limit: int) -> int:
        """Entries whose time has come by `at` are removed, at most `limit`; how many were."""

    @abstractmethod
    def put_import(
        self, list_id: ListId, at: datetime, rows: int, faults: Sequence[RowFault], fault_count: int
    ) -> None:
        """The outcome of an import is kept: the first thousand faults by row, and how many there were in all."""

    @abstractmethod
    def add_hits(self, hits: Sequence[Hit]) -> None:
        """The hits are stored with their matches."""

    @abstractmethod
    def add_counts(self, counts: Mapping[CountKey, int]) -> None:
        """Each count grows by that much."""

    @abstractmethod
    def keep_signals(self, signals: Sequence[tuple[Signal, str | None]], at: datetime) -> None:
        """Signals of content without a hit are kept, each with the platform's reference."""

    @abstractmethod
    def delete_kept_signals(self, before: datetime | None = None) -> int:
        """Signals kept before a moment are gone, or all of them; how many they were."""

    @abstractmethod
    def create_run(self, run: Run) -> None:
        """A run begins."""

    @abstractmethod
    def add_marks(self, run_id: RunId, marks: Sequence[FileMark]) -> None:
        """Those files are done; a path marked before takes the new mark; the run's totals follow."""

    @abstractmethod
    def finish_run(self, run_id: RunId, at: datetime, *, unread: int = 0) -> Run:
        """The run is over and its marks are dropped; its final totals."""

    @abstractmethod
    def put_key(self, key: ApiKey) -> None:
        """The API key is stored, or replaced."""

    @abstractmethod
    def put_basis(self, basis: PurposeBasis) -> None:
        """The ground is recorded; earlier ones stay in the history."""

    @abstractmethod
    def be_alone(self) -> None:
        """No other work that asks for the same, and no change of lists, on whatever machine, goes on before the commit.

        A work that reads a value and writes what follows from it calls this first: what it reads then stays true.
        """

    @abstractmethod
    def put_value(self, name: str, value: str) -> None:
        """A small named value of the installation is stored."""

    @abstractmethod
    def try_lease(self, name: str, owner: str, until: datetime, at: datetime) -> bool:
        """Whether the owner holds the named task until then: it was free, had run out by `at`, or was theirs.

        One that ends further ahead than twice the length that is asked for was taken under a wrong clock: it has run
        out, and its owner gets it no more while another holds it.
        """

    @abstractmethod
    def release_lease(self, name: str, owner: str) -> None:
        """The owner no longer holds the named task; nothing happens when another does."""


class Store(ABC):
    """A database that holds everything Clew knows, except bytes."""

    @abstractmethod
    def migrate(self) -> None:
        """The database exists and its schema is the newest; safe to call by several processes at once.

        Raises:
            RefusedError: the database was written by a newer Clew.
            UnavailableError: it cannot be reached, created or written.
            DamagedError: the file is no database.
        """

    @abstractmethod
    def read(self) -> AbstractContextManager[Reader]:
        """A consistent snapshot for reading."""

    @abstractmethod
    def submit(self, work: Callable[[UnitOfWork], T]) -> Future[T]:
        """The work runs in a transaction; its future resolves once the commit is durable.

        Several works may share one commit (group commit); one that raises is undone alone and its future bears the
        error. The work runs on another thread, may be undone and run again, and must therefore change nothing but
        its unit of work; it must not submit in its turn.

        Raises:
            UnavailableError: (in the future) the database cannot be written now, and nothing of the work is stored;
                or its server went away during the commit, and the message says that the outcome is not known.
        """

    def transact(self, work: Callable[[UnitOfWork], T]) -> T:
        """`submit`, and wait: the result, durable."""
        return self.submit(work).result()

    @abstractmethod
    def check(self, *, whole: bool = False) -> None:
        """UnavailableError or DamagedError with a clear message unless the database answers and is sound.

        Also when works have waited long for another process to let them write, or the last commit has just failed.

        Args:
            whole: read all of it, seconds a gigabyte; else only what a readiness probe can afford.
        """

    @abstractmethod
    def close(self) -> None:
        """Work under way is finished, connections are closed."""


class StorePart(ABC):
    """A kind of store."""

    name: str

    @abstractmethod
    def open(self, url: str) -> Store:
        """The store at a URL; MissingPartError when its driver is not installed."""
