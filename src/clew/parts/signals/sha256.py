"""SHA-256: the digest that nobody can forge.

Source: FIPS 180-4, 2015, section 6.2.
"""

import hashlib

from clew.parts.signals.base import Digest, DigestPart
from clew.records.identifiers import SignalType


class Sha256Part(DigestPart):
    """SHA-256 over the bytes of a file."""

    name = SignalType("sha256")
    title = "SHA-256"
    width_bytes = 32

    def new(self) -> Digest:
        """A digest of no bytes yet."""
        return hashlib.sha256(usedforsecurity=False)


PART = Sha256Part()
