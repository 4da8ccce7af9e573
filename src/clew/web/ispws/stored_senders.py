"""Senders that the store knows, each by the digest of a credential that Clew made."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from clew.ground.tokens import digest_of, same
from clew.parts.stores.base import Store
from clew.web.ispws.senders import Sender, StoredSender, credential

# So long a blocked sender, or an old credential, may still get in; the transaction that takes a report in looks again.
_KNOWN_S = 2.0


class StoredSenders:
    """Everybody who has a credential and is not blocked.

    Nobody guesses a credential of 256 bits, so tries are not counted; each is compared with every sender's, whole, and
    takes as long whether a name is known or not.

    Args:
        threads: in which the store is read.
    """

    def __init__(self, store: Store, threads: Executor, ticking: Callable[[], float]) -> None:
        self._store = store
        self._threads = threads
        self._ticking = ticking
        self._read_at_s = float("-inf")
        self._known: tuple[tuple[Sender, bytes], ...] = ()
        self._reading = asyncio.Lock()

    async def find(self, authorization: str | None) -> Sender | None:
        """The sender of an Authorization header; None when it is nobody's."""
        if self._ticking() - self._read_at_s >= _KNOWN_S:
            async with self._reading:
                if self._ticking() - self._read_at_s >= _KNOWN_S:
                    self._known = await asyncio.get_running_loop().run_in_executor(self._threads, self._read)
                    self._read_at_s = self._ticking()
        user, password = credential(authorization or "")
        digest = digest_of(password).hex()
        found = None
        for sender, known in self._known:
            right_user, right_password = same(sender.user, user), same(known.hex(), digest)
            if right_user and right_password:
                found = sender
        return found

    def _read(self) -> tuple[tuple[Sender, bytes], ...]:
        with self._store.read() as reader:
            senders = reader.senders()
        return tuple(
            (StoredSender(user=each.user, rights=each.rights, id=each.id), each.secret_digest)
            for each in senders
            if each.user and each.secret_digest and each.blocked_at is None
        )
