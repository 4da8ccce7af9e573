"""A moderator's place among the hits: what is asked for and which hit is marked, carried from page to page.

It travels as the console's own words in the address and is written anew on every page, so no address that somebody
else made is ever led back to.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from clew.parts.stores.base import HitFilter, Reader
from clew.records.hashlist import Action
from clew.records.identifiers import HitId, ListName

SPANS = {"today": "Since midnight", "1": "24 hours", "7": "7 days", "30": "30 days", "": "Any time"}

_NEAR = {"exact": True, "near": False}
_ACTIONS = {action.value: action for action in (Action.REVIEW, Action.BLOCK)}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which hits the address asks for; words that are not known ask for everything."""

    list_name: str = ""
    near: str = ""
    action: str = ""
    days: str = ""

    @property
    def anything(self) -> bool:
        """Whether some hits are left out."""
        return any((self.list_name, self.near, self.action, self.days))

    def but(self, **changed: str) -> "Asked":
        """The same with some of it changed."""
        return replace(self, **changed)

    def link(self, **more: str) -> str:
        """The page of these hits: `before` a hit, or `at` one."""
        return _address("/hits", self._words() | more)

    def hit_link(self, hit_id: HitId) -> str:
        """One of these hits, opened from among them."""
        return _address(f"/hits/{hit_id}", self._words())

    def back_link(self, hit_id: HitId) -> str:
        """The page of these hits where that one stands, with it marked."""
        return f"{self.link(at=hit_id)}#here"

    def wanted(self, reader: Reader, now: datetime) -> HitFilter:
        """As the store takes it; a list that is not there, or no longer, is not asked for."""
        found = reader.find_list(ListName(self.list_name)) if self.list_name else None
        return HitFilter(
            list_id=found.id if found else None,
            exact=_NEAR.get(self.near),
            action=_ACTIONS.get(self.action),
            since=self._since(now),
        )

    def _since(self, now: datetime) -> datetime | None:
        if self.days == "today":
            return datetime.combine(now.date(), time(), now.tzinfo)
        return now - timedelta(days=int(self.days)) if self.days else None

    def _words(self) -> dict[str, str]:
        return {"list": self.list_name, "near": self.near, "action": self.action, "days": self.days}


def _asked(
    list_name: Annotated[str, Query(alias="list", max_length=200)] = "",
    near: str = "",
    action: str = "",
    days: str = "",
) -> Asked:
    return Asked(
        list_name=list_name,
        near=near if near in _NEAR else "",
        action=action if action in _ACTIONS else "",
        days=days if days in SPANS else "",
    )


AskedFor = Annotated[Asked, Depends(_asked)]


def _address(path: str, words: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in words.items() if value})
    return f"{path}?{query}" if query else path


def neighbours(reader: Reader, wanted: HitFilter, hit_id: HitId) -> tuple[HitId | None, HitId | None]:
    """The hit above and the one below in the order of the page: the next newer, the next older."""
    newer = reader.hits(replace(wanted, after=hit_id, limit=1))
    older = reader.hits(replace(wanted, before=hit_id, limit=1))
    return (newer[0].id if newer else None), (older[0].id if older else None)


def page_around(reader: Reader, wanted: HitFilter, hit_id: HitId, rows: int) -> HitFilter:
    """The page on which that hit stands: the first one if it can, else one with the hit in its middle."""
    newer = reader.hits(replace(wanted, after=hit_id, limit=rows))
    return replace(wanted, before=newer[rows // 2].id) if len(newer) == rows else wanted
