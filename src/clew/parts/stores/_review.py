"""The store's contract for one area.

Subjects, review jobs, verdicts, and the ledger of what was viewed.
"""

from abc import ABC


class ReviewReader(ABC):
    """Reading them."""


class ReviewWriter(ABC):
    """Changing them."""
