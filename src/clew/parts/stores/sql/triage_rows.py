"""Places, ordered reports, decisions and outcomes as rows, and back."""

import enum
import json
from typing import Any

from sqlalchemy import RowMapping

from clew.parts.stores.sql.values import Row, compact, from_us, maybe_at, maybe_us, to_us
from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, OutcomeId, PlaceId, SenderId
from clew.records.intake import Gap
from clew.records.triage import (
    Completeness,
    Disposition,
    Factor,
    Lot,
    OrderedReport,
    Override,
    OverrideKind,
    Place,
    PlaceState,
    Reason,
    RiskScore,
    Sign,
    WakeUp,
    Why,
)
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct, PlaceDecision, PlaceOutcome


def place_row(place: Place) -> Row:
    """A place as its columns."""
    return {
        "id": place.id,
        "state": place.state.value,
        "calm": 0 if place.overrides else 1,
        "cost": -place.score,
        "since": to_us(place.since),
        "arrived_at": to_us(place.arrived_at),
        "drawn": int(place.lot.drawn),
        "stratum": place.lot.stratum,
        "chance": place.lot.chance,
        "bundle_id": place.bundle_id,
        "reports": place.reports,
        "copies": place.copies,
        "uploaders": place.uploaders,
        "platforms": place.platforms,
        "newest": _word(place.newest),
        "newest_at": maybe_us(place.newest_at),
        "country": place.country,
        "language": place.language,
        "holder": place.holder,
        "lease_until": maybe_us(place.lease_until),
        "token": place.token,
        "why": _word(place.why),
        "asked_by": place.asked_by,
        "risk": compact(_risk(place.risk)),
        "completeness": compact(_completeness(place.completeness)),
        "overrides": compact([_override(each) for each in place.overrides]),
        "disposition": None if place.disposition is None else compact(_disposition(place.disposition)),
    }


def place_of(row: RowMapping) -> Place:
    """The place in those columns."""
    return Place(
        id=PlaceId(row["id"]),
        state=PlaceState(row["state"]),
        arrived_at=from_us(row["arrived_at"]),
        since=from_us(row["since"]),
        risk=_risk_of(json.loads(row["risk"])),
        completeness=_completeness_of(json.loads(row["completeness"])),
        lot=Lot(stratum=row["stratum"], chance=row["chance"], drawn=bool(row["drawn"])),
        overrides=tuple(_override_of(each) for each in json.loads(row["overrides"])),
        bundle_id=row["bundle_id"],
        reports=row["reports"],
        copies=row["copies"],
        uploaders=row["uploaders"],
        platforms=row["platforms"],
        newest=None if row["newest"] is None else WakeUp(row["newest"]),
        newest_at=maybe_at(row["newest_at"]),
        country=row["country"],
        language=row["language"],
        holder=row["holder"],
        lease_until=maybe_at(row["lease_until"]),
        token=row["token"],
        why=None if row["why"] is None else Why(row["why"]),
        asked_by=row["asked_by"],
        disposition=None if row["disposition"] is None else _disposition_of(json.loads(row["disposition"])),
    )


def ordered_row(report: OrderedReport) -> Row:
    """A report of the order as its columns."""
    return {
        "number": report.number,
        "cluster_id": report.cluster_id,
        "place_id": report.place_id,
        "bundle_id": report.bundle_id,
        "sender_id": report.sender_id,
        "uploader": report.uploader,
        "received_at": to_us(report.received_at),
        "country": report.country,
        "language": report.language,
        "facts": compact(
            {
                "completeness": _completeness(report.completeness),
                "lowered": [_override(each) for each in report.lowered],
                "overrides": [_override(each) for each in report.overrides],
                "signs": [[each.name, each.source] for each in report.signs],
                "untold": sorted(report.untold),
            }
        ),
    }


def ordered_of(row: RowMapping) -> OrderedReport:
    """The report in those columns."""
    facts = json.loads(row["facts"])
    return OrderedReport(
        number=IntakeNumber(row["number"]),
        cluster_id=ClusterId(row["cluster_id"]),
        place_id=PlaceId(row["place_id"]),
        bundle_id=BundleId(row["bundle_id"]),
        sender_id=SenderId(row["sender_id"]),
        uploader=bytes(row["uploader"]),
        received_at=from_us(row["received_at"]),
        completeness=_completeness_of(facts["completeness"]),
        signs=tuple(Sign(name=name, source=source) for name, source in facts["signs"]),
        untold=frozenset(facts["untold"]),
        overrides=tuple(_override_of(each) for each in facts["overrides"]),
        lowered=tuple(_override_of(each) for each in facts["lowered"]),
        country=row["country"],
        language=row["language"],
    )


def decision_row(decision: PlaceDecision) -> Row:
    """A decision as its columns."""
    return {
        "id": decision.id,
        "place_id": decision.place_id,
        "decided_by": decision.by,
        "at": to_us(decision.at),
        "act": decision.act.value,
        "reason": _word(decision.reason),
        "urgent": decision.urgent,
        "note": decision.note,
        "why": _word(decision.why),
        "chance": decision.chance,
        "pending": decision.pending,
        "confirms": decision.confirms,
        "undone_at": maybe_us(decision.undone_at),
        "undone_by": decision.undone_by,
    }


