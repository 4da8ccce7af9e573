"""The audit log at work: reads are noted, and what is written is sealed in batches by one process at a time."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from clew.errors import ConflictError, DamagedError, InputError
from clew.ground import signing
from clew.ground.clock import Clock
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.witness import last_known, remember
from clew.records.audit import AuditEvent, Checkpoint
from clew.records.identifiers import AuditKeyId
from clew.sealing import checkpoints
from clew.sealing.commitments import KEY_BYTES
from clew.sealing.sequence import Sequencer
from clew.sealing.tree import Frontier, StoredNodes, leaf_hashes
from clew.settings import Settings

# One process at a time numbers the log; also for whoever erases, who must be alone with it.
LEASE = "audit.seal"
_LEASE_FOR = timedelta(minutes=2)
# Some 20 ms of the writer's time: other works come in between.
_BATCH_ROWS = 4_000

_ORIGIN = "audit.origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLog:
    """The log of one installation, and what seals it.

    Attributes:
        signing_key: the file of the key that signs its checkpoints; public keys stand beside it.
        kept: the file in which the newest checkpoint is kept outside of the database.
        witness: the file outside of the machine; None for none.
    """

    store: Store
    signing_key: Path
    kept: Path
    witness: Path | None
    clock: Clock


def open_log(settings: Settings, store: Store, clock: Clock) -> AuditLog:
    """The log that the settings speak of; nothing is read or made yet."""
    return AuditLog(
        store=store,
        signing_key=settings.signing_key_path,
        kept=settings.data_dir / "audit" / "checkpoint",
        witness=Path(settings.audit.witness) if settings.audit.witness else None,
        clock=clock,
    )


def note_read(
    store: Store,
    *,
    actor: str,
    act: str,
    subject: str,
    clock: Clock,
    facts: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """That something sensitive is read is durable; only then may it be shown."""
    event = AuditEvent(at=clock(), actor=actor, act=act, subject=subject, facts=facts or {})
    store.transact(lambda unit: unit.audit(event))


def seal(log: AuditLog) -> int:
    """All that was written is sealed; how many rows that were. Nothing is done while another process is at it.

    Raises:
        DamagedError: the log is not the one that was sealed last. Nothing more is sealed until somebody has looked.
    """
    with log.store.read() as reader:
        if not reader.pending_audit(1).ids:
            return 0
    owner = take_lease(log)
    if owner is None:
        return 0
    try:
        return seal_as(log, owner)
    except ConflictError:  # the lease ran out under us, or the log was sealed by hand: whoever has it goes on
        return 0
    finally:
        log.store.transact(lambda unit: unit.release_lease(LEASE, owner))


def take_lease(log: AuditLog) -> str | None:
    """The name under which this process alone may seal and erase now; None when another one does."""
    at = log.clock()
    owner = new_id(at)
    taken = log.store.transact(lambda unit: unit.try_lease(LEASE, owner, at + _LEASE_FOR, at))
    return owner if taken else None


def demand_lease(unit: UnitOfWork, log: AuditLog, owner: str) -> None:
    """ConflictError unless the lease is still the owner's; it lasts longer then."""
    at = log.clock()
    if not unit.try_lease(LEASE, owner, at + _LEASE_FOR, at):
        raise ConflictError("another process seals the audit log now; try again")


def seal_as(log: AuditLog, owner: str) -> int:
    """All that was written is sealed by the holder of the lease, batch by batch; how many rows that were."""
    key = signing.load_or_make(log.signing_key)
    origin = log.store.transact(lambda unit: _origin(unit, log.clock))
    with log.store.read() as reader:
        sequencer = _sequencer(reader, log.kept)
    sealed = 0
    checkpoint: Checkpoint | None = None
    while True:
        with log.store.read() as reader:
            waiting = reader.pending_audit(_BATCH_ROWS)
            keys = {each.subject: each for each in reader.audit_keys(set(waiting.subjects)) if each.subject is not None}
        if not waiting.ids:
            break
        batch = sequencer.seal(waiting, keys)
        checkpoint = checkpoints.sign(origin, batch.size, batch.root, log.clock(), key)
        note = checkpoint.note

        def work(unit: UnitOfWork) -> None:
            demand_lease(unit, log, owner)
            unit.seal_audit(batch, note)  # noqa: B023  (done before the next turn)

        log.store.transact(work)
        sealed += len(waiting.ids)
    if checkpoint is not None:
        remember(checkpoint, log.kept, log.witness)
    return sealed


def nodes_of(reader: Reader) -> StoredNodes:
    """The nodes of the log's tree."""

    def fetch(level: int, first: int, count: int) -> Sequence[bytes]:
        if level:
            return reader.audit_subtrees(level, first, count)
        return leaf_hashes(reader.audit_commitments(first, count))

    return StoredNodes(fetch)


def last_checkpoint(reader: Reader) -> Checkpoint | None:
    """The newest checkpoint; None when nothing was sealed yet.

    Raises:
        DamagedError: what stands there is no checkpoint.
    """
    note = reader.find_checkpoint(reader.audit_size())
    try:
        return None if note is None else checkpoints.read(note)
    except InputError as error:
        raise DamagedError(f"the audit log's newest checkpoint is damaged: {error}; run: clew audit verify") from error


def origin_of(reader: Reader) -> str | None:
    """How checkpoints name this log; None before the first."""
    return reader.find_value(_ORIGIN)


def _origin(unit: UnitOfWork, clock: Clock) -> str:
    unit.be_alone()
    origin = origin_of(unit)
    if origin is None:
        origin = f"clew/audit/{new_id(clock()).lower()}"
        unit.put_value(_ORIGIN, origin)
    return origin


def _sequencer(
    reader: Reader, kept: Path, new_secret: Callable[[], bytes] = lambda: secrets.token_bytes(KEY_BYTES)
) -> Sequencer:
    """A sequencer that goes on where the log ends, after a look whether that is where it ended last."""
    size = reader.audit_size()
    known = last_known(kept)
    if known is not None and known.size > size:
        raise DamagedError(
            f"the audit log has {size:,} leaves, and {kept} knows it at {known.size:,}: it was cut off, or an older "
            "backup was restored. Run: clew audit verify. After a backup, move that file away, keep it as evidence, "
            "and start again"
        )
    try:
        frontier = Frontier(size, nodes_of(reader))
    except LookupError as error:
        raise DamagedError(f"the audit log is not whole: {error}; run: clew audit verify") from error
    checkpoint = last_checkpoint(reader)
    if checkpoint is not None and checkpoint.root != frontier.root():
        raise DamagedError("the audit log is not the one that was signed last; run: clew audit verify")
    return Sequencer(frontier, AuditKeyId(reader.last_audit_key() + 1), new_secret)
