"""What stands behind the seven calls: a strict register that platforms try themselves on, or the desk that takes in."""

from typing import Protocol

from clew.parts.formats.base import Answer
from clew.records.intake import SenderRight
from clew.web.ispws.codes import WORDS, Code, RefusalError
from clew.web.ispws.senders import Sender
from clew.web.ispws.wire import Digested

# Any number of so many digits has 64 bits.
_NUMBER_DIGITS = 18
_LACKING = {
    SenderRight.SUBMIT: Code.SUBMIT_NOT_ALLOWED,
    SenderRight.UPDATE: Code.UPDATE_NOT_ALLOWED,
    SenderRight.ACT: Code.ACTION_NOT_ALLOWED,
}


class Receiver(Protocol):
    """The calls, for whoever has signed in; a call that is refused raises RefusalError and changes nothing."""

    def new_file(self) -> Digested:
        """That into which the bytes of an uploaded file go; whoever asked closes it."""

    def status(self, sender: Sender, ip: str) -> Answer:
        """Who the caller is."""

    def schema(self) -> bytes:
        """The schema that documents follow."""

    def submit(self, sender: Sender, document: bytes) -> Answer:
        """A report is open."""

    def upload(self, sender: Sender, number: str, file: Digested) -> Answer:
        """An open report has one file more."""

    def describe(self, sender: Sender, document: bytes) -> Answer:
        """What is to be said of a file of an open report has been said; once for each file."""

    def finish(self, sender: Sender, number: str) -> Answer:
        """An open report is filed: nothing of it can change any more."""

    def retract(self, sender: Sender, number: str) -> Answer:
        """An open report is gone."""


def demand(sender: Sender, right: SenderRight) -> None:
    """RefusalError unless the sender has the right."""
    if right not in sender.rights:
        raise RefusalError(_LACKING[right])


def number_of(text: str) -> int:
    """A report number as a form bears it."""
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS):
        raise RefusalError(Code.INVALID_REQUEST, "the field 'id' must be a report's number")
    return int(text)


def success(*, report_number: int, file_id: str | None = None, hash: str | None = None) -> Answer:  # noqa: A002  (the word of the interface)
    """The word for the code, and what the call made."""
    return Answer(code=Code.OK, description=WORDS[Code.OK], report_number=report_number, file_id=file_id, hash=hash)
