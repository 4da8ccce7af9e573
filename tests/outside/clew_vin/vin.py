"""Vehicle identification numbers, 17 letters and digits of which the ninth is a check digit.

Source: 49 CFR 565.15 (check digit).
"""

import re

from clew.parts.identifiers.base import NOWHERE, Context, IdentifierPart, Reading, Span, Unusable
from clew.records.mention import IdentifierKind

_VIN = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPR-Z]{17}(?![0-9A-Za-z])", re.ASCII)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = {
    letter: int(value) for letter, value in zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)
}


class VinPart(IdentifierPart):
    """A vehicle."""

    name = "vin"
    kinds = frozenset({IdentifierKind.DEVICE})

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract."""
        text = raw.strip().removeprefix("vin:")
        if not _VIN.fullmatch(text):
            return Unusable("17 letters and digits")
        rest = sum(w * (int(c) if c.isdecimal() else _VALUES[c]) for c, w in zip(text, _WEIGHTS, strict=True)) % 11
        if text[8] != "0123456789X"[rest]:
            return Unusable("the check digit does not hold")
        return Reading(kind=IdentifierKind.DEVICE, value=f"vin:{text}")

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [Span(match.start(), match[0]) for match in _VIN.finditer(text)]


PART = VinPart()
