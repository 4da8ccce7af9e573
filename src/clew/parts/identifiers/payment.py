"""Handles at payment services as "service:handle": Cash App, PayPal, Venmo, Revolut, UPI, Pix, Zelle.

None of them tells letters' cases apart. The "$tag" of Cash App has a letter in it, so an amount is none.

Source: help pages of Cash App ("$Cashtag"), PayPal ("PayPal.Me"), Venmo, Revolut ("Revtag"); NPCI, "UPI procedural
guidelines" (virtual payment address); Banco Central do Brasil, "Pix: manual of initiation" (keys).
"""

import re

from clew.parts.identifiers import _links
from clew.parts.identifiers.base import LONGEST_RAW, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_SERVICES = {
    "cashapp": "cashapp", "cash app": "cashapp", "cash.app": "cashapp", "cashtag": "cashapp", "paypal": "paypal",
    "paypal.me": "paypal", "venmo": "venmo", "revolut": "revolut", "revtag": "revolut", "upi": "upi", "pix": "pix",
    "zelle": "zelle",
}  # fmt: skip
_HOSTS = {"cash.app": "cashapp", "paypal.me": "paypal", "venmo.com": "venmo", "revolut.me": "revolut"}
_CASHTAG = re.compile(r"\$(?=[a-z0-9]*[a-z])[a-z0-9]{1,20}", re.IGNORECASE | re.ASCII)
# In words a letter comes first, so that "$5k" is an amount.
_CASHTAG_IN_WORDS = r"\$[a-z][a-z0-9]{1,19}"
# From memory, not checked against NPCI's list: a word too few finds less, one too many finds a handle that is none.
# What stands in words joins nothing by itself, and a field that says "UPI" needs no list.
_UPI_BANKS = "okaxis|okhdfcbank|okicici|oksbi|ybl|ibl|axl|paytm|upi|apl|waaxis|waicici|wahdfcbank|wasbi|fbl|icici|sbi"
_UPI = re.compile(rf"[a-z0-9][a-z0-9._-]{{1,63}}@(?:{_UPI_BANKS})", re.IGNORECASE | re.ASCII)
_LABELLED = re.compile(
    r"(cash ?app|cashtag|paypal\.me|paypal|venmo|revolut|revtag|upi|pix|zelle)"
    r"(?:\s?[:=]\s?|\s(?=[@$]))([@$]?[^\s,;]{2,128})",
    re.IGNORECASE | re.ASCII,
)
_IN_WORDS = re.compile(rf"(?<![\w$@./-])(?:{_LABELLED.pattern}|{_CASHTAG_IN_WORDS}(?!\w))", re.IGNORECASE | re.ASCII)
_UPI_IN_WORDS = re.compile(rf"(?<![\w.@-]){_UPI.pattern}(?![\w.@])", re.IGNORECASE | re.ASCII)


class PaymentPart(IdentifierPart):
    """An account at a payment service."""

    name = "payment"
    kinds = frozenset({IdentifierKind.PAYMENT})
    signs = Signs(characters=":=@$/")

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract; a bare handle needs the service that its field names."""
        text = raw.strip()
        if not text or len(raw) > LONGEST_RAW:
            return Unusable("no handle, or a very long one")
        service, handle = _taken_apart(text)
        if service is None:
            service = _SERVICES.get((context.label or "").strip().lower())
        handle = handle.strip().lstrip("@$").lower()
        if service is None or not handle or re.search(r"\s", handle):
            return Unusable("a payment handle needs its service, and has no spaces")
        return Reading(kind=IdentifierKind.PAYMENT, value=f"{service}:{handle}")

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        found = [(each.start(), each[0].rstrip(".!?)")) for each in _IN_WORDS.finditer(text)]
        if "@" in text:
            found += [(each.start(), each[0]) for each in _UPI_IN_WORDS.finditer(text)]
        if "/" in text:
            found += [(span.start, span.raw) for span in _links.find_links(text) if _of_link(span.raw)]
        found.sort(key=lambda each: (each[0], -len(each[1])))
        kept: list[Span] = []
        for start, raw in found:
            if not kept or start >= kept[-1].start + len(kept[-1].raw):
                kept.append(Span(start, raw))
        return kept


def _taken_apart(text: str) -> tuple[str | None, str]:
    """The service that the text itself names, if it does, and the handle."""
    labelled = _LABELLED.fullmatch(text)
    if labelled and "/" not in labelled[2]:
        word = labelled[1].lower()
        return _SERVICES[word], labelled[2]
    linked = _of_link(text)
    if linked is not None:
        return linked
    if _CASHTAG.fullmatch(text):
        return "cashapp", text
    return ("upi", text) if _UPI.fullmatch(text) else (None, text)


def _of_link(text: str) -> tuple[str, str] | None:
    link = _links.link(text) if "/" in text and " " not in text else None
    service = _HOSTS.get(link.host) if link else None
    steps = link.steps if link else ()
    if service == "paypal" or link is None:
        return ("paypal", steps[0]) if service and steps else None
    if link.host == "paypal.com" and len(steps) > 1 and steps[0] == "paypalme":
        return "paypal", steps[1]
    if service == "venmo" and len(steps) > 1 and steps[0] == "u":
        steps = steps[1:]
    return (service, steps[0]) if service and steps else None


PART = PaymentPart()
