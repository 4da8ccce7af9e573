"""Find: a hit by its id, a list by its name, a hash by its first digits among the matches of hits and on the lists."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from clew.parts.stores.base import HitFilter, Reader
from clew.records.hashlist import HashList
from clew.records.identifiers import ListName, SignalType
from clew.records.match import Hit
from clew.web.console.pages import page
from clew.web.door import Door, door_of
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
_HIT_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_DIGITS = re.compile(r"[0-9a-f]{8,512}")
_LOOKED_THROUGH = 2000


@router.get("/find")
def find(request: Request, q: Annotated[str, Query(max_length=600)] = "") -> Response:
    """Goes straight to what is named; for digits, shows where they occur. What was sought is not written down."""
    door = door_of(request)
    text = q.strip()
    if text:
        note(request, "console.find", "console", by=_kind_of(text))
    if _HIT_ID.fullmatch(text.upper()):
        return RedirectResponse(f"/hits/{text.upper()}", _SEE_OTHER)
    digits = text.lower() if _DIGITS.fullmatch(text.lower()) else ""
    with door.installation.store.read() as reader:
        found = reader.find_list(ListName(text)) if text else None
        if found is not None:
            return RedirectResponse(f"/lists/{found.name}", _SEE_OTHER)
        hits = _hits_with(reader, digits) if digits else []
        kinds = _kinds(door, digits)
        on_lists = _lists_with(reader, kinds, digits) if digits else _lists_named(reader, text)
    return page(
        request,
        "find.html",
        place="",
        q=text,
        digits=bool(digits),
        whole=bool(kinds),
        hits=hits,
        on_lists=on_lists,
        of=_LOOKED_THROUGH,
    )


def _hits_with(reader: Reader, digits: str) -> list[Hit]:
    newest = reader.hits(HitFilter(limit=_LOOKED_THROUGH))
    return [
        hit
        for hit in newest
        if any(m.value.hex().startswith(digits) or m.signal.value.hex().startswith(digits) for m in hit.matches)
    ]


def _kinds(door: Door, digits: str) -> list[SignalType]:
    """The types of which these digits may be a whole hash; lists are searched for nothing less."""
    return [kind for kind, part in door.installation.signals.items() if 2 * part.width_bytes == len(digits)]


def _lists_with(reader: Reader, kinds: list[SignalType], digits: str) -> list[HashList]:
    value = bytes.fromhex(digits) if kinds else b""
    return [each for each in reader.lists() if any(reader.find_entry(each.id, kind, value) for kind in kinds)]


def _lists_named(reader: Reader, text: str) -> list[HashList]:
    """The lists in whose name the text occurs."""
    return [each for each in reader.lists() if text and text.lower() in each.name.lower()]


def _kind_of(text: str) -> str:
    """In one word, by what somebody seeks."""
    if _HIT_ID.fullmatch(text.upper()):
        return "hit"
    return "digits" if _DIGITS.fullmatch(text.lower()) else "name"
