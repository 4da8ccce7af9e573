"""Where a page of the queue ends, as one word of an address; the next page begins behind it."""

import re
from datetime import UTC, datetime, timedelta

from clew.errors import InputError
from clew.records.identifiers import PlaceId
from clew.records.triage import PlaceMark

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Scores are log-odds: no store bears one of three digits. Moments of sixteen digits end in the year 2286.
_MARK = re.compile(r"([01])_(-?[0-9]{1,2}(?:\.[0-9]{1,20})?(?:e-[0-9]{1,3})?)_([0-9]{1,16})_([0-9]{1,18})", re.ASCII)


def write_mark(mark: PlaceMark) -> str:
    """The mark, exact: `1_-2.25_1772352000000000_41`."""
    since_us = (mark.since - _EPOCH) // timedelta(microseconds=1)
    return f"{int(mark.override)}_{mark.score!r}_{since_us}_{mark.id}"


def read_mark(text: str) -> PlaceMark:
    """The mark that was written.

    Raises:
        InputError: it is none.
    """
    found = _MARK.fullmatch(text)
    if found is None:
        raise InputError("'after' is the word that the page before gave; begin again without it")
    override, score, since_us, number = found.groups()
    return PlaceMark(
        override=override == "1",
        score=float(score),
        since=_EPOCH + timedelta(microseconds=int(since_us)),
        id=PlaceId(int(number)),
    )


def place_id_of(text: str) -> PlaceId:
    """A place's number; ValueError when it is none that a store holds."""
    if not (text.isdecimal() and text.isascii() and len(text) <= 18):  # noqa: PLR2004  (of 64 bits)
        raise ValueError
    return PlaceId(int(text))
