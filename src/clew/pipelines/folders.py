"""Screen folders: a run of any length that remembers what it is done with, so that it goes on where it was stopped."""

import hashlib
import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np

from clew.errors import ClewError, ConflictError
from clew.ground import locks
from clew.ground.identity import new_id, this_machine
from clew.intake.receive import Found, Refused, stat_file, stream_files
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.files import FileHasher, HashedFile, shown_path
from clew.pipelines.installation import Installation
from clew.pipelines.legal import sweep_kept_signals
from clew.pipelines.uploads import Answer, Content
from clew.records.hashlist import Action, HashList
from clew.records.identifiers import ChangeSequence, HitId, ListName, RunId, SignalType
from clew.records.match import Channel, Hit
from clew.records.screening import CountKey, FileMark, Run
from clew.records.signal import Unhashable

# Files in one transaction: few enough that little is done again after a kill, enough that commits cost nothing.
_BATCH = 64
_PAGE = 500
# Longer than a batch takes, even of files that each take all the time that `decode.seconds` gives them by default.
_LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenedFile:
    """One file of a run. It is durable before it is told.

    Attributes:
        action: None when nothing of the file could be read, so nothing was screened.
        hit: the hit that it made.
        earlier: it was found before this command began, by the run that it resumes.
    """

    path: bytes
    action: Action | None
    hit: Hit | None = None
    unhashable: tuple[Unhashable, ...] = ()
    earlier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run screens, and against what.

    Attributes:
        roots: absolute paths.
        lists: names; none means all.
        machine: where the roots are; the same paths on another machine are other files.
    """

    roots: tuple[bytes, ...]
    lists: tuple[ListName, ...]
    types: tuple[SignalType, ...]
    dihedral: bool
    machine: str = ""

    def __post_init__(self) -> None:
        # A root inside another would be screened twice; but for a link, which is followed only where it is named.
        outer = [each for each in dict.fromkeys(self.roots) if not any(_is_met(each, other) for other in self.roots)]
        object.__setattr__(self, "roots", tuple(outer))

    @property
    def key(self) -> str:
        """What makes two runs the same one: the same command finds its unfinished run by it."""
        parts = [*self.roots, b"", *(each.encode() for each in (*sorted(self.lists), "", *sorted(self.types)))]
        return _digest(*parts, bytes([self.dihedral]), self.machine.encode())

    def against(self, lists: Iterable[HashList]) -> str:
        """What the run compares with: the lists asked for, and how near is near on each."""
        asked = sorted((each for each in lists if not self.lists or each.name in self.lists), key=lambda it: it.id)
        return _digest(*(f"{each.id} {sorted(each.within_bits.items())}".encode() for each in asked))


@dataclass(slots=True)
class FolderRun:
    """A run under way.

    Attributes:
        run: as it was when this command took it up, then as it ended.
        owner: holds its lease.
        resumed: it was begun by an earlier command.
        outdated: an earlier command left one that was begun with other lists; this one begins anew, so that every
            file is compared with what the lists have now.
        skipped: files that it was done with before, and that have not changed since.
    """

    run: Run
    plan: RunPlan
    owner: str
    resumed: bool = False
    outdated: bool = False
    skipped: int = 0


@contextmanager
def begin(installation: Installation, plan: RunPlan, *, fresh: bool) -> Iterator[FolderRun]:
    """The run of that plan, for this process alone: the unfinished one if its lists have gained nothing since.

    A lock in the data folder holds off other processes of it, and ends with this one; a lease in the database, renewed
    with each batch, holds off those of other data folders.

    Raises:
        ConflictError: another process has the same run under way.
    """
    now, owner = installation.clock(), _owner(installation)

    def work(unit: UnitOfWork) -> FolderRun:
        _hold_lease(unit, plan, owner, now)
        against, sequence = plan.against(unit.lists()), unit.change_sequence()
        earlier = unit.find_open_run(plan.key)
        outdated = earlier is not None and (
            earlier.against != against or _has_gained(unit, installation, plan, earlier.sequence, sequence)
        )
        if earlier is not None and not outdated and not fresh:
            return FolderRun(run=earlier, plan=plan, owner=owner, resumed=True)
        if earlier is not None:
            unit.finish_run(earlier.id, now)
        run = Run(
            id=RunId(new_id(now)),
            key=plan.key,
            against=against,
            sequence=sequence,
            roots=plan.roots,
            started_at=now,
            finished_at=None,
        )
        unit.create_run(run)
        return FolderRun(run=run, plan=plan, owner=owner, outdated=outdated and not fresh)

    with locks.hold(installation.settings.data_dir / "runs" / f"{plan.key}.lock", "the same screening"):
        sweep_kept_signals(installation.store, actor="system:screen", clock=installation.clock)
        under_way = installation.store.transact(work)
        try:
            yield under_way
        finally:
            with suppress(ClewError):  # it runs out by itself
                installation.store.transact(lambda unit: unit.release_lease(_lease_name(plan), owner))


def _lease_name(plan: RunPlan) -> str:
    return f"run.{plan.key}"


def _hold_lease(unit: UnitOfWork, plan: RunPlan, owner: str, now: datetime) -> None:
    """The run is this folder's for a while longer: over one database, others have their own folder and their own lock.

    Raises:
        ConflictError: it is another's.
    """
    if not unit.try_lease(_lease_name(plan), owner, now + _LEASE, now):
        raise ConflictError(
            "the same screening is under way from another data folder; wait for its end, or, if it was stopped there, "
            f"for {_LEASE.total_seconds() / 60:.0f} minutes"
        )


def _owner(installation: Installation) -> str:
    """This data folder, and no other: within it the lock says who goes on, also after a kill."""
    folder = installation.settings.data_dir.stat()
    return _digest(this_machine().encode(), f"{folder.st_dev} {folder.st_ino}".encode())


def _has_gained(
    unit: UnitOfWork, installation: Installation, plan: RunPlan, after: ChangeSequence, through: ChangeSequence
) -> bool:
    """Whether its lists have entries that they had not when the run began: files done before met none of them."""
    asked = [each.id for each in unit.lists() if not plan.lists or each.name in plan.lists]
    return any(
        bool(np.isin(columns.lists, asked).any())
        for name in plan.types
        for columns in unit.stream_index_rows(
            name, after=after, through=through, width_bytes=installation.signals[name].width_bytes
        )
    )


def screen_folders(
    installation: Installation, hasher: FileHasher, under_way: FolderRun
) -> Generator[ScreenedFile, None, None]:
    """Every file of the run, each durable; first those of its earlier part as it left them, then what was left to do.

    After the last one `under_way.run` bears the totals, of the earlier part too.
    """
    plan, run = under_way.plan, under_way.run
    if under_way.resumed:
        yield from _earlier_part(installation, run)
    left = _left_to_do(installation, under_way) if under_way.resumed else stream_files(plan.roots)
    hashed = hasher.stream(left, plan.types, dihedral=plan.dihedral)
    waiting: tuple[list[ScreenedFile], Future[None]] | None = None
    unread = 0
    while batch := list(islice(hashed, _BATCH)):
        told, durable = _screen(installation, under_way, batch)
        unread += sum(each.opened is None for each in batch)
        if waiting is not None:
            yield from _when_durable(*waiting)
        waiting = told, durable
    if waiting is not None:
        yield from _when_durable(*waiting)
    now = installation.clock()
    under_way.run = installation.store.transact(lambda unit: unit.finish_run(run.id, now, unread=unread))


def _when_durable(told: list[ScreenedFile], durable: Future[None]) -> list[ScreenedFile]:
    durable.result()
    return told


def _screen(
    installation: Installation, under_way: FolderRun, batch: Sequence[HashedFile]
) -> tuple[list[ScreenedFile], Future[None]]:
    """One batch: judged together, and its hits, counts and marks committed together."""
    readable = [each for each in batch if each.opened is not None]
    judged = installation.screener.judge(
        [_content(each) for each in readable],
        channel=Channel.FOLDER,
        lists=under_way.plan.lists,
        run_id=under_way.run.id,
    )
    hits = {hit.id: hit for hit in judged.hits}
    told = dict(zip((each.path for each in readable), judged.answers, strict=True))
    marks = [_mark(each, told[each.path]) for each in readable if each.settled]
    unread = _count_unread(batch, installation.clock())

    def work(unit: UnitOfWork) -> None:
        now = installation.clock()
        _hold_lease(unit, under_way.plan, under_way.owner, now)
        judged.write(unit, now)
        unit.add_counts(unread)
        unit.add_marks(under_way.run.id, marks)

    lines = [_line(each, told.get(each.path), hits) for each in batch]
    return lines, installation.store.submit(work)


def _content(file: HashedFile) -> Content:
    return Content(
        signals=file.hashed.signals,
        unhashable=file.hashed.unhashable,
        reference=shown_path(file.path),
        size_bytes=file.hashed.size_bytes,
        media_type=file.hashed.media_type,
    )


def _mark(file: HashedFile, answer: Answer) -> FileMark:
    opened = file.opened
    assert opened is not None
    return FileMark(
        path=file.path,
        size_bytes=opened.size_bytes,
        modified_ns=opened.modified_ns,
        changed_ns=opened.changed_ns,
        action=answer.screening.action,
        unhashable=tuple(sorted({(each.type, each.reason) for each in answer.unhashable})),
        hit_id=answer.screening.hit_id,
    )


def _count_unread(batch: Iterable[HashedFile], at: datetime) -> Counter[CountKey]:
    """Files of which nothing could be read were not screened; they are counted by their reason alone."""
    return Counter(
        CountKey(day=at.date(), channel=Channel.FOLDER, type=missing.type, reason=missing.reason)
        for each in batch
        if each.opened is None
        for missing in each.hashed.unhashable
    )


def _line(file: HashedFile, answer: Answer | None, hits: dict[HitId, Hit]) -> ScreenedFile:
    path = file.path
    if answer is None:
        return ScreenedFile(path=path, action=None, unhashable=file.hashed.unhashable)
    hit_id = answer.screening.hit_id
    return ScreenedFile(
        path=path,
        action=answer.screening.action,
        hit=hits[hit_id] if hit_id is not None else None,
        unhashable=answer.unhashable,
    )


def _earlier_part(installation: Installation, run: Run) -> Iterator[ScreenedFile]:
    """What the run is done with, by path: a command that was killed may not have told it."""
    with installation.store.read() as reader:
        for mark in reader.stream_marks(run.id):
            yield ScreenedFile(
                path=mark.path,
                action=mark.action,
                hit=reader.get_hit(mark.hit_id) if mark.hit_id is not None else None,
                unhashable=tuple(Unhashable(type=name, reason=reason) for name, reason in mark.unhashable),
                earlier=True,
            )


def _left_to_do(installation: Installation, under_way: FolderRun) -> Iterator[Found | Refused]:
    """The run's files but for those that it is done with and that have not changed since."""
    files = stream_files(under_way.plan.roots)
    while batch := list(islice(files, _PAGE)):
        with installation.store.read() as reader:
            marks = {each.path: reader.find_mark(under_way.run.id, each.path) for each in batch}
        for each in batch:
            mark = marks[each.path]
            if mark is not None and isinstance(each, Found) and _is_unchanged(each, mark):
                under_way.skipped += 1
            else:
                yield each


def _is_unchanged(found: Found, mark: FileMark) -> bool:
    try:
        status = stat_file(found)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) == (
        mark.size_bytes,
        mark.modified_ns,
        mark.changed_ns,
    )


def _is_met(path: bytes, other: bytes) -> bool:
    """Whether a walk from the other path comes by this one: it lies below, and no link is on the way or at its end."""
    above = other.rstrip(b"/") + b"/"
    if path == other or not path.startswith(above):
        return False
    while path.startswith(above):
        if os.path.islink(path):  # noqa: PTH114  (paths are bytes)
            return False
        path = os.path.dirname(path)  # noqa: PTH120  (a Path for each folder of millions of files costs more than the read)
    return True


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
