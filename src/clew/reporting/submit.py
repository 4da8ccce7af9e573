"""Filing exactly once: what to do next, given what is recorded, and what each reply means. No input, no output.

An attempt makes all of its calls in one go: submit, each file's bytes and particulars, finish. A clearinghouse cannot
be asked what became of a report, so an attempt that finds the number of an earlier one takes that report back first:

- taken back, or not there any more: a clean start;
- it had been finished: the case is filed, and nothing is ever sent again.

The number is stored, under the lease, before anything else is sent, and it is forgotten only after the clearinghouse
has said that the report is gone. So at most one report is ever finished. A crash between the reply to `submit` and its
storing leaves one open report there, of which nobody knows; the clearinghouse drops it after a day.
"""

import enum
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from clew.parts.clearinghouses.base import Reply
from clew.records.filing import Filing

# Source: NCMEC, CyberTipline Reporting API Technical Documentation, 11 June 2025, response codes.
_YES = 0
_NO_SUCH_REPORT, _NO_SUCH_FILE, _RETRACTED, _FINISHED = 5001, 5002, 5101, 5102
_OF_ONE_REPORT = frozenset({_YES, _NO_SUCH_REPORT, _RETRACTED, _FINISHED})
_TRY_AGAIN = frozenset({1000, 1100, 1110, 1111, 1300})
_SERVER_CODES = range(1000, 1200)
CREDENTIAL_CODES = range(2000, 4000)

# A file's id is opaque, 32 hexadecimal digits as seen; it goes into a document, so it must at least be plain.
_FILE_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")

# An open report is dropped one hour after its last upload at the earliest: no call is begun later than this after the
# first, and none takes longer than a quarter of an hour.
ATTEMPT_WITHIN = timedelta(minutes=40)
# A clock that jumps ahead must not end a filing: the horizon alone is not enough.
_LEAST_ATTEMPTS = 10


class Call(enum.StrEnum):
    """The calls of the interface that change something."""

    RETRACT = "retract"
    SUBMIT = "submit"
    UPLOAD = "upload"
    DESCRIBE = "describe"
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The call to make next.

    Attributes:
        key: of the file it is about.
    """

    call: Call
    number: str | None = None
    key: str | None = None
    file_id: str | None = None


class Next(enum.StrEnum):
    """What follows from a reply."""

    GO_ON = "go-on"
    ANEW = "anew"  # the report is gone there: its number is forgotten, and the attempt begins
    FILED = "filed"  # with its receipt
    FILED_BEFORE = "filed-before"  # without one
    LATER = "later"  # the outcome is not known, or it may succeed later; the next attempt takes back first
    PERSON = "person"  # no later attempt would fare better by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a reply means.

    Attributes:
        told: a sentence for a person; empty when all went well.
    """

    next: Next
    told: str = ""
    number: str | None = None
    file_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an attempt is.

    Attributes:
        number: of this attempt's report.
        keys: the files to send, in order.
        finishing: of a report that an earlier attempt left open: it may have been finished, by what was recorded before
            that call.
        sent: of those uploaded, the id that the clearinghouse gave.
    """

    keys: tuple[str, ...]
    number: str | None = None
    finishing: bool = False
    sent: Mapping[str, str] = field(default_factory=dict)
    described: frozenset[str] = frozenset()

    def after(self, due: Due, ruling: Ruling) -> "Progress":
        """The progress once a call has been heeded and recorded."""
        match due.call:
            case Call.SUBMIT:
                return replace(self, number=ruling.number)
            case Call.UPLOAD if due.key is not None and ruling.file_id is not None:
                return replace(self, sent={**self.sent, due.key: ruling.file_id})
            case Call.DESCRIBE if due.key is not None:
                return replace(self, described=self.described | {due.key})
        return self


def next_call(progress: Progress) -> Due:
    """The call that is due once nothing of an earlier attempt lies there; the last one is `finish`."""
    if progress.number is None:
        return Due(call=Call.SUBMIT)
    for key in progress.keys:
        if key not in progress.sent:
            return Due(call=Call.UPLOAD, number=progress.number, key=key)
        if key not in progress.described:
            return Due(call=Call.DESCRIBE, number=progress.number, key=key, file_id=progress.sent[key])
    return Due(call=Call.FINISH, number=progress.number)


def rule(due: Due, reply: Reply, progress: Progress, md5: str | None = None) -> Ruling:
    """What the reply to a call means.

    Args:
        due: the call.
        reply: what was said.
        progress: before the call.
        md5: of the bytes that an upload has sent, in hexadecimal digits.
    """
    if reply.code in _OF_ONE_REPORT and due.number is not None and reply.number not in {None, due.number}:
        return _later(due, "the answer speaks of another report")
    if reply.code == _YES:
        return _rule_yes(due, reply, progress, md5)
    said = _said(due, reply)
    if due.number is not None and reply.code == _FINISHED:
        return _rule_finished(due, progress, said)
    if due.number is not None and reply.code in {_NO_SUCH_REPORT, _RETRACTED}:
        if due.call is Call.RETRACT:
            return Ruling(next=Next.ANEW, told=f"{said} The report is not there any more; it begins anew.")
        # Not forgotten yet: taking back, which the next attempt does first, says the same or the truth.
        return Ruling(next=Next.LATER, told=f"{said} It is looked for again.")
    return _rule_no(reply, said)


def _rule_finished(due: Due, progress: Progress, said: str) -> Ruling:
    """It is filed where the last call may have been made; by the other side's word alone it is not."""
    if due.call is not Call.FINISH and not progress.finishing:
        return Ruling(
            next=Next.PERSON,
            told=f"{said} So the report {due.number} is finished, which nobody here has asked for. Ask the "
            "clearinghouse what became of it: if it is filed, record its number by hand; if it is not, file again "
            "and say that you have asked.",
        )
    return Ruling(
        next=Next.FILED_BEFORE,
        told=f"{said} An earlier attempt had finished the report {due.number}, whose receipt never arrived: it is "
        "filed, and is not sent again.",
    )


