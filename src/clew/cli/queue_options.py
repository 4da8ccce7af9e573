"""What the commands of `clew queue` share: the opened desk, and how a place is said."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from clew.cli.actor import command_actor
from clew.ground.clock import iso, system_clock
from clew.pipelines.installation import open_store
from clew.pipelines.queue_desk import QueueDesk, open_queue_desk
from clew.records.identifiers import UserId
from clew.records.triage import Place
from clew.settings import Settings

DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


@contextmanager
def queue_desk(settings: Settings) -> Iterator[QueueDesk]:
    """The desk, its store closed at the end."""
    store = open_store(settings)
    try:
        yield open_queue_desk(settings, store, system_clock)
    finally:
        store.close()


def holder() -> UserId:
    """Whoever gives a command holds places by the command's own name."""
    return UserId(command_actor())


def moment(given: datetime) -> datetime:
    """The moment in UTC; one without an offset is taken for UTC."""
    return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)


def said(place: Place) -> dict[str, object]:
    """A place as one JSON line: no name, no word of a report."""
    return {
        "place": place.id,
        "state": place.state.value,
        "overrides": [each.kind.value for each in place.overrides],
        "score": round(place.score, 4),
        "completeness": place.completeness.figure,
        "reports": place.reports,
        "copies": place.copies,
        "uploaders": place.uploaders,
        "platforms": place.platforms,
        "arrived": iso(place.arrived_at),
        "since": iso(place.since),
        "newest": None if place.newest is None else place.newest.value,
        "country": place.country,
        "language": place.language,
        "why": None if place.why is None else place.why.value,
        "token": place.token,
        "lease_until": None if place.lease_until is None else iso(place.lease_until),
        "disposition": None if place.disposition is None else place.disposition.reason.value,
        "model": place.risk.model,
    }
