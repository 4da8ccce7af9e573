"""A connection whose answers leave whole: what is written within one turn of the event loop is sent at once."""

import asyncio
from typing import Any


class Gathered:
    """A transport that writes once a turn: the head and the body of an answer are one call of the system, not two."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)

    def write(self, piece: bytes) -> None:
        """The piece leaves with what else is written in this turn."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held.append(piece)

    def close(self) -> None:
        """What was written leaves first."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._held:
            self._transport.write(b"".join(self._held))
            self._held.clear()
