"""What a person decides about a case: the job, its lane and lease, verdicts, second looks and appeals."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import AppealId, CaseId, ContentId, JobId, OpinionId, SubjectId, UserId, VerdictId


class Lane(enum.StrEnum):
    """Which queue a job stands in; ordered from most to least urgent."""

    LIVE_DANGER = "live-danger"  # a child may be in danger now
    ONGOING_EXTORTION = "ongoing-extortion"
    INFANT = "infant"
    ACCESSIBLE_CHILD = "accessible-child"  # the subject can reach a child
    ORDINARY = "ordinary"

    @property
    def rank(self) -> int:
        """0 is most urgent."""
        return list(Lane).index(self)

    @property
    def urgent(self) -> bool:
        """Whether a clock runs and people on call are told."""
        return self is not Lane.ORDINARY


class JobState(enum.StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    HELD = "held"  # somebody works at it, as long as the lease lasts
    DECIDED = "decided"


class Look(enum.StrEnum):
    """What the next person is asked for."""

    FIRST = "first"
    SECOND = "second"  # another pair of eyes, by rule or because somebody asked
    SENIOR = "senior"  # escalated, or two people differ
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """That one person works at a job.

    Attributes:
        token: rises with each claim; whoever bears an older one has lost the job, whatever they think.
    """

    job_id: JobId
    holder: UserId
    token: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewJob:
    """What a person decides about one case.

    Attributes:
        since: when the lane's clock began.
        due_at: when its time is over; None in the ordinary lane.
        not_by: people who may not take the next look, because it is theirs that is looked at.
        not_before: before this moment nobody takes it: the delay of a self-review.
        downgrade_to: a lower lane that somebody asked for; it holds once another person agrees.
        contents, decided: how many there are, and how many have a standing verdict.
    """

    id: JobId
    case_id: CaseId
    subject_id: SubjectId
    lane: Lane
    state: JobState
    look: Look
    opened_at: datetime
    since: datetime
    due_at: datetime | None
    lease: Lease | None = None
    not_by: tuple[UserId, ...] = ()
    not_before: datetime | None = None
    downgrade_to: Lane | None = None
    downgrade_by: UserId | None = None
    downgrade_at: datetime | None = None
    decided_at: datetime | None = None
    safeguarding: bool = False
    contents: int = 0
    decided: int = 0


class Decision(enum.StrEnum):
    """What a person says of one content."""

    SAME_AS_LISTED = "same-as-listed"  # reportable, the listed picture
    NOT_LISTED = "not-listed"  # reportable, on no list
    NOT_REPORTABLE = "not-reportable"
    CANNOT_TELL = "cannot-tell"  # asks for a second opinion

    @property
    def reportable(self) -> bool:
        """Whether it belongs into a report."""
        return self in {Decision.SAME_AS_LISTED, Decision.NOT_LISTED}


class IndustryClass(enum.StrEnum):
    """The industry's classes: A prepubescent, B pubescent; 1 a sexual act, 2 lascivious exhibition."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


class FileAnnotation(enum.StrEnum):
    """What else a person says of a file. Source: NCMEC CyberTipline Reporting API, fileAnnotations."""

    ANIME_DRAWING_VIRTUAL_HENTAI = "anime-drawing-virtual-hentai"
    POTENTIAL_MEME = "potential-meme"
    VIRAL = "viral"
    POSSIBLE_SELF_PRODUCTION = "possible-self-production"
    PHYSICAL_HARM = "physical-harm"
    VIOLENCE_GORE = "violence-gore"
    BESTIALITY = "bestiality"
    LIVE_STREAMING = "live-streaming"
    INFANT = "infant"
    GENERATIVE_AI = "generative-ai"


class VerdictStanding(enum.StrEnum):
    """What becomes of a verdict."""

    PROVISIONAL = "provisional"  # a second look is still due
    FINAL = "final"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A person's name under a decision about one content.

    Attributes:
        confirms: the earlier verdict that this one is the second look at.
        self_review: the same person gave both looks, with the delay of a one-person installation.
        opened: whether the person was served any of it before; an unopened decision is as good.
        reverses: the earlier verdict that this one takes back.
    """

    id: VerdictId
    job_id: JobId
    case_id: CaseId
    content_id: ContentId
    by: UserId
    at: datetime
    decision: Decision
    standing: VerdictStanding
    industry_class: IndustryClass | None = None
    annotations: tuple[FileAnnotation, ...] = ()
    confirms: VerdictId | None = None
    reverses: VerdictId | None = None
    self_review: bool = False
    opened: bool = False


class AskReason(enum.StrEnum):
    """Why somebody hands a job on."""

    UNSURE = "unsure"
    RULE = "rule"  # four eyes
    DIFFER = "differ"  # two people decided differently
    URGENT = "urgent"
    LEGAL = "legal"
    LANGUAGE = "language"
    KNOWS_PERSON = "knows-person"
    EXPOSURE = "exposure"  # the person's budget is used up
    SHIFT_ENDS = "shift-ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """That a second look was asked for, and what became of it.

    Attributes:
        first: the verdict that is looked at again; None when the first person could not tell.
    """

    id: OpinionId
    job_id: JobId
    content_id: ContentId
    asked_by: UserId
    asked_at: datetime
    reason: AskReason
    first: VerdictId | None = None
    answer: VerdictId | None = None
    answered_by: UserId | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """That a job went up to senior people."""

    id: OpinionId
    job_id: JobId
    by: UserId
    at: datetime
    reason: AskReason


class AppealState(enum.StrEnum):
    """What became of an appeal."""

    OPEN = "open"
    UPHELD = "upheld"  # the verdict stands
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """That somebody says a verdict is wrong.

    Attributes:
        reference: the platform's own name for the appeal.
    """

    id: AppealId
    case_id: CaseId
    verdict_id: VerdictId
    at: datetime
    reference: str | None
    state: AppealState
    answered_by: UserId | None = None
    answered_at: datetime | None = None
