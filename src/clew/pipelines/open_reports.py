"""The life of a report that comes in several calls: opened, added to, then finished, taken back or never finished.

It is one that is taken in from its finishing on: then it is read for identifiers and waits to be ordered. One that its
sender leaves open is taken in as incomplete all the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

from clew.errors import ClewError, ConflictError, NotFoundError, RateError
from clew.parts.stores._intake import IntakeFilter
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.intake_text import scrubbed
from clew.pipelines.taking_in import (
    Prepared,
    country_of,
    get_sender,
    note_intake,
    read_through,
    sender_who_may_send,
    settle,
    unread,
)
from clew.records.identifiers import IntakeNumber, SenderId
from clew.records.intake import Arrival, Gap, IntakeReport, IntakeSender, IntakeState
from clew.records.report import Incident, Person, Report, Reporter
from clew.triage.intake_gaps import merged

NEVER_FINISHED = Gap(path="", because="its sender never finished it", cost="what would have come later is not there")
UNREADABLE = Gap(path="", because="what is stored of it could not be read again", cost="nothing of it is searched for")
_AT_ONCE = 200
# Source: CyberTipline Reporting API, 2025-06-11: a report expires 24 hours after its opening or an hour after its last
# file, whichever is later.
OPEN_FOR, _TOUCHED = timedelta(hours=24), timedelta(hours=1)


def open_report(desk: IntakeDesk, delivery: Delivery, arrival: Arrival) -> Taken:
    """The report has its number and is open to its sender.

    Args:
        arrival: what is there so far; its digest tells this report from every other open one of the sender.
    Raises:
        NotFoundError: there is no such sender.
        RefusedError: the sender is blocked.
    """
    return desk.store.transact(lambda unit: open_report_in(unit, desk, delivery, arrival))


def open_within_quota(desk: IntakeDesk, delivery: Delivery, arrival: Arrival) -> Taken:
    """`open_report`, unless the sender sent as much on this UTC day as was agreed; that it asked for more is counted.

    A report that is there already is answered with its number, whatever the quota.

    Raises:
        RateError: the quota is used up; it says when the next day begins.
    """

    def work(unit: UnitOfWork) -> Taken | None:
        at = desk.clock()
        quota = sender_who_may_send(unit, delivery.sender_id).reports_a_day
        if quota is not None and unit.sent_on(delivery.sender_id, at) >= quota:
            there = unit.find_same_intake(delivery.sender_id, arrival.digest)
            if there is not None:
                return Taken(report=there, repeated=True)
            unit.count_sent(delivery.sender_id, at, refused=1)
            return None
        return open_report_in(unit, desk, delivery, arrival)

    taken = desk.store.transact(work)
    if taken is None:
        now = desk.clock()
        next_day = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time.min, UTC)
        raise RateError(
            "the reports a day that are agreed have come; send this one again after 00:00 UTC",
            retry_after_s=(next_day - now).total_seconds(),
        )
    return taken


def open_report_in(unit: UnitOfWork, desk: IntakeDesk, delivery: Delivery, arrival: Arrival) -> Taken:
    """`open_report` within another's transaction."""
    sender_who_may_send(unit, delivery.sender_id)
    there = unit.find_same_intake(delivery.sender_id, arrival.digest)
    if there is not None:
        return Taken(report=there, repeated=True)
    report, _ = unread(desk, delivery, arrival)
    stored = unit.add_intake(replace(report, state=IntakeState.OPEN))
    unit.count_sent(delivery.sender_id, stored.received_at, reports=1)
    facts: dict[str, str | int | bool | None] = {"number": stored.number, "form": delivery.form.value}
    note_intake(unit, stored.received_at, delivery, "intake.open", facts)
    return Taken(report=stored)


def change_open(
    unit: UnitOfWork,
    desk: IntakeDesk,
    delivery: Delivery,
    number: IntakeNumber,
    change: Callable[[Report], Report],
    *,
    gaps: Sequence[Gap] = (),
) -> IntakeReport:
    """The open report has these facts now, and these gaps beside those that it had, in the caller's transaction.

    The caller writes the audit row of what it did.

    Raises:
        NotFoundError: the sender has no report of that number.
        ConflictError: it is not open any more.
    """
    before = get_open(unit, delivery.sender_id, number)
    document, facts, mended = scrubbed(change(desk.read(before.document)), desk.write)
    after = replace(
        before, document=document, file_count=len(facts.files), gaps=merged(before.gaps, tuple(gaps), mended)
    )
    unit.change_intake(after)
    return after


def finish_report(desk: IntakeDesk, delivery: Delivery, number: IntakeNumber) -> Taken:
    """The report is taken in; `repeated` when it was finished before.

    Raises:
        NotFoundError: the sender has no report of that number.
        ConflictError: it was taken back or has expired.
    """
    return _end(desk, delivery, number, IntakeState.TAKEN_IN)


