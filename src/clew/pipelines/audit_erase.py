"""Erase a cleared person's events from the audit log, and leave every proof of it valid."""

from collections.abc import Sequence
from dataclasses import dataclass

from clew.errors import ConflictError, InputError, NotFoundError, RefusedError
from clew.ground.text import bears_controls
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.audit import LEASE, AuditLog, demand_lease, seal_as, take_lease
from clew.pipelines.holds import standing_holds
from clew.records.audit import AuditEvent
from clew.records.identifiers import AuditKeyId, CaseId, SubjectId
from clew.sealing.verify import ERASE, ERASED_KEY

_GROUND_CHARACTERS = 500
_CASE, _SUBJECT = "case:", "subject:"
# Who works here, what opens doors, and the log itself: what was done to them stays.
_STAYS = ("user:", "key:", "console:", "sign-in:", "link:", "list:", "vault", "audit", "hits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is gone.

    Attributes:
        keys: by what the log's own event names each erased subject.
        events: how many they were.
    """

    keys: tuple[AuditKeyId, ...]
    events: int


def demand_erasable(log: AuditLog, subjects: Sequence[str], *, ground: str) -> None:
    """What would be refused is refused, before a person is asked whether they are sure; nothing is changed.

    Raises:
        RefusedError, InputError: as `erase`.
    """
    if not ground.strip() or len(ground) > _GROUND_CHARACTERS or bears_controls(ground):
        raise InputError(
            f"the ground of an erasure is one line of 1 to {_GROUND_CHARACTERS} characters that names nobody"
        )
    if any(each.startswith(ERASED_KEY) for each in subjects):
        raise RefusedError("that something was erased stays written; name the record itself, as in case:01J...")
    with log.store.read() as reader:
        _demand_no_hold(reader, log, subjects)


def erase(log: AuditLog, subjects: Sequence[str], *, ground: str, actor: str) -> Erased:
    """The events of those subjects are gone with their keys; that they are gone, on which ground and by whom, stays.

    What the log writes of a subject afterwards is new, and bears a new key.

    Args:
        subjects: as events name them: "case:01J...", "subject:01J...".
        ground: the decision or statute, in words that name nobody: it stays.
    Raises:
        RefusedError: a hold forbids it, or the subject is the log's own word for an erasure.
        InputError: the ground is none.
        NotFoundError: no event bears one of the subjects.
        ConflictError: another process seals the log now.
    """
    demand_erasable(log, subjects, ground=ground)
    owner = take_lease(log)
    if owner is None:
        raise ConflictError("another process seals the audit log now; try again in a moment")
    try:
        # What waits is sealed first: an event that never became a leaf could vanish without a trace.
        seal_as(log, owner)
        erased = log.store.transact(lambda unit: _erase(unit, log, owner, subjects, ground, actor))
        seal_as(log, owner)
    finally:
        log.store.transact(lambda unit: unit.release_lease(LEASE, owner))
    return erased


def _erase(unit: UnitOfWork, log: AuditLog, owner: str, subjects: Sequence[str], ground: str, actor: str) -> Erased:
    demand_lease(unit, log, owner)
    _demand_no_hold(unit, log, subjects)
    gone = unit.erase_audit(list(dict.fromkeys(subjects)))
    if not gone:
        raise NotFoundError("no sealed event bears that subject; subjects are written as in: clew audit show")
    at = log.clock()
    for key, events in gone:
        facts: dict[str, str | int | bool | None] = {"events": events, "ground": ground}
        unit.audit(AuditEvent(at=at, actor=actor, act=ERASE, subject=f"{ERASED_KEY}{key}", facts=facts))
    return Erased(keys=tuple(key for key, _ in gone), events=sum(events for _, events in gone))


def _demand_no_hold(reader: Reader, log: AuditLog, subjects: Sequence[str]) -> None:
    at = log.clock()
    kept = [each for each in subjects if each.startswith(_STAYS)]
    if kept:
        raise RefusedError(
            f"'{kept[0]}' is no record of a person outside; what those who work here did, and what was done to keys, "
            "lists and the log, stays"
        )
    cases = [CaseId(each.removeprefix(_CASE)) for each in subjects if each.startswith(_CASE)]
    for each in subjects:
        if each.startswith(_SUBJECT):
            cases += [case.id for case in reader.cases_of(SubjectId(each.removeprefix(_SUBJECT)))]
    for each in dict.fromkeys(cases):
        holds = standing_holds(reader, each, at)
        if holds:
            raise RefusedError(
                f"case {each} is held ({', '.join(sorted({hold.kind.value for hold in holds}))}): a hold goes before "
                "erasure; release it first, or wait until it ends"
            )
