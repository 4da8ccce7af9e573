"""Words that stand nowhere else, and the search for them in whatever form a door might let them out."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import quote, quote_plus

# So much of a digest tells it apart from all others; `redact` and the log show less.
_DIGEST_SHOWN = 17


@dataclass(frozen=True)
class Canary:
    """One planted thing.

    Attributes:
        name: as the table of places calls it: "subject.email".
        text: what was planted.
        digest: that it is hexadecimal digits, of which a part is as bad as the whole.
    """

    name: str
    text: str
    digest: bool = False

    def forms(self) -> set[str]:
        """How it may be written, in small letters."""
        texts = {self.text}
        if self.digest:
            raw = bytes.fromhex(self.text)
            return {self.text[:_DIGEST_SHOWN].lower(), base64.b64encode(raw).decode().lower().rstrip("=")}
        texts |= {json.dumps(self.text)[1:-1], quote(self.text), quote(self.text, safe=""), quote_plus(self.text)}
        texts |= {html.escape(self.text), html.escape(html.escape(self.text)), ascii(self.text)[1:-1]}
        texts |= {self.text.encode().hex(), base64.b64encode(self.text.encode()).decode().rstrip("=")}
        return {each.lower() for each in texts}


@dataclass(frozen=True)
class Sighting:
    """That a canary was seen at a place."""

    place: str
    canary: str


def sightings(seen: Mapping[str, Iterable[str]], planted: Iterable[Canary]) -> set[Sighting]:
    """Every canary at every place that it was seen at; line breaks and tags within it hide nothing."""
    forms = [(canary.name, form) for canary in planted for form in canary.forms()]
    return {
        Sighting(place, name)
        for place, texts in seen.items()
        for text in _readings(texts)
        for name, form in forms
        if form in text
    }


def leaks(found: set[Sighting], may: Mapping[str, Iterable[str]]) -> list[str]:
    """Where something was seen that may not stand there: "CANARY at PLACE"; what no line of the table names may not.

    Args:
        may: patterns of places, with patterns of the canaries that they may hold.
    """
    return sorted(f"{each.canary} at {each.place}" for each in found if not _may(each, may))


def unused(found: set[Sighting], may: Mapping[str, Iterable[str]]) -> list[str]:
    """Permissions by which nothing was seen: what a place does not hold it need not be allowed to."""
    return sorted(
        f"{canary} at {place}"
        for place, canaries in may.items()
        for canary in canaries
        if not any(fnmatchcase(each.place, place) and fnmatchcase(each.canary, canary) for each in found)
    )


def _may(sighting: Sighting, may: Mapping[str, Iterable[str]]) -> bool:
    return any(
        fnmatchcase(sighting.canary, canary)
        for place, canaries in may.items()
        if fnmatchcase(sighting.place, place)
        for canary in canaries
    )


def _readings(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        folded = text.lower()
        yield folded
        yield re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", folded))
        yield re.sub(r"\s+", "", folded)
