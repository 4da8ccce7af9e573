"""Filing by handing over: the report lies sealed for its recipient, whose receipt, or a person's word, ends it.

For authorities without an open interface. Somebody carries the package, or the recipient fetches it; what they answer
is laid beside it, or a person records the number that a portal gave.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta

import msgspec

from clew.errors import ClewError, ConflictError, UnavailableError
from clew.ground.retries import next_delay
from clew.parts.clearinghouses.base import FetchingPart, Outlet, Package, PackedFile
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing_desk import ACTOR, FilingDesk, alert, fail, record
from clew.pipelines.filing_outcome import store_receipt
from clew.pipelines.filing_papers import Ready, ready
from clew.pipelines.hand_over import documents, filed_report
from clew.pipelines.outbox import Held
from clew.records.filing import Filing, FilingAlertKind, FilingState, Paper, PaperKind, Step
from clew.records.outbox import TaskState
from clew.reporting.submit import over

_LOOK_AGAIN = timedelta(minutes=15)
# The random end of a report's id: 40 bits, which tell the few reports of one filing apart.
_END = 8


class Handover:
    """One worker's look at one filing that is handed over."""

    def __init__(self, desk: FilingDesk, held: Held, part: FetchingPart, filing: Filing) -> None:
        self._desk = desk
        self._held = held
        self._part = part
        self._filing = filing

    def run(self) -> None:
        """The package lies there, or its receipt is stored, or it is tried again.

        Raises:
            ConflictError: the task or the filing is another's now.
        """
        try:
            outlet = self._desk.open_outlet(self._part, self._filing.environment)
            if self._filing.state is FilingState.WITHDRAWING:
                self._withdraw()
            elif self._filing.state is FilingState.HANDED:
                self._look(outlet)
            else:
                self._hand(outlet)
        except ConflictError:
            raise
        except UnavailableError as error:
            self._later(str(error))
        except ClewError as error:
            self._give_up(str(error))

    def _hand(self, outlet: Outlet) -> None:
        """The intent, the package, and that it lies there; each durable before the next."""
        at = self._desk.clock()

        def begin(unit: UnitOfWork) -> Filing:
            unit.demand_task(self._held.fence, at)
            filing = unit.get_filing(self._filing.id)
            since = filing.attempting_since
            begun = replace(
                filing,
                state=FilingState.UNDER_WAY,
                place=outlet.place,
                attempts=filing.attempts + 1,
                attempting_since=at if since is None or since > at else since,
                due_at=None,
            )
            return record(unit, begun, Step.BEGUN, at, actor=ACTOR)

        self._desk.passing("before storing begun")
        self._filing = self._desk.store.transact(begin)
        self._desk.passing("after storing begun")
        papers = ready(self._desk, self._filing, self._desk.format_of(self._part))
        self._held.demand()
        name = _package_name(self._filing)
        manifest = outlet.put(Package(name=name, files=_documents(self._desk, self._filing, papers)))
        older = [each for each in outlet.packages(self._filing.id) if each != name]
        self._desk.passing("before storing handed")
        self._desk.store.transact(lambda unit: self._handed(unit, name, manifest, older))
        self._desk.passing("after storing handed")

    def _handed(self, unit: UnitOfWork, name: str, manifest: bytes, older: list[str]) -> None:
        at = self._desk.clock()
        unit.demand_task(self._held.fence, at)
        told = "It lies sealed for its recipient. Once they have it, lay their receipt beside it or record its number."
        if older:
            told += (
                f" An older package of this report, {', '.join(older)}, lies there too: take it away; if the recipient "
                f"has it already, tell them that {name} replaces it."
            )
        handed = replace(self._filing, state=FilingState.HANDED, number=name, due_at=at + _LOOK_AGAIN, told=told)
        record(unit, handed, Step.HANDED, at, actor=ACTOR)
        unit.add_paper(
            Paper(
                filing_id=handed.id,
                attempt=handed.attempts,
                kind=PaperKind.MANIFEST,
                at=at,
                body=manifest,
                digest=hashlib.sha256(manifest).digest(),
            )
        )
        unit.put_task_back(self._held.fence, at + _LOOK_AGAIN, told)

    def _look(self, outlet: Outlet) -> None:
        """The receipt is stored, or it is awaited further; after a while an alert says so."""
        name = self._filing.number or _package_name(self._filing)
        body = outlet.find_receipt(name)
        at = self._desk.clock()

        def work(unit: UnitOfWork) -> None:
            unit.demand_task(self._held.fence, at)
            if body is not None:
                store_receipt(unit, self._desk, self._filing.id, name, body, at)
                unit.end_task(self._held.fence, at, TaskState.DONE)
                return
            hours = self._desk.settings.reporting.receipt_hours
            since = self._filing.attempting_since or self._filing.created_at
            if at - since >= timedelta(hours=hours):
                told = (
                    f"The package of this report lies in {outlet.place} for more than {hours} hours, and nobody has "
                    "acknowledged it. Carry it to the recipient, then lay the receipt beside it or record its number."
                )
                alert(unit, self._filing, FilingAlertKind.RECEIPT_AWAITED, told, at)
            unit.put_task_back(self._held.fence, at + _LOOK_AGAIN, self._filing.told or "")

        self._desk.store.transact(work)

    def _withdraw(self) -> None:
        """What lies sealed cannot be called back by a machine: a person does it, and has been told so."""
        at = self._desk.clock()

        def work(unit: UnitOfWork) -> None:
            unit.demand_task(self._held.fence, at)
            gone = replace(unit.get_filing(self._filing.id), state=FilingState.WITHDRAWN, due_at=None)
            told = "Its package still lies in the folder: take it away, and tell the recipient if they have it."
            record(unit, gone, Step.WITHDRAWN, at, actor=ACTOR, told=told)
            unit.end_task(self._held.fence, at, TaskState.DONE)

        self._desk.store.transact(work)

    def _later(self, told: str) -> None:
        at = self._desk.clock()
        horizon = timedelta(hours=self._desk.settings.reporting.retry_hours)

        def work(unit: UnitOfWork) -> None:
            unit.demand_task(self._held.fence, at)
            filing = unit.get_filing(self._filing.id)
            if filing.state is FilingState.HANDED:
                unit.put_task_back(self._held.fence, at + _LOOK_AGAIN, told)
                return
            if over(filing, self._held.task.attempts, at, horizon):
                fail(unit, filing, told, at)
                unit.end_task(self._held.fence, at, TaskState.DEAD, told)
                return
            due_at = at + next_delay(self._held.task.attempts)
            waiting = replace(filing, state=FilingState.WAITING, due_at=due_at, told=told)
            record(unit, waiting, Step.GAVE_UP, at, actor=ACTOR, told=told)
            unit.put_task_back(self._held.fence, due_at, told)

        self._desk.store.transact(work)

    def _give_up(self, told: str) -> None:
        at = self._desk.clock()

        def work(unit: UnitOfWork) -> None:
            unit.demand_task(self._held.fence, at)
            fail(unit, unit.get_filing(self._filing.id), told, at)
            unit.end_task(self._held.fence, at, TaskState.DEAD, told)

        self._desk.store.transact(work)


def _package_name(filing: Filing) -> str:
    """Of one report of one filing: a retry finds its package again, and a changed report gets its own."""
    return f"{filing.id}-{filing.report_id[-_END:]}"


def _documents(desk: FilingDesk, filing: Filing, papers: Ready) -> tuple[PackedFile, ...]:
    """The complete report, for people and for machines; evidence bytes never lie in a folder.

    Raises:
        MissingPartError: the library that sets the PDF is not installed.
    """
    with desk.store.read() as reader:
        whole = filed_report(reader, filing, papers.report, {}, desk.settings.reporting, desk.clock())
    facts = msgspec.json.format(msgspec.json.encode(papers.format.write_stored(papers.report)), indent=2) + b"\n"
    return (
        *documents(whole),
        PackedFile(name="facts.json", media_type="application/json", body=facts),
        PackedFile(name="report.xml", media_type=papers.format.media_type, body=papers.document),
    )
