"""SHA-1: the digest of the older lists and of VICS. It can be forged, at some cost.

Source: FIPS 180-4, 2015, section 6.1.
"""

import hashlib

from clew.parts.signals.base import Digest, DigestPart
from clew.records.identifiers import SignalType


class Sha1Part(DigestPart):
    """SHA-1 over the bytes of a file."""

    name = SignalType("sha1")
    title = "SHA-1"
    width_bytes = 20

    def new(self) -> Digest:
        """A digest of no bytes yet."""
        return hashlib.sha1(usedforsecurity=False)


PART = Sha1Part()
