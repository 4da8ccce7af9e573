"""API keys: who calls, looked up at most a second ago."""

import asyncio
import hmac
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from clew.errors import SignInError
from clew.ground.clock import Clock, monotonic_s
from clew.parts.stores.base import Store
from clew.pipelines.keys import secret_digest
from clew.records.screening import ApiKey

# A revoked key must fall silent within a second, so a lookup is trusted for less.
_TRUSTED_S = 0.7
# Ids are guessable in shape: a flood of invented ones must not fill the memory.
_REMEMBERED = 10_000

_TEXT = re.compile(r"clew_([0-9a-f]{10})_([0-9a-f]{64})")

_NOT_KNOWN = "the key is not known, has expired or was revoked; see: clew keys show"


@dataclass(frozen=True, slots=True)
class _Known:
    key: ApiKey | None
    read_at_s: float


class KeyRing:
    """Says who calls, for one process.

    Args:
        run_in: where the store is asked: the event loop must never wait for a database.
        ticking: seconds that never go back.
    """

    def __init__(
        self, store: Store, clock: Clock, run_in: Executor | None = None, ticking: Callable[[], float] = monotonic_s
    ) -> None:
        self._store = store
        self._clock = clock
        self._run_in = run_in
        self._ticking = ticking
        self._known: dict[str, _Known] = {}
        self._asked: dict[str, asyncio.Future[ApiKey | None]] = {}

    async def admit(self, authorization: str | None) -> ApiKey:
        """The key of an `Authorization` header; SignInError says no more than that it is not good."""
        if authorization is None:
            raise SignInError("this route needs a key: send the header 'Authorization: Bearer clew_...'")
        scheme, _, text = authorization.partition(" ")
        parts = _TEXT.fullmatch(text.strip()) if scheme.lower() == "bearer" else None
        if parts is None:
            raise SignInError("expected 'Authorization: Bearer clew_<10 hex digits>_<64 hex digits>'")
        key = await self._find(parts[1])
        # Compared whether or not the id is known, so that the time tells nothing about ids.
        same = hmac.compare_digest(secret_digest(parts[2]), key.digest if key else b"\0" * 32)
        if key is None or not same or key.revoked_at is not None:
            raise SignInError(_NOT_KNOWN)
        if key.expires_at is not None and self._clock() >= key.expires_at:
            raise SignInError(_NOT_KNOWN)
        return key

    async def _find(self, key_id: str) -> ApiKey | None:
        known = self._known.get(key_id)
        if known is not None and self._ticking() - known.read_at_s < _TRUSTED_S:
            return known.key
        asked = self._asked.get(key_id)
        if asked is None:
            asked = asyncio.ensure_future(self._read(key_id))
            self._asked[key_id] = asked
            asked.add_done_callback(lambda _: self._asked.pop(key_id, None))
        return await asyncio.shield(asked)

    async def _read(self, key_id: str) -> ApiKey | None:
        began_s = self._ticking()
        key = await asyncio.get_running_loop().run_in_executor(self._run_in, self._ask, key_id)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        # Counted from before the question: what was revoked while we asked is not trusted a moment longer.
        self._known[key_id] = _Known(key, began_s)
        return key

    def _ask(self, key_id: str) -> ApiKey | None:
        with self._store.read() as reader:
            return reader.find_key(key_id)
