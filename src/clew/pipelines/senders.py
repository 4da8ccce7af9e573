"""Who sends reports: added, given credentials and quotas, blocked; and how good what each sends is.

A credential is made here, shown once, and kept as its SHA-256. Every act is in the audit log.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import InputError, NotFoundError
from clew.ground.clock import Clock
from clew.ground.identity import new_id
from clew.ground.text import bears_controls
from clew.ground.tokens import digest_of, new_token, same
from clew.parts.stores._intake import SenderDay
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.taking_in import get_sender
from clew.records.audit import AuditEvent
from clew.records.identifiers import SenderId
from clew.records.intake import IntakeSender, SenderKind, SenderRight
from clew.records.worked import OutcomeKind

# The senders that every installation has, and that nobody signs in as.
BUILT_IN: Mapping[SenderKind, tuple[SenderId, str]] = {
    SenderKind.DESK: (SenderId("desk"), "This desk, by hand"),
    SenderKind.PUBLIC: (SenderId("public"), "Public form"),
}
_MOST_NAME, _MOST_QUOTA = 100, 100_000_000
_SYSTEM = "system:intake"

Facts = dict[str, str | int | bool | None]
Change = Callable[[IntakeSender, datetime], tuple[IntakeSender, Facts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderQuality:
    """What one sender's reports are worth, over its last days on which it sent.

    Attributes:
        days: the newest first.
        reports, incomplete, repeated, refused: their sums.
        outcomes: how many outcomes stand of each kind, of all its reports.
        reasons: of those that were not actionable, why.
    """

    sender: IntakeSender
    days: tuple[SenderDay, ...]
    reports: int
    incomplete: int
    repeated: int
    refused: int
    outcomes: Mapping[OutcomeKind, int]
    reasons: Mapping[str, int]

    @property
    def incomplete_share(self) -> float | None:
        """Of its reports, the share with a gap when they came in; None without reports."""
        return self.incomplete / self.reports if self.reports else None

    @property
    def repeated_share(self) -> float | None:
        """Of what it sent, the share that was there already; None when it sent nothing."""
        sent = self.reports + self.repeated
        return self.repeated / sent if sent else None


def built_in(store: Store, kind: SenderKind, clock: Clock) -> IntakeSender:
    """The sender for what a person of the desk enters, or for the public form; made when it is first asked for.

    Raises:
        NotFoundError: no sender of that kind is built in.
    """
    if kind not in BUILT_IN:
        raise NotFoundError(f"no sender of the kind '{kind.value}' is built in")
    sender_id, name = BUILT_IN[kind]
    with store.read() as reader:
        found = reader.find_sender(sender_id)
    if found is not None:
        return found

    def work(unit: UnitOfWork) -> IntakeSender:
        there = unit.find_sender(sender_id)
        if there is not None:
            return there
        at = clock()
        made = IntakeSender(
            id=sender_id,
            name=name,
            kind=kind,
            created_at=at,
            created_by=_SYSTEM,
            rights=frozenset({SenderRight.SUBMIT}),
        )
        unit.put_sender(made)
        _note(unit, at, _SYSTEM, "sender.add", made, {"kind": kind.value})
        return made

    return store.transact(work)


def find_sender(reader: Reader, name: str) -> IntakeSender:
    """The sender of that id or name, whatever its case; NotFoundError else."""
    for each in reader.senders():
        if name == each.id or name.casefold() == each.name.casefold():
            return each
    raise NotFoundError("no sender of that name or id; `clew senders list` shows them")


def add_sender(
    store: Store,
    name: str,
    kind: SenderKind,
    *,
    actor: str,
    clock: Clock,
    user: str | None = None,
    rights: Collection[SenderRight] = frozenset(SenderRight),
    reports_a_day: int | None = None,
    contact_email: str | None = None,
) -> tuple[IntakeSender, str | None]:
    """A new sender; with a user also its credential, which is shown this once.

    Raises:
        InputError: the name, the user, the quota or the address cannot be.
        ConflictError: another sender has that name or user.
    """
    if kind in BUILT_IN:
        raise InputError(f"the sender of the kind '{kind.value}' is built in; add a platform, a hotline or police")
    at, credential = clock(), None if user is None else new_token()
    sender = IntakeSender(
        id=SenderId(new_id(at)),
        name=_checked(name, "a sender's name"),
        kind=kind,
        created_at=at,
        created_by=actor,
        user=None if user is None else _user(user),
        secret_digest=None if credential is None else digest_of(credential),
        rights=frozenset(rights),
        reports_a_day=_quota(reports_a_day),
        contact_email=None if contact_email is None else _checked(contact_email, "an address"),
    )

    def work(unit: UnitOfWork) -> None:
        unit.put_sender(sender)
        _note(unit, at, actor, "sender.add", sender, {"kind": kind.value, "signs_in": user is not None})

    store.transact(work)
    return sender, credential


def new_credential(
    store: Store, sender_id: SenderId, *, actor: str, clock: Clock, user: str | None = None
) -> tuple[IntakeSender, str]:
    """The sender signs in by a new credential, shown this once; the former one is good for nothing.

    Args:
        user: by which it signs in; None leaves the one that it has.
    Raises:
        InputError: it has none and none is given.
        ConflictError: another sender signs in by that user.
    """
    credential = new_token()

    def change(sender: IntakeSender, _at: datetime) -> tuple[IntakeSender, Facts]:
        _demand_ordinary(sender)
        chosen = sender.user if user is None else _user(user)
        if chosen is None:
            raise InputError("a sender that signs in needs a user; say which with --user")
        return replace(sender, user=chosen, secret_digest=digest_of(credential)), {
            "user_changed": chosen != sender.user
        }

    return _changed(store, sender_id, "sender.credential", change, actor=actor, clock=clock), credential


def set_quota(
    store: Store, sender_id: SenderId, reports_a_day: int | None, *, actor: str, clock: Clock
) -> IntakeSender:
    """The sender may send so many reports a day (UTC); None is without a limit."""
    checked = _quota(reports_a_day)

    def change(sender: IntakeSender, _at: datetime) -> tuple[IntakeSender, Facts]:
        return replace(sender, reports_a_day=checked), {"before": sender.reports_a_day, "after": checked}

    return _changed(store, sender_id, "sender.quota", change, actor=actor, clock=clock)


def set_rights(
    store: Store, sender_id: SenderId, rights: Collection[SenderRight], *, actor: str, clock: Clock
) -> IntakeSender:
    """The sender's credential is good for these acts and no other."""

    def change(sender: IntakeSender, _at: datetime) -> tuple[IntakeSender, Facts]:
        _demand_ordinary(sender)
        words = " ".join(sorted(each.value for each in rights))
        return replace(sender, rights=frozenset(rights)), {"rights": words}

    return _changed(store, sender_id, "sender.rights", change, actor=actor, clock=clock)


