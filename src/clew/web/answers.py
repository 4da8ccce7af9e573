"""How answers leave: JSON bytes, and every error in one shape, without anything that came in."""

import re
from collections.abc import Iterable
from math import ceil

import msgspec
from starlette.types import Send

from clew.errors import ClewError, DamagedError, RateError, SignInError, TooLargeError, UnavailableError

Headers = Iterable[tuple[bytes, bytes]]

_Table = tuple[tuple[tuple[str, ...], str], ...]

_encoder = msgspec.json.Encoder()


class Problem(msgspec.Struct, frozen=True):
    """What an error says."""

    code: str
    message: str
    request_id: str


class ErrorAnswer(msgspec.Struct, frozen=True):
    """An error as JSON."""

    error: Problem


def encode(value: object) -> bytes:
    """The value as JSON."""
    return _encoder.encode(value)


async def send_bytes(send: Send, status: int, body: bytes, content_type: bytes, headers: Headers = ()) -> None:
    """One whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *headers],
        }
    )
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, body: bytes, headers: Headers = ()) -> None:
    """One whole answer that is JSON already."""
    await send_bytes(send, status, body, b"application/json", headers)


# What cannot be opened without its key, whether the key is lost or another one; then whatever else does not serve. By
# words of the errors: the first that fits.
_UNOPENED: _Table = (
    (("authenticator app",), "codes of authenticator apps cannot be checked now; use a passkey or a recovery code"),
    (
        ("master key", "key program"),
        (
            "the master key of the evidence is not at hand, or is another one; what is sealed lies unchanged in the "
            "vault and opens again with the right key. Whoever runs Clew must put it back: clew doctor says which"
        ),
    ),
)
# A vault's path has slashes, so it stands before the database.
_BENEATH: _Table = (
    (("index",), "the index cannot serve now; nothing is acknowledged, send it again in a moment"),
    (("no room",), "no room is left for evidence; what was sealed before is safe: whoever runs Clew must make room"),
    (
        ("evidence", "vault"),
        (
            "the vault of the evidence cannot be used now; what is sealed is safe. Try again in a moment; if it stays "
            "so, whoever runs Clew sees why with clew doctor"
        ),
    ),
    (
        ("database", "/", "last change"),
        "the database cannot serve now; nothing is acknowledged, send it again in a moment",
    ),
)


def code_of(error: ClewError) -> str:
    """The word by which a program tells errors apart: `TooLargeError` is "too-large"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()


def told(error: ClewError) -> str:
    """What is said of an error to whoever calls: of what lies beneath the service only which part it is.

    Paths, hosts and what a database says of itself are for the log.
    """
    text = str(error)
    beneath = _UNOPENED if isinstance(error, UnavailableError | DamagedError) else ()
    if isinstance(error, UnavailableError):
        beneath += _BENEATH
    return next((said for words, said in beneath if any(word in text for word in words)), text)


def headers_of(error: ClewError) -> list[tuple[bytes, bytes]]:
    """What HTTP wants beside the status."""
    if isinstance(error, SignInError):
        return [(b"www-authenticate", b"Bearer")]
    if isinstance(error, RateError):
        return [(b"retry-after", b"%d" % ceil(error.retry_after_s))]
    if isinstance(error, TooLargeError):
        return [(b"connection", b"close")]  # the rest of the body is not read
    return [(b"retry-after", b"1")] if error.http_status == 503 else []  # noqa: PLR2004  (HTTP's unavailable)


def error_json(code: str, message: str, request_id: str) -> bytes:
    """An error as the interface gives it."""
    return encode(ErrorAnswer(error=Problem(code=code, message=message, request_id=request_id)))
