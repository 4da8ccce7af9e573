"""The store's contract for one area.

What the vault holds and on which ground: cases, objects, holds, legal process, destruction.
"""

import enum
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.records.evidence import (
    BroughtIn,
    CaseKey,
    Destruction,
    Hold,
    HoldKind,
    LegalProcess,
    Preservation,
    SealedObject,
    WrappedKey,
)
from clew.records.identifiers import CaseId, HoldId, ObjectId, ProcessId


class Kept(enum.StrEnum):
    """How the evidence of a case stands at a moment."""

    HELD = "held"  # a hold stands
    LAPSED = "lapsed"  # none stands any more, and a person must decide
    DESTROYED = "destroyed"  # its key is gone


@dataclass(frozen=True, slots=True, kw_only=True)
class PreservationFilter:
    """Which cases to show, the newest first.

    Attributes:
        at: the moment for which `kept` is asked.
        before: the last case seen, to page on.
    """

    at: datetime
    kept: Kept | None = None
    before: CaseId | None = None
    limit: int = 50


class EvidenceReader(ABC):
    """Reading them."""

    # ---- keys

    @abstractmethod
    def find_case_key(self, case_id: CaseId) -> CaseKey | None:
        """The data key of a case, destroyed ones too."""

    @abstractmethod
    def find_case_key_by_reference(self, reference: bytes) -> CaseKey | None:
        """The data key whose reference stands in an object's head."""

    @abstractmethod
    def has_case_keys(self) -> bool:
        """Whether any case ever had one."""

    @abstractmethod
    def masters_in_use(self) -> dict[str, int]:
        """How many data keys each master key has sealed and not given up, by the master's name."""

    @abstractmethod
    def case_keys(self, after: CaseId | None, limit: int) -> list[CaseKey]:
        """Keys that are not destroyed, by case."""

    # ---- objects

    @abstractmethod
    def find_object(self, object_id: ObjectId) -> SealedObject | None:
        """The object of that name, one that is gone too."""

    @abstractmethod
    def get_object(self, object_id: ObjectId) -> SealedObject:
        """The object of that name; NotFoundError else."""

    @abstractmethod
    def known_objects(self, object_ids: Sequence[ObjectId]) -> dict[ObjectId, SealedObject]:
        """Those of the names that are stored; any number."""

    @abstractmethod
    def objects_of_case(self, case_id: CaseId) -> list[SealedObject]:
        """Every object of a case, by name."""

    @abstractmethod
    def objects(self, after: ObjectId | None, limit: int) -> list[SealedObject]:
        """Objects that are not gone, by name."""

    @abstractmethod
    def count_objects(self) -> tuple[int, int]:
        """How many objects are not gone, and how many clear bytes they hold."""

    # ---- grounds

    @abstractmethod
    def get_hold(self, hold_id: HoldId) -> Hold:
        """The hold of that id; NotFoundError else."""

    @abstractmethod
    def holds_of_case(self, case_id: CaseId) -> list[Hold]:
        """Every hold of a case, standing or not, the oldest first."""

    @abstractmethod
    def find_preservation(self, case_id: CaseId) -> Preservation | None:
        """How the evidence of a case stands; None when there never was a hold."""

    @abstractmethod
    def preservations(self, wanted: PreservationFilter) -> list[Preservation]:
        """Cases that fit, newest first, at most `wanted.limit`."""

    @abstractmethod
    def count_preservations(self, at: datetime) -> dict[Kept, int]:
        """How many cases stand how."""

    @abstractmethod
    def endings(self, at: datetime, until: datetime, kind: HoldKind | None = None) -> list[tuple[CaseId, datetime]]:
        """Cases whose last hold standing at a moment ends by itself before another, with its end, the soonest first.

        Args:
            kind: the last of that kind; others may stand beside it. None is the last of all.
        """

    @abstractmethod
    def get_process(self, process_id: ProcessId) -> LegalProcess:
        """The legal process of that id; NotFoundError else."""

    @abstractmethod
    def processes_of_case(self, case_id: CaseId) -> list[LegalProcess]:
        """Every legal process of a case, the oldest first."""

    @abstractmethod
    def processes_due(self, limit: int) -> list[LegalProcess]:
        """Those that wait for an answer and have a date for it, the soonest first."""

    @abstractmethod
    def processes_undated(self, at: datetime, limit: int) -> list[LegalProcess]:
        """Those that wait for an answer and have no date for it, the oldest first.

        Not a request to preserve that has run out at that moment, nor one to destroy what was destroyed.
        """

    @abstractmethod
    def brought_into(self, case_id: CaseId) -> list[BroughtIn]:
        """Whence the contents came that people brought into a case, the oldest first."""

    # ---- the end

    @abstractmethod
    def find_open_destruction(self, case_id: CaseId) -> Destruction | None:
        """The destruction of a case that is not done."""

    @abstractmethod
    def destructions_of_case(self, case_id: CaseId) -> list[Destruction]:
        """Every destruction of a case, the oldest first."""


class EvidenceWriter(ABC):
    """Changing them."""

    @abstractmethod
    def put_case_key(self, key: CaseKey) -> CaseKey:
        """The case has this key; or the one that it had already, which comes back and counts."""

    @abstractmethod
    def lock_case_key(self, case_id: CaseId) -> CaseKey | None:
        """The data key of a case, which nobody destroys, and no other work locks, before this transaction ends.

        Whoever adds an object or a hold calls it first, and so does whoever destroys: neither misses the other.
        """

    @abstractmethod
    def rewrap_case_key(self, case_id: CaseId, before: WrappedKey, after: WrappedKey) -> bool:
        """The same data key under another master key; false when it was wrapped anew or destroyed meanwhile."""

    @abstractmethod
    def destroy_case_key(self, case_id: CaseId, at: datetime) -> bool:
        """The wrapped key is overwritten and gone; false when it was gone already."""

    @abstractmethod
    def add_object(self, sealed: SealedObject) -> SealedObject:
        """The object is stored; one of that name that stands already comes back unchanged."""

    @abstractmethod
    def mark_verified(self, object_ids: Sequence[ObjectId], at: datetime) -> None:
        """Those objects were read whole and found unchanged."""

    @abstractmethod
    def mark_gone(self, object_ids: Sequence[ObjectId], at: datetime) -> None:
        """Those objects were deleted from the vault."""

    @abstractmethod
    def put_hold(self, hold: Hold) -> None:
        """The hold is stored, or replaced."""

    @abstractmethod
    def put_process(self, process: LegalProcess) -> None:
        """The legal process is stored, or replaced by itself with an answer."""

    @abstractmethod
    def put_brought_in(self, brought: BroughtIn) -> None:
        """The provenance of a content is stored; the first one stays."""

    @abstractmethod
    def put_destruction(self, destruction: Destruction) -> None:
        """The destruction is stored, or replaced.

        Raises:
            ConflictError: another one of the case is not done.
        """
