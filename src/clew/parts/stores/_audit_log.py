"""The store's contract for one area.

The audit log as it is sealed: pending rows, leaves, checkpoints, and the keys of commitments.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from clew.records.audit import (
    AuditEvent,
    AuditFilter,
    AuditKey,
    AuditLine,
    PendingColumns,
    SealedBatch,
    SealedColumns,
    Subtree,
)
from clew.records.identifiers import AuditKeyId


class AuditLogReader(ABC):
    """Reading them."""

    @abstractmethod
    def audit_lines(self, wanted: AuditFilter) -> list[AuditLine]:
        """Lines that fit, newest first, sealed and pending ones, at most `wanted.limit`."""

    @abstractmethod
    def stream_audit_lines(self, since: int) -> Iterator[AuditLine]:
        """Every sealed line from a number on, in the order of the numbers, in constant memory."""

    @abstractmethod
    def find_audit_line(self, number: int) -> tuple[AuditLine, bytes, AuditKey] | None:
        """One sealed line, its commitment and its key."""

    @abstractmethod
    def pending_audit(self, limit: int) -> PendingColumns:
        """Rows that are not sealed yet, by id, at most so many."""

    @abstractmethod
    def count_pending_audit(self) -> tuple[int, datetime | None]:
        """How many rows are not sealed yet, and when the oldest of them was written."""

    @abstractmethod
    def stream_sealed_audit(self, since: int) -> Iterator[SealedColumns]:
        """Every sealed row from a number on, in the order of the numbers, in batches and constant memory.

        Raises:
            DamagedError: the next row cannot be read, because a text in it is none any more; the ones after it can.
        """

    @abstractmethod
    def audit_commitments(self, first: int, count: int) -> list[bytes]:
        """The commitments of so many leaves from one on; fewer when there are no more."""

    @abstractmethod
    def audit_subtrees(self, level: int, first: int, count: int) -> list[bytes]:
        """The hashes of so many stored nodes of a level from a place on; fewer when there are no more."""

    @abstractmethod
    def audit_subtrees_since(self, number: int) -> list[Subtree]:
        """Every stored node that holds a leaf from that number on."""

    @abstractmethod
    def audit_size(self) -> int:
        """How many leaves the newest checkpoint speaks for; 0 when there is none."""

    @abstractmethod
    def find_checkpoint(self, size: int) -> str | None:
        """The note of the newest checkpoint of at most that size; None when there is none."""

    @abstractmethod
    def stream_checkpoints(self, size: int) -> Iterator[tuple[int, str]]:
        """Size and note of every checkpoint of at least that size, by size."""

    @abstractmethod
    def audit_keys(self, subjects: Collection[str]) -> list[AuditKey]:
        """The standing keys of those of the subjects that have one."""

    @abstractmethod
    def erased_audit_keys(self) -> list[AuditKeyId]:
        """The keys that were erased, by id."""

    @abstractmethod
    def last_audit_key(self) -> AuditKeyId:
        """The largest id of a key; 0 when there is none."""


class AuditLogWriter(ABC):
    """Changing them."""

    @abstractmethod
    def audit(self, event: AuditEvent) -> None:
        """The act is recorded in this same transaction.

        Costs little, also a thousand times in one work: the rows of all works of a commit are written at its end.

        Raises:
            InputError: a fact is none that JSON says alike everywhere, such as an integer from 2**53 on.
        """

    @abstractmethod
    def seal_audit(self, batch: SealedBatch, note: str) -> None:
        """The rows are leaves now, and the checkpoint's note speaks for them.

        Raises:
            ConflictError: the log has another size than the batch begins at, or a row of it was sealed already.
        """

    @abstractmethod
    def erase_audit(self, subjects: Sequence[str]) -> list[tuple[AuditKeyId, int]]:
        """The sealed events of those subjects are gone, and so are their keys; each key with how many events it had.

        Numbers and commitments stay, so that every proof of the log stays valid.
        """
