"""The store's contract for one area.

Addresses that a hotline assesses, and what was done about them.
"""

from abc import ABC


class UrlReportReader(ABC):
    """Reading them."""


class UrlReportWriter(ABC):
    """Changing them."""
