"""Add a person, say what they may do, let them set up how they sign in, and shut them out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from clew.errors import ConflictError, InputError, NotFoundError
from clew.ground.clock import Clock
from clew.ground.identity import new_id
from clew.ground.text import bears_controls
from clew.ground.tokens import digest_of, new_token
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.records.audit import AuditEvent
from clew.records.identifiers import UserId
from clew.records.people import Password, Role, Setup, User

LOCAL_NAME = "local administrator"
# All that has to be done on a machine where nobody else is yet; what reads without changing comes with it.
LOCAL_ROLES = frozenset(role for role in Role if role.may_write)

_NAME_CHARACTERS = 64
_OIDC_CHARACTERS = 320
Facts = dict[str, str | int | bool | None]


def add_user(
    store: Store,
    name: str,
    roles: Iterable[Role],
    *,
    oidc_name: str | None = None,
    setup_for: timedelta,
    actor: str,
    clock: Clock,
) -> tuple[User, str]:
    """The user is there and may set up how they sign in; they, and the token of their one-time link.

    Args:
        oidc_name: what the provider calls them in the configured claim.
        setup_for: how long the link is good.
    Raises:
        InputError: the name cannot be one.
        ConflictError: it is taken.
    """
    at = clock()
    user = User(
        id=UserId(new_id(at)),
        name=_checked_name(name),
        roles=frozenset(roles),
        created_at=at,
        oidc_name=_checked_oidc(oidc_name),
    )
    token = new_token()

    def work(unit: UnitOfWork) -> None:
        _refuse_taken(unit, user)
        unit.put_user(user)
        unit.put_setup(Setup(user_id=user.id, digest=digest_of(token), expires_at=at + setup_for))
        facts: Facts = {"roles": _words(user.roles), "oidc": user.oidc_name is not None}
        unit.audit(_event(at, actor, "user.create", user, facts))

    store.transact(work)
    return user, token


def give_password(store: Store, user: User, hashed: str, *, setup_for: timedelta, actor: str, clock: Clock) -> None:
    """The user signs in with that password first and then sets a second factor; their link is good no longer."""
    at = clock()

    def work(unit: UnitOfWork) -> None:
        unit.put_password(Password(user_id=user.id, hash=hashed, set_at=at))
        unit.put_setup(Setup(user_id=user.id, digest=None, expires_at=at + setup_for))
        unit.audit(_event(at, actor, "user.password", user, {}))

    store.transact(work)


def local_administrator(unit: UnitOfWork, at: datetime) -> User:
    """The user of the one-time link, made at its first use."""
    user = unit.find_user(LOCAL_NAME)
    if user is not None:
        return user
    user = User(id=UserId(new_id(at)), name=LOCAL_NAME, roles=LOCAL_ROLES, created_at=at, local=True)
    unit.put_user(user)
    unit.audit(_event(at, "system:people", "user.create", user, {"roles": _words(user.roles), "local": True}))
    return user


def change_roles(store: Store, user_id: UserId, roles: Iterable[Role], *, actor: str, clock: Clock) -> User:
    """The user has these roles and no other, and signs in anew.

    Raises:
        ConflictError: nobody would be left who administers.
    """
    at, wanted = clock(), frozenset(roles)

    def work(unit: UnitOfWork) -> User:
        unit.be_alone()
        user = _changeable(unit, user_id)
        if user.roles == wanted:
            return user
        changed = replace(user, roles=wanted)
        _keep_an_administrator(unit, user, changed)
        unit.put_user(changed)
        ended = unit.end_sessions(user.id)
        facts: Facts = {"before": _words(user.roles), "roles": _words(wanted), "sessions_ended": ended}
        unit.audit(_event(at, actor, "user.roles", user, facts))
        return changed

    return store.transact(work)


def disable_user(store: Store, user_id: UserId, *, actor: str, clock: Clock) -> User:
    """The user is nobody here from now on, wherever they are signed in.

    Raises:
        ConflictError: nobody would be left who administers.
    """
    at = clock()

    def work(unit: UnitOfWork) -> User:
        unit.be_alone()
        user = unit.get_user(user_id)
        if user.disabled_at is not None:
            return user
        changed = replace(user, disabled_at=at)
        _keep_an_administrator(unit, user, changed)
        unit.put_user(changed)
        unit.remove_setup(user.id)
        ended = unit.end_sessions(user.id)
        unit.audit(_event(at, actor, "user.disable", user, {"sessions_ended": ended}))
        return changed

    return store.transact(work)


def enable_user(store: Store, user_id: UserId, *, actor: str, clock: Clock) -> User:
    """The user may sign in again, with what they had set up."""
    at = clock()

    def work(unit: UnitOfWork) -> User:
        user = unit.get_user(user_id)
        if user.disabled_at is None:
            return user
        changed = replace(user, disabled_at=None)
        unit.put_user(changed)
        unit.audit(_event(at, actor, "user.enable", user, {}))
        return changed

    return store.transact(work)


def reset_user(store: Store, user_id: UserId, *, setup_for: timedelta, actor: str, clock: Clock) -> str:
    """Whatever the user signed in with is gone and so are their sessions; the token of a new set-up link."""
    at, token = clock(), new_token()

    def work(unit: UnitOfWork) -> None:
        user = _changeable(unit, user_id)
        if user.disabled_at is not None:
            raise ConflictError("this user is disabled; enable them first")
        unit.remove_proofs(user.id)
        unit.put_setup(Setup(user_id=user.id, digest=digest_of(token), expires_at=at + setup_for))
        ended = unit.end_sessions(user.id)
        unit.audit(_event(at, actor, "user.reset", user, {"sessions_ended": ended}))

    store.transact(work)
    return token


def get_by_name(reader: Reader, name: str) -> User:
    """The user of that name; NotFoundError else."""
    user = reader.find_user(name)
    if user is None:
        raise NotFoundError("no user of that name; see: clew users list")
    return user


def _changeable(unit: UnitOfWork, user_id: UserId) -> User:
    user = unit.get_user(user_id)
    if user.local:
        raise ConflictError("the local administrator has the roles of the machine's owner; disable it instead")
    return user


def _keep_an_administrator(unit: UnitOfWork, before: User, changed: User) -> None:
    """Somebody must be able to undo it: another administrator, or the owner of the machine."""
    if not _administers(before) or _administers(changed):
        return
    if not any(_administers(each) for each in unit.users() if each.id != changed.id):
        raise ConflictError("nobody would be left who administers; make another administrator first")


def _administers(user: User) -> bool:
    return user.has(Role.ADMINISTRATOR) and user.disabled_at is None


def _refuse_taken(unit: UnitOfWork, user: User) -> None:
    if unit.find_user(user.name) is not None:
        raise ConflictError("a user of that name is there already; see: clew users list")
    if user.oidc_name is not None and unit.find_oidc_user(user.oidc_name) is not None:
        raise ConflictError("another user is named so by the provider; see: clew users list")


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= _NAME_CHARACTERS or bears_controls(name) or not name.isprintable():
        raise InputError(f"a user's name must be 1 to {_NAME_CHARACTERS} printable characters")
    if name.casefold() == LOCAL_NAME:
        raise InputError(f"'{LOCAL_NAME}' is the name of whoever owns the machine; take another one")
    return name


def _checked_oidc(name: str | None) -> str | None:
    name = (name or "").strip()
    if len(name) > _OIDC_CHARACTERS or bears_controls(name):
        raise InputError(f"what the provider calls a user may be {_OIDC_CHARACTERS} printable characters")
    return name or None


def _words(roles: Iterable[Role]) -> str:
    return ",".join(sorted(roles))


def _event(at: datetime, actor: str, act: str, user: User, facts: Mapping[str, str | int | bool | None]) -> AuditEvent:
    return AuditEvent(at=at, actor=actor, act=act, subject=user.actor, facts=facts)
