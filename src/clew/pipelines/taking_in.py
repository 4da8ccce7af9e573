"""Take reports in: each is stored with what it mentions and waits to be ordered, all in one transaction.

Nothing that can be read is refused: what fails a rule is a gap, and what the sender may hold is asked for. The same
bytes from the same sender are the same report: they are answered with its number and change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clew.errors import NotFoundError, RefusedError
from clew.ground.identity import new_id
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.intake_text import scrubbed
from clew.records.audit import AuditEvent
from clew.records.identifiers import IntakeNumber, QuestionId, SenderId
from clew.records.intake import Arrival, Gap, IntakeReport, IntakeSender, IntakeState, Question, SenderKind
from clew.records.mention import Mention
from clew.records.report import Report
from clew.triage.ask import questions_of
from clew.triage.extract import extract
from clew.triage.intake_gaps import HIGHEST_PORT, gaps_of, has_passed, merged

ASKER = "system:intake"
# An index bears no longer value; a page's address with a query of foreign letters may have one.
_MOST_VALUE_BYTES = 2_000
# A report tells of that long a reference at most; what is longer names nothing.
_MOST_REFERENCE = 200
# Who can be asked: everybody else has no way to answer.
_ASKED = frozenset({SenderKind.PLATFORM, SenderKind.HOTLINE, SenderKind.POLICE})
# Nobody answers more; a flood of empty reports makes no flood of questions.
MOST_OPEN = 1_000
_COUNTRY_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A report with all that was read out of it, ready to be stored."""

    report: IntakeReport
    mentions: tuple[Mention, ...] = ()


def take_in(desk: IntakeDesk, delivery: Delivery, arrival: Arrival) -> Taken:
    """One report is in, durably.

    Raises:
        NotFoundError: there is no such sender.
        RefusedError: the sender is blocked.
    """
    (taken,) = take_in_all(desk, delivery, [arrival])
    return taken


def take_in_all(desk: IntakeDesk, delivery: Delivery, arrivals: Sequence[Arrival]) -> list[Taken]:
    """Many are in, in one transaction; each in its place.

    Raises:
        NotFoundError: there is no such sender.
        RefusedError: the sender is blocked.
    """
    if not arrivals:
        return []
    with desk.store.read() as reader:
        sender = sender_who_may_send(reader, delivery.sender_id)
    prepared = [prepare(desk, delivery, sender, each) for each in arrivals]
    return desk.store.transact(lambda unit: store_all(unit, delivery, prepared))


def prepare(desk: IntakeDesk, delivery: Delivery, sender: IntakeSender, arrival: Arrival) -> Prepared:
    """All that can be said of a report before it is stored; nothing is read from or written to the store."""
    report, facts = unread(desk, delivery, arrival)
    return read_through(desk, sender, report, facts, report.received_at)


def unread(desk: IntakeDesk, delivery: Delivery, arrival: Arrival) -> tuple[IntakeReport, Report]:
    """The report and its facts as they will be stored, before anything was looked for in them."""
    at = desk.clock()
    document, facts, mended = scrubbed(arrival.report, desk.write)
    told = facts.incident.at
    report = IntakeReport(
        number=IntakeNumber(0),
        sender_id=delivery.sender_id,
        form=delivery.form,
        state=IntakeState.TAKEN_IN,
        reference=reference_of(arrival.reference),
        digest=arrival.digest,
        received_at=at,
        document=document,
        incident_type=None if facts.incident.type is None else facts.incident.type.value,
        incident_at=told if not arrival.untimed and has_passed(told, at) else None,
        country=country_of(facts),
        language=arrival.language,
        file_count=len(facts.files),
        gaps=merged(arrival.gaps, mended),
    )
    return report, facts


def read_through(desk: IntakeDesk, sender: IntakeSender, report: IntakeReport, facts: Report, at: datetime) -> Prepared:
    """The report with what it mentions, and every gap beside those that it has."""
    mentions, not_read = mentions_of(desk, sender, facts, at)
    gaps = merged(report.gaps, gaps_of(facts, report, mentions, at), not_read)
    return Prepared(report=replace(report, gaps=gaps), mentions=mentions)


