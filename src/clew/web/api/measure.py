"""/measure: the day's counts of screening."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from clew.errors import InputError
from clew.web.answers import encode
from clew.web.api import measure_shapes
from clew.web.api.contract import answers_with
from clew.web.door import door_of

router = APIRouter(tags=["measure"])

_SHOWN_DAYS = 30
_MOST_DAYS = 3660


@router.get("/api/v1/measure/screening", responses=answers_with(measure_shapes.ScreeningSaid))
def show_screening(
    request: Request,
    since: Annotated[date | None, Query(description="first day, UTC; thirty days back if left out")] = None,
    until: Annotated[date | None, Query(description="last day, UTC; today if left out")] = None,
) -> Response:
    """Screened contents by day, channel and action, and what could not be hashed, with reasons."""
    installation = door_of(request).installation
    last = until or installation.clock().date()
    first = since or max(last, date.min + timedelta(_SHOWN_DAYS)) - timedelta(_SHOWN_DAYS - 1)
    if not 0 <= (last - first).days < _MOST_DAYS:
        raise InputError(f"since must not be after until, nor more than {_MOST_DAYS} days before it")
    with installation.store.read() as reader:
        counts = reader.counts(first, last)
    return Response(encode(measure_shapes.say_days(counts, first, last)), media_type="application/json")
