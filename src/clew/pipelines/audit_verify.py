"""Verify the audit log: every row, node and checkpoint, against each other and against what is kept outside."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from clew.errors import ClewError, DamagedError, InputError
from clew.ground import signing
from clew.ground.clock import monotonic_s
from clew.parts.stores.base import Reader
from clew.pipelines.audit import AuditLog, last_checkpoint, nodes_of, origin_of
from clew.pipelines.witness import last_known, witnessed
from clew.records.audit import Checkpoint, Verified
from clew.sealing import checkpoints
from clew.sealing.tree import Frontier
from clew.sealing.verify import ERASE, Faults, Verification, Witnessed

# Sealing takes seconds; what waits longer than this waits for a process that does not run.
STUCK_AFTER = timedelta(minutes=1)
# The witness of the settings gets a checkpoint a minute; one that gets none for so long is full, away or kept out.
_WITNESS_BEHIND = timedelta(hours=1)
# So many pending rows are looked through for an erasure that is not sealed yet.
_PENDING_ROWS = 100_000

_OWN, _KEPT = "the log's own", "the data folder"


def verify(
    log: AuditLog, *, witnesses: Sequence[Path] = (), since: int = 0, advance: Callable[[int], None] = lambda _: None
) -> Verified:
    """What a whole look at the log found; nothing is changed.

    Args:
        witnesses: files of checkpoints that are kept elsewhere, beside that of the settings, which is always held
            against the log and must not be far behind it.
        since: a leaf; all before the last checkpoint up to it is taken on that checkpoint's word.
        advance: told how many more leaves were looked at.
    Raises:
        InputError: a witness file is not there, or holds something else than checkpoints.
    """
    began_s = monotonic_s()
    faults = Faults()
    files = list(witnesses)
    if log.witness is not None and log.witness not in files and log.witness.exists():
        files.append(log.witness)
    outside = [Witnessed(checkpoint=each, keeper=str(path)) for path in files for each in witnessed(path)]
    outside += _kept(log.kept, faults)
    with log.store.read() as reader:
        frontier = _start(reader, since, faults)
        start = frontier.size
        seen = _Seen(reader, start, outside, faults)
        verification = Verification(
            frontier,
            checkpoints=seen,
            public_keys=_public_keys(log.signing_key.parent, faults),
            subtrees=reader.audit_subtrees_since(start),
            erased_keys=reader.erased_audit_keys(),
        )
        _feed(reader, verification, faults, advance)
        _announce_pending(reader, verification)
        verification.finish()
        pending, oldest = reader.count_pending_audit()
        last = _last(reader)
        if log.witness is not None:
            _see_behind(reader, log.witness, outside, last, faults)
    if oldest is not None and log.clock() - oldest > STUCK_AFTER:
        faults.add(
            f"{pending:,} rows wait to be sealed, the oldest for over a minute; run the service, or: clew audit seal"
        )
    return Verified(
        size=verification.size,
        since=start,
        erased=verification.erased.total(),
        checkpoints=seen.count,
        last=last,
        pending=pending,
        oldest_pending=oldest,
        faults=(*verification.faults.found, *faults.found),
        fault_count=verification.faults.count + faults.count,
        seconds=monotonic_s() - began_s,
    )


def _feed(reader: Reader, verification: Verification, faults: Faults, advance: Callable[[int], None]) -> None:
    """Every row; one whose text is broken is named and passed over."""
    first = verification.size
    while True:
        try:
            for rows in reader.stream_sealed_audit(first):
                verification.feed(rows)
                advance(len(rows.numbers))
        except DamagedError as error:
            faults.add(str(error), verification.size)
            first = max(first, verification.size) + 1
        else:
            return


class _Seen:
    """The checkpoints that are verified, by size: the log's own and those that are kept outside of it."""

    def __init__(self, reader: Reader, since: int, outside: Sequence[Witnessed], faults: Faults) -> None:
        self.count = 0
        self._reader = reader
        self._since = since
        self._outside = sorted(outside, key=_size_of)
        self._faults = faults
        self._origin = origin_of(reader)

    def __iter__(self) -> Iterator[Witnessed]:
        """Each that speaks of this log at no less than its first size."""
        later = (each for each in self._outside if each.checkpoint.size >= self._since)
        for each in heapq.merge(self._own(), later, key=_size_of):
            if each.checkpoint.origin == self._origin:
                self.count += 1
                yield each
            else:
                self._faults.add(f"the checkpoint of {each.checkpoint.size:,} leaves ({each.keeper}) is of another log")

    def _own(self) -> Iterator[Witnessed]:
        for size, note in self._reader.stream_checkpoints(self._since):
            try:
                checkpoint = checkpoints.read(note)
            except InputError as error:
                self._faults.add(f"the log's own checkpoint of {size:,} leaves: {error}")
                continue
            if checkpoint.size == size:
                yield Witnessed(checkpoint=checkpoint, keeper=_OWN)
            else:
                self._faults.add(f"the log's own checkpoint of {size:,} leaves speaks of {checkpoint.size:,}")


def _size_of(each: Witnessed) -> int:
    return each.checkpoint.size


def _start(reader: Reader, since: int, faults: Faults) -> Frontier:
    """The tree before the first leaf that is looked at."""
    note = reader.find_checkpoint(since) if since else None
    if note is None:
        return Frontier()
    try:
        return Frontier(checkpoints.read(note).size, nodes_of(reader))
    except (InputError, LookupError) as error:
        faults.add(f"the log cannot be taken on its checkpoint's word and is looked at from its first leaf: {error}")
        return Frontier()


def _kept(path: Path, faults: Faults) -> list[Witnessed]:
    try:
        checkpoint = last_known(path)
    except ClewError as error:
        faults.add(str(error))
        return []
    return [] if checkpoint is None else [Witnessed(checkpoint=checkpoint, keeper=_KEPT)]


def _see_behind(
    reader: Reader, witness: Path, outside: Sequence[Witnessed], last: Checkpoint | None, faults: Faults
) -> None:
    """What was signed since the witness's last word is of the last hour, else nobody outside can vouch for it."""
    known = max((each.checkpoint.size for each in outside if each.keeper == str(witness)), default=0)
    _, note = next(iter(reader.stream_checkpoints(known + 1)), (0, None))
    if last is None or note is None:
        return
    try:
        first = checkpoints.read(note)
    except InputError:  # named already, among the log's own
        return
    # By the distance: the clock may have been put back in between.
    if abs(last.at - first.at) > _WITNESS_BEHIND:
        faults.add(
            f"the witness {witness} knows {known:,} leaves, and nothing of what was signed for over an hour since: see "
            f"that it can be written, then run: clew audit checkpoint --witness {witness}",
            known,
            last.size - 1,
        )


def _last(reader: Reader) -> Checkpoint | None:
    try:
        return last_checkpoint(reader)
    except DamagedError:  # named already, among the log's own
        return None


def _public_keys(folder: Path, faults: Faults) -> list[bytes]:
    try:
        return list(signing.public_keys(folder).values())
    except ClewError as error:
        faults.add(str(error))
        return []


def _announce_pending(reader: Reader, verification: Verification) -> None:
    """An erasure that was written down and is not sealed yet counts as written down."""
    pending = reader.pending_audit(_PENDING_ROWS)
    for act, subject, facts in zip(pending.acts, pending.subjects, pending.facts, strict=True):
        if act == ERASE:
            verification.announce(subject, facts)
