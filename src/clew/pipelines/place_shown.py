"""What people are shown of the queue: rows of it, and one place with its reports, identifiers, copies and history.

Who asks for it notes the look in the audit; nothing here is written.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clew.errors import ClewError, NotFoundError
from clew.parts.stores.base import Reader
from clew.pipelines.queue_desk import QueueDesk
from clew.records.audit import AuditFilter
from clew.records.identifiers import IntakeNumber, PlaceId, SenderId
from clew.records.intake import IntakeReport, Question
from clew.records.mention import IdentifierKind, Mention, Part
from clew.records.referral import Referral
from clew.records.report import Report
from clew.records.triage import Bundle, OfficerFact, OrderedReport, Place
from clew.records.worked import PlaceDecision, PlaceOutcome

READ = "place.read"
# A place of thousands of reports is shown by pages; what is told of identifiers and copies is of the reports shown.
REPORTS_SHOWN = 25
_COPIES_READ = 500
_MENTIONS_EACH = 200
_LINES_READ = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One place of the queue, with where its oldest report came from.

    Attributes:
        told: that report; None for one whose report is not there any more.
    """

    place: Place
    told: IntakeReport | None
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One report of a place.

    Attributes:
        sender: its name.
        new: it came since the person looked last.
    """

    ordered: OrderedReport
    intake: IntakeReport | None
    sender: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """One identifier that the reports shown state.

    Attributes:
        reports: the numbers of those that state it, ascending.
        where: places of origin, each once.
        verified: a sender has checked that it belongs to the account.
    """

    kind: IdentifierKind
    value: str
    part: Part
    reports: tuple[IntakeNumber, ...]
    where: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The copies of one incident, by the day on which they came."""

    bundle: Bundle
    days: tuple[tuple[date, int], ...]
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFile:
    """All that is shown of one place.

    Attributes:
        reports: a page of them, oldest first; `more` pages on.
        seen_at: when the person looked last, before now; None for never.
        decisions, outcomes: newest first.
        questions: to the senders of the reports shown.
    """

    place: Place
    reports: tuple[ReportLine, ...]
    more: IntakeNumber | None
    seen_at: datetime | None
    identified: tuple[Identified, ...]
    copies: Copies | None
    decisions: tuple[PlaceDecision, ...]
    outcomes: tuple[PlaceOutcome, ...]
    facts: tuple[OfficerFact, ...]
    questions: tuple[Question, ...]
    referrals: tuple[Referral, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """One report of a place, read whole.

    Attributes:
        facts: None where its document cannot be read.
    """

    place: Place
    ordered: OrderedReport
    intake: IntakeReport
    sender: str
    facts: Report | None
    mentions: tuple[Mention, ...]
    questions: tuple[Question, ...]


def rows_of(reader: Reader, places: Sequence[Place]) -> list[PlaceRow]:
    """The places as rows, in their order."""
    oldest = reader.intakes_of([IntakeNumber(each.id) for each in places])
    names = _sender_names(reader, (each.sender_id for each in oldest.values()))
    rows = []
    for place in places:
        told = oldest.get(IntakeNumber(place.id))
        rows.append(PlaceRow(place=place, told=told, sender="" if told is None else names[told.sender_id]))
    return rows


def where_worked(reader: Reader, number: int) -> PlaceId:
    """The place of that id, or the one where the report of that number is worked now.

    Raises:
        NotFoundError: there is neither.
    """
    if reader.find_place(PlaceId(number)) is not None:
        return PlaceId(number)
    report = reader.find_ordered(IntakeNumber(number))
    if report is None:
        raise NotFoundError(f"no place {number}: there is no such report, or it was not ordered yet")
    return report.place_id


def place_file(reader: Reader, place_id: PlaceId, *, actor: str, after: IntakeNumber | None = None) -> PlaceFile:
    """One place, for a person who is about to see it.

    Raises:
        NotFoundError: there is no such place.
    """
    place = _place(reader, place_id)
    found = reader.reports_of_place(place_id, after=after, limit=REPORTS_SHOWN + 1)
    shown = found[:REPORTS_SHOWN]
    numbers = [each.number for each in shown]
    intakes = reader.intakes_of(numbers)
    names = _sender_names(reader, (each.sender_id for each in shown))
    seen_at = _seen_at(reader, place_id, actor)
    facts = reader.officer_facts_of(numbers)
    referrals = {each.id: each for some in reader.referrals_of(numbers).values() for each in some}
    return PlaceFile(
        place=place,
        reports=tuple(
            ReportLine(
                ordered=each,
                intake=intakes.get(each.number),
                sender=names[each.sender_id],
                new=seen_at is not None and each.received_at > seen_at,
            )
            for each in shown
        ),
        more=shown[-1].number if len(found) > REPORTS_SHOWN else None,
        seen_at=seen_at,
        identified=_identified(reader.mentions_of(numbers, most_each=_MENTIONS_EACH)),
        copies=_copies(reader, place),
        decisions=tuple(sorted(reader.decisions_of(place_id), key=lambda each: each.id, reverse=True)),
        outcomes=tuple(sorted(reader.outcomes_of(place_id), key=lambda each: each.recorded_at, reverse=True)),
        facts=tuple(fact for number in numbers for fact in facts.get(number, ())),
        questions=tuple(question for number in numbers for question in reader.questions(number=number)),
        referrals=tuple(sorted(referrals.values(), key=lambda each: each.made_at, reverse=True)),
    )


def report_file(reader: Reader, desk: QueueDesk, place_id: PlaceId, number: IntakeNumber) -> ReportFile:
    """One report of a place, for a person who is about to see it.

    Raises:
        NotFoundError: it is not worked there.
    """
    place, ordered, intake = _place(reader, place_id), reader.find_ordered(number), reader.find_intake(number)
    if ordered is None or intake is None or ordered.place_id != place_id:
        raise NotFoundError(f"report {number} is not worked in place {place_id}")
    return ReportFile(
        place=place,
        ordered=ordered,
        intake=intake,
        sender=_sender_names(reader, [intake.sender_id])[intake.sender_id],
        facts=_facts(desk, intake),
        mentions=tuple(reader.mentions_of([number], most_each=_MENTIONS_EACH).get(number, ())),
        questions=tuple(reader.questions(number=number)),
    )


def _place(reader: Reader, place_id: PlaceId) -> Place:
    place = reader.find_place(place_id)
    if place is None:
        raise NotFoundError(f"no place {place_id}: its reports are worked in another place, or were never ordered")
    return place


def _facts(desk: QueueDesk, intake: IntakeReport) -> Report | None:
    """What the report says; None where its document cannot be read, which its page then tells."""
    try:
        return desk.read(intake.document)
    except (ClewError, ValueError):
        return None


def _sender_names(reader: Reader, ids: Iterable[SenderId]) -> dict[SenderId, str]:
    found = {sender_id: reader.find_sender(sender_id) for sender_id in sorted(set(ids))}
    return {sender_id: sender.name if sender is not None else sender_id for sender_id, sender in found.items()}


def _seen_at(reader: Reader, place_id: PlaceId, actor: str) -> datetime | None:
    """When this person was shown the place last; None when it is not among the newest lines about the place.

    Asked by the subject alone, whose index holds few lines a place; a person's or an act's has millions.
    """
    wanted = AuditFilter(subject=f"place:{place_id}", limit=_LINES_READ)
    told = (line.event for line in reader.audit_lines(wanted) if line.event is not None)
    return next((event.at for event in told if event.act == READ and event.actor == actor), None)


def _identified(mentions: Mapping[IntakeNumber, Sequence[Mention]]) -> tuple[Identified, ...]:
    """Each identifier once for each part, what most reports state first."""
    found: dict[tuple[IdentifierKind, str, Part], list[tuple[IntakeNumber, Mention]]] = defaultdict(list)
    for number, some in mentions.items():
        for each in some:
            found[each.kind, each.value, each.part].append((number, each))
    kinds = list(IdentifierKind)
    told = [_together(*key, stated) for key, stated in found.items()]
    return tuple(
        sorted(
            told,
            key=lambda each: (-len(each.reports), not each.kind.names_somebody, kinds.index(each.kind), each.value),
        )
    )


def _together(
    kind: IdentifierKind, value: str, part: Part, stated: Sequence[tuple[IntakeNumber, Mention]]
) -> Identified:
    times = sorted(each.at for _, each in stated if each.at is not None)
    return Identified(
        kind=kind,
        value=value,
        part=part,
        reports=tuple(sorted({number for number, _ in stated})),
        where=tuple(dict.fromkeys(each.origin.path for _, each in stated)),
        first_at=times[0] if times else None,
        last_at=times[-1] if times else None,
        verified=any(each.verified for _, each in stated),
    )


def _copies(reader: Reader, place: Place) -> Copies | None:
    bundle = None if place.bundle_id is None else reader.find_bundle(place.bundle_id)
    if bundle is None:
        return None
    copies = reader.reports_of_bundle(bundle.id, limit=_COPIES_READ)
    days = Counter(each.received_at.date() for each in copies)
    return Copies(bundle=bundle, days=tuple(sorted(days.items())), counted=len(copies))
