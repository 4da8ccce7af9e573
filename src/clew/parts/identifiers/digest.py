"""Digests of files: MD5, SHA-1 and SHA-256, as "sha256:...", told apart by their label or their length.

Source: RFC 1321; FIPS 180-4.
"""

import re

from clew.parts.identifiers.base import DIGITS, NOWHERE, Context, IdentifierPart, Reading, Signs, Span, Unusable
from clew.records.mention import IdentifierKind

_BY_DIGITS = {32: "md5", 40: "sha1", 64: "sha256"}
_DIGITS = {name: digits for digits, name in _BY_DIGITS.items()}
_LABELLED = re.compile(r"(?:(md5|sha-?1|sha-?256)\s{0,3}[:=]?\s{0,3})?([0-9a-f]{32,64})", re.IGNORECASE | re.ASCII)
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9A-Za-z])")
# In words, 64 digits after these are of a coin's transaction or a picture's hash, not of a file.
_OTHERS = re.compile(r"(?:\btx|\btxid|transaction|\bpdq|block|0x)\W{0,3}(?:id|hash)?\W{0,3}$", re.IGNORECASE)
_LABEL_WITHIN = 24


class DigestPart(IdentifierPart):
    """A file, by the digest of its bytes."""

    name = "digest"
    kinds = frozenset({IdentifierKind.FILE})
    signs = Signs(characters=DIGITS, run=32)

    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """As the contract; a label that the field gives must agree with the length."""
        match = _LABELLED.fullmatch(raw.strip()) if len(raw) < 100 else None  # noqa: PLR2004 -- 64 digits and a label
        name = _BY_DIGITS.get(len(match[2])) if match else None
        if match is None or name is None:
            return Unusable("a digest has 32, 40 or 64 hex digits")
        label = re.sub(r"[^a-z0-9]", "", (match[1] or context.label or "").lower())
        if label in _DIGITS and label != name:
            return Unusable(f"a {label} digest must have {_DIGITS[label]} hex digits, got {len(match[2])}")
        if label and label not in _DIGITS and match[1] is None:
            return Unusable("a hash of another type")
        return Reading(kind=IdentifierKind.FILE, value=f"{name}:{match[2].lower()}")

    def find(self, text: str) -> list[Span]:
        """As the contract."""
        return [
            Span(match.start(), match[0])
            for match in _HEX.finditer(text)
            if not _OTHERS.search(text[max(0, match.start() - _LABEL_WITHIN) : match.start()])
        ]


PART = DigestPart()
