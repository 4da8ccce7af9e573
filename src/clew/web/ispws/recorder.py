"""What the server saw, for whoever asserts: each report with its state and files, and each call with its code.

Of accounts, documents and files it tells numbers, sizes and digests alone. A production start refuses it.
"""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from clew.errors import InputError
from clew.ground.clock import Clock, iso
from clew.web.ispws.call import Call
from clew.web.ispws.clearinghouse import expires_at
from clew.web.ispws.faults import refuse_in_production
from clew.web.ispws.register import State, TakenReport

# The newest calls that are told; the journal on the disk has all.
_CALLS_KEPT = 10_000
_MOST_FORWARD_S = 1e9


class SeenFile(msgspec.Struct, kw_only=True):
    """A file, as the recorder tells of it."""

    id: str
    md5: str
    size_bytes: int
    uploaded_at: str
    described_at: str | None


class SeenReport(msgspec.Struct, kw_only=True):
    """A report, as the recorder tells of it.

    Attributes:
        submits: how many reports the same sender opened with the same document, this one among them.
        finished_at: None unless it is finished.
        subjects_sha256: of the platform's own id of each reported account, in UTF-8.
    """

    number: int
    sender: str
    state: str
    batched: bool
    submits: int
    opened_at: str
    touched_at: str | None
    expires_at: str
    ended_at: str | None
    finished_at: str | None
    document_sha256: str
    subjects_sha256: tuple[str, ...]
    files: list[SeenFile]


class SeenCall(msgspec.Struct, kw_only=True):
    """A call, as the recorder tells of it and the journal keeps it; see `Call`."""

    at: str
    request_id: str
    endpoint: str
    sender: str | None
    status: int
    code: int | None
    report: int | None
    file: str | None
    fault: str | None


class Recording(msgspec.Struct, kw_only=True):
    """All of it.

    Attributes:
        counts: calls of each endpoint since the server started.
        calls: the newest, oldest of them first.
    """

    at: str
    reports: list[SeenReport]
    counts: dict[str, int]
    calls: list[SeenCall]


class MovableClock:
    """A clock that can be put forward, so that an hour need not be waited for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._forward = timedelta()

    def __call__(self) -> datetime:
        """The time, with what was put to it."""
        return self._clock() + self._forward

    def put_forward(self, seconds: float) -> None:
        """So many seconds more; fewer than none puts it back."""
        if not abs(seconds) <= _MOST_FORWARD_S:
            raise InputError(f"a clock can be put forward by {_MOST_FORWARD_S:,.0f} seconds at most")
        self._forward += timedelta(seconds=seconds)


class Recorder:
    """The calls of one server as they came.

    Args:
        journal: a file to which each call is added as one JSON line; None keeps none.
    Raises:
        RefusedError: the environment is production.
        InputError: the journal cannot be written.
    """

    def __init__(self, clock: MovableClock, environment: str, journal: Path | None = None) -> None:
        refuse_in_production(environment)
        self.clock = clock
        self._calls: deque[SeenCall] = deque(maxlen=_CALLS_KEPT)
        self._counts: Counter[str] = Counter()
        try:
            self._journal = journal.open("ab", buffering=0) if journal else None
        except OSError as error:
            raise InputError(f"{journal} cannot be written: {error.strerror}") from error

    def note(self, call: Call) -> None:
        """A call has ended."""
        if not call.endpoint:
            return
        seen = SeenCall(
            at=iso(self.clock()),
            request_id=call.request_id,
            endpoint=call.endpoint,
            sender=call.sender.user if call.sender else None,
            status=call.status,
            code=call.code,
            report=call.report,
            file=call.file,
            fault=call.fault,
        )
        self._calls.append(seen)
        self._counts[call.endpoint] += 1
        if self._journal is not None:
            self._journal.write(msgspec.json.encode(seen) + b"\n")

    def close(self) -> None:
        """The journal is closed."""
        if self._journal is not None:
            self._journal.close()

    def recording(self, reports: Sequence[TakenReport]) -> Recording:
        """Everything that was seen, of reports as they stand now."""
        submits = Counter((each.sender, each.document_sha256) for each in reports)
        return Recording(
            at=iso(self.clock()),
            reports=[_seen(each, submits[each.sender, each.document_sha256]) for each in reports],
            counts=dict(self._counts),
            calls=list(self._calls),
        )


def _seen(report: TakenReport, submits: int) -> SeenReport:
    ended_at = iso(report.ended_at) if report.ended_at else None
    return SeenReport(
        number=report.number,
        sender=report.sender,
        state=report.state,
        batched=report.batched,
        submits=submits,
        opened_at=iso(report.opened_at),
        touched_at=iso(report.touched_at) if report.touched_at else None,
        expires_at=iso(expires_at(report)),
        ended_at=ended_at,
        finished_at=ended_at if report.state is State.FINISHED else None,
        document_sha256=report.document_sha256,
        subjects_sha256=report.subjects_sha256,
        files=[
            SeenFile(
                id=each.id,
                md5=each.md5,
                size_bytes=each.size_bytes,
                uploaded_at=iso(each.uploaded_at),
                described_at=iso(each.described_at) if each.described_at else None,
            )
            for each in report.files
        ],
    )
