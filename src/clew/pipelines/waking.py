"""Bring places up again for what happened elsewhere: an answer, an outcome of a copy, a hash newly listed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.placing import surface
from clew.pipelines.queue_desk import QueueDesk, note_place
from clew.records.identifiers import BundleId, ChangeSequence, IntakeNumber, PlaceId, SignalType
from clew.records.triage import OrderedReport, Place, PlaceState, WakeUp
from clew.triage.bundle import file_key

_ACTOR = "system:queue"
_MOST_COPIES = 1000
_LISTED = "queue listed through"
# An import of millions of hashes is many changes, of some ten thousand each.
_MOST_CHANGES = 5
# Digests by which copies are found, and their widths.
_DIGESTS = {SignalType("md5"): 16, SignalType("sha1"): 20, SignalType("sha256"): 32}


def wake_answered(unit: UnitOfWork, number: IntakeNumber, at: datetime) -> Place | None:
    """The sender has answered a question about the report: its place comes up again, if it slept; None if not ordered.

    Whoever records the answer calls it in the same transaction.
    """
    report = unit.find_ordered(number)
    woken = [] if report is None else _wake(unit, [report.place_id], WakeUp.ANSWER, at)
    return woken[0] if woken else None


def wake_elsewhere(unit: UnitOfWork, place_id: PlaceId, reports: Sequence[OrderedReport], at: datetime) -> list[Place]:
    """Something urgent came of those reports: other places with copies of their incidents come up again."""
    places = {
        copy.place_id
        for bundle_id in sorted({report.bundle_id for report in reports})
        for copy in unit.reports_of_bundle(bundle_id, limit=_MOST_COPIES)
    }
    return _wake(unit, places - {place_id}, WakeUp.OUTCOME, at)


def wake_listed(desk: QueueDesk) -> bool:
    """Places of whose files a list has got a digest come up again, for the next few changes; whether more wait.

    The first call begins with what is listed by then: what came before was known when the reports were scored.
    """
    with desk.store.read() as reader:
        kept, newest = reader.find_value(_LISTED), reader.change_sequence()
        after = newest if kept is None else ChangeSequence(int(kept))
        through = ChangeSequence(min(newest, after + _MOST_CHANGES))
        if kept == str(through):
            return False
        bundles = _bundles_listed(desk, reader, after, through)

    def work(unit: UnitOfWork) -> None:
        firsts = unit.ordered_of(sorted(IntakeNumber(each) for each in bundles))
        unit.put_value(_LISTED, str(through))
        _wake(unit, {first.place_id for first in firsts.values()}, WakeUp.LISTED, desk.clock())

    desk.store.transact(work)
    return through < newest


def _bundles_listed(desk: QueueDesk, reader: Reader, after: ChangeSequence, through: ChangeSequence) -> set[BundleId]:
    found: set[BundleId] = set()
    # What is found is looked up beside the stream: it holds its reader's connection until its end.
    with desk.store.read() as beside:
        for signal_type, width in _DIGESTS.items():
            rows = reader.stream_index_rows(signal_type, after=after, through=through, width_bytes=width)
            for columns in rows:
                keys = [file_key(f"{signal_type}:{value.tobytes().hex()}") for value in columns.values]
                found.update(beside.bundles_by_key(keys).values())
    return found


def _wake(unit: UnitOfWork, ids: Iterable[PlaceId], because: WakeUp, at: datetime) -> list[Place]:
    places = unit.places_of(sorted(ids))
    woken = [surface(place, [because], at) for place in places.values()]
    unit.put_places(woken)
    for place in woken:
        if places[place.id].state in {PlaceState.DECIDED, PlaceState.SET_ASIDE}:
            note_place(unit, at, _ACTOR, "place.wake", place.id, because=because.value)
    return woken
