"""Bring the table of recipients in, show it, and say what is wrong with it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from clew.errors import NotFoundError
from clew.ground.clock import Clock
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.recipient_files import read_recipients
from clew.records.audit import AuditEvent
from clew.records.identifiers import RecipientId
from clew.records.referral import CONFIRMED_FOR, ReferralRecipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did, in recipients."""

    added: int
    changed: int
    unchanged: int


class Concern(StrEnum):
    """What is wrong with a recipient, or the table."""

    UNUSABLE = "unusable"
    STALE = "stale"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFinding:
    """One thing that a person should see to.

    Attributes:
        recipient_id: None where it is about a country.
    """

    concern: Concern
    recipient_id: RecipientId | None
    country: str
    told: str


def import_recipients(store: Store, path: Path, *, actor: str, clock: Clock) -> Imported:
    """The recipients of the file are stored, all or none; those that it does not name stay as they are.

    Raises:
        InputError: the file cannot be used.
    """
    given = read_recipients(path)

    def work(unit: UnitOfWork) -> Imported:
        before = [unit.put_recipient(each) for each in given]
        for new, old in zip(given, before, strict=True):
            if new != old:
                unit.audit(_event(clock, actor, new, old))
        return Imported(
            added=before.count(None),
            changed=sum(old is not None and old != new for new, old in zip(given, before, strict=True)),
            unchanged=sum(old == new for new, old in zip(given, before, strict=True)),
        )

    return store.transact(work)


def get_recipient(store: Store, recipient_id: RecipientId) -> ReferralRecipient:
    """The recipient; NotFoundError when there is none of that id."""
    with store.read() as reader:
        found = reader.find_recipient(recipient_id)
    if found is None:
        raise NotFoundError(f"no recipient '{recipient_id[:64]}'; see: clew recipients list")
    return found


def check_recipients(store: Store, day: date) -> list[TableFinding]:
    """Recipients that cannot be used and why, those confirmed too long ago, and countries without a usable one."""
    with store.read() as reader:
        known = reader.recipients()
    return check(known, day)


def check(known: Sequence[ReferralRecipient], day: date) -> list[TableFinding]:
    """The same of given recipients."""
    found = []
    usable: dict[str, int] = defaultdict(int)
    for each in known:
        lacks = each.lacks(day)
        usable[each.country] += not lacks
        if lacks:
            found.append(_finding(Concern.UNUSABLE, each, "; ".join(lacks)))
        elif each.stale(day):
            told = f"confirmed on {each.confirmed_at}, more than {CONFIRMED_FOR.days} days ago: make sure of it"
            found.append(_finding(Concern.STALE, each, told))
    found += [
        TableFinding(concern=Concern.GAP, recipient_id=None, country=country, told="no recipient here can be used")
        for country, count in sorted(usable.items())
        if not count
    ]
    return found


def _finding(concern: Concern, recipient: ReferralRecipient, told: str) -> TableFinding:
    return TableFinding(concern=concern, recipient_id=recipient.id, country=recipient.country, told=told)


def _event(clock: Clock, actor: str, new: ReferralRecipient, old: ReferralRecipient | None) -> AuditEvent:
    """Which fields changed, never their words: a contact may be a person."""
    names = [] if old is None else [name for name in new.__slots__ if getattr(new, name) != getattr(old, name)]
    facts: dict[str, str | int | bool | None] = {"country": new.country, "changed": " ".join(names) or None}
    act = "recipient.add" if old is None else "recipient.change"
    return AuditEvent(at=clock(), actor=actor, act=act, subject=f"recipient:{new.id}", facts=facts)