def block(store: Store, sender_id: SenderId, *, actor: str, clock: Clock) -> IntakeSender:
    """Nothing more is taken from the sender; what is in stays. A second call changes nothing."""

    def change(sender: IntakeSender, at: datetime) -> tuple[IntakeSender, Facts]:
        return replace(sender, blocked_at=sender.blocked_at or at), {"was_blocked": sender.blocked_at is not None}

    return _changed(store, sender_id, "sender.block", change, actor=actor, clock=clock)


def unblock(store: Store, sender_id: SenderId, *, actor: str, clock: Clock) -> IntakeSender:
    """The sender may send again."""

    def change(sender: IntakeSender, _at: datetime) -> tuple[IntakeSender, Facts]:
        return replace(sender, blocked_at=None), {"was_blocked": sender.blocked_at is not None}

    return _changed(store, sender_id, "sender.unblock", change, actor=actor, clock=clock)


def signs_in(reader: Reader, user: str, credential: str) -> IntakeSender | None:
    """The sender whose user and credential these are, blocked ones too; None when they are nobody's."""
    found = reader.find_sender_by_user(user)
    # The same work whether or not there is such a user, so that time tells nothing.
    kept = found.secret_digest if found is not None and found.secret_digest is not None else bytes(32)
    good = same(digest_of(credential).hex(), kept.hex())
    return found if good else None


def left_today(reader: Reader, sender: IntakeSender, at: datetime) -> int | None:
    """How many more reports the sender's quota has room for on that UTC day; None without a limit."""
    if sender.reports_a_day is None:
        return None
    return max(0, sender.reports_a_day - reader.sent_on(sender.id, at))


def quality_of(reader: Reader, sender_id: SenderId, days: int = 30) -> SenderQuality:
    """How good what the sender sent on its last days is, and what became of all its reports."""
    sender = get_sender(reader, sender_id)
    sent = reader.sender_days(sender_id, days)
    became = reader.sender_outcomes([sender_id]).get(sender_id)
    return SenderQuality(
        sender=sender,
        days=tuple(sent),
        reports=sum(day.reports for day in sent),
        incomplete=sum(day.incomplete for day in sent),
        repeated=sum(day.repeated for day in sent),
        refused=sum(day.refused for day in sent),
        outcomes={} if became is None else became.counts,
        reasons={} if became is None else became.reasons,
    )


def _changed(store: Store, sender_id: SenderId, act: str, change: Change, *, actor: str, clock: Clock) -> IntakeSender:
    def work(unit: UnitOfWork) -> IntakeSender:
        at = clock()
        after, facts = change(get_sender(unit, sender_id), at)
        unit.put_sender(after)
        _note(unit, at, actor, act, after, facts)
        return after

    return store.transact(work)


def _note(unit: UnitOfWork, at: datetime, actor: str, act: str, sender: IntakeSender, facts: Facts) -> None:
    unit.audit(AuditEvent(at=at, actor=actor, act=act, subject=f"sender:{sender.id}", facts=facts))


def _demand_ordinary(sender: IntakeSender) -> None:
    if sender.kind in BUILT_IN:
        raise InputError(f"'{sender.name}' is built in; nobody signs in as it")


def _quota(reports_a_day: int | None) -> int | None:
    if reports_a_day is not None and not 0 <= reports_a_day <= _MOST_QUOTA:
        raise InputError(f"a quota is a number of reports a day, 0 to {_MOST_QUOTA:,}")
    return reports_a_day


def _user(text: str) -> str:
    told = _checked(text, "a user")
    # Source: RFC 7617 (2015), section 2: a user-id holds no colon.
    if ":" in told or not told.isascii():
        raise InputError("a user has ASCII characters and no colon")
    return told


def _checked(text: str, what: str) -> str:
    told = text.strip()
    if not told or len(told) > _MOST_NAME or bears_controls(told):
        raise InputError(f"{what} has 1 to {_MOST_NAME} printable characters")
    return told
