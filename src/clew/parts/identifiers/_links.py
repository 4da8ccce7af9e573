"""Addresses of pages as people write them: found in words, made whole, taken apart.

Source: RFC 3986, sections 3 and 6.2.2; RFC 1034 and UTS 46 (host names); defanged forms as MISP's.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import idna

from clew.parts.identifiers.base import LONGEST_RAW, Span

# Services whose links people write without a scheme.
BARE_HOSTS = (  # noqa: SIM905
    "t.me telegram.me instagram.com facebook.com fb.com x.com twitter.com tiktok.com snapchat.com discord.gg "
    "discord.com reddit.com youtube.com twitch.tv kik.me github.com roblox.com steamcommunity.com pinterest.com vk.com "
    "onlyfans.com threads.net chat.whatsapp.com wa.me signal.group cash.app paypal.me venmo.com revolut.me "
    "line.me linkedin.com"
).split()
_LINK = re.compile(
    r"(?<![\w@])(?:"
    r"(?:h(?:tt|xx|XX|TT)ps?|ftp|fxp)(?:\[:\]|:)(?://|\\\\)"
    r"|www(?:\.|\[\.\])"
    r"|[a-z2-7]{56}(?:\.|\[\.\])onion"
    r"|(?<![./-])(?:m\.)?(?:"
    + "|".join(re.escape(host).replace(r"\.", r"(?:\.|\[\.\])") for host in BARE_HOSTS)
    + r")/"
    rf")[^\s<>\"'`]{{0,{LONGEST_RAW}}}",
    re.IGNORECASE,
)
_ENDS = ".,;:!?)]}>*"
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?){0,30}")
_LONGEST_HOST = 253


@dataclass(frozen=True, slots=True)
class Link:
    """A page's address in its parts, the host in ASCII without "www." or "m."."""

    host: str
    steps: tuple[str, ...]
    fragment: str


def find_links(text: str) -> list[Span]:
    """The links in words, without the punctuation that ends a sentence."""
    # Most words have none of these; the pattern is slow, and several parts look for links.
    if "/" not in text and "\\" not in text:
        folded = text.lower()
        if "www" not in folded and "onion" not in folded:
            return []
    found = []
    for match in _LINK.finditer(text):
        raw = match[0].rstrip(_ENDS)
        # A bracket that closes a defanged dot or an address of IPv6 belongs to it.
        if raw.count("[") > raw.count("]") and match[0][len(raw) : len(raw) + 1] == "]":
            raw += "]"
        if raw:
            found.append(Span(match.start(), raw))
    return found


def refanged(raw: str) -> str:
    """The text with a defanged scheme and dots made whole."""
    text = raw.strip()
    if "[" in text or "(" in text or "{" in text:
        for dot in ("[.]", "(.)", "{.}", "[dot]", "(dot)"):
            text = text.replace(dot, ".")
        text = text.replace("[:]", ":").replace("[/]", "/").replace("[://]", "://")
    head = text[:8].lower()
    if head.startswith("hxxp"):
        text = "http" + text[4:]
    elif head.startswith("fxp:"):
        text = "ftp" + text[3:]
    return text.replace(":\\\\", "://", 1) if ":\\\\" in text[:9] else text


def ascii_host(host: str) -> str | None:
    """The host name in lower-case ASCII, as a resolver is asked; None when it can be none."""
    name = host.rstrip(".")
    if name.isascii():
        name = name.lower()
    elif len(name) <= _LONGEST_HOST:
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, IndexError, ValueError):
            return None
    return name if len(name) <= _LONGEST_HOST and _HOST.fullmatch(name) else None


def split(raw: str) -> SplitResult | None:
    """The parts of a link, with or without its scheme; None when it has no host."""
    text = refanged(raw)
    if "://" not in text[:16]:
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None


def link(raw: str) -> Link | None:
    """The link as a service reads it; None when the text is none."""
    parts = split(raw) if "." in raw or "dot" in raw else None
    host = ascii_host(parts.hostname or "") if parts else None
    if parts is None or host is None:
        return None
    for front in ("www.", "m.", "old.", "mobile."):
        host = host.removeprefix(front)
    return Link(host, tuple(step for step in parts.path.split("/") if step), parts.fragment)


def escapes_folded(text: str) -> str:
    """The text with each escape of an unreserved character undone, and the others in capitals."""
    return _ESCAPE.sub(_escape, text) if "%" in text else text


def _escape(match: re.Match[str]) -> str:
    letter = chr(int(match[0][1:], 16))
    return letter if letter in _UNRESERVED else match[0].upper()