def retract_report(desk: IntakeDesk, delivery: Delivery, number: IntakeNumber) -> IntakeReport:
    """The sender has taken the open report back; nobody works it. A second call changes nothing.

    Raises:
        NotFoundError: the sender has no report of that number.
        ConflictError: it was finished, or has expired.
    """

    def work(unit: UnitOfWork) -> IntakeReport:
        before = get_of_sender(unit, delivery.sender_id, number)
        if before.state is IntakeState.RETRACTED:
            return before
        _must_be_open(before)
        at = desk.clock()
        after = replace(before, state=IntakeState.RETRACTED, ended_at=at)
        unit.change_intake(after)
        note_intake(unit, at, delivery, "intake.retract", {"number": number})
        return after

    return desk.store.transact(work)


def expire_open(desk: IntakeDesk, after: timedelta = OPEN_FOR, *, actor: str = "system:intake") -> list[IntakeReport]:
    """Every report that has been open for longer, and got no file of late, is taken in as incomplete; those reports."""
    now = desk.clock()
    with desk.store.read() as reader:
        left = [each for each in _open_ones(reader) if each.received_at <= now - after and _is_left(reader, each, now)]
    expired = []
    for each in left:
        delivery = Delivery(sender_id=each.sender_id, form=each.form, actor=actor)
        try:
            taken = _end(desk, delivery, each.number, IntakeState.EXPIRED)
        except ConflictError:
            continue  # its sender has ended it in the meantime
        if not taken.repeated:
            expired.append(taken.report)
    return expired


def get_of_sender(reader: Reader, sender_id: SenderId, number: IntakeNumber) -> IntakeReport:
    """The sender's report; of another sender's nothing is said, not even that it is there."""
    found = reader.find_intake(number)
    if found is None or found.sender_id != sender_id:
        raise NotFoundError(f"this sender has no report {number}")
    return found


def get_open(reader: Reader, sender_id: SenderId, number: IntakeNumber) -> IntakeReport:
    """The sender's report, which is open; ConflictError when it is not any more."""
    found = get_of_sender(reader, sender_id, number)
    _must_be_open(found)
    return found


def _end(desk: IntakeDesk, delivery: Delivery, number: IntakeNumber, state: IntakeState) -> Taken:
    """The report is in, in that state; it is read outside of the transaction, and again if it changed meanwhile."""
    while True:
        with desk.store.read() as reader:
            before = get_of_sender(reader, delivery.sender_id, number)
            sender = get_sender(reader, delivery.sender_id)
        if before.state is state:
            return Taken(report=before, repeated=True)
        _must_be_open(before)
        ended = _ended(desk, sender, before, state)
        done = desk.store.transact(partial(_settled, delivery=delivery, sender=sender, before=before, ended=ended))
        if done is not None:
            return done


def _settled(
    unit: UnitOfWork, *, delivery: Delivery, sender: IntakeSender, before: IntakeReport, ended: Prepared
) -> Taken | None:
    """The report as it was read is in; None when it is another one by now."""
    now, report = get_of_sender(unit, before.sender_id, before.number), ended.report
    if now.state is report.state:
        return Taken(report=now, repeated=True)
    _must_be_open(now)
    if now != before:
        return None
    unit.change_intake(report)
    settle(unit, sender, [(report, ended.mentions)])
    unit.count_sent(report.sender_id, report.received_at, incomplete=int(bool(report.gaps)))
    act = "intake.finish" if report.state is IntakeState.TAKEN_IN else "intake.expire"
    facts: dict[str, str | int | bool | None] = {"number": report.number, "gaps": len(report.gaps)}
    note_intake(unit, report.ended_at or report.received_at, delivery, act, facts)
    return Taken(report=report)


def _ended(desk: IntakeDesk, sender: IntakeSender, before: IntakeReport, state: IntakeState) -> Prepared:
    at = desk.clock()
    facts, lost = _facts(desk, before)
    late = (NEVER_FINISHED, *lost) if state is IntakeState.EXPIRED else lost
    report = replace(
        before,
        state=state,
        ended_at=at,
        incident_type=None if facts.incident.type is None else facts.incident.type.value,
        country=country_of(facts),
        gaps=merged(late, before.gaps),
    )
    return read_through(desk, sender, report, facts, at)


def _facts(desk: IntakeDesk, report: IntakeReport) -> tuple[Report, tuple[Gap, ...]]:
    """What the report states; one whose document cannot be read again is in all the same, a thin one, and says so."""
    try:
        return desk.read(report.document), ()
    except (ClewError, ValueError):
        at = report.incident_at or report.received_at
        return Report(incident=Incident(at=at), reporter=Reporter(person=Person())), (UNREADABLE,)


def _must_be_open(report: IntakeReport) -> None:
    if report.state is not IntakeState.OPEN:
        raise ConflictError(f"report {report.number} is {report.state.value}, and open no more")


def _is_left(reader: Reader, report: IntakeReport, now: datetime) -> bool:
    """Whether its sender has not touched it of late."""
    return all(file.uploaded_at <= now - _TOUCHED for file in reader.intake_files(report.number))


def _open_ones(reader: Reader) -> Iterator[IntakeReport]:
    before: IntakeNumber | None = None
    while some := reader.intakes(IntakeFilter(state=IntakeState.OPEN, before=before, limit=_AT_ONCE)):
        yield from some
        before = some[-1].number
