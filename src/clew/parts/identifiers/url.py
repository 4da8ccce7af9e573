"""Addresses of pages and files, defanged ones and onion services among them.

Scheme and host are folded, default port and empty path written in one way; path, query and fragment stay, since
servers tell their letters apart and some services keep the key to a file in the fragment. Nothing is fetched.

Source: RFC 3986, section 6.2; RFC 7686 (.onion).
"""

import ipaddress
import re

from clew.parts.identifiers import _links
from clew.parts.identifiers.base import LONGEST_RAW, NOWHERE, Context, IdentifierPart, Reading, Span, Unusable
from clew.records.mention import IdentifierKind

_PORTS = {"http": 80, "https": 443, "ftp": 21}
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


class UrlPart(IdentifierPart):
    """A page's address."""

    name = "url"
    kinds = frozenset({IdentifierKind.URL})

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:  # noqa: ARG002 -- the contract's
        """As the contract; "http" where no scheme is written."""
        text = _links.refanged(raw)
        if len(raw) > LONGEST_RAW or not text or _SPACE.search(text):
            return Unusable(f"an address has no spaces and at most {LONGEST_RAW} characters")
        parts = _links.split(text)
        if parts is None or parts.scheme not in _PORTS:
            return Unusable("an address needs a host, and the scheme http, https or ftp")
        host = _host(parts.hostname or "")
        if host is None or ("." not in host and ":" not in host and host != "localhost"):
            return Unusable("the host is no name and no number")
        port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
        user = parts.netloc.rpartition("@")[0]
        path = _links.escapes_folded(parts.path) or "/"
        query = f"?{_links.escapes_folded(parts.query)}" if parts.query else ""
        fragment = f"#{parts.fragment}" if parts.fragment else ""
        value = f"{parts.scheme}://{user + '@' if user else ''}{host}{port}{path}{query}{fragment}"
        return Reading(kind=IdentifierKind.URL, value=value)

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return _links.find_links(text)


def _host(host: str) -> str | None:
    if ":" not in host:
        return _links.ascii_host(host)
    try:
        return f"[{ipaddress.ip_address(host.partition('%')[0]).compressed}]"
    except ValueError:
        return None


PART = UrlPart()
