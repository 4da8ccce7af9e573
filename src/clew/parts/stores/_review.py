"""The store's contract for one area.

Subjects, review jobs, verdicts, and the ledger of what was viewed.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.records.case import AlertKind, Case, CaseAlert, Content, Message, NotHeld
from clew.records.identifiers import (
    AlertId,
    AppealId,
    CaseId,
    ContentId,
    HitId,
    JobId,
    ObjectId,
    SubjectId,
    UserId,
    VerdictId,
    ViewId,
)
from clew.records.review import (
    Appeal,
    Escalation,
    JobState,
    Lane,
    Lease,
    ReviewJob,
    SecondOpinion,
    Verdict,
    VerdictStanding,
)
from clew.records.subject import AccountIdentifier, Particulars, Subject
from clew.records.viewing import Confirmation, EarlierViewing, ViewEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to show, in the order of the queue; None does not filter.

    Attributes:
        urgent: only urgent lanes, or only the ordinary one.
        holder: only what this person holds, at `at`.
        open_to: only what this person could claim at `at`: free, and not barred to them.
        safeguarding: only cases on the safeguarding track, or only others.
        after: the last job seen, to page on.
    """

    state: JobState | None = None
    lane: Lane | None = None
    urgent: bool | None = None
    holder: UserId | None = None
    open_to: UserId | None = None
    senior: bool = True
    safeguarding: bool | None = None
    subject_id: SubjectId | None = None
    at: datetime | None = None
    after: JobId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCount:
    """What one person was served since a moment: how many views, and when each was."""

    person: UserId
    views: int
    whole: int


