"""The seven calls in production: what can be read is taken in, durably, and what is wrong with it is a gap.

A call is acknowledged when its report, or its sealed file, is in the store; nothing that was acknowledged is lost.
Source: CyberTipline Reporting API Technical Documentation, 2025-06-11, "Report flow".
"""

import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from clew.errors import ConflictError, NotFoundError
from clew.intake.receive import hold_growing
from clew.parts.formats.base import Answer, CallsFormat
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.intake_files import Came, describe_file, take_file
from clew.pipelines.open_reports import finish_report, get_of_sender, open_within_quota, retract_report
from clew.pipelines.strongroom import Strongroom
from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import Arrival, IntakeFile, IntakeForm, IntakeState, SenderRight, Unread
from clew.web.ispws.codes import Code, RefusalError
from clew.web.ispws.receiver import demand, number_of, success
from clew.web.ispws.senders import Sender, StoredSender
from clew.web.ispws.wire import Digested

_FILE_ID_BYTES = 16
_ENDED = {
    IntakeState.RETRACTED: Code.ALREADY_RETRACTED,
    IntakeState.TAKEN_IN: Code.ALREADY_FINISHED,
    IntakeState.EXPIRED: Code.NO_SUCH_REPORT,
}


class HeldFile(Digested):
    """A file that is held in memory until it is sealed."""

    def __init__(self) -> None:
        super().__init__()
        self._sha256 = hashlib.sha256()
        self.descriptor = hold_growing()

    def write(self, piece: bytes | memoryview) -> None:
        """The next bytes are digested and held; UnavailableError when the system has no room for them."""
        super().write(piece)
        self._sha256.update(piece)
        self._append(piece)

    @property
    def sha256(self) -> bytes:
        """Of what has come."""
        return self._sha256.digest()


class Intake:
    """The calls, over the desk that takes reports in and the vault that keeps files."""

    def __init__(self, desk: IntakeDesk, strongroom: Strongroom, form: CallsFormat) -> None:
        self._desk = desk
        self._strongroom = strongroom
        self._form = form

    def new_file(self) -> Digested:
        """Held until it is sealed."""
        return HeldFile()

    def status(self, sender: Sender, ip: str) -> Answer:
        """Who the caller is."""
        return Answer(code=Code.OK, description=f"Remote User : {sender.user}, Remote Ip : {ip}")

    def schema(self) -> bytes:
        """What documents are judged by; none is refused for it."""
        return self._form.schema_xml(self._form.default_profile)

    def submit(self, sender: Sender, document: bytes) -> Answer:
        """A report is open. The same document again is the same report as long as nothing followed it."""
        demand(sender, SenderRight.SUBMIT)
        (arrival,) = self._form.read_reports(io.BytesIO(document), self._desk.clock())
        if isinstance(arrival, Unread):
            raise RefusalError(Code.MALFORMED_XML, arrival.because)
        return success(report_number=self._opened(sender, arrival).report.number)

    def upload(self, sender: Sender, number: str, file: Digested) -> Answer:
        """An open report has one file more, which is sealed."""
        demand(sender, SenderRight.UPDATE)
        report_number = IntakeNumber(number_of(number))
        if file.size_bytes == 0:
            raise RefusalError(Code.MALFORMED_FILE, "the file has no bytes")
        assert isinstance(file, HeldFile)
        came = Came(
            file_id=secrets.token_hex(_FILE_ID_BYTES),
            descriptor=file.descriptor,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            md5=bytes.fromhex(file.md5),
        )
        with self._refusing(sender, report_number):
            take_file(self._desk, self._strongroom, _delivery(sender), report_number, came)
        return success(report_number=report_number, file_id=came.file_id, hash=file.md5)

    def describe(self, sender: Sender, document: bytes) -> Answer:
        """What the sender says of a file stands among the facts."""
        demand(sender, SenderRight.UPDATE)
        told = self._form.read_file(document, self._desk.clock())
        if isinstance(told, Unread):
            raise RefusalError(Code.MALFORMED_XML, told.because)
        with self._refusing(sender, told.number, missing=Code.NO_SUCH_FILE, twice=Code.VALIDATION_FAILED):
            describe_file(self._desk, _delivery(sender), told.number, told.file, told.gaps)
        return success(report_number=told.number)

    def finish(self, sender: Sender, number: str) -> Answer:
        """The report is taken in: it waits to be ranked, and nothing of it changes any more."""
        demand(sender, SenderRight.ACT)
        report_number = IntakeNumber(number_of(number))
        with self._refusing(sender, report_number):
            taken = finish_report(self._desk, _delivery(sender), report_number)
        if taken.repeated:
            raise RefusalError(Code.ALREADY_FINISHED)
        files: list[IntakeFile] = []
        if taken.report.file_count:
            with self._desk.store.read() as reader:
                files = reader.intake_files(report_number)
        return Answer(code=Code.OK, report_number=report_number, done=True, file_ids=tuple(each.id for each in files))

    def retract(self, sender: Sender, number: str) -> Answer:
        """The open report is taken back."""
        demand(sender, SenderRight.ACT)
        report_number = IntakeNumber(number_of(number))
        with self._refusing(sender, report_number):
            with self._desk.store.read() as reader:
                before = get_of_sender(reader, _id(sender), report_number)
            if before.state is IntakeState.RETRACTED:
                raise RefusalError(Code.ALREADY_RETRACTED)
            retract_report(self._desk, _delivery(sender), report_number)
        return success(report_number=report_number)

    def _opened(self, sender: Sender, arrival: Arrival) -> Taken:
        taken = open_within_quota(self._desk, _delivery(sender), arrival)
        while taken.repeated and taken.report.state is not IntakeState.OPEN:
            # The words came before and were finished; files may follow that did not then. Copies are told by ranking.
            arrival = replace(arrival, digest=hashlib.sha256(arrival.digest + secrets.token_bytes(16)).digest())
            taken = open_within_quota(self._desk, _delivery(sender), arrival)
        return taken

    @contextmanager
    def _refusing(
        self,
        sender: Sender,
        number: IntakeNumber,
        *,
        missing: Code = Code.NO_SUCH_REPORT,
        twice: Code = Code.UPDATE_FAILED,
    ) -> Iterator[None]:
        """What the desk refuses, in the interface's words: the report's state says why.

        Args:
            missing, twice: what is not there, or was done before, when the report itself is there and open.
        """
        try:
            yield
        except (NotFoundError, ConflictError) as error:
            with self._desk.store.read() as reader:
                report = reader.find_intake(number)
            if report is None or report.sender_id != _id(sender):
                raise RefusalError(Code.NO_SUCH_REPORT) from error
            code = _ENDED.get(report.state, missing if isinstance(error, NotFoundError) else twice)
            raise RefusalError(code, "" if report.state in _ENDED else str(error)) from error


def _id(sender: Sender) -> SenderId:
    assert isinstance(sender, StoredSender), "in production everybody is known to the store"
    return sender.id


def _delivery(sender: Sender) -> Delivery:
    return Delivery(sender_id=_id(sender), form=IntakeForm.CYBERTIPLINE, actor=f"sender:{_id(sender)}")
