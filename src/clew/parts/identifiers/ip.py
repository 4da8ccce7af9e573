"""Internet addresses, version 4 and 6, with the port beside them.

An IPv4 address mapped into IPv6 is the IPv4 address; a scope such as "%eth0" is of the machine that wrote it, and goes.
Private and reserved addresses are mentions, and placeholders.

Source: RFC 4291 section 2.5.5, RFC 4007 section 11, RFC 5952.
"""

import ipaddress
import re

from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_LONGEST = 100
_HIGHEST_PORT = 65535
_COLONS_OF_A_TIME = 2
_V4 = re.compile(r"(?<![\w.])\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?::\d{1,5})?(?![\w]|\.\d)", re.ASCII)
# A time of day has two colons at most, so three are asked for, or two side by side.
_V6 = re.compile(
    r"(?<![\w:.])\[?[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}"
    r"(?:\.\d{1,3}){0,3}(?:\]:\d{1,5})?(?![\w:])",
    re.IGNORECASE,
)
_WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::(\d{1,5}))?|([0-9.]+):(\d{1,5})", re.ASCII)


class IpPart(IdentifierPart):
    """A network address."""

    name = "ip"
    kinds = frozenset({IdentifierKind.IP})
    signs = Signs(characters=f"{DIGITS}:")

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:  # noqa: ARG002 -- the contract's
        """As the contract."""
        text = raw.strip().replace("[.]", ".")
        beside = _WITH_PORT.fullmatch(text) if len(text) <= _LONGEST and ":" in text else None
        port = int(beside[2] or beside[4] or 0) if beside else 0
        bare = (beside[1] or beside[3]) if beside else text
        try:
            if len(text) > _LONGEST or port > _HIGHEST_PORT:
                return Unusable("an address has at most 100 characters, and a port at most 65535")
            address = ipaddress.ip_address(bare.partition("%")[0])
        except ValueError:
            return Unusable("neither an IPv4 nor an IPv6 address")
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return Reading(kind=IdentifierKind.IP, value=(mapped or address).compressed, port=port or None)

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        found = [Span(match.start(), match[0]) for match in _V4.finditer(text)] if "." in text else []
        if ":" in text:
            found += [
                Span(match.start(), match[0])
                for match in _V6.finditer(text)
                if (match[0].count(":") > _COLONS_OF_A_TIME or "::" in match[0]) and len(match[0]) > len("::")
            ]
        found.sort(key=lambda span: span.start)
        kept: list[Span] = []
        for span in found:
            if not kept or span.start >= kept[-1].start + len(kept[-1].raw):
                kept.append(span)
        return kept


PART = IpPart()
