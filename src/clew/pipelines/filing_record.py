"""What one attempt at filing records: each step durable under the fence before the next call, and how it ends."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from clew.errors import ClewError, ConflictError, InputError, UnavailableError
from clew.ground.clock import monotonic_s
from clew.parts.clearinghouses.base import CalledPart, Reply
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.filing_course import begun, given_up, put_off
from clew.pipelines.filing_desk import ACTOR, FilingDesk, access_of, record
from clew.pipelines.filing_journal import Stage
from clew.pipelines.filing_outcome import found_finished, keep_unsettled, store_receipt, taken_back
from clew.pipelines.holds import extend_locks
from clew.pipelines.outbox import Held, fault
from clew.records.filing import Filing, FilingAlertKind, Paper, PaperKind, Step
from clew.records.outbox import TaskState
from clew.reporting.submit import Call, Due, Ruling

T = TypeVar("T")

_FAILURES = (FilingAlertKind.FAILED, FilingAlertKind.STUCK)
# A receipt is stored again and again while the disk is full: nothing else can bring it back.
_STORING_TRIES, _STORING_MOST_S = 60, 60.0
_OTHER_PLACE = (
    "The open report {number} was made at another address than the settings name now, and cannot be taken back from "
    "there. Set the address back and file again, or look it up with the clearinghouse and record what you find by hand."
)


class AttemptRecord:
    """The recording half of an attempt; `clew.pipelines.filing_attempt` makes the calls.

    Args:
        held: the task, whose fence guards every change.
    """

    def __init__(self, desk: FilingDesk, held: Held, part: CalledPart, filing: Filing) -> None:
        self._desk = desk
        self._held = held
        self._part = part
        self._filing = filing
        self._format: ClearinghouseFormat = desk.format_of(part)
        self._journal = desk.journal
        # Whether the report that an earlier attempt left open may be finished.
        self._may_be_finished = False
        self._began_s = monotonic_s()
        # Of the last call: what was said, and the document that went with it.
        self._reply: Reply | None = None
        self._document: bytes | None = None

    def _begin(self) -> None:
        """The attempt is recorded; or the filing has failed before it, because nothing more may be tried."""
        place = access_of(self._desk.settings, self._filing.environment).place
        known = self._journal.standing(self._filing)

        def work(unit: UnitOfWork) -> Filing:
            filing = unit.get_filing(self._filing.id)
            if filing.number is None and known is not None:
                filing = replace(filing, number=known.number, place=known.place)
            if filing.number is not None and filing.place != place:
                return given_up(unit, self._desk, self._held, filing, _OTHER_PLACE.format(number=filing.number))
            return begun(unit, self._desk, self._held, filing, place)

        self._filing = self._transact(work, "begun")
        with self._desk.store.read() as reader:
            steps = reader.steps_of(self._filing.id)
        noted = any(each.step is Step.FINISHING and each.number == self._filing.number for each in steps)
        told = known is not None and known.number == self._filing.number and known.finishing
        self._may_be_finished = self._filing.number is not None and (noted or told)

    def _look_for_another(self) -> None:
        """What the journal knows besides what the database knew is taken back as well.

        Raises:
            InputError: it was opened at another address.
        """
        known = self._journal.standing(self._filing)
        if known is None:
            return
        if known.place != self._filing.place:
            raise InputError(_OTHER_PLACE.format(number=known.number).rstrip("."))
        self._filing = replace(self._filing, number=known.number)
        self._may_be_finished = known.finishing

    def _advance(self, due: Due, ruling: Ruling) -> None:
        match due.call:
            case Call.SUBMIT:
                self._record(Step.OPENED, number=ruling.number)
                self._journal_note(Stage.OPENED)
            case Call.UPLOAD:
                self._record(Step.UPLOADED, key=due.key, file_id=ruling.file_id)
            case Call.DESCRIBE if self._document is not None:
                paper = self._paper(PaperKind.FILE_DETAILS, self._document, key=due.key)
                self._record(Step.DESCRIBED, key=due.key, file_id=due.file_id, papers=(paper,))

    def _keep_receipt(self, due: Due, ruling: Ruling) -> None:
        """The receipt is durable, however long the disk takes; then the vault's locks follow."""
        reply, received_at = self._reply, self._desk.clock()
        if reply is None:
            raise AssertionError("a report is filed by a reply")
        number = number_of(due)

        def work(unit: UnitOfWork) -> None:
            store_receipt(
                unit,
                self._desk,
                self._filing.id,
                number,
                reply.body,
                received_at,
                differs=ruling.told,
                request_id=reply.request_id,
            )
            unit.end_task(self._held.fence, self._desk.clock(), TaskState.DONE)

        def keep(why: str) -> Callable[[UnitOfWork], None]:
            return lambda unit: keep_unsettled(unit, self._desk, self._filing.id, number, reply.body, received_at, why)

        try:
            self._until_stored(work, "finished", again=(UnavailableError, ConflictError))
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it is, the receipt itself cannot be had again)
            why = str(error) if isinstance(error, ClewError) else fault(error)
            self._until_stored(keep(why), "kept", again=(UnavailableError, ConflictError))
            self._later(f"The receipt is kept, and what follows from it could not be stored: {why}.")
            return
        self._lock()

    def _found_finished(self, ruling: Ruling) -> None:
        request_id = self._reply.request_id if self._reply else None

        def work(unit: UnitOfWork) -> None:
            unit.demand_task(self._held.fence, self._desk.clock())
            filing = unit.get_filing(self._filing.id)
            found_finished(unit, self._desk, filing, ruling.told, request_id)
            unit.end_task(self._held.fence, self._desk.clock(), TaskState.DONE)

        self._until_stored(work, "found-finished")
        self._lock()

    def _later(self, told: str) -> None:
        """The next attempt is due in a while; or the horizon is over."""

        def work(unit: UnitOfWork) -> None:
            filing = unit.get_filing(self._filing.id)
            put_off(unit, self._desk, self._held, filing, told, request_id=self._request_id())

        self._transact(work, "gave-up")

    def _give_up(self, told: str, *, forget: bool = False) -> None:
        def work(unit: UnitOfWork) -> None:
            filing = unit.get_filing(self._filing.id)
            given_up(unit, self._desk, self._held, replace(filing, number=None) if forget else filing, told)

        number = self._filing.number
        self._transact(work, "gave-up")
        if forget and number is not None:
            with suppress(UnavailableError):  # it is taken back once more then, which changes nothing
                self._journal.note(self._filing, number, Stage.GONE, self._desk.clock())

    def _withdrawn(self) -> None:
        """Nothing of it lies at the clearinghouse any more."""
        at = self._desk.clock()

        def work(unit: UnitOfWork) -> Filing:
            unit.demand_task(self._held.fence, at)
            unit.clear_filing_alerts(self._filing.id, _FAILURES, ACTOR, at)
            withdrawn = taken_back(unit, self._desk, unit.get_filing(self._filing.id), ACTOR)
            unit.end_task(self._held.fence, at, TaskState.DONE)
            return withdrawn

        self._filing = self._transact(work, "withdrawn")

    def _record(
        self,
        step: Step,
        *,
        number: str | None = "",
        key: str | None = None,
        file_id: str | None = None,
        told: str | None = None,
        papers: tuple[Paper, ...] = (),
    ) -> None:
        """The step is durable, and the task was ours when it became so; `number` "" leaves the filing's."""
        at = self._desk.clock()

        def work(unit: UnitOfWork) -> Filing:
            unit.demand_task(self._held.fence, at)
            filing = self._filing if number == "" else replace(self._filing, number=number)
            changed = record(
                unit, filing, step, at, actor=ACTOR, told=told, key=key, file_id=file_id, request_id=self._request_id()
            )
            for paper in papers:
                unit.add_paper(paper)
            return changed

        self._filing = self._transact(work, step.value)

    def _journal_note(self, stage: Stage, number: str | None = None) -> None:
        """The journal knows it too, durably."""
        named = number or self._filing.number
        if named is None:
            raise AssertionError(f"'{stage}' is said of a report with a number")
        self._journal.note(self._filing, named, stage, self._desk.clock())

    def _transact(self, work: Callable[[UnitOfWork], T], step: str) -> T:
        """The work is durable; tests stop on either side of it."""
        self._held.demand()
        self._desk.passing(f"before storing {step}")
        stored = self._desk.store.transact(work)
        self._desk.passing(f"after storing {step}")
        return stored

    def _until_stored(
        self,
        work: Callable[[UnitOfWork], None],
        step: str,
        again: tuple[type[ClewError], ...] = (UnavailableError,),
    ) -> None:
        """What cannot be learned again is stored as soon as the database takes it.

        Args:
            again: what may be over at the next try.
        """
        self._desk.passing(f"before storing {step}")
        for left in reversed(range(_STORING_TRIES)):
            try:
                self._desk.store.transact(work)
                break
            except again:
                if not left:
                    raise
                self._desk.wait(min(2.0 ** (_STORING_TRIES - 1 - left), _STORING_MOST_S))
        self._desk.passing(f"after storing {step}")

    def _lock(self) -> None:
        """The vault's own locks follow the hold; where that fails now, the sweep of holds repeats it."""
        if self._filing.case_id is not None:
            with suppress(UnavailableError):
                extend_locks(self._desk.strongroom, self._filing.case_id)

    def _paper(self, kind: PaperKind, body: bytes, key: str | None = None) -> Paper:
        return Paper(
            filing_id=self._filing.id,
            attempt=self._filing.attempts,
            kind=kind,
            at=self._desk.clock(),
            body=body,
            digest=hashlib.sha256(body).digest(),
            key=key,
        )

    def _request_id(self) -> str | None:
        return self._reply.request_id if self._reply else None


def number_of(due: Due) -> str:
    """The report that a call is about."""
    if due.number is None:
        raise AssertionError(f"'{due.call}' names a report")
    return due.number
