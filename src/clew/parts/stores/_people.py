"""The store's contract for one area.

Users, how they prove who they are, and their sessions.
"""

from abc import ABC


class PeopleReader(ABC):
    """Reading them."""


class PeopleWriter(ABC):
    """Changing them."""
