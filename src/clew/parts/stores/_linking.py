"""The store's contract for one area.

Evidence edges between reports and identifiers, and the clusters that follow from them.
"""

from abc import ABC


class LinkingReader(ABC):
    """Reading them."""


class LinkingWriter(ABC):
    """Changing them."""
