"""The store's contract for one area.

The audit log as it is sealed: pending rows, leaves, checkpoints, and the keys of commitments.
"""

from abc import ABC


class AuditLogReader(ABC):
    """Reading them."""


class AuditLogWriter(ABC):
    """Changing them."""
