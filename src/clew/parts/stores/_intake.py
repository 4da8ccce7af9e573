"""The store's contract for one area.

Reports as they were taken in: senders, what came, what it mentions, what was asked.
"""

from abc import ABC


class IntakeReader(ABC):
    """Reading them."""


class IntakeWriter(ABC):
    """Changing them."""
