"""The store's contract for one area.

Places in the queue, bundles of copies, scores, outcomes.
"""

from abc import ABC


class TriageReader(ABC):
    """Reading them."""


class TriageWriter(ABC):
    """Changing them."""
