"""The HTTP server: listens on one port, serves until it is told to stop, and lets requests under way end."""

import gc
import os
import resource
import signal
import socket
from asyncio import Transport
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clew.errors import ConflictError, InputError
from clew.ground.clock import monotonic_s
from clew.settings import Settings
from clew.web import answers
from clew.web.body import most_files
from clew.web.gathered import Gathered
from clew.web.patience import Patience
from clew.web.visit import Visit, header

# The ASGI extension by which an application cuts the connection of a request at once; "now" does it.
CUT = "clew.cut"
# Connections waiting to be accepted; the system may cap it lower.
_BACKLOG = 2048
_KEEP_ALIVE_S = 75
_STOPS = (signal.SIGTERM, signal.SIGINT)
# The server looks at its connections once a second; it ticks ten times.
_TICKS = 10
# Descriptors that connections leave to the database, the index and the workers; uploads have theirs besides.
_RESERVED = 512
# Python's 700 new objects between looks for garbage are a few requests. Requests leave hardly any, and each look holds
# all of them up: for some milliseconds where so many objects are looked through.
_GARBAGE = (20_000, 20, 20)
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n"
    b"cache-control: no-store\r\n\r\n"
)


def at(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with the host and port that a command names; None leaves them."""
    web = replace(settings.web, host=host or settings.web.host, port=port or settings.web.port)
    return replace(settings, web=web)


def address(settings: Settings) -> str:
    """Where people reach the console."""
    web = settings.web
    if web.public_url:
        return web.public_url.rstrip("/")
    host = "localhost" if web.host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else web.host  # noqa: S104  (named, not bound)
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; connections made from now on wait until they are served.

    Raises:
        ConflictError: another process has the port; it is named when the system shows it.
        InputError: the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise InputError(f"'{host}' is no address of this machine: {error.strerror}") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except PermissionError as error:
        listening.close()
        raise InputError(f"port {port} needs more rights than this user has; choose one from 1024 on") from error
    except OSError as error:
        listening.close()
        holder = _holder(port)
        by = f" by {holder}" if holder else ""
        message = f"port {port} is taken{by}; stop that first, or choose another with --port"
        if "in use" not in str(error):
            raise InputError(f"cannot listen on {host}: {error.strerror}") from error
        raise ConflictError(message) from error
    return listening


def serve(app: FastAPI, listening: socket.socket, *, drain_s: float, when_ready: Callable[[], None]) -> None:
    """The application is served until SIGTERM or Ctrl-C; then requests under way have `drain_s` to end.

    A second Ctrl-C ends at once.
    """
    _Connection.most = _raise_descriptors()
    config = uvicorn.Config(
        app,
        http=_Connection,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=ceil(drain_s),
    )
    # uvicorn sends itself the signal again once it has stopped; by then there is nothing left to end.
    thresholds = gc.get_threshold()
    before = {each: signal.signal(each, lambda *_: None) for each in _STOPS}
    try:
        _Server(config, when_ready).run([listening])
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()  # what was kept from being looked through is let go in order
        for each, handler in before.items():
            signal.signal(each, handler)


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it is ready."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """It answers requests now."""
        await super().startup(sockets)
        # What stands now stays: looking through it again and again for garbage held every request up for 50 ms.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        if not self.should_exit:
            self._when_ready()

    async def on_tick(self, counter: int) -> bool:
        """Connections that are late are closed."""
        if counter % _TICKS == 0:
            for each in list(self.server_state.connections):
                if isinstance(each, _Connection):
                    each.close_if_late()
        return await super().on_tick(counter)


class _Connection(HttpToolsProtocol):
    """uvicorn's connection, with an end to its patience."""

    # Most at a time; one more is closed at once. Otherwise connections could take every descriptor of the process.
    most = 0
    patience: Patience
    # The parser takes such a request as ended with its headers, and what follows as another's protocol, or as the next
    # request: a body would be dropped unseen. Nothing here speaks any other protocol.
    refused = False

    def connection_made(self, transport: Any) -> None:
        self.patience = Patience(monotonic_s)
        super().connection_made(cast("Transport", Gathered(transport)))
        if len(self.connections) > self.most:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        super().data_received(data)
        if not self.patience.took(len(data)) and not self.transport.is_closing():
            cycle: Any = self.cycle  # None before the first request, whatever its type says
            if cycle is None or cycle.response_complete:
                self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        self.patience.head_began()
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"now": self.transport.abort}}

    def on_headers_complete(self) -> None:
        self.patience.head_ended()
        if self.refused:
            return  # came in the same packet, behind one that was refused
        if self.parser.should_upgrade() or header(self.scope, b"upgrade") is not None:
            self.refused = True
            self.app = _refuse_upgrade
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.patience.body_came()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.patience.body_ended()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.patience.answered()
        super().on_response_complete()

    def pause_writing(self) -> None:
        self.patience.writing_stuck()
        super().pause_writing()

    def resume_writing(self) -> None:
        self.patience.writing_goes_on()
        super().resume_writing()

    def close_if_late(self) -> None:
        """Closed, without waiting for what could still be sent."""
        if self.flow.read_paused:
            self.patience.reading_held()
        if self.patience.ended:
            self.transport.abort()


async def _refuse_upgrade(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  (the shape is ASGI's)
    """A request that asks for another protocol is answered, and its connection closed; no byte of its body is read."""
    visit = Visit()
    message = "send the request without the header Upgrade: this service speaks HTTP/1.1 alone"
    body = answers.error_json(answers.code_of(InputError(message)), message, visit.request_id)
    await answers.send_json(send, InputError.http_status, body, [(b"connection", b"close")])


def _raise_descriptors() -> int:
    """The process may open as many files as the system lets it; how many of them may be connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most_connections(most)


def most_connections(descriptors: int) -> int:
    """How many connections a process may have that may open so many files: all others who need some have theirs."""
    return max(descriptors - _RESERVED - 2 * most_files(descriptors), descriptors // 4)


def _holder(port: int) -> str:
    """The process that listens on a port, by name and number; "" when the system does not show it."""
    wanted = {
        f"socket:[{fields[9]}]"
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in _lines(Path(table))
        if (fields := line.split())[1].endswith(f":{port:04X}") and fields[3] == "0A"  # 0A: TCP_LISTEN
    }
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and wanted & _sockets(process / "fd"):
            with suppress(OSError):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return ""


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text().splitlines()[1:]
    except OSError:
        return []


def _sockets(folder: Path) -> set[str]:
    """What the open files of a process are; none when it is another user's, or gone."""
    found = set()
    with suppress(OSError):
        for each in folder.iterdir():
            with suppress(OSError):  # closed since
                found.add(os.readlink(each))  # noqa: PTH115  (the link's text names no path)
    return found
