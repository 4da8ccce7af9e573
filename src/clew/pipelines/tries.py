"""How often somebody may try to sign in: durable counts with a delay that grows, the same for known names and unknown.

Source: OWASP Authentication Cheat Sheet, "Account Lockout" and "Login Throttling"; NIST SP 800-63B-4, 2025, section
3.2.2 (rate limiting). A delay and no lock for good: otherwise anybody could shut a colleague out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.errors import RateError
from clew.ground.clock import Clock
from clew.ground.retries import latest_end
from clew.ground.tokens import digest_of
from clew.parts.stores.base import Store, UnitOfWork
from clew.records.audit import AuditEvent
from clew.records.identifiers import UserId

_FORGOTTEN_AFTER = timedelta(hours=24)
_FIRST_DELAY_S, _LONGEST_DELAY_S = 5, 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is tried: a name, an address, somebody's second factor.

    Attributes:
        free: so many tries go without a delay; people mistype, and an office has one address.
    """

    key: bytes
    what: str
    free: int


def tried_name(name: str) -> Tried:
    """A name as it was typed, known or not."""
    return Tried(key=digest_of(f"name:{name.casefold()}"), what="name", free=5)


def tried_address(address: str) -> Tried:
    """Where the tries come from."""
    return Tried(key=digest_of(f"address:{address}"), what="address", free=30)


def tried_second(user_id: UserId) -> Tried:
    """A person's second factor, by somebody who has given the first."""
    return Tried(key=digest_of(f"second:{user_id}"), what="second factor", free=5)


class Tries:
    """The counts of one installation, whichever of its processes counts."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def demand(self, tried: Tried) -> None:
        """RateError while tries must wait; nothing is counted."""
        with self._store.read() as reader:
            until = reader.find_delay(tried.key)
        self._refuse(until, self._clock())

    def count(self, tried: Tried) -> None:
        """One more try, counted before it is known whether it succeeds; RateError when it must wait."""
        at = self._clock()

        def work(unit: UnitOfWork) -> datetime | None:
            unit.sweep_sign_ins(at)
            count = unit.count_try(tried.key, at, at + _FORGOTTEN_AFTER, _latest(at))
            if count is None:
                return unit.find_delay(tried.key)
            delay = _delay(count - tried.free)
            if delay:
                unit.delay_tries(tried.key, at + delay)
                facts: dict[str, str | int | bool | None] = {"tries": count, "seconds": int(delay.total_seconds())}
                unit.audit(
                    AuditEvent(at=at, actor="nobody", act="sign-in.delay", subject=f"sign-in:{tried.what}", facts=facts)
                )
            return None

        self._refuse(self._store.transact(work), at)

    @staticmethod
    def _refuse(until: datetime | None, at: datetime) -> None:
        if until is None or until <= at or until > _latest(at):
            return
        wait_s = (until - at).total_seconds()
        raise RateError(f"too many tries; come again in {wait_s:.0f} s", retry_after_s=wait_s)


def _latest(at: datetime) -> datetime:
    """Nobody waits until after this, unless a clock was wrong when the wait was set."""
    return latest_end(at, timedelta(seconds=_LONGEST_DELAY_S))


def _delay(over: int) -> timedelta:
    """None for the free ones, then five seconds, and twice as long each time, up to a quarter of an hour."""
    if over < 1:
        return timedelta(0)
    return timedelta(seconds=min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** min(over - 1, 20)))
