"""Chat groups and channels, by the code of their invitation or the service's own id: "service:code".

Codes tell letters' cases apart. Many people are in a group, so it joins no reports by itself.
"""

import re

from clew.parts.identifiers import _links
from clew.parts.identifiers._services import service_name
from clew.parts.identifiers.base import LONGEST_RAW, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_SPACES = re.compile(r"\s+")
# Host, the step before the code ("" when it is the first), the service.
_INVITATIONS = (
    ("chat.whatsapp.com", "invite", "whatsapp"),
    ("chat.whatsapp.com", "", "whatsapp"),
    ("t.me", "joinchat", "telegram"),
    ("telegram.me", "joinchat", "telegram"),
    ("t.me", "+", "telegram"),
    ("t.me", "c", "telegram"),
    ("discord.gg", "", "discord"),
    ("discord.com", "invite", "discord"),
    ("discord.com", "channels", "discord"),
    ("facebook.com", "groups", "facebook"),
    ("reddit.com", "r", "reddit"),
    ("signal.group", "#", "signal"),
)


class GroupPart(IdentifierPart):
    """A group or channel."""

    name = "group"
    kinds = frozenset({IdentifierKind.GROUP})
    signs = Signs(characters="/")

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract."""
        text = _SPACES.sub(" ", raw).strip()
        if not text or len(raw) > LONGEST_RAW:
            return Unusable("no name of a group, or a very long one")
        invited = _of_link(text)
        if invited is not None:
            return Reading(kind=IdentifierKind.GROUP, value=invited)
        service = service_name(context.service or "")
        before, colon, after = text.partition(":")
        if colon and after.strip() and (not service or service_name(before) == service):
            service, text = service_name(before), after.strip()
        if not service:
            return Unusable("a group without its service names none")
        value = f"{service}:{text}"
        return Reading(kind=IdentifierKind.GROUP, value=_of_link(value) or value)

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [span for span in _links.find_links(text) if _of_link(span.raw) is not None]


def _of_link(text: str) -> str | None:
    link = _links.link(text) if "/" in text and " " not in text else None
    if link is None:
        return None
    for host, step, service in _INVITATIONS:
        if link.host != host:
            continue
        if step == "#" and link.fragment:
            return f"{service}:{link.fragment}"
        if step == "" and len(link.steps) == 1:
            return f"{service}:{link.steps[0]}"
        if step == "+" and link.steps and len(link.steps[0]) > 1 and link.steps[0].startswith("+"):
            return f"{service}:{link.steps[0][1:]}"
        if len(link.steps) > 1 and link.steps[0] == step:
            return f"{service}:{link.steps[1]}"
    return None


PART = GroupPart()
