"""The live index: what one process searches, never more than a moment behind the database.

Segments are files that all processes map; each process keeps its own delta of what came after them and its own list of
what was removed since, and follows both by the database's change sequence. Searching takes no lock.
"""

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.errors import ClewError, DamagedError, NotFoundError, UnavailableError
from clew.ground.clock import Clock, monotonic_s
from clew.matching.build import Builder, Progress, first_to_write
from clew.matching.folder import IndexFolder, builder_lock
from clew.matching.followed import FollowedType, IndexedType
from clew.matching.status import IndexStatus, fault_of, type_status
from clew.parts.indexes.base import Neighbours
from clew.parts.stores.base import Store
from clew.records.identifiers import SignalType
from clew.records.match import IndexState
from clew.settings import Matching

__all__ = ["IndexedType", "LiveIndex"]

_log = logging.getLogger(__name__)

# After a build that failed, for want of room above all.
_BUILD_AGAIN_S = 60.0
# Reading all segments takes a second of one core for each 2 GB of them.
_VERIFY_AGAIN_S = 3600.0
# A step that took long is followed by a pause as long, so that following never takes more than half of a core.
_LONGEST_PAUSE_S = 0.5
_NOT_FOLLOWED, _NOT_BUILT = "the index follows no longer: ", "the index could not be built: "


