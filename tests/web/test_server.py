"""The service as a process: it starts, says so, names a busy port, drains, and ends in order."""

import asyncio
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from clew.errors import ConflictError, InputError
from clew.web.body import most_files
from clew.web.server import listen, most_connections


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def clew(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=wide())


def wide() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "400"}


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of `clew serve` that is ready, and its address."""
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder), "serve", "--port", str(free_port()), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=wide())
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("ready: http://localhost:"), said
        yield process, said.removeprefix("ready: ").strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_service_says_when_it_is_ready_and_ends_in_order(tmp_path: Path, how: signal.Signals) -> None:
    with served(tmp_path) as (process, address):
        assert httpx.get(f"{address}/healthz").status_code == 200
        process.send_signal(how)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert said.rstrip().endswith("stopped")


@pytest.mark.slow
def test_a_second_service_on_the_port_names_the_first_and_refuses(tmp_path: Path) -> None:
    with served(tmp_path / "one") as (process, address):
        port = address.rpartition(":")[2]
        second = clew(tmp_path / "two", "serve", "--port", port)
        assert second.returncode == 3
        assert f"port {port} is taken by" in second.stderr
        assert f"(process {process.pid})" in second.stderr
        assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.slow
def test_the_link_that_is_printed_signs_in(tmp_path: Path) -> None:
    with served(tmp_path, "--link") as (process, _):
        assert process.stdout is not None
        found = re.search(r"(http\S+)/signin\?token=(\S+)", process.stdout.readline())
        assert found
        with httpx.Client(base_url=found[1], headers={"sec-fetch-site": "same-origin"}) as browser:
            assert browser.post("/signin", data={"token": found[2]}).status_code == 303
            assert "Nothing is searched yet" in browser.get("/").text
            another = re.search(r"(http\S+)/signin\?token=(\S+)", clew(tmp_path, "keys", "link").stdout)
            assert another
            assert another[1] == found[1]  # the port that the service was given, not that of the settings
            assert browser.post("/signin", data={"token": another[2]}).status_code == 303
            assert "http://localhost:4321/signin" in clew(tmp_path, "keys", "link", "--port", "4321").stdout


@pytest.mark.slow
def test_a_request_under_way_is_answered_before_the_service_ends(tmp_path: Path) -> None:
    made = re.search(r"clew_\S+", clew(tmp_path, "keys", "create", "test", "--scope", "screen").stdout)
    assert made
    with served(tmp_path) as (process, address):
        port = int(address.rpartition(":")[2])

        async def slowly() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            body = b'{"signals": [{"type": "md5", "value": "' + b"ab" * 16 + b'"}]}'
            head = f"POST /api/v1/screen HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {made[0]}\r\n"
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body[:10])
            await writer.drain()
            await asyncio.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
            writer.write(body[10:])
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

        answered = asyncio.run(slowly())
        process.communicate(timeout=30)
    assert answered.startswith(b"HTTP/1.1 200")
    assert process.returncode == 0


@pytest.mark.slow
def test_a_revoked_key_bites_in_a_running_service_within_a_second(tmp_path: Path) -> None:
    made = re.search(
        r"clew_([0-9a-f]{10})_\S+", clew(tmp_path, "keys", "create", "test", "--scope", "lists:read").stdout
    )
    assert made
    with served(tmp_path) as (_, address):
        headers = {"authorization": f"Bearer {made[0]}"}
        assert httpx.get(f"{address}/api/v1/lists", headers=headers).status_code == 200
        assert clew(tmp_path, "keys", "revoke", made[1]).returncode == 0
        time.sleep(1)
        assert httpx.get(f"{address}/api/v1/lists", headers=headers).status_code == 401


@pytest.mark.slow
def test_what_is_no_http_is_refused_and_the_service_goes_on(tmp_path: Path) -> None:
    with served(tmp_path) as (_, address):
        port = int(address.rpartition(":")[2])
        for rubbish in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 200_000, b"\r\n" * 1000):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(rubbish)
        assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("upgrade", ["Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c", "Upgrade: h2c"])
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("body", [b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_a_request_that_asks_for_another_protocol_is_refused_whole(
    tmp_path: Path, upgrade: str, apart: bool, body: bytes
) -> None:
    head = f"POST /api/v1/screen HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\nContent-Length: {len(body)}\r\n\r\n"
    with (
        served(tmp_path) as (_, address),
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=10) as connection,
    ):
        connection.sendall(head.encode() + (b"" if apart else body))
        if apart:
            time.sleep(0.2)
            with suppress(OSError):  # it may have been closed already
                connection.sendall(body)
        said = b""
        with suppress(ConnectionResetError):
            while piece := connection.recv(10_000):
                said += piece
    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 2  # the status line, and the message that names the protocol
    assert b"connection: close" in said


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(InputError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", free_port())


def test_a_busy_port_is_a_conflict() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(ConflictError, match="is taken by"):
        listen("127.0.0.1", first.getsockname()[1])


@pytest.mark.slow
def test_endless_headers_are_cut_off_and_take_no_memory(tmp_path: Path) -> None:
    with served(tmp_path) as (process, address):
        before_kb = resident_kb(process.pid)
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            line = b"X-Filler: " + b"a" * 8_000 + b"\r\n"
            with pytest.raises(OSError, match=r"[Rr]eset|[Pp]ipe"):
                connection.sendall(line * 20_000)
        assert resident_kb(process.pid) - before_kb < 20_000
        assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.slow
def test_headers_beyond_the_limit_are_told_so(tmp_path: Path) -> None:
    with (
        served(tmp_path) as (_, address),
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5) as connection,
    ):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Filler: " + b"a" * 66_000)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 431 ")
        assert connection.recv(1_000) == b""


@pytest.mark.slow
def test_half_open_connections_neither_hold_the_service_up_nor_stay(tmp_path: Path) -> None:
    with served(tmp_path) as (_, address):
        port = int(address.rpartition(":")[2])
        halves = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(300)]
        try:
            for each in halves[::2]:
                each.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
            assert httpx.get(f"{address}/healthz").status_code == 200
            assert all(gone(each) for each in halves)
        finally:
            for each in halves:
                each.close()


@pytest.mark.slow
def test_the_soft_limit_of_open_files_is_raised_to_the_hard_one(tmp_path: Path) -> None:
    with served(tmp_path) as (process, _):
        soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    assert soft == hard


@pytest.mark.parametrize("descriptors", [256, 1024, 4096, 524_288])
def test_connections_leave_descriptors_to_uploads_and_the_rest(descriptors: int) -> None:
    left = descriptors - most_connections(descriptors) - 2 * most_files(descriptors)
    assert left >= min(512, descriptors // 2)


def resident_kb(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1])


def gone(connection: socket.socket) -> bool:
    """Whether the other side has closed it; waits for that as long as the connection's timeout says."""
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True
