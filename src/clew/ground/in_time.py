"""A network whose every wait ends with the call: connecting, handshake, headers and body share one deadline.

A limit on the next byte alone lets a server that drips bytes hold a call for ever.
"""

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

# A slow reader is asked after the time between two pieces.
_PIECE_BYTES = 16_384
# Each call runs in one thread, while its connection may have been opened by an earlier call.
_left_s: ContextVar[Callable[[], float] | None] = ContextVar("left_s", default=None)


@contextmanager
def calling(left_s: Callable[[], float]) -> Iterator[None]:
    """What this thread does on the network meanwhile ends in time.

    Args:
        left_s: seconds that are left; it raises when none are.
    """
    before = _left_s.set(left_s)
    try:
        yield
    finally:
        _left_s.reset(before)


class TimedNetwork(httpcore.NetworkBackend):
    """The system's network, in time."""

    def __init__(self) -> None:
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection; how long the system takes to look up the name is its own."""
        return _TimedStream(self._network.connect_tcp(host, port, _in_time(timeout), local_address, socket_options))


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _in_time(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE_BYTES):
            self._stream.write(buffer[start : start + _PIECE_BYTES], _in_time(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _in_time(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _in_time(timeout_s: float | None) -> float | None:
    left_s = _left_s.get()
    if left_s is None:
        return timeout_s
    return left_s() if timeout_s is None else min(timeout_s, left_s())
