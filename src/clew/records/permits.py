"""The permit without which the vault opens nothing: who may read which bytes, for what, on which ground, until when."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import CaseId, ObjectId, PermitId, ProcessId


class OpeningPurpose(enum.StrEnum):
    """What the bytes are opened for."""

    REVIEW = "review"  # a person of the platform judges them
    FILING = "filing"  # they go to the clearinghouse with the report
    HAND_OVER = "hand-over"  # they go to an authority
    VERIFY = "verify"  # the machine reads them and compares digests; nobody sees them


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the viewing ledger and the platform say of one object; both are false where nobody knows.

    Attributes:
        in_full: a person of the platform has viewed the entire contents, by the ledger.
        public: the entire contents were publicly available at the platform.
    """

    in_full: bool
    public: bool


NOT_SEEN = Seen(in_full=False, public=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What somebody asks for: one object, one purpose.

    Attributes:
        ground: why, in words: the review job, the filing, the warrant's reference.
        process_id: the recorded legal process that asks for the bytes, for a hand-over.
    """

    object_id: ObjectId
    purpose: OpeningPurpose
    actor: str
    ground: str
    process_id: ProcessId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingPermit:
    """Leave to open one object until a moment; made by `clew.pipelines.permits` alone, and audited there.

    Attributes:
        rule: the jurisdiction's rule that was applied, by its name and date.
    """

    id: PermitId
    object_id: ObjectId
    case_id: CaseId
    purpose: OpeningPurpose
    actor: str
    ground: str
    rule: str
    process_id: ProcessId | None
    made_at: datetime
    until: datetime

    def covers(self, object_id: ObjectId, at: datetime) -> bool:
        """Whether it opens this object at this moment."""
        return self.object_id == object_id and bool(self.ground.strip()) and self.made_at <= at < self.until