class ReviewReader(ABC):
    """Reading them."""

    # ---- subjects and cases

    @abstractmethod
    def get_subject(self, subject_id: SubjectId) -> Subject:
        """One subject; NotFoundError else."""

    @abstractmethod
    def find_subject(self, reference: str) -> Subject | None:
        """The subject that the platform calls so."""

    @abstractmethod
    def subjects_by(self, kind: AccountIdentifier, value: str, limit: int = 50) -> list[Subject]:
        """Subjects that bear an identifier, written as the platform wrote it but for case and spaces around."""

    @abstractmethod
    def get_case(self, case_id: CaseId) -> Case:
        """One case; NotFoundError else."""

    @abstractmethod
    def find_open_case(self, subject_id: SubjectId, environment: str) -> Case | None:
        """The subject's open case in an environment."""

    @abstractmethod
    def cases_of(self, subject_id: SubjectId) -> list[Case]:
        """Every case of a subject, newest first."""

    @abstractmethod
    def get_content(self, content_id: ContentId) -> Content:
        """One content; NotFoundError else."""

    @abstractmethod
    def contents_of(self, case_id: CaseId) -> list[Content]:
        """The contents of a case, in the order in which they came."""

    @abstractmethod
    def find_content_of_hit(self, hit_id: HitId) -> Content | None:
        """The content that a hit belongs to."""

    @abstractmethod
    def messages_of(self, content_id: ContentId) -> list[Message]:
        """The messages of a thread, in order. Who reads them for a person writes the ledger first."""

    @abstractmethod
    def contents_sealing(self, before: datetime, limit: int) -> list[Content]:
        """Contents that were to be sealed since before a moment, and are not."""

    @abstractmethod
    def case_alerts(
        self, *, case_id: CaseId | None = None, before: AlertId | None = None, limit: int | None = None
    ) -> list[CaseAlert]:
        """Alerts that stand, newest first; all of them, without a limit."""

    @abstractmethod
    def count_case_alerts(self) -> int:
        """How many stand."""

    @abstractmethod
    def get_case_alert(self, alert_id: AlertId) -> CaseAlert:
        """One alert, also one that does not stand any more; NotFoundError else."""

    # ---- jobs and verdicts

    @abstractmethod
    def get_job(self, job_id: JobId) -> ReviewJob:
        """One job; NotFoundError else."""

    @abstractmethod
    def get_job_of_case(self, case_id: CaseId) -> ReviewJob:
        """The job of a case; NotFoundError else."""

    @abstractmethod
    def jobs(self, wanted: JobFilter) -> list[ReviewJob]:
        """Jobs that fit, most urgent first: by lane, then by when its clock began."""

    @abstractmethod
    def count_jobs(self, wanted: JobFilter) -> int:
        """How many fit, ignoring `after` and `limit`."""

    @abstractmethod
    def jobs_with_clock(self, limit: int = 500) -> list[ReviewJob]:
        """Urgent jobs that are not decided, by when their time is over."""

    @abstractmethod
    def jobs_ahead(
        self, *, since: datetime, lease_until: datetime, not_before: datetime, limit: int = 500
    ) -> list[ReviewJob]:
        """Jobs that are not decided and of which one of these times lies later, in no order that means anything."""

    @abstractmethod
    def told_steps(self, job: ReviewJob) -> set[str]:
        """The steps of the job's clock, in this lane and since it began, that people on call were told."""

    @abstractmethod
    def get_verdict(self, verdict_id: VerdictId) -> Verdict:
        """One verdict; NotFoundError else."""

    @abstractmethod
    def verdicts_of(self, case_id: CaseId) -> list[Verdict]:
        """Every verdict of a case, also what was reversed, oldest first."""

    @abstractmethod
    def known_verdicts(self, digests: Collection[bytes]) -> dict[bytes, VerdictId]:
        """The final verdict on identical bytes, by SHA-256; those on which none stands are left out."""

    @abstractmethod
    def opinions_of(self, job_id: JobId) -> list[SecondOpinion]:
        """Second opinions of a job, oldest first."""

    @abstractmethod
    def escalations_of(self, job_id: JobId) -> list[Escalation]:
        """Escalations of a job, oldest first."""

    @abstractmethod
    def appeals_of(self, case_id: CaseId) -> list[Appeal]:
        """Appeals of a case, oldest first."""

    @abstractmethod
    def get_appeal(self, appeal_id: AppealId) -> Appeal:
        """One appeal; NotFoundError else."""

    # ---- the viewing ledger

    @abstractmethod
    def get_view(self, view_id: ViewId) -> ViewEvent:
        """One serving; NotFoundError else."""

    @abstractmethod
    def views_of(self, content_id: ContentId) -> list[ViewEvent]:
        """Servings of a content, oldest first."""

    @abstractmethod
    def confirmations_of(self, content_id: ContentId) -> list[Confirmation]:
        """What people confirmed of a content, oldest first."""

    @abstractmethod
    def views_of_case(self, case_id: CaseId) -> list[ViewEvent]:
        """Servings of all contents of a case, oldest first."""

    @abstractmethod
    def confirmations_of_case(self, case_id: CaseId) -> list[Confirmation]:
        """What people confirmed of all contents of a case, oldest first."""

    @abstractmethod
    def full_viewings(self, digests: Collection[bytes]) -> dict[bytes, list[EarlierViewing]]:
        """Full and confirmed viewings of bytes, in whichever upload, by SHA-256, oldest first."""

    @abstractmethod
    def views_by(self, person: UserId, since: datetime) -> list[ViewEvent]:
        """What a person was served since a moment, oldest first."""

    @abstractmethod
    def count_views(self, people: Sequence[UserId], since: datetime) -> list[ViewCount]:
        """How much each of the people was served since a moment; those without any are left out."""

    @abstractmethod
    def count_stops(self, people: Sequence[UserId], since: datetime) -> int:
        """How often policy stopped any of the people since a moment."""


