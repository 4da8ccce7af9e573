"""The one way to the network: where it may go, and that nothing is called beside it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from clew.errors import InputError, UnavailableError
from clew.ground.clock import monotonic_s
from clew.ground.egress import Address, Egress, OutgoingFile, demand_base_url
from tests.parts.clearinghouses.hostile_server import answering, http


@pytest.mark.parametrize("path", ["status", "/../status", "//elsewhere.example/status", "/a\\b"])
def test_a_path_that_leaves_the_address_is_a_mistake_of_ours(path: str):
    with pytest.raises(ValueError, match="below the address"):
        Egress(Address(base_url="https://report.example/ispws")).get(path, within_s=1)


@pytest.mark.parametrize("base", ["http://127.0.0.1:8091/ispws/", "http://localhost/ispws", "http://[::1]:1/ispws"])
def test_plain_http_goes_to_this_machine_alone(base: str):
    assert demand_base_url(base) == base.rstrip("/")
    with pytest.raises(InputError, match="everybody"):
        demand_base_url(base.replace(base.split("/")[2], "198.51.100.7"))


def test_certificates_that_are_no_pem_are_named(tmp_path):
    file = tmp_path / "trusted.pem"
    file.write_text("nothing")
    with pytest.raises(InputError, match="PEM"):
        Egress(Address(base_url="https://report.example", authority_file=str(file)))


def test_a_file_is_read_while_it_is_sent_and_its_fault_comes_out():
    def pieces():
        yield b"abc"
        raise UnavailableError("the vault is away")

    file = OutgoingFile(name="a", media_type="image/png", size_bytes=6, pieces=pieces())
    with answering(http(b"")) as server, pytest.raises(UnavailableError):
        Egress(Address(base_url=server.address)).post_form("/upload", {"id": "7"}, file, within_s=5)


def test_a_call_that_takes_too_long_by_the_clock_is_over():
    with answering(http(b"late")) as server:
        calls = Egress(Address(base_url=server.address), now_s=lambda: 100.0 if server.requests else 0.0)
        with pytest.raises(UnavailableError, match="longer"):
            calls.get("/status", within_s=5)


@contextmanager
def dripping(first: bytes) -> Iterator[str]:
    """A server that says a little and then one byte after the other, without end."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(first)
            while not over.wait(0.05):
                connection.sendall(b"a")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        thread.join(10)
        listening.close()


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"],
    ids=["status", "header", "body"],
)
@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_server_that_drips_bytes_holds_no_call_beyond_its_time(first: bytes, behind_proxy: bool):
    times: list[float] = []

    def now_s() -> float:
        times.append(monotonic_s())
        return times[-1]

    with dripping(first) as host:
        proxied = Address(base_url="http://127.0.0.1:9", proxy=f"http://{host}")
        calls = Egress(proxied if behind_proxy else Address(base_url=f"http://{host}"), now_s=now_s)
        with pytest.raises(UnavailableError):
            calls.get("/status", within_s=0.5)
    # Each byte renews the wait for the next; only a deadline over the whole call asks the clock this often, and ends.
    assert len(times) > 4


def test_the_name_of_a_call_on_the_other_side_is_kept_and_is_printable():
    with answering(http(b"ok", "200 OK", "Request-ID: abc\tdef")) as server:
        assert Egress(Address(base_url=server.address)).get("/status", within_s=5).request_id == "abcdef"
