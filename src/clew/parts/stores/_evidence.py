"""The store's contract for one area.

What the vault holds and on which ground: cases, objects, holds, legal process, destruction.
"""

from abc import ABC


class EvidenceReader(ABC):
    """Reading them."""


class EvidenceWriter(ABC):
    """Changing them."""
