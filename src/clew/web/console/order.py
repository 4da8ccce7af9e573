"""How well the order of work does: what it misses, whether its chances are true, and for whom it does worse."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from clew.errors import InputError
from clew.measurement.miss_rate import MissRate
from clew.parts.stores.base import Reader
from clew.pipelines.models import models
from clew.pipelines.queue_desk import model_in_force
from clew.pipelines.unreached import measure_misses
from clew.records.worked import ScoreModel
from clew.web.console.pages import page
from clew.web.console.queue import queue_of
from clew.web.reads import note

router = APIRouter(include_in_schema=False)

_DAYS = 28
_FEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """The miss rate of some days, or why there is none."""

    since: datetime
    until: datetime
    rate: MissRate | None
    because: str


@router.get("/order")
def show_order(request: Request) -> Response:
    """The page: counts and figures alone, nothing of any report."""
    desk = queue_of(request)
    with desk.store.read() as reader:
        missed = _missed(reader, desk.clock())
        model = model_in_force(reader)
        totals = reader.outcome_totals()
    note(request, "model.read", f"model:{model.version}")
    card: dict[str, Any] = json.loads(model.card)
    return page(
        request,
        "order.html",
        place="order",
        missed=missed,
        model=model,
        card=card,
        waiting=_newer(models(desk), model),
        outcomes=sum(totals.values()),
        last_day=missed.until - timedelta(days=1),
        audit_turns=desk.rule.reserve_permille * desk.rule.audit_permille / 10_000,
        audit_h=desk.policy.audit_after_hours,
        few=_FEW,
    )


def _missed(reader: Reader, now: datetime) -> Missed:
    """Of the last four whole weeks; places of today may still be reached."""
    until = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = until - timedelta(days=_DAYS)
    try:
        return Missed(since=since, until=until, rate=measure_misses(reader, since, until), because="")
    except InputError as error:
        text = str(error)
        return Missed(since=since, until=until, rate=None, because=f"{text[:1].upper()}{text[1:]}.")


def _newer(all_of: list[ScoreModel], in_force: ScoreModel) -> list[ScoreModel]:
    """Models that were learnt since, and wait for a person."""
    return [each for each in all_of if each.made_at > in_force.made_at and each.version != in_force.version]
