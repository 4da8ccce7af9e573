"""The index of one signal type, as this process sees it: which snapshot answers, and how it follows the database."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from clew.errors import ClewError, DamagedError, NotFoundError, UnavailableError
from clew.matching import manifest as manifests
from clew.matching.folder import IndexFolder
from clew.matching.gather import gather
from clew.matching.manifest import Manifest, SegmentFile
from clew.matching.provenance import is_known
from clew.matching.snapshot import Opened, Snapshot
from clew.parts.indexes.base import IndexPart, Rows, Segment
from clew.parts.stores.base import Reader
from clew.records.identifiers import ChangeSequence, SignalType
from clew.records.match import IndexState

_log = logging.getLogger(__name__)

# A process that starts without segments holds up to so many deltas' worth of entries in memory and answers at once;
# with more it waits for the first segment, since scanning them would be slow and every process would hold them.
_DELTAS_WITHOUT_SEGMENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedType:
    """How one signal type is indexed."""

    name: SignalType
    width_bytes: int
    part: IndexPart


class FollowedType:
    """The current snapshot of one signal type; replaced whole, so that a reader needs no lock.

    One thread follows at a time; `search` and `distrust` may come from any other.

    Attributes:
        snapshot: what answers; None until there is something whole to answer from.
        missing: why there is no snapshot.
        orphaned: the folder has no manifest of this database that can be used: the next build begins at nothing.
    """

    def __init__(self, kind: IndexedType, folder: IndexFolder, *, delta_entries: int, huge_pages: bool) -> None:
        self.kind = kind
        self.folder = folder
        self.snapshot: Snapshot | None = None
        self.missing = "is not open yet"
        self.orphaned = True
        self._delta_entries = delta_entries
        self._huge_pages = huge_pages
        self._distrusted: Snapshot | None = None
        self._verified: set[SegmentFile] = set()
        self._warned = ""
        self._replacing = threading.Lock()

    def find_manifest(self) -> Manifest | None:
        """The manifest in the folder; a damaged one is as good as none."""
        try:
            return manifests.find(self.folder.manifest)
        except (DamagedError, UnavailableError) as error:
            self._warn(str(error))
            return None

    def refuse_changed(self) -> None:
        """A segment that somebody changed while it is in use answers no longer; called before the manifest is read."""
        snapshot = self.snapshot
        for each in snapshot.opened if snapshot is not None else ():
            try:
                each.segment.demand_unchanged()
            except DamagedError as error:
                self._refuse(each.file, error)

    def follow(self, reader: Reader, sequence: ChangeSequence, manifest: Manifest | None) -> None:
        """The snapshot is the database's content at the sequence, from the newest segments that are sound.

        Args:
            reader: opened after the manifest was read, so that it knows the manifest's token.
            sequence: the reader's last change.
        """
        if self._distrusted is not None:
            self.verify()
        current = base = self.snapshot
        if base is not None and sequence < base.state.sequence:
            self._warn(f"the database is older than the index of {self.kind.name}, which begins anew")
            base = None
        if manifest is not None and base is not None and manifest.token == base.token:
            self._orphan(False)
        elif manifest is not None and (opened := self._open(reader, sequence, manifest, base)) is not None:
            self._replace(self._rebased(reader, sequence, manifest, opened), current)
            self._orphan(False)
            self._warned = ""
            return
        else:
            self._orphan(True)
        if base is None:
            self._replace(self._without_segments(reader, sequence), current)
        elif sequence > base.state.sequence:
            added = self._rows(reader, base.state.sequence, sequence)
            removed = reader.removed_since(self.kind.name, ChangeSequence(base.state.sequence))
            self._replace(base.advanced(sequence, added, removed, self.kind.part.hold), current)

    def verify(self) -> list[str]:
        """Every segment in use was read whole once; one that is damaged no longer answers. What was wrong."""
        distrusted, faults = self._distrusted, []
        snapshot = distrusted or self.snapshot
        for each in snapshot.opened if snapshot is not None else ():
            verified = self._verified  # replaced when a doubt comes while this reads
            if each.file not in verified:
                try:
                    each.segment.verify()
                except DamagedError as error:
                    self._refuse(each.file, error)
                    faults.append(str(error))
                else:
                    verified.add(each.file)
        with self._replacing:
            if self._distrusted is distrusted:  # else a search met damage in another one meanwhile
                self._distrusted = None
        return faults

    @property
    def unverified(self) -> bool:
        """Whether a segment answers that was not yet read whole."""
        snapshot = self.snapshot
        return snapshot is not None and any(each.file not in self._verified for each in snapshot.opened)

    def doubt(self) -> None:
        """What was verified is to be verified again."""
        self._verified = set()

    def distrust(self, snapshot: Snapshot) -> None:
        """A search met damage: nothing answers until the segments were read whole."""
        with self._replacing:
            if self.snapshot is snapshot:
                self.snapshot, self._distrusted = None, snapshot
                self.missing = "proved to be damaged and is being verified"
                self.doubt()

    # ---- making snapshots

    def _open(
        self, reader: Reader, sequence: ChangeSequence, manifest: Manifest, base: Snapshot | None
    ) -> list[Opened] | None:
        """The manifest's segments, those that are open already taken over; None when they cannot be believed."""
        ours = (manifest.signal_type, manifest.width_bytes) == (self.kind.name, self.kind.width_bytes)
        if not ours or manifest.through > sequence or not is_known(reader, manifest):
            self._warn(f"the index of {self.kind.name} was not written from this database; it is built anew")
            return None
        known = {each.file: each.segment for each in base.opened} if base is not None else {}
        opened = []
        for file in manifest.segments:
            try:
                opened.append(Opened(file=file, segment=known.get(file) or self._open_file(file)))
            except (DamagedError, NotFoundError) as error:
                self._refuse(file, error)
                return None
        return opened

    def _open_file(self, file: SegmentFile) -> Segment:
        segment = self.kind.part.open_segment(self.folder.segment(file.name), private_huge_pages=self._huge_pages)
        if (segment.checksum, segment.count) != (file.checksum, file.entries):
            raise DamagedError(f"{file.name} is not the file that the manifest names")
        return segment

    def _rebased(
        self, reader: Reader, sequence: ChangeSequence, manifest: Manifest, opened: Sequence[Opened]
    ) -> Snapshot:
        """The manifest's segments, and as the delta all that came after them."""
        oldest = min((each.file.through for each in opened), default=manifest.through)
        removed = reader.removed_since(self.kind.name, ChangeSequence(oldest))
        delta = self._rows(reader, manifest.through, sequence)
        return Snapshot(
            state=IndexState(generation=manifest.generation, sequence=sequence),
            token=manifest.token,
            opened=tuple(each.without(removed) for each in opened),
            delta=delta,
            held=self.kind.part.hold(delta),
        )

    def _without_segments(self, reader: Reader, sequence: ChangeSequence) -> Snapshot | None:
        """All entries as the delta, when they are few."""
        if reader.count_index_rows(self.kind.name) > _DELTAS_WITHOUT_SEGMENT * self._delta_entries:
            self.missing = "is being built"
            return None
        delta = self._rows(reader, 0, sequence)
        return Snapshot(
            state=IndexState(generation=0, sequence=sequence),
            token="",
            opened=(),
            delta=delta,
            held=self.kind.part.hold(delta),
        )

    def _rows(self, reader: Reader, after: int, through: ChangeSequence) -> Rows:
        width = self.kind.width_bytes
        return gather(
            reader.stream_index_rows(self.kind.name, after=ChangeSequence(after), through=through, width_bytes=width),
            width,
        )

    def _replace(self, snapshot: Snapshot | None, current: Snapshot | None) -> None:
        """The snapshot answers, unless what it was made from was refused in the meantime."""
        with self._replacing:
            if self.snapshot is current:
                self.snapshot = snapshot

    # ---- damage

    def _refuse(self, file: SegmentFile, error: ClewError) -> None:
        """The file answers no longer here, and has no name any more under which others could open it.

        They see the manifest vanish, and then verify what they have open themselves.
        """
        self._warn(str(error))
        with self._replacing:
            if self.snapshot is not None and any(each.file == file for each in self.snapshot.opened):
                self.snapshot = None
        self.missing = "is damaged and is being built anew"
        self.orphaned = True
        manifest = self.find_manifest()
        if manifest is not None and file in manifest.segments:
            self.folder.manifest.unlink(missing_ok=True)
            self.folder.set_aside(file.name)

    def _orphan(self, orphaned: bool) -> None:
        if orphaned and not self.orphaned:
            # Somebody took the manifest away: perhaps because a segment proved to be damaged.
            self.doubt()
        self.orphaned = orphaned

    def _warn(self, fault: str) -> None:
        """Says a fault once, however often it is met again."""
        if fault != self._warned:
            self._warned = fault
            _log.warning("%s", fault)