def _rule_no(reply: Reply, said: str) -> Ruling:
    """A refusal that says nothing of the report's whereabouts."""
    if reply.code in _TRY_AGAIN or reply.code == _NO_SUCH_FILE or reply.code in _SERVER_CODES:
        return Ruling(next=Next.LATER, told=f"{said} It is tried again.")
    if reply.code in CREDENTIAL_CODES:
        advice = "Check user, password and their rights in the settings, then file again."
    else:
        advice = "Mend what it names, then file again."
    return Ruling(next=Next.PERSON, told=f"{said} {advice}")


def _rule_yes(due: Due, reply: Reply, progress: Progress, md5: str | None) -> Ruling:
    """A yes counts only when it speaks of the right file."""
    match due.call:
        case Call.RETRACT:
            return Ruling(next=Next.ANEW)
        case Call.SUBMIT:
            return _rule_submit(due, reply)
        case Call.UPLOAD:
            return _rule_upload(due, reply, progress, md5)
        case Call.DESCRIBE:
            return Ruling(next=Next.GO_ON)
        case Call.FINISH:
            return _rule_finish(due, reply, progress)


def _rule_submit(due: Due, reply: Reply) -> Ruling:
    if reply.number is None or not _NUMBER.fullmatch(reply.number):
        return _later(due, "the answer bears no report number")
    return Ruling(next=Next.GO_ON, number=reply.number)


def _rule_upload(due: Due, reply: Reply, progress: Progress, md5: str | None) -> Ruling:
    if reply.file_id is None or not _FILE_ID.fullmatch(reply.file_id) or reply.file_id in progress.sent.values():
        return _later(due, "the answer bears no file id, or one that another file has")
    if reply.md5 is None or md5 is None or reply.md5.lower() != md5:
        return _later(due, "the digest in the answer is not that of the bytes that were sent")
    return Ruling(next=Next.GO_ON, file_id=reply.file_id)


def _rule_finish(due: Due, reply: Reply, progress: Progress) -> Ruling:
    if not reply.done or reply.number is None:
        return _later(due, "the answer is no receipt")
    told = ""
    if Counter(reply.file_ids) != Counter(progress.sent.values()):
        missing = len(set(progress.sent.values()) - set(reply.file_ids))
        others = len(reply.file_ids) - (len(progress.sent) - missing)
        told = (
            f"The report {due.number} is filed, but its receipt does not list what was sent: {missing} of "
            f"{len(progress.sent)} files are missing and {others} others are named. Ask the clearinghouse, with the "
            "receipt; it is not sent again."
        )
    return Ruling(next=Next.FILED, told=told)


def _later(due: Due, why: str) -> Ruling:
    return Ruling(next=Next.LATER, told=f"At '{due.call}', {why}: it counts as not heeded, and is tried again.")


def unanswered(due: Due, why: str) -> Ruling:
    """What follows when no reply came that can be read."""
    return Ruling(next=Next.LATER, told=f"At '{due.call}', {why}. What became of the call is not known; tried again.")


def _said(due: Due, reply: Reply) -> str:
    # Its own words might repeat what was sent; the code is enough, and the Request-ID finds the rest there.
    asked = f", Request-ID {reply.request_id}" if reply.request_id else ""
    return f"The clearinghouse answered '{due.call}' with code {reply.code}{asked}."


def over(filing: Filing, attempts: int, at: datetime, horizon: timedelta) -> bool:
    """Whether no further attempt is made: the horizon is over, and there were attempts enough."""
    since = filing.attempting_since
    return since is not None and attempts >= _LEAST_ATTEMPTS and at - since >= horizon
