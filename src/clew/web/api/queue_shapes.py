"""The queue as JSON: places without a name or a word of a report, and what is done with them."""

from typing import Annotated

import msgspec

from clew.ground.clock import iso
from clew.records.triage import Place
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct, PlaceDecision, PlaceOutcome
from clew.web.schemas import Heard, Said

Token = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Words = Annotated[str, msgspec.Meta(max_length=2_000)]
Source = Annotated[str, msgspec.Meta(max_length=500)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class HeldHeard(Heard):
    """By which claim somebody holds the place."""

    token: Token


class DecisionHeard(Heard):
    """What is decided; `reason` of a close alone, `urgent` whether a child was in danger, null for "cannot tell"."""

    token: Token
    act: PlaceAct
    reason: CloseReason | None = None
    urgent: bool | None = None
    note: Words = ""


class OutcomeHeard(Heard):
    """What became of a place, or of one report in it; `reason` of what was not actionable."""

    kind: OutcomeKind
    reason: Source | None = None
    report: Number | None = None
    source: Source = ""


class FactorSaid(Said):
    """One reason of the risk, in natural log-odds."""

    name: str
    weight: float
    source: str
    report: int | None


class OverrideSaid(Said):
    """What stands ahead of every score."""

    kind: str
    source: str
    report: int


class MissingSaid(Said):
    """What investigators lack, and what is lost by it."""

    because: str
    cost: str


class PlaceSaid(Said):
    """One place and where it stands; times are ISO 8601, null where nothing has happened or is known.

    `risk` is the log-odds with its range, whose upper end orders; `token` is the claim's, of a held place alone.
    """

    place: int
    state: str
    overrides: list[OverrideSaid]
    risk: float
    risk_low: float
    risk_high: float
    model: str
    completeness: int
    reports: int
    copies: int
    uploaders: int
    platforms: int
    arrived: str
    since: str
    newest: str | None
    newest_at: str | None
    country: str | None
    language: str | None
    held: bool
    lease_until: str | None


class PlacesSaid(Said):
    """A page of places in the order of the line; `next` goes into `after` for the page behind it."""

    places: list[PlaceSaid]
    waiting: int
    urgent: int
    next: str | None


class DecisionSaid(Said):
    """One decision; a pending one waits for another person."""

    id: str
    place: int
    act: str
    reason: str | None
    urgent: bool | None
    at: str
    by: str
    pending: bool
    undone: str | None


class OutcomeSaid(Said):
    """One outcome."""

    id: str
    place: int
    kind: str
    reason: str | None
    report: int | None
    at: str
    withdrawn: str | None


class PlaceDetailSaid(PlaceSaid):
    """A place with its factors, gaps, the numbers of its first reports, and what was done."""

    factors: list[FactorSaid]
    gaps: list[MissingSaid]
    report_numbers: list[int]
    decisions: list[DecisionSaid]
    outcomes: list[OutcomeSaid]


class TakenSaid(Said):
    """The place that is held now, with the token of the claim; null where nothing waits."""

    place: PlaceSaid | None
    token: int | None


HEARD = (HeldHeard, DecisionHeard, OutcomeHeard)
SAID = (PlaceSaid, PlacesSaid, PlaceDetailSaid, TakenSaid, DecisionSaid, OutcomeSaid)


def place_row(place: Place) -> dict[str, object]:
    """A place's fields, without a name and without a word of any report."""
    return {
        "place": place.id,
        "state": place.state.value,
        "overrides": [
            OverrideSaid(kind=each.kind.value, source=each.source, report=each.number) for each in place.overrides
        ],
        "risk": place.risk.figure,
        "risk_low": place.risk.low,
        "risk_high": place.risk.high,
        "model": place.risk.model,
        "completeness": place.completeness.figure,
        "reports": place.reports,
        "copies": place.copies,
        "uploaders": place.uploaders,
        "platforms": place.platforms,
        "arrived": iso(place.arrived_at),
        "since": iso(place.since),
        "newest": None if place.newest is None else place.newest.value,
        "newest_at": None if place.newest_at is None else iso(place.newest_at),
        "country": place.country,
        "language": place.language,
        "held": place.holder is not None,
        "lease_until": None if place.lease_until is None else iso(place.lease_until),
    }


def say_place(place: Place) -> PlaceSaid:
    """A place as one row."""
    return PlaceSaid(**place_row(place))  # type: ignore[arg-type]


def say_decision(decision: PlaceDecision) -> DecisionSaid:
    """A decision without its note."""
    return DecisionSaid(
        id=decision.id,
        place=decision.place_id,
        act=decision.act.value,
        reason=None if decision.reason is None else decision.reason.value,
        urgent=decision.urgent,
        at=iso(decision.at),
        by=decision.by,
        pending=decision.pending,
        undone=None if decision.undone_at is None else iso(decision.undone_at),
    )


def say_outcome(outcome: PlaceOutcome) -> OutcomeSaid:
    """An outcome without who told of it."""
    return OutcomeSaid(
        id=outcome.id,
        place=outcome.place_id,
        kind=outcome.kind.value,
        reason=outcome.reason,
        report=outcome.number,
        at=iso(outcome.at),
        withdrawn=None if outcome.withdrawn_at is None else iso(outcome.withdrawn_at),
    )
