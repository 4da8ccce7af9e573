"""Who is signed in to the console: sessions in this process's memory, gone when it ends.

There is one person for now, the local administrator; users with roles take this file's place.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie

from starlette.types import Scope

from clew.ground.clock import monotonic_s
from clew.web.visit import header

# A night's work, and a meal within it. Source: OWASP Session Management Cheat Sheet, idle and absolute timeouts for
# applications of high value are shorter; here every page is read-only.
_LONGEST_S = 12 * 3600
_IDLE_S = 3600
_TOKEN_BYTES = 32
_MOST = 1000


@dataclass(frozen=True, slots=True)
class _Session:
    began_s: float
    seen_s: float


class Sessions:
    """The sessions of one process, by the digest of what their cookies bear."""

    def __init__(self, ticking: Callable[[], float] = monotonic_s) -> None:
        self._ticking = ticking
        self._sessions: dict[bytes, _Session] = {}

    def begin(self) -> str:
        """A new session; what its cookie bears."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now_s = self._ticking()
        self._sessions = {key: each for key, each in self._sessions.items() if self._good(each)}
        while len(self._sessions) >= _MOST:
            self._sessions.pop(next(iter(self._sessions)))
        self._sessions[_digest(token)] = _Session(now_s, now_s)
        return token

    def find(self, token: str | None) -> bytes | None:
        """The digest of a session that still runs; it has been seen now."""
        if not token:
            return None
        digest = _digest(token)
        session = self._sessions.get(digest)
        if session is None or not self._good(session):
            return None
        self._sessions[digest] = replace(session, seen_s=self._ticking())
        return digest

    def end(self, digest: bytes) -> None:
        """The session is over."""
        self._sessions.pop(digest, None)

    def _good(self, session: _Session) -> bool:
        now_s = self._ticking()
        return now_s - session.began_s < _LONGEST_S and now_s - session.seen_s < _IDLE_S


# The plain name is for http on this machine; over https the browser itself holds the cookie to this host.
COOKIE, SECURE_COOKIE = "clew", "__Host-clew"


def session_of(scope: Scope, sessions: Sessions) -> bytes | None:
    """The digest of the session that a request's cookie names, if it still runs."""
    return sessions.find(cookie(scope, SECURE_COOKIE) or cookie(scope, COOKIE))


def cookie(scope: Scope, name: str) -> str | None:
    """A cookie of the request."""
    try:
        found = SimpleCookie(header(scope, b"cookie") or "").get(name)
    except CookieError:
        return None
    return found.value if found else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
