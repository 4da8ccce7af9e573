"""A place of filing for tests: a store, a vault, a decided case, and a worker whose clock is moved by hand."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.ground.identity import new_id
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.evidence import seal
from clew.pipelines.filing import file_again, file_report
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_shown import FilingFile, filing_file
from clew.pipelines.filing_work import work_once
from clew.pipelines.strongroom import open_strongroom
from clew.records.case import Case, CaseState, Content, ContentKind, Origin
from clew.records.filing import Filing, FilingAlertKind, FilingState
from clew.records.identifiers import CaseId, ContentId, FilingId, JobId, ObjectId, SubjectId, UserId, VerdictId
from clew.records.outbox import TaskState
from clew.records.report import Incident, IncidentType, Person, Report, ReportedSubject, Reporter
from clew.records.report_file import ReportFile
from clew.records.review import Decision, JobState, Lane, Look, ReviewJob, Verdict, VerdictStanding
from clew.records.subject import Email, Particulars, Subject
from clew.settings import Reporting, Settings
from tests.pipelines.review_house import audit_of

MORNING = datetime(2025, 3, 8, 9, 0, tzinfo=UTC)
ADA = "user:ada"
REPORTER = Reporter(person=Person(first_name="Rea", emails=(Email(address="reports@forum.example"),)))

# Another worker is another process: on a busy machine it may take long over what it holds.
_WAIT_S, _MOST_WAITS = 0.05, 4000


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class FilingHouse:
    desk: FilingDesk
    clock: SetClock
    contents: dict[CaseId, list[ContentId]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.desk.store

    def with_settings(self, **reporting: object) -> "FilingHouse":
        """The same house under other settings of reporting."""
        changed = replace(self.desk.settings.reporting, **reporting)  # type: ignore[arg-type]
        desk = replace(self.desk, settings=replace(self.desk.settings, reporting=changed))
        return FilingHouse(desk, self.clock, self.contents)

    def passing(self, hook: Callable[[str], None]) -> "FilingHouse":
        """The same house, whose worker calls the hook at each step."""
        return FilingHouse(replace(self.desk, passing=hook), self.clock, self.contents)

    def case(self, *files: bytes, decision: Decision = Decision.NOT_LISTED) -> CaseId:
        """A case with a final verdict on each of its files, whose bytes are sealed."""
        at = self.clock()
        case_id, subject_id, job_id = CaseId(new_id(at)), SubjectId(new_id(at)), JobId(new_id(at))
        contents = [
            Content(
                id=ContentId(new_id(at)),
                case_id=case_id,
                kind=ContentKind.FILE,
                origin=Origin.FLAG,
                added_at=at,
                file_name=f"chart-{place}.png",
                size_bytes=len(body),
            )
            for place, body in enumerate(files or (b"",))
        ]

        def work(unit: UnitOfWork) -> None:
            subject = Subject(
                id=subject_id,
                reference=f"account-{subject_id}",
                particulars=Particulars(),
                safeguarding=False,
                created_at=at,
                changed_at=at,
            )
            unit.take_subjects([subject])
            case = Case(
                id=case_id,
                subject_id=subject_id,
                state=CaseState.OPEN,
                origin=Origin.FLAG,
                opened_at=at,
                environment=self.desk.settings.environment,
            )
            unit.take_open_cases([case])
            unit.add_contents(contents)
            job = ReviewJob(
                id=job_id,
                case_id=case_id,
                subject_id=subject_id,
                lane=Lane.ORDINARY,
                state=JobState.DECIDED,
                look=Look.FIRST,
                opened_at=at,
                since=at,
                due_at=None,
            )
            unit.add_jobs([job])
            for content in contents:
                unit.add_verdict(
                    Verdict(
                        id=VerdictId(new_id(at)),
                        job_id=job_id,
                        case_id=case_id,
                        content_id=content.id,
                        by=UserId("ada"),
                        at=at,
                        decision=decision,
                        standing=VerdictStanding.FINAL,
                    )
                )

        self.store.transact(work)
        for content, body in zip(contents, files, strict=False):
            kept = seal(self.desk.strongroom, case_id, body, actor=ADA, media_type="image/png")
            self.store.transact(_set_held(content.id, kept.id))
        self.contents[case_id] = [content.id for content in contents][: len(files)]
        return case_id

    def report(self, case_id: CaseId) -> Report:
        """The facts of a report on the case, as a form would give them."""
        return Report(
            incident=Incident(type=IncidentType.MATERIAL, at=MORNING - timedelta(days=3)),
            reporter=REPORTER,
            subjects=(ReportedSubject(identifier=f"account-{case_id}"),),
            files=tuple(ReportFile(key=key, file_name=f"{key}.png") for key in self.contents.get(case_id, [])),
        )

    def order(self, case_id: CaseId, **more: object) -> Filing:
        report = self.report(case_id)
        return self.store.transact(
            lambda unit: file_report(unit, self.desk, case_id, report, actor=ADA, **more)  # type: ignore[arg-type]
        )

    def again(self, filing_id: FilingId, *, asked: bool = False) -> Filing:
        return self.store.transact(lambda unit: file_again(unit, self.desk, filing_id, actor=ADA, asked=asked))

    def work(self, worker: str = "worker-1") -> bool:
        """One turn of a worker."""
        return work_once(self.desk, worker)

    def work_to_the_end(self, worker: str = "worker-1", most_turns: int = 400, steals: int = 400) -> None:
        """Turns of a worker, the clock moved on to whatever is due next, until no filing has an open task.

        Args:
            steals: how often it may believe that another's lease has run out; then it waits for the other instead.
        """
        turns = waits = 0
        while turns < most_turns and waits < _MOST_WAITS:
            if self.work(worker):
                turns += 1
                continue
            with self.store.read() as reader:
                waiting = [task.due_at for task in reader.tasks(TaskState.WAITING, 10)]
                running = [task.lease_until for task in reader.tasks(TaskState.RUNNING, 10) if task.lease_until]
            if not waiting and not running:
                return
            if running and steals == 0:
                waits += 1
                time.sleep(_WAIT_S)
                continue
            turns += 1
            steals -= bool(running)
            self.clock.now = max(self.clock.now, min(waiting + running)) + timedelta(seconds=1)
        raise AssertionError("the worker never came to an end")

    def file(self, filing_id: FilingId) -> FilingFile:
        with self.store.read() as reader:
            return filing_file(reader, filing_id)

    def state(self, filing_id: FilingId) -> FilingState:
        return self.file(filing_id).filing.state

    def alerts(self, filing_id: FilingId) -> set[FilingAlertKind]:
        return {each.kind for each in self.file(filing_id).alerts}

    def acts(self) -> list[str]:
        """The audit's acts, in order."""
        return [str(event["act"]) for event in audit_of(self.store)]


def _set_held(content_id: ContentId, object_id: ObjectId) -> Callable[[UnitOfWork], None]:
    return lambda unit: unit.set_held(content_id, object_id=object_id, not_held=None)


def open_filing_house(
    store: Store, folder: Path, address: str, clock: SetClock | None = None, **reporting
) -> FilingHouse:
    clock = clock or SetClock()
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        data_dir=folder,
        reporting=Reporting(
            filing=True,
            test_url=address,
            test_user="esp",
            test_password="a long word for tests",
            **reporting,
        ),
    )
    desk = FilingDesk(
        settings=settings,
        store=store,
        strongroom=open_strongroom(settings, store, clock),
        clock=clock,
        wait=lambda _: None,
    )
    return FilingHouse(desk, clock)
