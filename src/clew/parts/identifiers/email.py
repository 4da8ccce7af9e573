"""E-mail addresses, folded as their provider delivers them and no further.

The host is folded and written in ASCII. The local part is put in lower case at every host: RFC 5321 section 2.4 lets a
host tell `A` from `a`, none of the great providers does, and people and forms write either. Dots, tags and other names
of one mailbox are folded only at providers whose help pages say that they are one mailbox.

Source: RFC 5321, RFC 6531; help pages of Google ("Dots don't matter"), Microsoft ("plus addressing"), Yahoo
("disposable addresses"), Apple ("iCloud.com, me.com and mac.com"), Proton ("addresses and aliases").
"""

import re
import unicodedata
from dataclasses import dataclass

from clew.parts.identifiers._links import ascii_host, refanged
from clew.parts.identifiers.base import NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_LONGEST_LOCAL = 64
_LONGEST = 320
_AT = re.compile(r"@|\s?[\[(]at[\])]\s?", re.IGNORECASE)
_HOST_IN_WORDS = re.compile(r"[\w-]{1,63}(?:(?:\.|\[\.\]|\(\.\))[\w-]{1,63}){1,8}")
_NOT_LOCAL = frozenset(' \t\r\n\v\f<>()[]{},;:"\\@/=|`\u00a0\u3000\u2028\u2029，、。；：（）「」<>')  # noqa: RUF001
_TLD = re.compile(r"(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")


@dataclass(frozen=True, slots=True)
class _Provider:
    """What one mailbox's addresses differ in: a tag after a letter, letters that count for nothing, the host."""

    hosts: str
    tag: str | None = "+"
    ignored: str = ""
    one_host: str | None = None


# Source: tags and dots of Google, Microsoft, Yahoo and Apple and the hosts of Yandex as validator.js has them
# (src/lib/normalizeEmail.js); Apple's three hosts by its help page 118230; Proton's hosts by its help page "Addresses
# and aliases", the letters that it ignores by users' reports of its answers. Some hosts of Microsoft and Yahoo are from
# memory. Where no source says that a tag is dropped, none is: two names of a mailbox stay apart, and nobody is joined.
_PROVIDERS = (
    _Provider("gmail.com googlemail.com", ignored=".", one_host="gmail.com"),
    _Provider(
        "outlook.com hotmail.com live.com msn.com hotmail.co.uk hotmail.de hotmail.fr outlook.de live.co.uk live.nl"
    ),
    _Provider("yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.co.in yahoo.co.jp ymail.com rocketmail.com", tag="-"),
    _Provider("proton.me protonmail.com pm.me protonmail.ch", ignored=".-_", one_host="proton.me"),
    _Provider("icloud.com me.com mac.com", one_host="icloud.com"),
    _Provider("yandex.ru yandex.com yandex.by yandex.kz yandex.ua ya.ru", tag=None, one_host="yandex.ru"),
)
_BY_HOST = {host: provider for provider in _PROVIDERS for host in provider.hosts.split()}


class EmailPart(IdentifierPart):
    """A mailbox."""

    name = "email"
    kinds = frozenset({IdentifierKind.EMAIL})
    signs = Signs(characters="@])")

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:  # noqa: ARG002 -- the contract's
        """As the contract."""
        if len(raw) > _LONGEST:
            return Unusable(f"an e-mail address has at most {_LONGEST} characters")
        text = _AT.sub("@", refanged(raw).strip("<>\"'").removeprefix("mailto:"))
        local, at, domain = text.rpartition("@")
        host = ascii_host(domain)
        if not at or host is None or not _TLD.fullmatch(host.rpartition(".")[2]) or "." not in host:
            return Unusable("an e-mail address needs '@' and a host with a top-level domain")
        local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())
        if not local or len(local) > _LONGEST_LOCAL or any(each in _NOT_LOCAL for each in local):
            return Unusable("an e-mail address needs 1 to 64 letters before '@', with no spaces or brackets")
        return Reading(kind=IdentifierKind.EMAIL, value=_one_mailbox(local, host))

    def find(self, text: str) -> list[Span]:
        """As the contract; looks from each '@' to both sides, so words without one cost nothing."""
        found: list[Span] = []
        free_from = 0
        if "@" not in text and "at]" not in text.lower() and "at)" not in text.lower():
            return found
        for at in _AT.finditer(text):
            start, least = at.start(), max(free_from, at.start() - _LONGEST_LOCAL)
            while start > least and text[start - 1] not in _NOT_LOCAL:
                start -= 1
            while start < at.start() and text[start] in ".'*-":
                start += 1
            host = _HOST_IN_WORDS.match(text, at.end()) if start < at.start() else None
            if host:
                found.append(Span(start, text[start : host.end()]))
                free_from = host.end()
        return found


def _one_mailbox(local: str, host: str) -> str:
    provider = _BY_HOST.get(host)
    if provider is None:
        return f"{local}@{host}"
    name = local.partition(provider.tag)[0] if provider.tag else local
    for letter in provider.ignored:
        name = name.replace(letter, "")
    # Of what would leave nothing, such as "+tag", the whole stays: it is no tag then.
    return f"{name or local}@{provider.one_host or host}"


PART = EmailPart()
