"""MD5: the digest that most lists still carry. It can be forged: two files made to share one exist.

Source: RFC 1321, 1992.
"""

import hashlib

from clew.parts.signals.base import Digest, DigestPart
from clew.records.identifiers import SignalType


class Md5Part(DigestPart):
    """MD5 over the bytes of a file."""

    name = SignalType("md5")
    title = "MD5"
    width_bytes = 16

    def new(self) -> Digest:
        """A digest of no bytes yet."""
        return hashlib.md5(usedforsecurity=False)


PART = Md5Part()
