"""PDQ hashes of pictures, 64 hexadecimal digits; in words only after their name, since a SHA-256 looks the same.

Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019.
"""

import re

from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_LABELLED = re.compile(r"(?:pdq\s{0,3}(?:hash)?\s{0,3}[:=]?\s{0,3})?([0-9a-f]{64})", re.IGNORECASE | re.ASCII)
_IN_WORDS = re.compile(r"\bpdq\s{0,3}(?:hash)?\s{0,3}[:=]?\s{0,3}[0-9a-f]{64}(?![0-9a-z])", re.IGNORECASE | re.ASCII)


class PdqPart(IdentifierPart):
    """A picture, by its perceptual hash."""

    name = "pdq"
    kinds = frozenset({IdentifierKind.PICTURE})
    signs = Signs(characters=DIGITS, run=64)

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract."""
        match = _LABELLED.fullmatch(raw.strip()) if len(raw) < 100 else None  # noqa: PLR2004 -- 64 digits and a label
        if match is None or (context.label or "pdq").lower() != "pdq":
            return Unusable("a PDQ hash has 64 hex digits, and its field says PDQ")
        return Reading(kind=IdentifierKind.PICTURE, value=match[1].lower())

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [Span(match.start(), match[0]) for match in _IN_WORDS.finditer(text)]


PART = PdqPart()
