"""Bring an address to the one way of writing it by which two are the same, and find addresses in a person's words."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urlsplit

from clew.errors import InputError
from clew.ground.defang import fanged
from clew.ground.text import bears_controls

MOST_CHARACTERS = 4_000
# As many as a person sorts by hand; more is a list, which has a command.
MOST_IN_WORDS = 50

_PORTS = {"http": 80, "https": 443, "ftp": 21}
# What sites add to count their visitors; it never changes what is shown.
_COUNTING = re.compile(r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_eid|igshid)$", re.IGNORECASE)
# A label of a name; a port number of digits follows some.
_HOST = re.compile(r"^(?!-)[^\s.\x00-\x2c/:;<=>?@\[\\\]^`{|}~]{1,63}$")
_V6 = re.compile(r"^[0-9a-f:.]+$")
_UNRESERVED = "-._~"
_KEPT_IN_PATH = "/!$&'()*+,;=:@-._~"

_WITH_SCHEME = re.compile(r"\b(?:h(?:tt|xx)ps?|ftp|fxp)\[?:\]?//[^\s<>\"]+", re.IGNORECASE)
_NAMED = re.compile(
    r"(?<![\w@.])(?:www\.|(?=[^\s/]*\.onion\b))[^\s<>\"/@]+(?:/[^\s<>\"]*)?", re.IGNORECASE
)  # without a scheme only what cannot be meant otherwise
_BARE = re.compile(r"^[^\s<>\"/@:]+\.[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?$")
_TRAILING = ".,;:!?'\"»”…"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """An address.

    Attributes:
        given: as it came, without what surrounds it.
        normal: without the scheme when it is http or https, which show the same: `board.example/a?b=1`.
        host: in lower case, in letters rather than in their ASCII form.
    """

    given: str
    normal: str
    host: str


def parse_address(text: str) -> WebAddress:
    """The address in a text that holds nothing else, defanged or not.

    Host and scheme fold case; default ports, dots at the host's end, user names, counters of visitors and steps back
    in the path are gone; escapes are written one way. A fragment stays: file hosts keep the key in it. The order of a
    query stays too. What is not certain to be the same stays apart: a copy too many is seen, a lost address is not.

    Raises:
        InputError: it is none; the message does not repeat it.
    Source: RFC 3986, section 6.2, 2005; IDNA labels by RFC 3492 "Punycode", 2003.
    """
    given = text.strip()
    if not given or len(given) > MOST_CHARACTERS or bears_controls(given):
        raise InputError(f"an address has 1 to {MOST_CHARACTERS:,} characters, none of them a control character")
    plain = fanged(given)
    scheme, found, _ = plain.partition("://")
    if not found:
        if "@" in plain.partition("/")[0]:
            raise InputError("that is an e-mail address; an address of a page is expected")
        plain, scheme = f"http://{plain}", "http"
    scheme = scheme.lower()
    if scheme not in _PORTS:
        raise InputError("an address begins with http://, https:// or ftp://, or with the name of its host")
    try:
        parts = urlsplit(plain)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        raise InputError("the address has no host that can be read; give it as the browser shows it") from None
    if not host:
        raise InputError("the address has no host that can be read; give it as the browser shows it")
    place = f"[{host}]" if ":" in host else host
    place += "" if port in {None, _PORTS[scheme]} else f":{port}"
    query = "&".join(each for each in parts.query.split("&") if not _COUNTING.match(each.partition("=")[0]))
    fragment = "" if parts.fragment.startswith(":~:") else parts.fragment
    normal = place + _path(parts.path) + (f"?{_escaped(query)}" if query else "")
    normal += f"#{fragment}" if fragment else ""
    return WebAddress(given=given, normal=normal if scheme != "ftp" else f"ftp://{normal}", host=host)


def addresses_in(words: str) -> list[WebAddress]:
    """The addresses in what somebody wrote, each once, in their order, the first fifty.

    In running words only what bears a scheme, `www.` or `.onion`; a line that is nothing but a name with a dot counts
    too.
    """
    pieces = [piece for line in words.splitlines() for piece in _found(line.strip())]
    seen: dict[str, WebAddress] = {}
    for piece in pieces:
        try:
            address = parse_address(_bare(piece))
        except InputError:
            continue
        seen.setdefault(address.normal, address)
    return list(seen.values())[:MOST_IN_WORDS]


def is_onion(host: str) -> bool:
    """Whether a host is one of the Tor network's own."""
    return host == "onion" or host.endswith(".onion")


def _found(line: str) -> list[str]:
    plain = fanged(line)
    if _BARE.match(plain):
        return [plain]
    spans = sorted((found.start(), found.end(), found[0]) for found in _WITH_SCHEME.finditer(plain))
    rest = list(plain)
    for start, end, _ in spans:
        rest[start:end] = " " * (end - start)
    named = [(found.start(), found.end(), found[0]) for found in _NAMED.finditer("".join(rest))]
    return [text for _, _, text in sorted([*spans, *named])]


def _bare(piece: str) -> str:
    """Without what ends the sentence around it, a bracket too when none opens for it within."""
    while piece and (piece[-1] in _TRAILING or _is_lone_bracket(piece)):
        piece = piece[:-1]
    return piece


def _is_lone_bracket(piece: str) -> bool:
    last = piece[-1]
    return last in _BRACKETS and piece.count(last) > piece.count(_BRACKETS[last])


def _host(text: str) -> str:
    host = unicodedata.normalize("NFKC", text).lower().rstrip(".")
    if ":" in host:
        return host if _V6.match(host) else ""
    labels = [_letters(label) for label in host.split(".")]
    return ".".join(labels) if all(_HOST.match(label) for label in labels) else ""


def _letters(label: str) -> str:
    """The label in letters, when it is in its ASCII form; names that differ stay different either way."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower() or label
    except (UnicodeError, ValueError):
        return label


def _path(path: str) -> str:
    steps: list[str] = []
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part in {".", ".."}:
            if part == ".." and steps:
                steps.pop()
            if place == len(parts) - 1:
                steps.append("")
        elif place or part:
            steps.append(part)
    return "/" + "/".join(_escaped(step, _KEPT_IN_PATH.replace("/", "")) for step in steps)


def _escaped(text: str, kept: str = _KEPT_IN_PATH + "?&=") -> str:
    """One way of writing escapes: what needs none has none; what is escaped and means something stays escaped."""
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", text)
    written = []
    for piece in pieces:
        if re.fullmatch(r"%[0-9A-Fa-f]{2}", piece):
            byte = unquote_to_bytes(piece)
            plain = byte.isalnum() or byte.decode("latin-1") in _UNRESERVED
            written.append(byte.decode("latin-1") if plain else piece.upper())
        else:
            written.append(quote(piece, safe=kept + "%"))
    return "".join(written)
