"""Who is signed in to the console: sessions in the store, asked for a moment ago at most.

A cookie bears an opaque token; the store knows its digest. What was read is trusted for less than a second, so that a
person who is shut out is out of every process within one.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from fastapi import Response
from starlette.types import Scope

from clew.ground.clock import Clock, monotonic_s
from clew.ground.tokens import digest_of, form_token
from clew.parts.stores.base import Store
from clew.records.people import Session, User
from clew.settings import People
from clew.web.visit import header

_TRUSTED_S = 0.7
# Anybody can send cookies: a flood of invented ones must not fill the memory.
_REMEMBERED = 10_000
# That a session was seen is written so often at most; an idle time is never shorter than some minutes.
_SEEN_EVERY = timedelta(minutes=1)

# The plain name is for http on this machine; over https the browser itself holds the cookie to this host.
COOKIE, SECURE_COOKIE = "clew", "__Host-clew"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A session that still runs, its person, and what its forms must bear."""

    session: Session
    user: User
    form_token: str


@dataclass(frozen=True, slots=True)
class _Known:
    found: tuple[Session, User] | None
    read_at_s: float


class Sessions:
    """Finds sessions, for one process.

    Args:
        secure: people come by https: a cookie by the plain name, which any page of a neighbouring host can set and any
            plain connection bears, is nobody's session then.
        run_in: where the store is asked: the event loop must never wait for a database.
        ticking: seconds that never go back.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: People,
        run_in: Executor | None = None,
        ticking: Callable[[], float] = monotonic_s,
        *,
        secure: bool = False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._cookie = SECURE_COOKIE if secure else COOKIE
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._local = settings.local_link
        self._run_in = run_in
        self._ticking = ticking
        self._known: dict[bytes, _Known] = {}

    async def admit(self, scope: Scope) -> Admitted | None:
        """The session that a request's cookie names, if it still runs; it was seen now."""
        token = cookie(scope, self._cookie)
        if not token:
            return None
        digest = digest_of(token)
        found = await self._find(digest)
        if found is None:
            return None
        session, user = found
        at = self._clock()
        if user.local and not self._local:
            return None
        # Seen or begun far ahead: a clock was wrong then, and neither its end nor its idle time would ever come.
        wrong = max(session.began_at, session.seen_at) > at + self._idle
        if wrong or at >= session.expires_at or at - session.seen_at >= self._idle:
            return None
        if at - session.seen_at >= min(_SEEN_EVERY, self._idle / 10):
            self._seen(digest, session, user)
        return Admitted(session, user, form_token(token))

    def forget(self) -> None:
        """What comes next is read anew: this process has just changed something about sessions or people."""
        self._known.clear()

    def _seen(self, digest: bytes, session: Session, user: User) -> None:
        at, known = self._clock(), self._known.get(digest)
        if known is not None:
            self._known[digest] = _Known((replace(session, seen_at=at), user), known.read_at_s)
        # Nobody waits for it: one page more or less is no idle hour.
        self._store.submit(lambda unit: unit.see_session(digest, at))

    async def _find(self, digest: bytes) -> tuple[Session, User] | None:
        known = self._known.get(digest)
        # Counted from before the question: what was ended while we asked is not trusted a moment longer.
        began_s = self._ticking()
        if known is not None and began_s - known.read_at_s < _TRUSTED_S:
            return known.found
        found = await asyncio.get_running_loop().run_in_executor(self._run_in, self._ask, digest)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[digest] = _Known(found, began_s)
        return found

    def _ask(self, digest: bytes) -> tuple[Session, User] | None:
        with self._store.read() as reader:
            return reader.find_session(digest)


# ---------------------------------------------------------------- cookies


def cookie(scope: Scope, name: str) -> str | None:
    """A cookie of the request."""
    try:
        found = SimpleCookie(header(scope, b"cookie") or "").get(name)
    except CookieError:
        return None
    return found.value if found else None


def give(response: Response, token: str, *, secure: bool) -> None:
    """The browser bears the session from now on, on this host alone, never to a request from elsewhere."""
    name = SECURE_COOKIE if secure else COOKIE
    response.set_cookie(name, token, httponly=True, samesite="strict", secure=secure, path="/")


def take_back(response: Response) -> None:
    """The browser bears none any longer."""
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=name == SECURE_COOKIE)