def decision_of(row: RowMapping) -> PlaceDecision:
    """The decision in those columns."""
    return PlaceDecision(
        id=row["id"],
        place_id=PlaceId(row["place_id"]),
        by=row["decided_by"],
        at=from_us(row["at"]),
        act=PlaceAct(row["act"]),
        reason=None if row["reason"] is None else CloseReason(row["reason"]),
        urgent=None if row["urgent"] is None else bool(row["urgent"]),
        note=row["note"],
        why=None if row["why"] is None else Why(row["why"]),
        chance=row["chance"],
        pending=bool(row["pending"]),
        confirms=row["confirms"],
        undone_at=maybe_at(row["undone_at"]),
        undone_by=row["undone_by"],
    )


def outcome_row(outcome: PlaceOutcome) -> Row:
    """An outcome as its columns."""
    return {
        "id": outcome.id,
        "place_id": outcome.place_id,
        "number": outcome.number,
        "kind": outcome.kind.value,
        "reason": outcome.reason,
        "at": to_us(outcome.at),
        "recorded_at": to_us(outcome.recorded_at),
        "recorded_by": outcome.recorded_by,
        "source": outcome.source,
        "facts": compact(
            {
                "senders": list(outcome.senders),
                "signs": sorted(outcome.signs),
                "untold": sorted(outcome.untold),
                "figure": outcome.figure,
                "override": outcome.override,
                "model": outcome.model,
                "chance": outcome.chance,
                "country": outcome.country,
                "language": outcome.language,
                "platform": outcome.platform,
                "completeness": outcome.completeness,
            }
        ),
        "withdrawn_at": maybe_us(outcome.withdrawn_at),
    }


def outcome_of(row: RowMapping) -> PlaceOutcome:
    """The outcome in those columns."""
    facts = json.loads(row["facts"])
    return PlaceOutcome(
        id=OutcomeId(row["id"]),
        place_id=PlaceId(row["place_id"]),
        kind=OutcomeKind(row["kind"]),
        at=from_us(row["at"]),
        recorded_at=from_us(row["recorded_at"]),
        recorded_by=row["recorded_by"],
        number=row["number"],
        reason=row["reason"],
        source=row["source"],
        senders=tuple(facts["senders"]),
        signs=frozenset(facts["signs"]),
        untold=frozenset(facts["untold"]),
        figure=facts["figure"],
        override=facts["override"],
        model=facts["model"],
        chance=facts["chance"],
        country=facts["country"],
        language=facts["language"],
        platform=facts["platform"],
        completeness=facts["completeness"],
        withdrawn_at=maybe_at(row["withdrawn_at"]),
    )


# ---------------------------------------------------------------- what lies in a column as JSON

_Json = dict[str, Any]


def _word(value: enum.StrEnum | None) -> str | None:
    return None if value is None else value.value


def _risk(risk: RiskScore) -> _Json:
    factors = [[each.name, each.weight, each.source, each.number] for each in risk.factors]
    return {
        "factors": factors,
        "figure": risk.figure,
        "low": risk.low,
        "high": risk.high,
        "model": risk.model,
        "untold": sorted(risk.untold),
    }


def _risk_of(told: _Json) -> RiskScore:
    factors = tuple(
        Factor(name=name, weight=weight, source=source, number=number)
        for name, weight, source, number in told["factors"]
    )
    return RiskScore(
        factors=factors,
        figure=told["figure"],
        low=told["low"],
        high=told["high"],
        model=told["model"],
        untold=frozenset(told["untold"]),
    )


def _completeness(completeness: Completeness) -> _Json:
    gaps = [[each.path, each.because, each.cost] for each in completeness.gaps]
    return {"figure": completeness.figure, "gaps": gaps}


def _completeness_of(told: _Json) -> Completeness:
    gaps = tuple(Gap(path=path, because=because, cost=cost) for path, because, cost in told["gaps"])
    return Completeness(figure=told["figure"], gaps=gaps)


def _override(override: Override) -> _Json:
    told: _Json = {"kind": override.kind.value, "number": override.number, "source": override.source}
    if override.officer is not None:
        told |= {"officer": override.officer, "confirmed_at": maybe_us(override.confirmed_at)}
    return told


def _override_of(told: _Json) -> Override:
    return Override(
        kind=OverrideKind(told["kind"]),
        number=told["number"],
        source=told["source"],
        officer=told.get("officer"),
        confirmed_at=maybe_at(told.get("confirmed_at")),
    )


def _disposition(disposition: Disposition) -> _Json:
    return {
        "reason": disposition.reason.value,
        "at": to_us(disposition.at),
        "rule": disposition.rule,
        "score": disposition.score,
        "reached": disposition.reached,
    }


def _disposition_of(told: _Json) -> Disposition:
    return Disposition(
        reason=Reason(told["reason"]),
        at=from_us(told["at"]),
        rule=told["rule"],
        score=told["score"],
        reached=told["reached"],
    )
