"""Let a person in: one proof, then a second, then a session; and every step of it written down.

An unknown name, a wrong password and a disabled user get the same answer after the same work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clew.errors import ConflictError, RefusedError, SignInError
from clew.ground.clock import Clock
from clew.ground.passwords import NOBODYS_HASH, hash_password, outdated, same_password
from clew.ground.tokens import digest_of, new_token, recovery_digest
from clew.ground.totp import step_of
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.authenticators import Authenticators
from clew.pipelines.people import local_administrator
from clew.pipelines.tries import Tries, tried_address, tried_name, tried_second
from clew.records.audit import AuditEvent
from clew.records.identifiers import UserId
from clew.records.people import Passkey, Password, Session, Stage, User
from clew.settings import People

# From the first proof to the second; from a set-up link to its end.
HALF_FOR, SETTING_UP_FOR = timedelta(minutes=10), timedelta(minutes=30)

_WRONG = "the name or the password is not right, or this person may not sign in"
_WRONG_CODE = "this code is not right, has been used, or is too old; take the one that the app shows now"
_NO_SETUP = "no second factor is set up and the time for it is over; an administrator makes a new set-up link"
_Facts = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where somebody signs in from.

    Attributes:
        address: for counting tries only; it is not stored.
        device: browser and system in two words.
    """

    address: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A session that has begun, and what its cookie bears."""

    token: str
    session: Session
    user: User


class SigningIn:
    """The ways into one installation."""

    def __init__(self, store: Store, clock: Clock, settings: People, authenticators: Authenticators) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._authenticators = authenticators
        self._tries = Tries(store, clock)

    # ---- the first proof

    def by_password(self, name: str, password: str, caller: Caller) -> Begun:
        """One proof is given; a fifth of a second of work, whoever is named.

        Raises:
            SignInError: the same for everything that is not right.
            RateError: too many tries, of this name or from this address.
        """
        self._tries.demand(tried_address(caller.address))
        tried = tried_name(name)
        self._tries.count(tried)
        with self._store.read() as reader:
            user = reader.find_user(name)
            known = reader.find_password(user.id if user else UserId(""))
        hashed = known.hash if known else NOBODYS_HASH
        right = same_password(hashed, password)
        if user is None or known is None or not right or user.local or user.disabled_at is not None:
            self._failed(user, "password", caller)
            raise SignInError(_WRONG)
        fresh = hash_password(password) if outdated(hashed) else None

        def work(unit: UnitOfWork) -> Begun | None:
            unit.forget_tries(tried.key)
            if fresh is not None:
                unit.put_password(Password(user_id=user.id, hash=fresh, set_at=known.set_at))
            return self._half(unit, user.id, caller, "password")

        return self._demand_begun(self._store.transact(work))

    def by_provider(self, oidc_name: str, caller: Caller) -> Begun:
        """The provider's word stands for the password; the user is known by what the provider calls them.

        Raises:
            SignInError: it calls nobody here so.
        """
        with self._store.read() as reader:
            user = reader.find_oidc_user(oidc_name)
        if user is None or user.disabled_at is not None:
            self._failed(user, "oidc", caller)
            raise SignInError("the provider knows you, and nobody here is named so; an administrator adds people")
        return self._demand_begun(self._store.transact(lambda unit: self._half(unit, user.id, caller, "oidc")))

    def by_setup(self, token: str, caller: Caller) -> Begun:
        """A set-up link is followed: the person sets how they sign in, from the beginning; it is good until they have.

        Raises:
            SignInError: the link is not the newest, was used to its end, or is too old.
        """
        at = self._clock()
        self._tries.demand(tried_address(caller.address))

        def work(unit: UnitOfWork) -> Begun | None:
            setup = unit.find_setup_of(digest_of(token))
            if setup is None or setup.expires_at <= at or unit.get_user(setup.user_id).disabled_at is not None:
                return None
            # A password that somebody chose by this link before is not the password of whoever follows it now.
            unit.remove_proofs(setup.user_id)
            begun = self._set_up(unit, setup.user_id, caller, at)
            self._audit(unit, at, begun.user.actor, "setup.begin", begun.user, {"by": "link"})
            return begun

        begun = self._store.transact(work)
        if begun is None:
            self._failed(None, "setup-link", caller)
            raise SignInError("this set-up link was used already, has run out, or is not the newest one")
        return begun

    def by_local_link(self, unit: UnitOfWork, caller: Caller) -> Begun:
        """The machine's owner is in; called in the transaction that uses the link up."""
        at = self._clock()
        user = local_administrator(unit, at)
        if user.disabled_at is not None:
            raise RefusedError("the local administrator is disabled; enable it with: clew users enable")
        begun = self._begin(unit, user.id, Stage.OPEN, caller, at)
        self._audit(unit, at, user.actor, "session.create", user, {"by": "local-link"})
        return begun

    # ---- the second

    def by_code(self, session: Session, code: str, caller: Caller) -> Begun:
        """A code of the authenticator, taken once, opens the session.

        Raises:
            SignInError: it is not right, or was used.
            RateError: too many tries.
        """
        self._demand_code(session, code)
        return self._open(session, caller, "totp")

    def by_recovery_code(self, session: Session, code: str, caller: Caller) -> Begun:
        """A recovery code opens the session and is used up."""
        self._tries.count(tried_second(session.user_id))
        digest = recovery_digest(code)

        def work(unit: UnitOfWork) -> Begun | None:
            if not unit.take_recovery_code(session.user_id, digest):
                return None
            return self._opened(unit, session, caller, "recovery-code")

        begun = self._store.transact(work)
        if begun is None:
            self._failed_second(session, "recovery-code")
            raise SignInError("this recovery code is not one of yours, or was used; each is good once")
        return begun

    def by_passkey(self, passkey: Passkey, session: Session | None, caller: Caller) -> Begun:
        """A passkey whose answer was verified: the second proof of a session, or both when there is none yet.

        Raises:
            SignInError: it is another person's, or its person may not sign in.
        """
        at = self._clock()

        def work(unit: UnitOfWork) -> Begun | None:
            user = unit.get_user(passkey.user_id)
            # The machine's owner comes in by the machine alone, whatever they added for fresh proofs.
            if user.disabled_at is not None or user.local or (session is not None and session.user_id != user.id):
                return None
            if not unit.use_passkey(replace(passkey, used_at=at)):  # it was removed since
                return None
            if session is not None:
                return self._opened(unit, session, caller, "passkey")
            begun = self._begin(unit, user.id, Stage.OPEN, caller, at)
            self._audit(unit, at, user.actor, "session.create", user, {"by": "passkey-alone"})
            return begun

        begun = self._store.transact(work)
        if begun is None:
            self._failed(None, "passkey", caller)
            raise SignInError("this passkey is not good here")
        return begun

    def finish_setup(self, unit: UnitOfWork, session: Session, caller: Caller) -> Begun:
        """The person has set up both proofs: their leave is used up and they are in."""
        if unit.find_setup(session.user_id) is None:
            raise SignInError("this set-up was finished already; sign in, or ask for a new link")
        proofs = unit.proofs(session.user_id)
        user = unit.get_user(session.user_id)
        if not proofs.second_factor or not (proofs.password or proofs.passkeys or user.oidc_name):
            raise ConflictError("a password and a second factor are needed; go on with the set-up")
        unit.remove_setup(user.id)
        begun = self._opened(unit, session, caller, "setup")
        if begun is None:
            raise SignInError("this set-up was ended; ask for a new link")
        return begun

    # ---- while signed in

    def prove_by_code(self, session: Session, code: str) -> None:
        """The person of an open session has proved themselves anew; raises as `by_code`."""
        self._demand_code(session, code)
        self._proved(session, "totp")

    def prove_by_passkey(self, session: Session, passkey: Passkey) -> None:
        """The same with a passkey whose answer was verified; SignInError when it is another person's."""
        if passkey.user_id != session.user_id:
            self._failed_second(session, "passkey")
            raise SignInError("this passkey is not yours")
        self._proved(session, "passkey", passkey)

    def prove_locally(self, unit: UnitOfWork, session: Session) -> None:
        """The same by a new local link; called in the transaction that uses the link up."""
        at = self._clock()
        self._put_proved(unit, session, "local-link", at)

    def end(self, session: Session) -> None:
        """The session is over."""
        at = self._clock()

        def work(unit: UnitOfWork) -> None:
            unit.end_session(session.digest)
            user = unit.get_user(session.user_id)
            self._audit(unit, at, user.actor, "session.end", user, {"by": "person"})

        self._store.transact(work)

    # ---- how

    def _demand_code(self, session: Session, code: str) -> None:
        tried = tried_second(session.user_id)
        self._tries.count(tried)
        at = self._clock()

        def work(unit: UnitOfWork) -> bool:
            totp = unit.find_totp(session.user_id)
            step = step_of(self._authenticators.open(totp), code, at) if totp else None
            if step is None or not unit.take_totp_step(session.user_id, step):
                return False
            unit.forget_tries(tried.key)
            return True

        if not self._store.transact(work):
            self._failed_second(session, "totp")
            raise SignInError(_WRONG_CODE)

    def _half(self, unit: UnitOfWork, user_id: UserId, caller: Caller, by: str) -> Begun | None:
        """A session that waits for its second proof, or for one to be set up; None when neither can be."""
        at = self._clock()
        user = unit.get_user(user_id)
        if unit.proofs(user_id).second_factor:
            return self._begin(unit, user_id, Stage.HALF, caller, at)
        setup = unit.find_setup(user_id)
        if setup is None or setup.expires_at <= at or user.disabled_at is not None:
            return None
        self._audit(unit, at, user.actor, "setup.begin", user, {"by": by})
        return self._set_up(unit, user_id, caller, at)

    def _set_up(self, unit: UnitOfWork, user_id: UserId, caller: Caller, at: datetime) -> Begun:
        """A session that sets up, alone: what an earlier one was shown becomes nobody's second factor."""
        unit.end_sessions(user_id)
        unit.remove_totp(user_id, confirmed=False)
        return self._begin(unit, user_id, Stage.SETTING_UP, caller, at)

    @staticmethod
    def _demand_begun(begun: Begun | None) -> Begun:
        if begun is None:
            raise SignInError(_NO_SETUP)
        return begun

    def _open(self, session: Session, caller: Caller, by: str) -> Begun:
        begun = self._store.transact(lambda unit: self._opened(unit, session, caller, by))
        if begun is None:
            raise SignInError("this sign-in was ended; begin again")
        return begun

    def _opened(self, unit: UnitOfWork, session: Session, caller: Caller, by: str) -> Begun | None:
        """An open session in the place of the half one, with a token that no earlier page has seen."""
        at = self._clock()
        found = unit.find_session(session.digest)
        if found is None or self._is_over(found[0], at) or found[0].stage is Stage.OPEN:
            return None
        unit.end_session(session.digest)
        unit.forget_tries(tried_second(session.user_id).key)
        begun = self._begin(unit, session.user_id, Stage.OPEN, caller, at)
        self._audit(unit, at, begun.user.actor, "session.create", begun.user, {"by": by})
        return begun

    def _begin(self, unit: UnitOfWork, user_id: UserId, stage: Stage, caller: Caller, at: datetime) -> Begun:
        token = new_token()
        lasting = {
            Stage.HALF: HALF_FOR,
            Stage.SETTING_UP: SETTING_UP_FOR,
            Stage.OPEN: timedelta(hours=self._settings.session_hours),
        }
        session = Session(
            digest=digest_of(token),
            user_id=user_id,
            stage=stage,
            began_at=at,
            seen_at=at,
            expires_at=at + lasting[stage],
            proved_at=at,
            device=caller.device,
        )
        unit.put_session(session)
        return Begun(token=token, session=session, user=unit.get_user(user_id))

    def _proved(self, session: Session, by: str, passkey: Passkey | None = None) -> None:
        at = self._clock()

        def work(unit: UnitOfWork) -> None:
            if passkey is not None and not unit.use_passkey(replace(passkey, used_at=at)):
                raise SignInError("this passkey was removed; use another proof")
            self._put_proved(unit, session, by, at)

        self._store.transact(work)

    def _put_proved(self, unit: UnitOfWork, session: Session, by: str, at: datetime) -> None:
        found = unit.find_session(session.digest)
        if found is None:
            raise SignInError("this session was ended; sign in again")
        current, user = found
        unit.put_session(replace(current, proved_at=at, seen_at=at))
        self._audit(unit, at, user.actor, "session.step-up", user, {"by": by})

    def _failed(self, user: User | None, by: str, caller: Caller) -> None:
        """Written down and counted; the row names a user only when there is one, never what was typed."""
        at = self._clock()
        subject = user.actor if user else "user:unknown"
        event = AuditEvent(at=at, actor="nobody", act="session.refuse", subject=subject, facts={"by": by})
        self._store.transact(lambda unit: unit.audit(event))
        self._tries.count(tried_address(caller.address))

    def _failed_second(self, session: Session, by: str) -> None:
        at, who = self._clock(), f"user:{session.user_id}"
        event = AuditEvent(at=at, actor="nobody", act="session.refuse", subject=who, facts={"by": by})
        self._store.transact(lambda unit: unit.audit(event))

    @staticmethod
    def _is_over(session: Session, at: datetime) -> bool:
        """Whether its time has gone by; also of one that a wrong clock began, further ahead than it lasts."""
        return session.expires_at <= at or session.began_at > at + (session.expires_at - session.began_at)

    @staticmethod
    def _audit(unit: UnitOfWork, at: datetime, actor: str, act: str, user: User, facts: _Facts) -> None:
        unit.audit(AuditEvent(at=at, actor=actor, act=act, subject=user.actor, facts=facts))
