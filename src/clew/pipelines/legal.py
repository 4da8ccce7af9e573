"""Record on what ground something is done that is off until it has one, and end it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from clew.errors import NotFoundError
from clew.ground.clock import Clock, iso
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.sources import legal_basis
from clew.records.audit import AuditEvent
from clew.records.screening import Purpose, PurposeBasis


def purposes(store: Store) -> dict[Purpose, PurposeBasis | None]:
    """Every purpose with its latest recorded ground, in force or not."""
    with store.read() as reader:
        return {purpose: reader.find_basis(purpose) for purpose in Purpose}


def record_basis(
    store: Store,
    purpose: Purpose,
    *,
    text: str,
    since: datetime,
    until: datetime | None,
    actor: str,
    clock: Clock,
) -> PurposeBasis:
    """The purpose has this ground from now on; earlier ones stay in the history."""
    at = clock()
    recorded = PurposeBasis(purpose=purpose, basis=legal_basis(text, since, until), recorded_by=actor, recorded_at=at)

    def work(unit: UnitOfWork) -> None:
        if purpose is Purpose.KEPT_SIGNALS:
            # What was kept on a ground that has ended must not pass over to the new one.
            _delete_kept(unit, actor, at)
        unit.put_basis(recorded)
        facts: dict[str, str | int | bool | None]
        facts = {"since": iso(since), "until": iso(until) if until else None, "in_force": recorded.basis.holds(at)}
        unit.audit(_event(at, actor, "legal.set", purpose, facts))

    store.transact(work)
    return recorded


def end_basis(store: Store, purpose: Purpose, *, actor: str, clock: Clock) -> PurposeBasis:
    """The purpose is off from now on, and what was kept on its ground is gone.

    Raises:
        NotFoundError: it had no ground that is or would come in force.
    """
    at = clock()

    def work(unit: UnitOfWork) -> PurposeBasis:
        before = unit.find_basis(purpose)
        if before is None or (before.basis.until is not None and before.basis.until <= at):
            raise NotFoundError(f"{purpose} has no legal basis that could be ended; it is off")
        basis = replace(before.basis, since=min(before.basis.since, at), until=at)
        ended = PurposeBasis(purpose=purpose, basis=basis, recorded_by=actor, recorded_at=at)
        unit.put_basis(ended)
        gone = unit.delete_kept_signals() if purpose is Purpose.KEPT_SIGNALS else 0
        facts: dict[str, str | int | bool | None]
        facts = {"since": iso(basis.since), "until": iso(at), "deleted_signals": gone}
        unit.audit(_event(at, actor, "legal.end", purpose, facts))
        return ended

    return store.transact(work)


def is_in_force(reader: Reader, purpose: Purpose, at: datetime) -> bool:
    """Whether the purpose has a ground at that moment."""
    found = reader.find_basis(purpose)
    return found is not None and found.basis.holds(at)


def sweep_kept_signals(store: Store, *, actor: str, clock: Clock) -> int:
    """What was kept on a ground that has ended, by its date or otherwise, is gone; how many signals it was."""
    at = clock()
    with store.read() as reader:
        if is_in_force(reader, Purpose.KEPT_SIGNALS, at) or not reader.count_kept_signals():
            return 0
    return store.transact(lambda unit: _delete_kept(unit, actor, at))


def _delete_kept(unit: UnitOfWork, actor: str, at: datetime) -> int:
    """Kept signals are gone, unless their ground holds."""
    if is_in_force(unit, Purpose.KEPT_SIGNALS, at):
        return 0
    gone = unit.delete_kept_signals()
    if gone:
        unit.audit(_event(at, actor, "legal.sweep", Purpose.KEPT_SIGNALS, {"deleted_signals": gone}))
    return gone


def _event(
    at: datetime, actor: str, act: str, purpose: Purpose, facts: Mapping[str, str | int | bool | None]
) -> AuditEvent:
    return AuditEvent(at=at, actor=actor, act=act, subject=f"purpose:{purpose}", facts=facts)
