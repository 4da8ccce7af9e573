"""A filing: how one report goes to one clearinghouse, step by step, and how it ended."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import AlertId, CaseId, ContentId, FilingId, ReportId


class FilingState(enum.StrEnum):
    """How a filing stands. Every one ends in one of the last four, or is shown as waiting."""

    OFF = "off"  # waits because filing is switched off
    WAITING = "waiting"  # its turn comes at the time that its task bears
    UNDER_WAY = "under-way"  # a worker has begun an attempt
    HANDED = "handed"  # lies sealed for its recipient, whose receipt is awaited
    WITHDRAWING = "withdrawing"  # a person took it back, and the clearinghouse is asked to drop what lies open there
    FILED = "filed"
    FILED_BY_HAND = "filed-by-hand"  # a person filed it elsewhere and recorded number and time
    FAILED = "failed"  # an alert stands until a person has acted
    WITHDRAWN = "withdrawn"  # a person took it back before it was finished

    @property
    def filed(self) -> bool:
        """Whether the clearinghouse has the report."""
        return self in {FilingState.FILED, FilingState.FILED_BY_HAND}

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.filed or self in {FilingState.FAILED, FilingState.WITHDRAWN}


class Step(enum.StrEnum):
    """What is recorded of an attempt, each durable before the next call is made."""

    BEGUN = "begun"  # a worker took it
    RETRACTING = "retracting"  # an earlier attempt left a report open there: it is taken back first
    RETRACTED = "retracted"  # that report is gone, or was never finished
    SUBMITTING = "submitting"  # the intent, before the first call
    OPENED = "opened"  # the clearinghouse has given its number
    UPLOADED = "uploaded"  # one file's bytes, with equal digest
    DESCRIBED = "described"  # what is said of that file
    FINISHING = "finishing"  # the intent, before the last call; the lease was ours
    FINISHED = "finished"  # the receipt is stored
    FOUND_FINISHED = "found-finished"  # taking back showed that an earlier attempt had been finished
    HANDING = "handing"  # the name of the package, before it is laid down; the key is its report
    HANDED = "handed"  # a sealed package lies where the recipient fetches it
    BY_HAND = "by-hand"
    GAVE_UP = "gave-up"  # a later attempt is due, or a person must act
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """The facts of one report as they were given, before composing.

    Attributes:
        facts: as the format's `write_stored` made it.
        digest: SHA-256 of its canonical JSON.
        takes_back: contents of which it says, in its further facts, that what an earlier report told holds no more.
    """

    id: ReportId
    case_id: CaseId | None
    format: str
    facts: Mapping[str, object]
    digest: bytes
    created_at: datetime
    created_by: str
    takes_back: tuple[ContentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """How one report goes to one clearinghouse in one environment.

    Attributes:
        case_id: None for a report that was given as a form, without a case.
        part: 0 is the case's first report; supplements count on.
        clearinghouse: the part that reaches it.
        environment: "test" or "production"; stamped when it is made, and never changed by a retry.
        place: the base address of the environment when the first attempt began: an open number means something only
            there.
        profile: the version of the schema.
        number: the clearinghouse's number, of the open report or of the finished one.
        round: how often a person set it going anew; names its task.
        attempts: how often a worker took it, over all rounds.
        attempting_since: when the first attempt of this round began; the horizon of retries counts from there.
        due_at: when the next attempt is due, of a waiting one.
        told: what happened last, in a sentence for a person.
        receipt_digest: SHA-256 of the receipt's bytes; None, on a filed one, when the receipt never arrived.
        version: rises with each change; a change made from an older one is refused.
    """

    id: FilingId
    report_id: ReportId
    case_id: CaseId | None
    part: int
    clearinghouse: str
    environment: str
    profile: str
    state: FilingState
    created_at: datetime
    created_by: str
    place: str | None = None
    number: str | None = None
    round: int = 0
    attempts: int = 0
    attempting_since: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    finished_by: str | None = None
    receipt_digest: bytes | None = None
    told: str | None = None
    version: int = 0

    @property
    def subject(self) -> str:
        """Its name in the audit log: events of a case are erased together."""
        return f"case:{self.case_id}" if self.case_id else f"filing:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingStep:
    """One recorded step.

    Attributes:
        key: of the file, as in the report; None for the report as a whole.
        file_id: the clearinghouse's name for it.
        request_id: the other side's, for asking it.
        told: a sentence, where there is more to say than the step's name.
    """

    filing_id: FilingId
    attempt: int
    at: datetime
    step: Step
    number: str | None = None
    key: str | None = None
    file_id: str | None = None
    request_id: str | None = None
    told: str | None = None


class PaperKind(enum.StrEnum):
    """What a kept document is."""

    REPORT = "report"  # as it was sent
    FILE_DETAILS = "file-details"  # as they were sent
    MANIFEST = "manifest"  # of a sealed package: what lies for the recipient
    RECEIPT = "receipt"  # as it came
    OTHER_RECEIPT = "other-receipt"  # one that came beside the receipt and differs from it, or names another report


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document of a filing, byte for byte.

    Attributes:
        attempt: in which it was sent or came.
        key: of the file that it is about; of a REPORT or a MANIFEST, the id of the stored report that it was made from;
            of an OTHER_RECEIPT, the number that it came for.
        digest: SHA-256 of the body.
    """

    filing_id: FilingId
    attempt: int
    kind: PaperKind
    at: datetime
    body: bytes
    digest: bytes
    key: str | None = None


class FilingAlertKind(enum.StrEnum):
    """Why a person must look at a filing."""

    FAILED = "failed"  # nothing more happens by itself
    RECEIPT_MISSING = "receipt-missing"  # it was filed, and the receipt did not arrive
    RECEIPT_DIFFERS = "receipt-differs"  # the receipt names other files than were sent
    EARLIER_FILED = "earlier-filed"  # the report was changed after it had been filed unknown to us: a supplement is due
    RECEIPT_AWAITED = "receipt-awaited"  # handed over, and nobody has acknowledged it for long
    ANOTHER_RECEIPT = "another-receipt"  # a second receipt came that differs, or one of a report that was given up
    PACKAGE_LIES = "package-lies"  # withdrawn or filed by hand, and its sealed package may lie there still
    STUCK = "stuck"  # the reconciler found it without anything that would move it on


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingAlert:
    """What stands until somebody has seen to it; one of a kind for each filing.

    Attributes:
        told: what happened and what to do, in a sentence.
        cleared_by: who saw to it, or "system:filing" when its cause is gone.
    """

    id: AlertId
    filing_id: FilingId
    case_id: CaseId | None
    kind: FilingAlertKind
    at: datetime
    told: str
    cleared_by: str | None = None
    cleared_at: datetime | None = None