def mentions_of(
    desk: IntakeDesk, sender: IntakeSender, facts: Report, at: datetime
) -> tuple[tuple[Mention, ...], tuple[Gap, ...]]:
    """What a report mentions as it can be stored, and what of it was not read."""
    platform = sender.name if sender.kind is SenderKind.PLATFORM else None
    extracted = extract(facts, desk.parts, platform)
    kept, gaps = [], list(extracted.gaps)
    for each in extracted.mentions:
        if len(each.value.encode()) > _MOST_VALUE_BYTES:
            because = f"longer than {_MOST_VALUE_BYTES:,} bytes; it stands in the report and is not searched for"
            gaps.append(Gap(path=each.origin.path, because=because))
            continue
        # A moment that has not come and a port that is none say nothing; both are gaps of their own.
        moment = each.at if each.at is not None and has_passed(each.at, at) else None
        port = each.port if each.port is not None and 0 < each.port <= HIGHEST_PORT else None
        unchanged = moment == each.at and port == each.port
        kept.append(each if unchanged else replace(each, at=moment, port=port))
    return tuple(kept), tuple(gaps)


def store_all(unit: UnitOfWork, delivery: Delivery, prepared: Sequence[Prepared]) -> list[Taken]:
    """`take_in_all` within another's transaction; all are of the delivery's one sender."""
    sender = sender_who_may_send(unit, delivery.sender_id)
    stored = unit.add_intakes([each.report for each in prepared])
    new = [(report, each.mentions) for report, each in zip(stored, prepared, strict=True) if report is not None]
    settle(unit, sender, new)
    taken = [
        Taken(report=report) if report is not None else _there_already(unit, each.report)
        for report, each in zip(stored, prepared, strict=True)
    ]
    incomplete = sum(bool(report.gaps) for report, _ in new)
    counts = {"reports": len(new), "incomplete": incomplete, "repeated": len(taken) - len(new)}
    at = prepared[0].report.received_at
    unit.count_sent(delivery.sender_id, at, **counts)
    facts: dict[str, str | int | bool | None] = {**counts, "form": delivery.form.value}
    if new:
        facts |= {"first": new[0][0].number, "last": new[-1][0].number}
    note_intake(unit, at, delivery, "intake.take_in", facts)
    return taken


def settle(unit: UnitOfWork, sender: IntakeSender, reports: Sequence[tuple[IntakeReport, Sequence[Mention]]]) -> None:
    """What the reports mention is stored, their sender is asked, and they wait to be ordered."""
    unit.add_mentions([(report.number, each) for report, mentions in reports for each in mentions])
    unit.put_pending([report.number for report, _ in reports])
    room = MOST_OPEN - unit.count_open_questions(sender.id, MOST_OPEN) if sender.kind in _ASKED else 0
    for report, _ in reports:
        if room > 0:
            room -= _ask(unit, report, report.ended_at or report.received_at)


def sender_who_may_send(reader: Reader, sender_id: SenderId) -> IntakeSender:
    """The sender, who is known and not blocked."""
    sender = get_sender(reader, sender_id)
    if sender.blocked_at is not None:
        raise RefusedError(f"the sender '{sender.name}' is blocked; `clew senders unblock` lets it send again")
    return sender


def get_sender(reader: Reader, sender_id: SenderId) -> IntakeSender:
    """The sender of that id; NotFoundError else."""
    sender = reader.find_sender(sender_id)
    if sender is None:
        raise NotFoundError("no such sender; `clew senders list` shows them")
    return sender


def note_intake(
    unit: UnitOfWork, at: datetime, delivery: Delivery, act: str, facts: dict[str, str | int | bool | None]
) -> None:
    """The act is in the audit, in this transaction, under the sender it is of."""
    unit.audit(AuditEvent(at=at, actor=delivery.actor, act=act, subject=f"sender:{delivery.sender_id}", facts=facts))


def reference_of(text: str) -> str:
    """A sender's own name for a report, fit to be stored and shown."""
    return "".join(each for each in text.strip() if each.isprintable())[:_MOST_REFERENCE]


def country_of(facts: Report) -> str | None:
    """The country that a report states for its subject; of several subjects the first that has one."""
    for subject in facts.subjects:
        addresses = subject.person.addresses if subject.person is not None else ()
        stated = [subject.location.country if subject.location is not None else None]
        stated += [each.country for each in addresses]
        for country in stated:
            if country and len(country) == _COUNTRY_LETTERS and country.isascii() and country.isalpha():
                return country.upper()
    return None


def _ask(unit: UnitOfWork, report: IntakeReport, at: datetime) -> int:
    """Every question that its gaps give rise to is put; how many."""
    asked = questions_of(report.gaps)
    for path, text in asked:
        unit.put_question(
            Question(
                id=QuestionId(new_id(at)),
                number=report.number,
                sender_id=report.sender_id,
                path=path,
                text=text,
                asked_at=at,
                asked_by=ASKER,
            )
        )
    return len(asked)


def _there_already(unit: UnitOfWork, report: IntakeReport) -> Taken:
    there = unit.find_same_intake(report.sender_id, report.digest)
    if there is None:
        raise NotFoundError("a report that was there a moment ago is gone; send it again")
    return Taken(report=there, repeated=True)
