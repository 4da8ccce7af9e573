"""Take a case file in as one report: opened first, its digests stored portion by portion, finished at its end.

A run that was stopped is taken up where it was: what is stored is passed over. Two runs on the same file do not mix.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO

from clew.errors import ConflictError, InputError
from clew.parts.formats.base import CaseFileFormat
from clew.parts.identifiers.base import Context, IdentifierPart, Reading
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.intake_text import scrubbed
from clew.pipelines.open_reports import get_of_sender, open_report
from clew.pipelines.taking_in import (
    get_sender,
    note_intake,
    read_through,
    reference_of,
    sender_who_may_send,
    settle,
)
from clew.records.identifiers import IntakeNumber
from clew.records.intake import Arrival, Case, CaseDigest, Gap, IntakeReport, IntakeState, Unread
from clew.records.mention import Mention, Origin, Part
from clew.records.report import Incident, Person, Report, Reporter
from clew.triage.intake_gaps import merged

_PORTION = 2_000
_PIECE = 1 << 20
_READS = ("pdq", "digest")


@dataclass(slots=True)
class _Course:
    """How far one run is.

    Attributes:
        stored: mentions that are in the store.
        skip: of them, how many this run has yet to pass over.
    """

    number: IntakeNumber
    stored: int
    skip: int
    none: int = 0
    waiting: list[Mention] = field(default_factory=list)


def take_case(desk: IntakeDesk, delivery: Delivery, part: CaseFileFormat, stream: BinaryIO) -> Iterator[Taken | Unread]:
    """The file's report, when all of it is durable; before it what could not be read.

    Raises:
        InputError: it is no such file, or cannot be read twice: its digest comes before its contents.
        ConflictError: another process is at the same file.
    """
    digest = _digest(stream)
    report = Report(incident=Incident(at=desk.clock()), reporter=Reporter(person=Person()))
    opened = open_report(desk, delivery, Arrival(report=report, digest=digest, untimed=True)).report
    if opened.state is not IntakeState.OPEN:
        yield Taken(report=opened, repeated=True)
        return
    with desk.store.read() as reader:
        there = reader.count_mentions(opened.number)
    course = _Course(number=opened.number, stored=there, skip=there)
    try:
        for each in part.read_case(stream, desk.clock()):
            if isinstance(each, Unread):
                yield each
            elif isinstance(each, Case):
                yield _finished(desk, delivery, course, opened, each)
            else:
                _add(desk, course, each)
    except InputError:
        _withdraw(desk, delivery, opened)
        raise


def _add(desk: IntakeDesk, course: _Course, each: CaseDigest) -> None:
    mention = _mention(desk.parts, each)
    if mention is None:
        course.none += 1
    elif course.skip:
        course.skip -= 1
    else:
        course.waiting.append(mention)
        if len(course.waiting) >= _PORTION:
            desk.store.transact(partial(_store, course=course))
            course.stored += len(course.waiting)
            course.waiting = []


def _store(unit: UnitOfWork, *, course: _Course) -> None:
    report = unit.find_intake(course.number)
    if report is None or report.state is not IntakeState.OPEN or unit.count_mentions(course.number) != course.stored:
        raise ConflictError("another process takes the same case file in; let it end, and run this again")
    unit.add_mentions([(course.number, each) for each in course.waiting])


def _finished(desk: IntakeDesk, delivery: Delivery, course: _Course, opened: IntakeReport, case: Case) -> Taken:
    """What is left is stored, and the report is in."""
    at = desk.clock()
    document, facts, mended = scrubbed(case.report, desk.write)
    none = (
        (Gap(path="Media", because=f"{course.none:,} digests that are none", cost="they cannot be looked up"),)
        if course.none
        else ()
    )
    report = replace(
        opened,
        state=IntakeState.TAKEN_IN,
        ended_at=at,
        document=document,
        reference=reference_of(case.reference),
        file_count=case.file_count,
        gaps=merged(case.gaps, none, mended),
    )
    with desk.store.read() as reader:
        sender = get_sender(reader, delivery.sender_id)
    told = read_through(desk, sender, report, facts, at)
    # The digests of its first files are there already.
    course.waiting += [each for each in told.mentions if not each.origin.path.startswith("files[")]
    report = told.report

    def work(unit: UnitOfWork) -> Taken:
        sender_who_may_send(unit, delivery.sender_id)
        get_of_sender(unit, delivery.sender_id, course.number)
        _store(unit, course=course)
        unit.change_intake(report)
        settle(unit, sender, [(report, ())])
        unit.count_sent(delivery.sender_id, report.received_at, incomplete=int(bool(report.gaps)))
        note_intake(unit, at, delivery, "intake.finish", {"number": report.number, "gaps": len(report.gaps)})
        return Taken(report=report)

    return desk.store.transact(work)


def _withdraw(desk: IntakeDesk, delivery: Delivery, opened: IntakeReport) -> None:
    """What turned out to be no case file leaves no open report behind."""

    def work(unit: UnitOfWork) -> None:
        now = get_of_sender(unit, delivery.sender_id, opened.number)
        if now.state is IntakeState.OPEN:
            at = desk.clock()
            unit.change_intake(replace(now, state=IntakeState.RETRACTED, ended_at=at))
            note_intake(unit, at, delivery, "intake.retract", {"number": opened.number})

    desk.store.transact(work)


def _mention(parts: tuple[IdentifierPart, ...], each: CaseDigest) -> Mention | None:
    by_name = {part.name: part for part in parts}
    for name in _READS:
        reading = by_name[name].normalise(each.value, Context(label=each.type)) if name in by_name else None
        if isinstance(reading, Reading):
            origin = Origin(path=each.path)
            return Mention(kind=reading.kind, value=reading.value, raw=each.value, origin=origin, part=Part.OTHER)
    return None


def _digest(stream: BinaryIO) -> bytes:
    if not stream.seekable():
        raise InputError("a case file is read twice, its digest first: give a file and no pipe")
    found = hashlib.sha256()
    while piece := stream.read(_PIECE):
        found.update(piece)
    stream.seek(0)
    return found.digest()
