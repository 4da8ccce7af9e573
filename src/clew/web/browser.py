"""What keeps the console to its own pages: the policy that browsers are told, and the check of where a request is from.

A page may load our own scripts, styles and pictures and nothing else; no other site may post to us, frame us, or reach
us by a name that it has pointed at this machine.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.types import Scope

from clew.errors import RefusedError
from clew.web.visit import header

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src {media}; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_KEPT_APART = ((b"cross-origin-opener-policy", b"same-origin"), (b"cross-origin-resource-policy", b"same-origin"))


def _headers(media: str) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"content-security-policy", _POLICY.format(media=media).encode()), *_KEPT_APART)


PAGE_HEADERS = _headers("'self'")
# Of the page that plays a film from the bytes whose digest its script says: only "blob:" can name them.
FILM_PAGE_HEADERS = _headers("blob:")

_SAFE = frozenset({"GET", "HEAD"})
_ALWAYS_OURS = frozenset({"localhost", "127.0.0.1", "::1"})


class Origins:
    """Which names are ours."""

    def __init__(self, *, host: str, public_url: str) -> None:
        names = {host, urlsplit(public_url).hostname or ""} - {"", "0.0.0.0", "::"}  # noqa: S104  (named, not bound)
        self._names = {name.lower() for name in names} | _ALWAYS_OURS

    def check(self, scope: Scope) -> None:
        """RefusedError when another site is behind the request.

        An address in figures is let through as a name of ours: a foreign site can point a name of its own at this
        machine, but not an address.
        """
        host = header(scope, b"host") or ""
        if not self._ours(host):
            raise RefusedError("this console is not known by that name; set web.public_url to the address people use")
        if scope["method"] in _SAFE:
            return
        site = header(scope, b"sec-fetch-site")
        if site is not None:
            if site != "same-origin":
                raise RefusedError("the request came from another site; open the console itself and try again")
            return
        if _place(header(scope, b"origin") or "") != host.lower():
            raise RefusedError("the browser did not say that the request came from the console itself")

    def _ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
            return name in self._names or bool(name and ipaddress.ip_address(name))
        except ValueError:
            return False


def _place(origin: str) -> str:
    """Host and port of an origin; "" when it has none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # brackets that enclose no address
        return ""
