"""Order what was taken in: link, bundle, score and place each new report, all in the transaction that takes it off the
list of those that wait.

What a report's own document cannot be read for is ordered all the same, as a thin one: nothing that was acknowledged is
lost on the way to the queue.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.errors import ClewError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.bundling import Bundled, bundle_batch
from clew.pipelines.linked import moved_by
from clew.pipelines.placing import Arrived, Placed, place_batch
from clew.pipelines.queue_desk import QueueDesk, note_place
from clew.records.audit import AuditEvent
from clew.records.identifiers import ClusterId, IntakeNumber, PlaceId, SignalType
from clew.records.intake import IntakeReport, IntakeState
from clew.records.mention import Mention
from clew.records.report import Incident, Person, Report, Reporter
from clew.records.triage import OrderedReport
from clew.triage.completeness import completeness_of
from clew.triage.link_statement import statement_of
from clew.triage.overrides import overrides_of
from clew.triage.signs import signs_of

# Of a case file of a million rows the first tell what the incident is; all of them stay with the report.
_MOST_MENTIONS = 2000
_NOT_ORDERED = {IntakeState.OPEN, IntakeState.RETRACTED}
ACTOR = "system:order"
_LEASE, _LEASE_TIME = "queue order", timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What became of a batch.

    Attributes:
        reports: how many were ordered, of `taken` that waited.
        unread: reports whose document could not be read; they stand as thin ones.
    """

    taken: int
    reports: int
    unread: int
    placed: Placed


def order_pending(desk: QueueDesk, holder: str) -> int:
    """The next batch of those that wait is ordered; how many were taken off the list.

    One process orders at a time, so that two do not place copies of one incident apart; 0 when another does, or none
    waits.
    """
    with desk.store.read() as reader:
        if not reader.pending(1):
            return 0

    def work(unit: UnitOfWork) -> int:
        at = desk.clock()
        if not unit.try_lease(_LEASE, holder, at + _LEASE_TIME, at):
            return 0
        return order_batch(unit, desk, unit.pending(desk.policy.batch), at).taken

    return desk.store.transact(work)


def order_batch(unit: UnitOfWork, desk: QueueDesk, numbers: Sequence[IntakeNumber], at: datetime) -> Ordered:
    """Those reports stand in their places, and wait no longer to be ordered. Reports that are ordered already stay."""
    known = unit.ordered_of(numbers)
    intakes = {
        number: intake
        for number, intake in unit.intakes_of(numbers).items()
        if intake.state not in _NOT_ORDERED and number not in known
    }
    mentions = unit.mentions_of(sorted(intakes), most_each=_MOST_MENTIONS)
    reports, unread = _read(desk, intakes)
    stated = [statement_of(intakes[number], reports[number], mentions.get(number, ())) for number in sorted(intakes)]
    clusters = desk.link(unit, stated, at) if stated else {}
    bundled = bundle_batch(unit, desk.pictures, intakes, mentions)
    listed = _listed(unit, reports.values())
    arrived = [
        _arrived(intakes[number], reports[number], mentions.get(number, ()), clusters[number], bundled[number], listed)
        for number in sorted(intakes)
    ]
    moved = {number: cluster_id for number, cluster_id in clusters.items() if number not in intakes}
    placed = place_batch(unit, desk, arrived, moved, at)
    unit.delete_pending(numbers)
    ordered = Ordered(taken=len(numbers), reports=len(arrived), unread=unread, placed=placed)
    _note(unit, ordered, at)
    return ordered


def change_links(desk: QueueDesk, change: Callable[[UnitOfWork], set[ClusterId]]) -> set[ClusterId]:
    """A person's change of links, and the places of all reports whose cluster is another one now, in one transaction.

    Args:
        change: one of `pipelines.linking` (split, take out, join, cleared, undo); says which clusters it touched.
    """

    def work(unit: UnitOfWork) -> set[ClusterId]:
        touched = change(unit)
        move_reports(unit, desk, moved_by(unit, touched), desk.clock())
        return touched

    return desk.store.transact(work)


def move_reports(unit: UnitOfWork, desk: QueueDesk, clusters: Mapping[IntakeNumber, ClusterId], at: datetime) -> Placed:
    """Reports whose cluster is another one now, for a link was made or undone, stand where they belong."""
    placed = place_batch(unit, desk, [], clusters, at)
    _note(unit, Ordered(taken=0, reports=0, unread=0, placed=placed), at)
    return placed


def _read(desk: QueueDesk, intakes: Mapping[IntakeNumber, IntakeReport]) -> tuple[dict[IntakeNumber, Report], int]:
    reports, unread = {}, 0
    for number, intake in intakes.items():
        try:
            reports[number] = desk.read(intake.document)
        except (ClewError, ValueError):
            unread += 1
            at = intake.incident_at or intake.received_at
            reports[number] = Report(incident=Incident(at=at), reporter=Reporter(person=Person()))
    return reports, unread


def _arrived(
    intake: IntakeReport,
    report: Report,
    mentions: Sequence[Mention],
    cluster_id: ClusterId,
    bundled: Bundled,
    listed: Callable[[str, str], bool | None],
) -> Arrived:
    told = signs_of(report, intake, listed=listed)
    return Arrived(
        report=OrderedReport(
            number=intake.number,
            cluster_id=cluster_id,
            # Until its place is settled, in the same transaction.
            place_id=PlaceId(cluster_id),
            bundle_id=bundled.joined.bundle_id,
            sender_id=intake.sender_id,
            uploader=bundled.keys.uploader,
            received_at=intake.received_at,
            completeness=completeness_of(report, intake, mentions),
            signs=told.signs,
            untold=told.untold,
            overrides=overrides_of(told, intake),
            country=intake.country,
            language=intake.language,
        ),
        new_file=bundled.joined.new_file,
        uploader_known=bundled.uploader_known,
    )


def _listed(unit: UnitOfWork, reports: Iterable[Report]) -> Callable[[str, str], bool | None]:
    """Whether a hash stands on any list, asked once for the whole batch; None for types of which no list has any."""
    wanted: dict[SignalType, dict[str, bytes]] = defaultdict(dict)
    for report in reports:
        for file in report.files:
            for each in file.hashes:
                value = _bytes_of(each.value)
                if value is not None:
                    wanted[SignalType(each.type.lower())][each.value] = value
    answers: dict[tuple[str, str], bool] = {}
    for signal_type, values in wanted.items():
        if unit.count_index_rows(signal_type):
            on = unit.listed_values(signal_type, list(values.values()))
            answers |= {(signal_type, text): value in on for text, value in values.items()}
    return lambda type_, value: answers.get((type_.lower(), value))


def _bytes_of(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _note(unit: UnitOfWork, ordered: Ordered, at: datetime) -> None:
    placed = ordered.placed
    facts = {
        "reports": ordered.reports,
        "places": len(placed.places),
        "woken": len(placed.woken),
        "joined": len(placed.gone),
        "unread": ordered.unread,
    }
    unit.audit(AuditEvent(at=at, actor=ACTOR, act="queue.order", subject="queue", facts=facts))
    for place in placed.woken:
        because = None if place.newest is None else place.newest.value
        note_place(unit, at, ACTOR, "place.wake", place.id, because=because)
