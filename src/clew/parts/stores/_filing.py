"""The store's contract for one area.

Outgoing jobs, reports, their filings and receipts.
"""

from abc import ABC


class FilingReader(ABC):
    """Reading them."""


class FilingWriter(ABC):
    """Changing them."""
