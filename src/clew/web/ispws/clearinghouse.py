"""The seven calls and the states of a report: opened, filled with files, then finished, retracted or expired.

Source: CyberTipline Reporting API Technical Documentation, 2025-06-11, "Report flow" and "Appendix E".
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from clew.ground.clock import Clock
from clew.parts.formats.base import Answer, ClearinghouseFormat, Fault, Root, Rule
from clew.records.intake import SenderRight
from clew.records.report import Report, ReportedSubject, Victim
from clew.web.ispws.codes import Code, RefusalError
from clew.web.ispws.receiver import demand, number_of, success
from clew.web.ispws.register import Change, Register, State, TakenFile, TakenReport
from clew.web.ispws.senders import Sender
from clew.web.ispws.strictness import Strictness
from clew.web.ispws.wire import Digested

# An unfinished report is deleted at the later of the two.
_KEPT_SINCE_OPENING = timedelta(hours=24)
_KEPT_SINCE_TOUCH = timedelta(hours=1)
# A document can have thousands of faults; whoever reads the answer mends a few at a time.
_FAULTS_TOLD = 5
_ENDED = {
    State.RETRACTED: Code.ALREADY_RETRACTED,
    State.FINISHED: Code.ALREADY_FINISHED,
    State.EXPIRED: Code.NO_SUCH_REPORT,
}


class Clearinghouse:
    """The calls as a strict clearinghouse answers them; of a file its digest is kept, and no byte.

    Args:
        new_file_id: 32 hexadecimal digits that were never given before.
    """

    def __init__(
        self,
        register: Register,
        form: ClearinghouseFormat,
        strictness: Strictness,
        *,
        clock: Clock,
        new_file_id: Callable[[], str],
    ) -> None:
        self._register = register
        self._form = form
        self._strictness = strictness
        self._clock = clock
        self._new_file_id = new_file_id

    def new_file(self) -> Digested:
        """Nothing of its bytes is kept."""
        return Digested()

    def status(self, sender: Sender, ip: str) -> Answer:
        """Who the caller is."""
        return Answer(code=Code.OK, description=f"Remote User : {sender.user}, Remote Ip : {ip}")

    def schema(self) -> bytes:
        """The operator's copy of the schema, else our own."""
        return self._strictness.own_schema or self._form.schema_xml(self._strictness.schema)

    def submit(self, sender: Sender, document: bytes) -> Answer:
        """A report is open."""
        demand(sender, SenderRight.SUBMIT)
        at = self._clock()
        self._judge(document, "report", at)
        report = self._form.read_report(document, self._strictness.schema, tolerant=self._strictness.tolerant)
        with self._register.change() as change:
            if self._strictness.prior_reports_exist:
                for each in _prior_reports(report):
                    prior = change.find(each)
                    if prior is None or prior.sender != sender.user or prior.state is not State.FINISHED:
                        raise RefusalError(
                            Code.VALIDATION_FAILED, "a prior report that is named is none that you finished here"
                        )
            number = change.open_report(
                sender.user,
                batched=report.batch is not None,
                document_sha256=hashlib.sha256(document).hexdigest(),
                subjects_sha256=tuple(
                    hashlib.sha256(each.identifier.encode()).hexdigest() for each in report.subjects if each.identifier
                ),
                at=at,
            )
        return success(report_number=number)

    def upload(self, sender: Sender, number: str, file: Digested) -> Answer:
        """An open report has one file more."""
        demand(sender, SenderRight.UPDATE)
        report_number = number_of(number)
        if file.size_bytes == 0:
            raise RefusalError(Code.MALFORMED_FILE, "the file has no bytes")
        with self._changing(report_number) as change:
            report = self._open_report(change, sender, report_number)
            taken = TakenFile(
                id=self._new_file_id(), md5=file.md5, size_bytes=file.size_bytes, uploaded_at=self._clock()
            )
            change.add_file(report.number, taken)
        return success(report_number=report_number, file_id=taken.id, hash=taken.md5)

    def describe(self, sender: Sender, document: bytes) -> Answer:
        """What is to be said of a file of an open report has been said; once for each file."""
        demand(sender, SenderRight.UPDATE)
        at, schema = self._clock(), self._strictness.schema
        # What a batched report forbids can be judged only once it is known which report it is.
        self._judge(document, "fileDetails", at)
        _, number, file_id = self._form.read_file_details(document, schema, tolerant=self._strictness.tolerant)
        with self._changing(number) as change:
            report = self._open_report(change, sender, number)
            file = next((each for each in report.files if each.id == file_id), None)
            if file is None:
                raise RefusalError(Code.NO_SUCH_FILE)
            if file.described_at is not None:
                raise RefusalError(Code.VALIDATION_FAILED, "the details of this file have come already")
            if report.batched:
                self._judge(document, "fileDetails", at, batched=True)
            change.describe_file(number, file_id, at)
        return success(report_number=number)

    def finish(self, sender: Sender, number: str) -> Answer:
        """An open report is filed: nothing of it can change any more."""
        demand(sender, SenderRight.ACT)
        report_number = number_of(number)
        with self._changing(report_number) as change:
            report = self._open_report(change, sender, report_number)
            if report.batched and len(report.files) > 1:
                raise RefusalError(
                    Code.VALIDATION_FAILED,
                    f"a batched report may have one file, it has {len(report.files)}; retract it and submit it again",
                )
            change.end(report_number, State.FINISHED, self._clock())
        return Answer(
            code=Code.OK, report_number=report_number, done=True, file_ids=tuple(each.id for each in report.files)
        )

    def retract(self, sender: Sender, number: str) -> Answer:
        """An open report is gone."""
        demand(sender, SenderRight.ACT)
        report_number = number_of(number)
        with self._changing(report_number) as change:
            self._open_report(change, sender, report_number)
            change.end(report_number, State.RETRACTED, self._clock())
        return success(report_number=report_number)

    def reports(self) -> list[TakenReport]:
        """Every report as it stands now, oldest first."""
        at = self._clock()
        with self._register.change() as change:
            for each in change.all():
                _expire(change, each, at)
            return change.all()

    @contextmanager
    def _changing(self, number: int) -> Iterator[Change]:
        """A transaction on a report that was let expire if its time had come; that stays, however the call ends."""
        at = self._clock()
        with self._register.change() as change:
            report = change.find(number)
            if report is not None:
                _expire(change, report, at)
        with self._register.change() as change:
            yield change

    @staticmethod
    def _open_report(change: Change, sender: Sender, number: int) -> TakenReport:
        """The sender's report, which is open; another's is not known to the sender."""
        report = change.find(number)
        if report is None or report.sender != sender.user:
            raise RefusalError(Code.NO_SUCH_REPORT)
        if report.state is not State.OPEN:
            raise RefusalError(_ENDED[report.state])
        return report

    def _judge(self, document: bytes, root: Root, at: datetime, *, batched: bool = False) -> None:
        faults = self._strictness.faults_of(self._form, document, root, at=at, batched=batched)
        if faults:
            malformed = any(each.rule is Rule.MALFORMED for each in faults)
            raise RefusalError(Code.MALFORMED_XML if malformed else Code.VALIDATION_FAILED, _told(faults))


def expires_at(report: TakenReport) -> datetime:
    """When an open report is deleted unless something happens to it: the later of the two limits."""
    opened = report.opened_at + _KEPT_SINCE_OPENING
    return opened if report.touched_at is None else max(opened, report.touched_at + _KEPT_SINCE_TOUCH)


def _expire(change: Change, report: TakenReport, at: datetime) -> None:
    if report.state is State.OPEN and at >= expires_at(report):
        change.end(report.number, State.EXPIRED, at)


def _prior_reports(report: Report) -> Iterator[int]:
    for account in (*report.subjects, *report.recipients, *report.victims):
        yield from account.prior_reports
    owners: tuple[ReportedSubject | Victim, ...] = (*report.subjects, *report.victims)
    for owner in owners:
        for each in owner.associated:
            yield from each.prior_reports


def _told(faults: list[Fault]) -> str:
    told = [f"{each.path}: expected {each.expected}, came {each.came}" for each in faults[:_FAULTS_TOLD]]
    more = len(faults) - len(told)
    return "; ".join([*told, f"and {more} more"] if more else told)
