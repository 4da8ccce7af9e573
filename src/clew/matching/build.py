"""Building: which segments are written anew, and how a new generation comes to stand beside the old one."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clew.errors import UnavailableError
from clew.ground.clock import Clock
from clew.matching import manifest as manifests
from clew.matching.folder import IndexFolder
from clew.matching.followed import FollowedType, IndexedType
from clew.matching.gather import gather
from clew.matching.manifest import Manifest, SegmentFile
from clew.matching.provenance import begin_generation, new_token, vouch
from clew.matching.snapshot import Opened
from clew.parts.indexes.base import Rows
from clew.parts.stores.base import Store
from clew.records.identifiers import ChangeSequence

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # entries done, entries in all; what it raises ends the build

# A segment is written anew when more than one row in so many is silent: they cost time and hide floods.
_SILENT_SHARE = 8
# ... but never for fewer silent rows than this: to skip them costs nothing that can be measured.
_FEWEST_SILENT = 4096
# A segment up to so many times as large as what is written anyway is merged into it. Each then is at least twice the
# next, so that 10 million entries that came one by one lie in at most seven segments, each written seven times.
_MERGED_RATIO = 2
_FLOOD_ENTRIES, _FLOOD_SHARE = 1000, 1000


def first_to_write(followed: FollowedType, delta_entries: int) -> int | None:
    """The first segment that the next build takes in, with all after it and the delta; None when no build is due."""
    snapshot = followed.snapshot
    if snapshot is None:
        return 0
    pending = len(snapshot.delta.entry_ids)
    if followed.orphaned:
        return 0 if snapshot.audible > delta_entries else None
    first = next((place for place, each in enumerate(snapshot.opened) if _worn(each)), len(snapshot.opened))
    if first == len(snapshot.opened) and pending <= delta_entries:
        return None
    size = pending + sum(each.audible for each in snapshot.opened[first:])
    while first > 0 and snapshot.opened[first - 1].audible <= _MERGED_RATIO * size:
        first -= 1
        size += snapshot.opened[first].audible
    return first


def _worn(opened: Opened) -> bool:
    return opened.silenced >= _FEWEST_SILENT and opened.silenced * _SILENT_SHARE > opened.segment.count


def is_flood(largest_bucket: int, entries: int) -> bool:
    """Whether far more entries share one key than hashes of different pictures do.

    At 10 million the fullest of 65,536 buckets holds some 250; what is reported holds forty times that.
    """
    return largest_bucket > _FLOOD_ENTRIES + entries // _FLOOD_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Writes generations of one signal type; whoever calls it holds the builder's lock.

    Attributes:
        progress: told while rows are read and while the file is written.
    """

    store: Store
    kind: IndexedType
    folder: IndexFolder
    clock: Clock
    progress: Progress = lambda _done, _of: None

    def build(self, current: Manifest | None, kept: Sequence[SegmentFile]) -> Manifest:
        """A generation stands that holds the kept segments, and in a new one all that is after them.

        Killed at any point it leaves the old generation, or the new one.

        Args:
            current: the manifest that is replaced, when it is one of this database.
            kept: its first segments, without gap; with no manifest to take them from, none is kept.
        Raises:
            UnavailableError: the disk is full or fails, or the database cannot be read; the old generation stands.
        """
        kept = kept if current is not None else ()
        try:
            self.folder.create()
            self.folder.clear(_names(current))
            rows, through = self._read(kept)
            return self._write(current, kept, rows, through)
        except OSError as error:
            raise UnavailableError(
                f"the index of {self.kind.name} cannot be written in {self.folder.path}: {error.strerror}; "
                "what it held before goes on answering"
            ) from error

    def _read(self, kept: Sequence[SegmentFile]) -> tuple[Rows, ChangeSequence]:
        after = ChangeSequence(kept[-1].through if kept else 0)
        width = self.kind.width_bytes
        with self.store.read() as reader:
            through = reader.change_sequence()
            expected = max(reader.count_index_rows(self.kind.name) - sum(each.entries for each in kept), 0)
            batches = reader.stream_index_rows(self.kind.name, after=after, through=through, width_bytes=width)
            # Reading and writing take about as long, so each is half of the way.
            rows = gather(
                batches, width, expected=expected, read=lambda done: self.progress(done // 2, max(expected, done))
            )
        return rows, through

    def _write(
        self, current: Manifest | None, kept: Sequence[SegmentFile], rows: Rows, through: ChangeSequence
    ) -> Manifest:
        generation, seed = begin_generation(self.store, self.kind.name, self.clock)
        count = len(rows.entry_ids)
        segments = list(kept)
        if count:
            name = self.folder.segment_name(generation)
            facts = self.kind.part.write_segment(
                self.folder.segment(name),
                rows,
                seed=seed,
                stamp=(generation, through),
                progress=lambda done, of: self.progress((count + count * done // of) // 2, count),
            )
            if is_flood(facts.largest_bucket, count):
                _log.warning(
                    "%s entries of %s share one key of the index: near-equal hashes by the thousand, or a list made to "
                    "slow the search down; look at what was imported last",
                    facts.largest_bucket,
                    self.kind.name,
                )
            segments.append(
                SegmentFile(
                    name=name,
                    entries=facts.count,
                    after=kept[-1].through if kept else 0,
                    through=through,
                    checksum=facts.checksum,
                    size_bytes=facts.size_bytes,
                    largest_bucket=facts.largest_bucket,
                )
            )
        manifest = Manifest(
            signal_type=self.kind.name,
            width_bytes=self.kind.width_bytes,
            folder=current.folder if current is not None else new_token(),
            token=new_token(),
            generation=generation,
            through=through,
            segments=tuple(segments),
            previous=tuple(each.name for each in current.segments) if current is not None else (),
        )
        vouch(self.store, manifest, current, self.clock)
        manifests.write(self.folder.manifest, manifest)
        self.folder.clear(_names(manifest))
        return manifest


def _names(manifest: Manifest | None) -> set[str]:
    """The files that processes may be about to open."""
    return set() if manifest is None else {each.name for each in manifest.segments} | set(manifest.previous)
