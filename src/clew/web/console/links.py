"""The one-time link by which the local administrator signs in: short-lived, good once, kept as a digest."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from clew.errors import SignInError
from clew.ground.clock import Clock
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.audit import AuditEvent

VALID = timedelta(minutes=10)

T = TypeVar("T")

_NAME = "console.link"
_ADDRESS = "console.address"
_TOKEN_BYTES = 32


class _Link(msgspec.Struct, frozen=True):
    """What the store keeps; a new link takes the place of the one before."""

    digest: str
    expires_at: datetime


class Links:
    """Makes links and takes them back; the store is where two processes of one installation meet."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def make(self, actor: str) -> str:
        """A new token, good once within ten minutes; the one made before is good no longer."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        at = self._clock()

        def work(unit: UnitOfWork) -> None:
            unit.put_value(_NAME, msgspec.json.encode(_Link(_digest(token), at + VALID)).decode())
            unit.audit(AuditEvent(at=at, actor=actor, act="link.create", subject="console:link", facts={}))

        self._store.transact(work)
        return token

    def note_address(self, address: str) -> None:
        """Links made by other processes lead to this address from now on: a service answers there."""
        self._store.transact(lambda unit: unit.put_value(_ADDRESS, address))

    def find_address(self) -> str | None:
        """Where the service that was started last answers, or did."""
        with self._store.read() as reader:
            return reader.find_value(_ADDRESS)

    def use(self, token: str, then: Callable[[UnitOfWork], T]) -> T:
        """The token is used up, and what follows from it is done in the same transaction.

        Raises:
            SignInError: it is not the last one made, was used, or is too old.
        """
        at = self._clock()

        def work(unit: UnitOfWork) -> tuple[T] | None:
            text = unit.find_value(_NAME)
            link = msgspec.json.decode(text, type=_Link) if text else None
            if link is None or at >= link.expires_at or not hmac.compare_digest(link.digest, _digest(token)):
                return None
            unit.put_value(_NAME, "")
            return (then(unit),)

        done = self._store.transact(work)
        if done is None:
            raise SignInError("this link was used already, is older than ten minutes, or is not the newest one")
        return done[0]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
