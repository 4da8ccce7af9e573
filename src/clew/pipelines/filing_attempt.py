"""One attempt at filing, call by call: each step is durable before the next call, and shown to be ours by the fence.

The rules are in `clew.reporting.submit`; here are the calls, the evidence's bytes and the store.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from clew.errors import ClewError, ConflictError, UnavailableError
from clew.ground.clock import monotonic_s
from clew.parts.clearinghouses.base import Clearinghouse, Reply, SentFile
from clew.pipelines.evidence import open_sealed
from clew.pipelines.filing_desk import ACTOR
from clew.pipelines.filing_journal import Stage
from clew.pipelines.filing_papers import Ready, ready, sealed_object
from clew.pipelines.filing_record import AttemptRecord, number_of
from clew.pipelines.outbox import fault
from clew.pipelines.permits import permit
from clew.records.filing import FilingState, PaperKind, Step
from clew.records.permits import NOT_SEEN, Opening, OpeningPurpose
from clew.records.report_file import ReportFile
from clew.reporting.submit import (
    ATTEMPT_WITHIN,
    CREDENTIAL_CODES,
    Call,
    Due,
    Next,
    Progress,
    Ruling,
    next_call,
    rule,
    unanswered,
)


class Attempt(AttemptRecord):
    """One worker's attempt at one filing that is called.

    Args:
        held: the task, whose fence guards every change.
    """

    def run(self) -> None:
        """The filing is filed, failed, or waits for its next attempt, and the task has ended or was put back.

        Raises:
            ConflictError: the task or the filing is another's now; nothing more was done.
        """
        try:
            self._begin()
            if self._filing.state is FilingState.FAILED:
                return
            with closing(self._desk.open_called(self._part, self._filing.environment)) as there:
                self._go(there)
        except ConflictError:
            raise
        except UnavailableError as error:
            self._later(f"{error}.")
        except ClewError as error:
            self._give_up(f"{error}.")
        except Exception as error:  # noqa: BLE001  (nothing may leave a filing without a word)
            self._later(f"{fault(error)}.")

    def _go(self, there: Clearinghouse) -> None:
        """From taking back what was left open to the receipt, or to where it stops."""
        while self._filing.number is not None:
            left = Due(call=Call.RETRACT, number=self._filing.number)
            self._record(Step.RETRACTING)
            ruling = self._called(there, left, Progress(keys=(), finishing=self._may_be_finished))
            if not self._heeded(there, left, ruling):
                return
            self._look_for_another()
        if self._filing.state is FilingState.WITHDRAWING:
            self._withdrawn()
            return
        papers = ready(self._desk, self._filing, self._format)
        progress = Progress(keys=tuple(file.key for file in papers.report.files))
        while True:
            self._demand_time()
            due = next_call(progress)
            self._intend(due, papers)
            ruling = self._called(there, due, progress, papers)
            if not self._heeded(there, due, ruling, progress):
                return
            progress = progress.after(due, ruling)

    def _called(self, there: Clearinghouse, due: Due, progress: Progress, papers: Ready | None = None) -> Ruling:
        """The call was made; what its reply means. The reply is kept for whoever records it."""
        self._held.demand()
        self._desk.passing(f"before {due.call}")
        self._reply = self._document = None
        md5: str | None = None
        try:
            match due.call:
                case Call.RETRACT:
                    self._reply = there.retract(number_of(due))
                case Call.SUBMIT:
                    self._reply = there.submit(_demand(papers).document)
                case Call.UPLOAD:
                    self._reply, md5 = self._upload(there, due, _demand(papers))
                case Call.DESCRIBE:
                    self._document = _demand(papers).details(due)
                    self._reply = there.describe(self._document)
                case Call.FINISH:
                    self._reply = there.finish(number_of(due))
        except UnavailableError as error:
            return unanswered(due, str(error))
        self._desk.passing(f"after {due.call}")
        return rule(due, self._reply, progress, md5)

    def _upload(self, there: Clearinghouse, due: Due, papers: Ready) -> tuple[Reply, str]:
        """The file's bytes went from the vault to the clearinghouse in pieces; its reply and the bytes' MD5."""
        file = papers.file(due.key)
        with self._desk.store.read() as reader:
            object_id = sealed_object(reader, self._filing, file.key)
        opening = Opening(
            object_id=object_id, purpose=OpeningPurpose.FILING, actor=ACTOR, ground=f"filing {self._filing.id}"
        )
        leave = permit(self._desk.strongroom, opening, NOT_SEEN)
        digest = hashlib.md5(usedforsecurity=False)

        def digested(pieces: Iterator[bytes]) -> Iterator[bytes]:
            for piece in pieces:
                self._held.demand()
                digest.update(piece)
                yield piece

        with open_sealed(self._desk.strongroom, leave) as opened:
            sent = SentFile(
                name=_file_name(file),
                media_type="application/octet-stream",
                size_bytes=opened.size_bytes,
                pieces=digested(iter(opened)),
            )
            return there.upload(number_of(due), sent), digest.hexdigest()

    def _intend(self, due: Due, papers: Ready) -> None:
        """What must be durable before the call is."""
        if due.call is Call.SUBMIT:
            paper = self._paper(PaperKind.REPORT, papers.document, key=self._filing.report_id)
            self._record(Step.SUBMITTING, papers=(paper,))
        elif due.call is Call.FINISH:
            self._record(Step.FINISHING)
            self._journal_note(Stage.FINISHING)

    def _heeded(self, there: Clearinghouse, due: Due, ruling: Ruling, progress: Progress | None = None) -> bool:
        """The ruling is recorded; whether the attempt goes on."""
        match ruling.next:
            case Next.GO_ON:
                self._advance(due, ruling)
                return True
            case Next.ANEW:
                self._record(Step.RETRACTED, number=None, told=ruling.told or None)
                self._journal_note(Stage.GONE, due.number)
                return True
            case Next.FILED:
                self._keep_receipt(due, ruling)
            case Next.FILED_BEFORE:
                self._found_finished(ruling)
            case Next.LATER:
                self._later(ruling.told)
            case Next.PERSON:
                self._refused(there, due, ruling, progress)
        return False

    def _refused(self, there: Clearinghouse, due: Due, ruling: Ruling, progress: Progress | None) -> None:
        """A person must act; what is open there is taken back first, where that can be hoped for."""
        code = self._reply.code if self._reply else 0
        number = self._filing.number
        if due.call is Call.RETRACT or number is None or code in CREDENTIAL_CODES:
            self._give_up(ruling.told)
            return
        left = Due(call=Call.RETRACT, number=number)
        finishing = due.call is Call.FINISH
        taken_back = self._called(there, left, replace(progress or Progress(keys=()), finishing=finishing))
        if taken_back.next is Next.FILED_BEFORE:
            self._found_finished(taken_back)
            return
        self._give_up(ruling.told, forget=taken_back.next is Next.ANEW)

    def _demand_time(self) -> None:
        if monotonic_s() - self._began_s > ATTEMPT_WITHIN.total_seconds():
            raise UnavailableError(f"the attempt took longer than {ATTEMPT_WITHIN.total_seconds() / 60:.0f} minutes")


def _demand(papers: Ready | None) -> Ready:
    if papers is None:
        raise AssertionError("only taking back needs no papers")
    return papers


def _file_name(file: ReportFile) -> str:
    return file.file_name or file.key
