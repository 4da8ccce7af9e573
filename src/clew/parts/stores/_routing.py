"""The store's contract for one area.

Recipients with their dates of validity, and referrals.
"""

from abc import ABC


class RoutingReader(ABC):
    """Reading them."""


class RoutingWriter(ABC):
    """Changing them."""
