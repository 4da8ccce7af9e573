"""A server on loopback that answers with whatever bytes it is given, and keeps what it was asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Said:
    """What the server heard, request by request, byte for byte."""

    address: str
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def answering(*answers: bytes) -> Iterator[Said]:
    """One connection for each answer; an empty one closes it without a word."""
    listening = socket.create_server(("127.0.0.1", 0))
    said = Said(address=f"http://127.0.0.1:{listening.getsockname()[1]}/ispws")

    def serve() -> None:
        for answer in answers:
            try:
                connection, _ = listening.accept()
            except OSError:  # nobody called, and the test is over
                return
            with connection, suppress(OSError):  # whoever called may be gone
                connection.settimeout(10)
                said.requests.append(_request(connection))
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield said
    finally:
        listening.close()
        thread.join(10)


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _request(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = connection.recv(65536)
        if not piece:
            return got
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0]) if lengths else 0
    while len(body) < wanted:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body
