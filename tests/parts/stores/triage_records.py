"""Places and ordered reports for tests, by number."""

from dataclasses import replace
from datetime import datetime, timedelta

from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, PlaceId, SenderId
from clew.records.intake import Gap
from clew.records.triage import (
    Completeness,
    Factor,
    Lot,
    OrderedReport,
    Override,
    OverrideKind,
    Place,
    PlaceState,
    RiskScore,
    Sign,
)
from tests.parts.stores.store_records import NOON

MINUTE = timedelta(minutes=1)


def risk_of(high: float) -> RiskScore:
    """A score whose range ends there."""
    factors = (
        Factor(name="base", weight=-6.0),
        Factor(name="chat-with-child", weight=high + 5.0, source="messages", number=IntakeNumber(1)),
    )
    return RiskScore(factors=factors, figure=high - 1.0, low=high - 2.0, high=high, model="test-1")


def place_of(number: int, score: float = 0.0, *, override: bool = False, **particulars) -> Place:
    place = Place(
        id=PlaceId(number),
        state=PlaceState.WAITING,
        arrived_at=NOON,
        since=NOON + number * MINUTE,
        risk=risk_of(score),
        completeness=Completeness(figure=40, gaps=(Gap(path="subjects", because="nobody is named", cost="much"),)),
        lot=Lot(stratum=1, chance=0.25, drawn=False),
        overrides=(override_of(number),) if override else (),
    )
    return replace(place, **particulars)


def override_of(number: int) -> Override:
    return Override(kind=OverrideKind.LIVE_STREAM, number=IntakeNumber(number), source="files[0].annotations")


def ordered_of(number: int, *, cluster: int | None = None, bundle: int | None = None, **particulars) -> OrderedReport:
    report = OrderedReport(
        number=IntakeNumber(number),
        cluster_id=ClusterId(cluster or number),
        place_id=PlaceId(cluster or number),
        bundle_id=BundleId(bundle or number),
        sender_id=SenderId("S1"),
        uploader=number.to_bytes(8, "big"),
        received_at=at(number),
        completeness=Completeness(figure=40),
        signs=(Sign(name="chat-with-child", source="messages"),),
        untold=frozenset({"live-stream"}),
        overrides=(override_of(number),),
        lowered=(replace(override_of(number), kind=OverrideKind.HANDS_ON),),
        country="NL",
        language="nl",
    )
    return replace(report, **particulars)


def at(minutes: int) -> datetime:
    return NOON + minutes * MINUTE
