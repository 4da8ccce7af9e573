"""Give every case's data key a new wrapping: when the master key is changed, and when an old one is to be forgotten."""

from collections.abc import Callable
from dataclasses import dataclass

from clew.errors import RefusedError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.strongroom import Facts, Strongroom, context_of
from clew.records.audit import AuditEvent
from clew.records.evidence import CaseKey, WrappedKey

_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation did.

    Attributes:
        master: the new master key; None where its keeper makes them.
        rewrapped: data keys that were wrapped anew.
        old: masters that can still unwrap and wrap nothing any more.
    """

    master: str | None
    rewrapped: int
    old: tuple[str, ...]


def rotate(
    strongroom: Strongroom,
    *,
    fresh: bool = True,
    actor: str,
    advance: Callable[[int, int], None] = lambda _done, _total: None,
) -> Rotated:
    """Every data key is wrapped by the master key of today; the objects are not touched.

    Data keys that a stopped rotation left under an old master are taken along, so that the same call carries on.

    Args:
        fresh: a new master key is made first; else the one of today stays.
        advance: told how many keys are done, and how many there are.
    Raises:
        UnavailableError: a master key is not to be had; what was wrapped anew stays so, all else stays as it was.
    """
    master: str | None = None
    if fresh:
        strongroom.keyring.masters()
        master = strongroom.keyring.rotate()
        _note(strongroom, actor, "vault.rotate-key", {"master": master})
    with strongroom.store.read() as reader:
        total = sum(reader.masters_in_use().values())
    done = rewrapped = 0
    after = None
    while True:
        with strongroom.store.read() as reader:
            page = reader.case_keys(after, _BATCH)
        if not page:
            break
        rewrapped += _rewrap(strongroom, page, actor)
        done, after = done + len(page), page[-1].case_id
        advance(done, total)
    with strongroom.store.read() as reader:
        used = reader.masters_in_use()
    old = tuple(name for name in strongroom.keyring.masters()[1:] if name not in used)
    return Rotated(master=master, rewrapped=rewrapped, old=old)


def forget(strongroom: Strongroom, *, actor: str) -> tuple[str, ...]:
    """Master keys that wrap nothing any more are gone; which they were.

    From then on what they once sealed cannot be had back, from old backups of the database either: this is what makes
    a destruction final there.

    Raises:
        RefusedError: an old one still wraps data keys; or its keeper alone can do that.
    """
    masters = strongroom.keyring.masters()
    with strongroom.store.read() as reader:
        used = reader.masters_in_use()
    busy = [name for name in masters[1:] if name in used]
    if busy:
        raise RefusedError(
            f"{len(busy)} old master key(s) still wrap {sum(used[name] for name in busy):,} data keys; wrap them anew "
            "first: clew evidence rotate-key --rewrap-only"
        )
    for name in masters[1:]:
        strongroom.keyring.forget(name)
        _note(strongroom, actor, "vault.forget-key", {"master": name})
    return tuple(masters[1:])


def _rewrap(strongroom: Strongroom, keys: list[CaseKey], actor: str) -> int:
    """How many of them were wrapped anew, in one transaction with its audit row."""
    current = strongroom.keyring.current()
    changes: list[tuple[CaseKey, WrappedKey, WrappedKey]] = []
    for key in keys:
        if key.wrapped is None or key.wrapped.master == current:
            continue
        context = context_of(key.case_id, key.reference)
        fresh = strongroom.keyring.wrap(strongroom.keyring.unwrap(key.wrapped, context), context)
        if fresh.master != key.wrapped.master:
            changes.append((key, key.wrapped, fresh))
    if not changes:
        return 0

    def work(unit: UnitOfWork) -> int:
        done = sum(unit.rewrap_case_key(key.case_id, before, fresh) for key, before, fresh in changes)
        unit.audit(_event(strongroom, actor, "vault.rewrap", {"keys": done}))
        return done

    return strongroom.store.transact(work)


def _note(strongroom: Strongroom, actor: str, act: str, facts: Facts) -> None:
    strongroom.store.transact(lambda unit: unit.audit(_event(strongroom, actor, act, facts)))


def _event(strongroom: Strongroom, actor: str, act: str, facts: Facts) -> AuditEvent:
    return AuditEvent(at=strongroom.clock(), actor=actor, act=act, subject="vault", facts=facts)