class ReviewWriter(ABC):
    """Changing them."""

    # ---- subjects and cases

    @abstractmethod
    def take_subjects(self, subjects: Sequence[Subject]) -> list[Subject]:
        """The subjects of those references, each once: those that are stored, else these, stored now.

        One without a reference is always stored.
        """

    @abstractmethod
    def change_subject(
        self,
        subject_id: SubjectId,
        at: datetime,
        *,
        particulars: Particulars | None = None,
        safeguarding: bool | None = None,
    ) -> None:
        """The subject has these particulars, or this mark, now; None leaves them."""

    @abstractmethod
    def erase_subject(self, subject_id: SubjectId) -> None:
        """Nothing of the person is left: names, identifiers, messages, and what was said of their uploads.

        Digests, verdicts and the ledger's lines stay: they are about files and about this installation's own people.
        """

    @abstractmethod
    def take_open_cases(self, cases: Sequence[Case]) -> list[Case]:
        """The open case of each subject in their one environment: the one that is stored, else the one given.

        Nobody else changes them before the commit: what is added to one is added to an open case.
        """

    @abstractmethod
    def take_case(self, case_id: CaseId) -> Case:
        """The case as it is; nobody else changes it before the commit. NotFoundError when there is none."""

    @abstractmethod
    def change_case(self, case: Case) -> None:
        """The case has these particulars now."""

    @abstractmethod
    def add_contents(self, contents: Sequence[Content]) -> None:
        """The contents are stored, with their signals and hits."""

    @abstractmethod
    def add_messages(self, messages: Sequence[Message]) -> None:
        """The messages are stored; their thread's content says how many they are."""

    @abstractmethod
    def set_held(self, content_id: ContentId, *, object_id: ObjectId | None, not_held: NotHeld | None) -> None:
        """The vault holds that object of the content, or none and why."""

    @abstractmethod
    def put_known(self, sha256: bytes, verdict_id: VerdictId) -> None:
        """Identical bytes that come from now on are known by that final verdict."""

    @abstractmethod
    def forget_known(self, verdict_id: VerdictId) -> int:
        """Nothing is known by that verdict any more; how many contents were."""

    @abstractmethod
    def raise_case_alert(self, alert: CaseAlert) -> None:
        """The alert stands."""

    @abstractmethod
    def clear_case_alert(self, alert_id: AlertId, by: str, because: str, at: datetime) -> bool:
        """The alert was seen to; False when it was already."""

    @abstractmethod
    def clear_case_alerts(self, content_id: ContentId, kind: AlertKind, at: datetime) -> int:
        """Alerts of a content whose cause is gone do not stand any more; how many did."""

    # ---- jobs and verdicts

    @abstractmethod
    def add_jobs(self, jobs: Sequence[ReviewJob]) -> None:
        """The jobs wait. ConflictError when a case has one."""

    @abstractmethod
    def take_job(self, job_id: JobId) -> ReviewJob:
        """The job as it is; nobody else changes it before the commit. NotFoundError when there is none.

        Who also takes its case takes that first: two works that take both in one order never wait for one another.
        """

    @abstractmethod
    def change_job(self, job: ReviewJob) -> None:
        """The job, which was taken, has these particulars now; unless it is held, its lease is over."""

    @abstractmethod
    def try_claim(self, job_id: JobId, holder: UserId, at: datetime, until: datetime, *, senior: bool) -> Lease | None:
        """The lease, when the job waits, or its holder's time had run out by `at`; else None. One person gets it.

        Also None while the job is barred to them, or is not to be taken yet, or is for senior people.
        """

    @abstractmethod
    def try_renew(self, lease: Lease, at: datetime, until: datetime) -> Lease | None:
        """The lease until then, when it is the job's own and has not run out by `at`; else None."""

    @abstractmethod
    def add_verdict(self, verdict: Verdict) -> None:
        """The verdict is stored."""

    @abstractmethod
    def set_standing(self, verdict_ids: Sequence[VerdictId], standing: VerdictStanding) -> None:
        """Those verdicts stand so now."""

    @abstractmethod
    def put_opinion(self, opinion: SecondOpinion) -> None:
        """The second opinion is stored, or replaced."""

    @abstractmethod
    def add_escalation(self, escalation: Escalation) -> None:
        """The escalation is stored."""

    @abstractmethod
    def put_appeal(self, appeal: Appeal) -> None:
        """The appeal is stored, or replaced. ConflictError when another on the same verdict is open."""

    # ---- the viewing ledger

    @abstractmethod
    def add_view(self, view: ViewEvent) -> None:
        """The serving is in the ledger, not completed."""

    @abstractmethod
    def begin_view(self, view_id: ViewId, at: datetime) -> bool:
        """The one serving of a view begins now; false when it had begun before, in whichever process."""

    @abstractmethod
    def complete_view(self, view_id: ViewId, served_bytes: int, at: datetime, *, proof: bytes | None = None) -> bool:
        """The serving is completed; False, and nothing changes, when it was already.

        Args:
            proof: what its page must say to be believed that all of it arrived.
        """

    @abstractmethod
    def confirm_view(self, confirmation: Confirmation) -> bool:
        """The person's word is in the ledger; False when it was already."""

    @abstractmethod
    def add_stop(self, person: UserId, at: datetime) -> None:
        """Policy has stopped that person."""

    @abstractmethod
    def try_page(self, job: ReviewJob, step: str, at: datetime) -> bool:
        """Whether this step of the job's clock is ours to tell: nobody has told it before."""
