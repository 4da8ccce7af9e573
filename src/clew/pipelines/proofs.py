"""Set, change and remove what a person proves themselves with."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from clew.errors import ConflictError, InputError, NotFoundError, SignInError
from clew.ground.clock import Clock
from clew.ground.passwords import check_password, hash_password, same_password
from clew.ground.tokens import new_recovery_code, recovery_digest
from clew.ground.totp import new_secret, step_of
from clew.parts.stores.base import Reader, Store, UnitOfWork
from clew.pipelines.authenticators import Authenticators
from clew.pipelines.tries import Tries, tried_second
from clew.records.audit import AuditEvent
from clew.records.people import Passkey, Password, Session, Totp, User

_RECOVERY_CODES = 10
_PASSKEYS = 20
_LABEL_CHARACTERS = 60
_NOT_THE_CODE = "the code does not fit; scan the picture again and take the code that the app shows now"


def set_password(
    store: Store, user: User, password: str, *, clock: Clock, current: str | None = None, keep: bytes | None = None
) -> None:
    """The user has that password; their other sessions are over. Two fifths of a second of work.

    Args:
        current: what they have now; None only while they set up.
        keep: the digest of the session that goes on.
    Raises:
        InputError: it cannot be a password.
        SignInError: the current one is not right.
        ConflictError: the local administrator has none.
    """
    if user.local:
        raise ConflictError("the local administrator signs in by links from the machine, and has no password")
    check_password(password, user.name)
    with store.read() as reader:
        known = reader.find_password(user.id)
    if known is not None and keep is not None:
        Tries(store, clock).count(tried_second(user.id))
        if current is None or not same_password(known.hash, current):
            raise SignInError("the current password is not right")
    hashed, at = hash_password(password), clock()

    def work(unit: UnitOfWork) -> None:
        unit.put_password(Password(user_id=user.id, hash=hashed, set_at=at))
        unit.forget_tries(tried_second(user.id).key)
        ended = unit.end_sessions(user.id, but=keep) if keep is not None else 0
        _audit(unit, at, user, "user.password", {"sessions_ended": ended})

    store.transact(work)


def waiting_totp(
    store: Store, authenticators: Authenticators, session: Session, *, clock: Clock, anew: bool = False
) -> str:
    """The authenticator secret that waits for its first code; made when there is none, or `anew`.

    Raises:
        SignInError: the session was ended: what its person's next session is shown is not for this one.
    """
    if not anew:
        with store.read() as reader:
            _demand_running(reader, session)
            waiting = reader.find_totp(session.user_id, confirmed=False)
        if waiting is not None:
            return authenticators.open(waiting)
    secret, at = new_secret(), clock()

    def work(unit: UnitOfWork) -> str:
        _demand_running(unit, session)
        other = None if anew else unit.find_totp(session.user_id, confirmed=False)
        if other is not None:
            return authenticators.open(other)
        sealed = authenticators.seal(unit, session.user_id, secret)
        unit.put_totp(Totp(user_id=session.user_id, sealed=sealed, made_at=at))
        return secret

    return store.transact(work)


def confirm_totp(unit: UnitOfWork, authenticators: Authenticators, user: User, code: str, at: datetime) -> None:
    """The secret that waited is the user's second factor; its first code is taken.

    Raises:
        InputError: the code does not fit.
        ConflictError: none waits.
    """
    waiting = unit.find_totp(user.id, confirmed=False)
    if waiting is None:
        raise ConflictError("no authenticator waits to be confirmed; begin again")
    step = step_of(authenticators.open(waiting), code, at)
    if step is None:
        raise InputError(_NOT_THE_CODE)
    unit.remove_totp(user.id, confirmed=False)
    unit.put_totp(replace(waiting, confirmed=True, last_step=step))
    _audit(unit, at, user, "user.totp", {})


def remove_totp(store: Store, user: User, *, clock: Clock) -> None:
    """The authenticator is no longer one of their proofs; ConflictError when it is the only second one."""
    at = clock()

    def work(unit: UnitOfWork) -> None:
        if not user.local and not unit.proofs(user.id).passkeys:
            raise ConflictError("this is your only second factor; add a passkey first")
        unit.remove_totp(user.id, confirmed=True)
        _audit(unit, at, user, "user.totp-remove", {})

    store.transact(work)


def add_passkey(unit: UnitOfWork, user: User, passkey: Passkey, at: datetime) -> None:
    """The passkey, whose registration was verified, is one of their proofs."""
    if len(unit.passkeys(user.id)) >= _PASSKEYS:
        raise ConflictError(f"{_PASSKEYS} passkeys are the most; remove one that is no longer used")
    unit.add_passkey(passkey)
    _audit(unit, at, user, "user.passkey", {})


def remove_passkey(store: Store, user: User, passkey_id: bytes, *, clock: Clock) -> None:
    """The passkey is no longer one of their proofs; ConflictError when it is the only second one."""
    at = clock()

    def work(unit: UnitOfWork) -> None:
        if not unit.remove_passkey(user.id, passkey_id):
            raise NotFoundError("you have no such passkey; load the page again")
        proofs = unit.proofs(user.id)
        if not user.local and not proofs.second_factor:
            raise ConflictError("this is your only second factor; add another first")
        if not user.local and not proofs.password and user.oidc_name is None and not proofs.passkeys:
            raise ConflictError("without it nothing but the authenticator is left; set a password first")
        _audit(unit, at, user, "user.passkey-remove", {})

    store.transact(work)


def new_recovery_codes(unit: UnitOfWork, user: User, at: datetime) -> list[str]:
    """Ten codes, each good once; those of before are good no longer. They are shown this once."""
    codes = [new_recovery_code() for _ in range(_RECOVERY_CODES)]
    unit.put_recovery_codes(user.id, [recovery_digest(code) for code in codes])
    _audit(unit, at, user, "user.recovery-codes", {"codes": len(codes)})
    return codes


def passkey_label(text: str) -> str:
    """What the owner calls a passkey, as far as it can be shown."""
    label = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return label[:_LABEL_CHARACTERS] or "passkey"


def _demand_running(reader: Reader, session: Session) -> None:
    if reader.find_session(session.digest) is None:
        raise SignInError("this session was ended; sign in again")


def _audit(unit: UnitOfWork, at: datetime, user: User, act: str, facts: Mapping[str, str | int | bool | None]) -> None:
    unit.audit(AuditEvent(at=at, actor=user.actor, act=act, subject=user.actor, facts=facts))
