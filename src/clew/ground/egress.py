"""The one way to the network: to an address that the settings name, over TLS, with an end to time and size.

No redirect is followed, no proxy is taken from the environment, no cookie is kept. What an answer says stays with its
Request-ID, by which the other side finds the call again.
"""

import ipaddress
import logging
import secrets
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from clew.errors import InputError, UnavailableError
from clew.ground.clock import monotonic_s
from clew.ground.in_time import TimedNetwork, calling

# An answer is a line or a page of XML; more is an attack or a mistake.
_MOST_ANSWER_BYTES = 1 << 20
# Longest wait for a connection, and for the next byte in either direction.
_CONNECT_S, _IDLE_S = 20.0, 60.0
_REQUEST_ID_CHARACTERS = 128

# It notes each address with its query at INFO, and a query may be a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to, as whom, and by which way; made from settings, never from what came in.

    Attributes:
        base_url: https; http only to this machine itself.
        user, password: for HTTP Basic; both empty is none.
        authority_file: certificates that are trusted instead of the system's; "" is the system's.
        proxy: URL of a proxy; "" is none.
    """

    base_url: str
    user: str = ""
    password: str = ""
    authority_file: str = ""
    proxy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole.

    Attributes:
        request_id: the other side's name for the call.
    """

    status: int
    body: bytes
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """Bytes on their way, which nobody holds whole.

    Attributes:
        size_bytes: exactly as many as the pieces hold.
    """

    name: str
    media_type: str
    size_bytes: int
    pieces: Iterable[bytes]


class Egress:
    """Calls below one address. Threads may share it.

    Args:
        address: where to.
        now_s: seconds on a clock that never goes back.

    Raises:
        InputError: the address is none that may be called.
    """

    def __init__(self, address: Address, now_s: Callable[[], float] = monotonic_s) -> None:
        self.base_url = demand_base_url(address.base_url)
        self._now_s = now_s
        credentials = bool(address.user or address.password)
        transport = httpx.HTTPTransport(
            verify=_trusted(address.authority_file) if self.base_url.startswith("https:") else False,
            proxy=address.proxy or None,
            trust_env=False,
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=1),
        )
        # httpx gives no way to hand its pool a network; a server that drips, in the tests, shows that this one is used.
        transport._pool._network_backend = TimedNetwork()  # noqa: SLF001
        self._client = httpx.Client(
            transport=transport,
            auth=httpx.BasicAuth(address.user, address.password) if credentials else None,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(_IDLE_S, connect=_CONNECT_S),
        )

    def close(self) -> None:
        """No connection stays open."""
        self._client.close()

    def get(self, path: str, *, within_s: float) -> Answer:
        """The answer to a GET."""
        return self._call("GET", path, within_s, None, {})

    def post(self, path: str, body: bytes, media_type: str, *, within_s: float) -> Answer:
        """The answer to a body of a type."""
        return self._call("POST", path, within_s, body, {"content-type": media_type, "content-length": str(len(body))})

    def post_form(
        self, path: str, fields: Mapping[str, str], file: OutgoingFile | None = None, *, within_s: float
    ) -> Answer:
        """The answer to a multipart form, whose file is read while it is sent.

        Raises:
            UnavailableError: no whole answer came in time; what the other side did with the call is not known.
        """
        boundary = secrets.token_hex(16)
        head, tail = _form_around(boundary, fields, file)
        size = len(head) + (file.size_bytes if file else 0) + len(tail)
        headers = {"content-type": f"multipart/form-data; boundary={boundary}", "content-length": str(size)}
        return self._call("POST", path, within_s, _chained(head, file, tail), headers)

    def _call(
        self, method: str, path: str, within_s: float, body: bytes | Iterator[bytes] | None, headers: dict[str, str]
    ) -> Answer:
        bare = path.partition("?")[0]
        if not bare.startswith("/") or bare.startswith("//") or ".." in bare.split("/") or "\\" in bare:
            # It may bear a secret, as a webhook's does, and is not repeated.
            raise ValueError("a path below the address begins with one slash and stays there")
        deadline_s = self._now_s() + within_s
        if body is not None and not isinstance(body, bytes):
            body = self._in_time(body, deadline_s)
        headers = {**headers, "accept-encoding": "identity"}  # no bomb can be packed into an answer
        try:
            with (
                calling(lambda: self._left_s(deadline_s)),
                self._client.stream(method, self.base_url + path, content=body, headers=headers) as response,
            ):
                return Answer(
                    status=response.status_code,
                    body=self._whole(response, deadline_s),
                    request_id=_request_id(response),
                )
        except (httpx.TransportError, httpx.InvalidURL, httpx.StreamError, ssl.SSLError, OSError) as error:
            raise UnavailableError(f"{self._host} gave no whole answer ({type(error).__name__})") from error

    @property
    def _host(self) -> str:
        return urlsplit(self.base_url).netloc

    def _in_time(self, pieces: Iterator[bytes], deadline_s: float) -> Iterator[bytes]:
        for piece in pieces:
            self._left_s(deadline_s)
            yield piece

    def _whole(self, response: httpx.Response, deadline_s: float) -> bytes:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnavailableError(f"{self._host} answered with a packed body, which was not asked for")
        body = bytearray()
        for piece in response.iter_raw():
            self._left_s(deadline_s)
            body += piece
            if len(body) > _MOST_ANSWER_BYTES:
                raise UnavailableError(
                    f"{self._host} answered with more than {_MOST_ANSWER_BYTES:,} bytes; none is read"
                )
        return bytes(body)

    def _left_s(self, deadline_s: float) -> float:
        left_s = deadline_s - self._now_s()
        if left_s <= 0:
            raise UnavailableError(f"{self._host} took longer than it may for one call")
        return left_s


def demand_base_url(text: str) -> str:
    """The address without a slash at its end.

    Raises:
        InputError: it is no https address, or bears credentials, a query or a fragment; http is for loopback alone.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    told = "an address must be https://HOST/PATH"
    if not host or parts.scheme not in {"https", "http"}:
        raise InputError(f"{told}, or http:// to this machine alone; got none")
    if parts.scheme == "http" and not _is_loopback(host):
        raise InputError(f"{told}: plain http would show the report to everybody on the way")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(f"{told}, without user, password or query: these have settings of their own")
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trusted(authority_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority_file or None)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"the file of trusted certificates, {authority_file}, cannot be read as PEM") from error


def _request_id(response: httpx.Response) -> str | None:
    text = str(response.headers.get("request-id", ""))[:_REQUEST_ID_CHARACTERS]
    return "".join(each for each in text if each.isprintable()) or None


def _form_around(boundary: str, fields: Mapping[str, str], file: OutgoingFile | None) -> tuple[bytes, bytes]:
    """What stands before the file's bytes, and after them."""
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    )
    if file is None:
        return f"{head}--{boundary}--\r\n".encode(), b""
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{_quoted(file.name)}"\r\n'
        f"Content-Type: {file.media_type}\r\n\r\n"
    )
    return head.encode(), f"\r\n--{boundary}--\r\n".encode()


def _quoted(name: str) -> str:
    """As browsers write it, so that no name ends its header. Source: WHATWG HTML, multipart/form-data encoding."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _chained(head: bytes, file: OutgoingFile | None, tail: bytes) -> Iterator[bytes]:
    yield head
    if file is not None:
        yield from file.pieces
    if tail:
        yield tail
