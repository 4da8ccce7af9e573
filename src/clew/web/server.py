"""The HTTP server: listens on one port, serves until it is told to stop, and lets requests under way end."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from math import ceil
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from clew.errors import ConflictError, InputError
from clew.settings import Settings

# Connections waiting to be accepted; the system may cap it lower.
_BACKLOG = 2048
_KEEP_ALIVE_S = 75
_STOPS = (signal.SIGTERM, signal.SIGINT)


def at(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with the host and port that a command names; None leaves them."""
    web = replace(settings.web, host=host or settings.web.host, port=port or settings.web.port)
    return replace(settings, web=web)


def address(settings: Settings) -> str:
    """Where people reach the console."""
    web = settings.web
    if web.public_url:
        return web.public_url.rstrip("/")
    host = "localhost" if web.host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else web.host  # noqa: S104
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
    config = uvicorn.Config(
        app,
        http="httptools",
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
    sys.setswitchinterval(float(os.environ.get("SWI", "0.005")))
    # uvicorn sends itself the signal again once it has stopped; by then there is nothing left to end.
    before = {each: signal.signal(each, lambda *_: None) for each in _STOPS}
    try:
        _Server(config, when_ready).run([listening])
    finally:
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
        if not self.should_exit:
            self._when_ready()


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
