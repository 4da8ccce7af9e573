"""Accounts as "service:handle", and as "service:#id" where the service's own id of the account is given.

A handle and an id are two names of one account, and only the service knows which belong together; so they stay apart.
A link to a profile of a known service is its account. In words a handle counts after its service's name and a colon or
'@', as in "snap: name"; a lone "@name" could be at any service.
"""

import re
import unicodedata

from clew.parts.identifiers import _links
from clew.parts.identifiers._services import BY_HOST, BY_NAME, Service, service_name
from clew.parts.identifiers.base import LONGEST_RAW, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_LONGEST_HANDLE = 255
_IN_WORDS = re.compile(
    r"(?<![\w@/.])(?:snapchat|snap|sc|instagram|insta|ig|telegram|tg|kik|discord|tiktok|wickr|skype|roblox|twitter|x|reddit"
    r"|onlyfans|facebook|fb)(?:\s(?:id|user|username|handle|account|name)){0,2}"
    r"(?:\s?[:=]\s?@?|\s@)[a-z0-9_][a-z0-9_.-]{1,39}(?:\#\d{4})?(?![\w@])",
    re.IGNORECASE | re.ASCII,
)
_LABELLED = re.compile(
    r"([^\W_][\w.-]{0,40})(?:\s(?:id|user|username|handle|account|name)){0,2}(?:\s?[:=]\s?@?|\s@)(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_SPACE = re.compile(r"\s")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")


class AccountPart(IdentifierPart):
    """An account at a service; the label "id" in its context says that the raw text is the service's own id."""

    name = "account"
    kinds = frozenset({IdentifierKind.ACCOUNT})
    signs = Signs(characters=":=@/")

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract."""
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", raw)).strip()
        if len(raw) > LONGEST_RAW or not text:
            return Unusable("no handle, or a very long one")
        at_link = _of_link(text)
        if at_link is not None:
            return at_link
        service = service_name(context.service or "")
        labelled = _LABELLED.fullmatch(text)
        if labelled and (not service or service_name(labelled[1]) == service):
            service, text = service_name(labelled[1]), labelled[2].strip()
        if not service:
            return Unusable("a handle without its service names nobody")
        return _account(service, text, is_id=text.startswith("#") or context.label == "id")

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        found = [Span(each.start(), each[0].rstrip(".-")) for each in _IN_WORDS.finditer(text)]
        found += [each for each in _links.find_links(text) if isinstance(_of_link(each.raw), Reading)]
        free_from = 0
        found.sort(key=lambda span: (span.start, -len(span.raw)))
        kept = []
        for span in found:
            if span.start >= free_from:
                kept.append(span)
                free_from = span.start + len(span.raw)
        return kept


def _account(service: str, handle: str, *, is_id: bool) -> Reading | Unusable:
    known = BY_NAME.get(service)
    bare = handle.removeprefix("#" if is_id else "@").strip()
    if not is_id and known is not None:
        bare = bare.lower() if known.folds_case else bare
        for letter in known.ignored:
            bare = bare.replace(letter, "")
    if known is not None and _SPACE.search(bare):
        return Unusable("a handle of this service has no spaces; it is a name for show")
    if not bare or len(bare) > _LONGEST_HANDLE or bare[0] in "#@":
        return Unusable(f"a handle has 1 to {_LONGEST_HANDLE} characters after its '@'")
    value = f"{service}:{'#' if is_id else ''}{bare}"
    if "://" in value and _of_link(value) is not None:
        return Unusable("a link where a handle should stand")
    return Reading(kind=IdentifierKind.ACCOUNT, value=value)


def _of_link(text: str) -> Reading | Unusable | None:
    """The account that a link leads to; None where it is no link to an account of a known service."""
    if "/" not in text:
        return None
    link = _links.link(text)
    service = BY_HOST.get(link.host) if link else None
    if link is None or service is None or not link.steps or " " in text:
        return None
    handle = _handle(service, link.steps)
    if handle is None:
        return None
    return _account(service.name, handle, is_id=service.name in {"discord", "roblox"} or link.steps[0] == "profiles")


def _handle(service: Service, steps: tuple[str, ...]) -> str | None:
    first = steps[0]
    if "@" in service.profile and first.startswith("@"):
        return first[1:]
    if first.lower() in service.profile and len(steps) > 1:
        return steps[1]
    if "" in service.profile and first.lower() not in service.not_people.split() and not first.startswith(("+", "?")):
        return first
    return None


PART = AccountPart()
