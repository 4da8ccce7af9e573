"""Say of every place that nobody reached in time why, and what wakes it; and how many were urgent, by the audit.

A place is unreached once it has waited for `triage.audit_after_hours`. At that moment its lot is fixed: its stratum,
its chance and whether it is drawn. Only then may the audit take it, so that every drawn place belongs to the population
that the miss rate is told of.
"""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from clew.errors import InputError
from clew.measurement.miss_rate import Look, MissRate, miss_rate
from clew.parts.stores._triage import AuditTurn, Unreached
from clew.parts.stores.base import Reader, UnitOfWork
from clew.pipelines.queue_desk import QueueDesk
from clew.records.triage import Place
from clew.triage.set_aside import out_of_reach

RULE = "queue-1"
_AT_ONCE = 1000
_REACHED = "queue reached"
_DAYS_KEPT = 8


def settle_unreached(desk: QueueDesk) -> int:
    """Every place that has waited too long has its disposition; how many got one, at most a thousand in one call."""

    def work(unit: UnitOfWork) -> int:
        at = desk.clock()
        ids = unit.places_without_disposition(at - desk.audit_after, _AT_ONCE)
        places = unit.places_of(ids)
        return settle(unit, desk, [places[each] for each in ids if each in places], at)

    return desk.store.transact(work)


def settle(unit: UnitOfWork, desk: QueueDesk, places: list[Place], at: datetime) -> int:
    """Those of the places that have waited too long and of which nothing is said are unreached; how many."""
    late = [each for each in places if each.disposition is None and each.since < at - desk.audit_after]
    if not late:
        return 0
    reached = _lowest_reached(unit)
    turns, counts, lowest = [], Counter[tuple[str, int]](), dict[tuple[str, int], float]()
    for place in late:
        unreached_at = place.since + desk.audit_after
        key = (_day(unreached_at), place.lot.stratum)
        counts[key] += 1
        lowest[key] = min(place.lot.chance, lowest.get(key, 1.0))
        if place.lot.drawn:
            turns.append(
                AuditTurn(
                    place_id=place.id,
                    unreached_at=unreached_at,
                    stratum=place.lot.stratum,
                    chance=place.lot.chance,
                )
            )
    unit.add_unreached(
        turns,
        [
            Unreached(day=day, stratum=stratum, places=places_there, lowest_chance=lowest[day, stratum])
            for (day, stratum), places_there in counts.items()
        ],
    )
    unit.put_places(
        [
            replace(each, disposition=out_of_reach(at, rule=RULE, score=each.score, reached=reached.get(_day(at))))
            for each in late
        ]
    )
    return len(late)


def note_reached(unit: UnitOfWork, score: float, at: datetime) -> None:
    """The score was reached today; the lowest of each day is kept for a week, to say why others were not."""
    reached = _lowest_reached(unit)
    if score < reached.get(_day(at), score + 1):
        first = _day(at - timedelta(days=_DAYS_KEPT))
        kept = {day: low for day, low in reached.items() if day > first}
        unit.put_value(_REACHED, json.dumps({**kept, _day(at): score}))


def measure_misses(reader: Reader, since: datetime, until: datetime, *, confidence: float = 0.95) -> MissRate:
    """Of the places that nobody reached in time in those days, how many were urgent, with its interval.

    Args:
        since, until: midnights in UTC; [since, until).

    Raises:
        InputError: drawn places of those days still wait, or none was drawn.
    """
    if any(each != each.replace(hour=0, minute=0, second=0, microsecond=0) for each in (since, until)):
        raise InputError("a miss rate is told of whole days in UTC; give two midnights")
    turns, days = reader.audit_turns(since, until), reader.unreached(since, until)
    if waiting := sum(1 for each in turns if each.urgent is None):
        raise InputError(
            f"{waiting} of {len(turns)} drawn places were not looked at yet; to leave them out would be to choose whom "
            "to count. Wait, or end the days earlier"
        )
    looks = [Look(chance=each.chance, urgent=bool(each.urgent)) for each in turns]
    places = sum(each.places for each in days)
    lowest = min((each.lowest_chance for each in days), default=1.0)
    return miss_rate(looks, reports=places, lowest_chance=lowest, confidence=confidence)


def _lowest_reached(reader: Reader) -> dict[str, float]:
    kept: dict[str, float] = json.loads(reader.find_value(_REACHED) or "{}")
    return kept


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
