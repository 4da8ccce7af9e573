"""The desk at which people review: the store, the policy, the clock, and how each act is noted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.ground.clock import Clock
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.strongroom import Strongroom
from clew.records.audit import AuditEvent
from clew.records.identifiers import CaseId
from clew.records.people import Role, User
from clew.settings import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDesk:
    """What every sentence of reviewing needs.

    Attributes:
        environment: "production" or "test"; stamped on each case.
        step_up_minutes: how long ago a person may have proved who they are when evidence is opened.
        strongroom: None where no evidence is held.
    """

    store: Store
    policy: Review
    clock: Clock
    environment: str
    step_up_minutes: float
    strongroom: Strongroom | None = None


def senior(who: User) -> bool:
    """Whether a person's word ends a difference."""
    return who.has(Role.SENIOR_REVIEWER)


def note(
    unit: UnitOfWork, at: datetime, actor: str, act: str, case_id: CaseId, **facts: str | int | bool | None
) -> None:
    """The act on a case is in the audit, in this transaction."""
    unit.audit(AuditEvent(at=at, actor=actor, act=act, subject=f"case:{case_id}", facts=_plain(facts)))


def _plain(facts: Mapping[str, str | int | bool | None]) -> dict[str, str | int | bool | None]:
    return {name: str(value) if isinstance(value, str) else value for name, value in facts.items()}
