"""Where a request comes from: the address whose tries are counted, the device, and whether it is this machine."""

import ipaddress
import re

from fastapi import Request

from clew.errors import RefusedError
from clew.pipelines.signing_in import Caller
from clew.web.door import door_of
from clew.web.visit import header

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# The addresses that one line of a home or an office gets in version 6 of the protocol.
_V6_NETWORK = 64
_FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip")


def caller_of(request: Request) -> Caller:
    """Who tries to sign in, as far as counting and a list of sessions need it."""
    agent = header(request.scope, b"user-agent") or ""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "a browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "an unknown system")
    return Caller(address=_network(_address(request)), device=f"{browser} on {system}")


def demand_this_machine(request: Request) -> None:
    """RefusedError unless the local link is switched on and the request was sent on the machine itself."""
    if not door_of(request).installation.settings.people.local_link:
        raise RefusedError("signing in by a local link is switched off (people.local_link); sign in with your name")
    host = re.sub(r":\d+$", "", header(request.scope, b"host") or "").strip("[]")
    by_proxy = any(header(request.scope, name) is not None for name in _FORWARDED)
    if by_proxy or not _is_loopback(_peer(request)) or not (host == "localhost" or _is_loopback(host)):
        raise RefusedError(
            "a local link is good only in a browser on the machine where Clew runs, at http://localhost; "
            "make yourself a user with: clew users add"
        )


def _address(request: Request) -> str:
    """The other side of the connection; behind our proxy, which alone reaches us there, the one that it names last."""
    behind_proxy = bool(door_of(request).installation.settings.web.public_url) and _is_loopback(_peer(request))
    forwarded = header(request.scope, b"x-forwarded-for") if behind_proxy else None
    return forwarded.rpartition(",")[2].strip() if forwarded else _peer(request)


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:  # noqa: PLR2004  (the protocol's version)
        return str(found)
    return str(ipaddress.ip_network((found, _V6_NETWORK), strict=False))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