class LiveIndex:
    """The index of one installation in one process; made anew after a fork.

    Args:
        store: the truth.
        index_dir: where segments stand; on one machine, all processes share it.
        types: what is indexed.
    """

    def __init__(
        self, store: Store, index_dir: Path, types: Iterable[IndexedType], settings: Matching, clock: Clock
    ) -> None:
        self._store = store
        self._index_dir = index_dir
        self._settings = settings
        self._clock = clock
        self._types = {
            kind.name: FollowedType(
                kind,
                IndexFolder(index_dir / kind.name),
                delta_entries=settings.delta_entries,
                huge_pages=settings.huge_pages,
            )
            for kind in types
        }
        self._building: dict[SignalType, tuple[int, int]] = {}
        self._followed_at: datetime | None = None
        self._follow_fault = self._build_fault = ""
        self._following = threading.Lock()
        self._due, self._stopped = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    # ---- reading

    def search(
        self, signal_type: SignalType, values: NDArray[np.uint8], radius_by_list: NDArray[np.int16], *, limit: int
    ) -> tuple[Neighbours, IndexState]:
        """Every entry near enough to each query, and the index state that answered. Any thread may call it.

        Args:
            values: uint8[m, width of the type], C order.
            radius_by_list: by list id; -1, or an id beyond the array, is not asked.
            limit: matches kept for each query, 1 or more; `Neighbours.totals` counts them all.
        Raises:
            UnavailableError: the index is being built; it never answers in part.
            InputError: the values have another width.
        """
        snapshot = self._get(signal_type).snapshot
        if snapshot is None:
            raise self._unavailable(signal_type)
        try:
            return snapshot.search(values, radius_by_list, limit), snapshot.state
        except DamagedError as error:
            self._get(signal_type).distrust(snapshot)
            raise self._unavailable(signal_type) from error

    def state(self, signal_type: SignalType) -> IndexState:
        """The state that would answer now; UnavailableError when none would."""
        snapshot = self._get(signal_type).snapshot
        if snapshot is None:
            raise self._unavailable(signal_type)
        return snapshot.state

    def status(self) -> IndexStatus:
        """How the index stands, for readiness, metrics and the doctor. Touches neither disk nor database."""
        followed_at = self._followed_at
        return IndexStatus(
            types=tuple(type_status(each, self._building.get(name)) for name, each in self._types.items()),
            followed_at=followed_at,
            lag_s=None if followed_at is None else (self._clock() - followed_at).total_seconds(),
            fault=self._follow_fault or self._build_fault,
        )

    # ---- following

    def follow_once(self) -> None:
        """The index holds all that is committed; what cannot be read leaves it as it was.

        Raises:
            ClewError: the database cannot be read, or one type's entries are damaged; the other types have followed.
        """
        with self._following:
            at = self._clock()
            for each in self._types.values():
                each.refuse_changed()
            # Before the database is read: it then knows every manifest that was read.
            manifests = [(each, each.find_manifest()) for each in self._types.values()]
            faults: list[ClewError] = []
            with self._store.read() as reader:
                sequence = reader.change_sequence()
                for each, manifest in manifests:
                    try:
                        each.follow(reader, sequence, manifest)
                    except ClewError as error:
                        faults.append(error)
            if any(each.unverified or self._first_to_write(each) is not None for each in self._types.values()):
                self._due.set()
            if faults:
                raise faults[0]
            self._followed_at = at

    def start(self, *, build: bool = True) -> None:
        """Background threads follow the database and, unless another process shall, build what is due."""
        self._stopped.clear()
        self._threads = [threading.Thread(target=self._follow, name="clew-index-follow", daemon=True)]
        if build:
            self._threads.append(threading.Thread(target=self._build_due, name="clew-index-build", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """The threads have ended; a build under way is given up. The index still answers, and no longer follows."""
        self._stopped.set()
        self._due.set()
        for thread in self._threads:
            thread.join()
        self._threads = []

    # ---- building

    def ready(self, progress: Progress | None = None) -> None:
        """Every type answers from segments that were read whole; what must be built first is built here, now.

        Raises:
            UnavailableError: a type cannot answer. A build that is only due, and fails, is a fault of the status.
        """
        self.follow_once()
        try:
            self.maintain_once(wait=True, progress=progress)
            self._build_fault = ""
        except UnavailableError as error:
            if any(each.snapshot is None for each in self._types.values()):
                raise
            self._build_fault = _told(error, self._build_fault, _NOT_BUILT)

    def build(self, signal_type: SignalType, progress: Progress | None = None) -> None:
        """All entries of a type are in one new segment. Waits while another process builds.

        Raises:
            UnavailableError: the disk is full or fails; the index answers as before.
        """
        followed = self._get(signal_type)
        with builder_lock(self._index_dir, wait=True, stopped=self._stopped.is_set):
            self.follow_once()
            self._build(followed, 0, progress)
            self._build_fault = ""

    def verify(self) -> list[str]:
        """Every segment in use was read whole; what was wrong. A damaged one is set aside and no longer answers."""
        faults = []
        for each in self._types.values():
            each.doubt()
            faults += each.verify()
        return faults

    def maintain_once(self, *, wait: bool = False, progress: Progress | None = None) -> None:
        """Segments that are new here were verified; what is due was built, unless another process builds.

        Args:
            wait: until the other process is done, for a type that does not answer else.
        Raises:
            UnavailableError: the disk is full or fails; the index answers as before.
        """
        for each in self._types.values():
            if each.unverified and each.verify():
                self.follow_once()
            if self._first_to_write(each) is None:
                continue
            needed = wait and each.snapshot is None
            with builder_lock(self._index_dir, wait=needed, stopped=self._stopped.is_set) as held:
                if not held:
                    continue
                self.follow_once()  # another process may have built it
                first = self._first_to_write(each)
                if first is not None:
                    self._build(each, first, progress)

    # ---- private

    def _get(self, signal_type: SignalType) -> FollowedType:
        try:
            return self._types[signal_type]
        except KeyError:
            raise NotFoundError(
                f"no index for signal type '{signal_type}'; there are: {', '.join(self._types)}"
            ) from None

    def _unavailable(self, signal_type: SignalType) -> UnavailableError:
        return UnavailableError(fault_of(self._types[signal_type], self._building.get(signal_type)))

    def _first_to_write(self, followed: FollowedType) -> int | None:
        return first_to_write(followed, self._settings.delta_entries)

    def _build(self, followed: FollowedType, first: int, progress: Progress | None) -> None:
        name, snapshot = followed.kind.name, followed.snapshot
        in_use = () if snapshot is None or followed.orphaned else snapshot.opened

        def report(done: int, of: int) -> None:
            if self._stopped.is_set():
                raise UnavailableError(f"the build of the index of {name} was given up: the process stops")
            self._building[name] = (done, of)
            if progress is not None:
                progress(done, of)

        builder = Builder(
            store=self._store, kind=followed.kind, folder=followed.folder, clock=self._clock, progress=report
        )
        try:
            builder.build(
                None if followed.orphaned else followed.find_manifest(), [each.file for each in in_use[:first]]
            )
        finally:
            self._building.pop(name, None)
        self.follow_once()

    def _follow(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            began = monotonic_s()
            try:
                self.follow_once()
                self._follow_fault = ""
            except Exception as error:  # noqa: BLE001  the thread must outlive whatever a database can do
                self._follow_fault = _told(error, self._follow_fault, _NOT_FOLLOWED)
            pause = max(self._settings.follow_ms / 1000, min(monotonic_s() - began, _LONGEST_PAUSE_S))

    def _build_due(self) -> None:
        while True:
            if not self._due.wait(_VERIFY_AGAIN_S):
                # Disks and memory forget: what was sound when it was opened is read whole again.
                for each in self._types.values():
                    each.doubt()
            self._due.clear()
            if self._stopped.is_set():
                return
            try:
                self.maintain_once()
                self._build_fault = ""
            except Exception as error:  # noqa: BLE001  as above; the old state goes on answering
                if self._stopped.is_set():
                    return
                self._build_fault = _told(error, self._build_fault, _NOT_BUILT)
                self._stopped.wait(_BUILD_AGAIN_S)


def _told(error: Exception, before: str, what: str) -> str:
    """The fault for the status; it is logged when it is a new one, with its trace when we do not know it by name."""
    fault = what + (str(error) if isinstance(error, ClewError) else type(error).__name__)
    if fault != before:
        _log.warning("%s", fault, exc_info=None if isinstance(error, ClewError) else error)
    return fault
