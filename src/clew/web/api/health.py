"""What machines ask: is the process alive, should requests come here, and the figures for Prometheus."""

from fastapi import APIRouter, Request, Response

from clew.errors import ClewError
from clew.pipelines.installation import tell_unsearched
from clew.records.screening import Purpose
from clew.web import log
from clew.web.answers import encode
from clew.web.api import health_shapes
from clew.web.api.contract import answers_with
from clew.web.door import Door, door_of
from clew.web.metrics import CONTENT_TYPE, Standing

router = APIRouter(tags=["health"])

# The index looks for changes several times a second; after this long it does not follow.
_LAG_S = 5.0
_SAID = {"database": "database", "index": "index", "signals": "a signal type of the lists is not installed"}


@router.get("/healthz", responses=answers_with(health_shapes.AliveSaid))
async def alive() -> Response:
    """The process answers; nothing else is asked."""
    return Response(encode(health_shapes.AliveSaid(alive=True)), media_type="application/json")


@router.get("/readyz", responses=answers_with(health_shapes.ReadySaid))
def ready(request: Request) -> Response:
    """Whether requests should come here; 503 with the parts that cannot serve when they should not."""
    door = door_of(request)
    found = faults(door)
    if found != door.not_ready:  # anybody may ask as often as they like: a change is said once
        door.not_ready = found
        log.say("warning" if found else "info", "not ready" if found else "ready", message="; ".join(found))
    # Paths, hosts and what a database says of itself are for the log: this route asks for no key.
    reasons = [_SAID.get(part, each) for each in found for part in [each.partition(":")[0]]]
    reasons = list(dict.fromkeys(reasons))
    said = health_shapes.ReadySaid(ready=not reasons, reasons=reasons)
    return Response(encode(said), 503 if reasons else 200, media_type="application/json")


@router.get("/metrics", responses={200: {"description": "Prometheus text", "content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """The figures of this process."""
    door = door_of(request)
    text = door.metrics.text(_standing(door))
    return Response(text, media_type=CONTENT_TYPE.decode())


def faults(door: Door) -> list[str]:
    """Why requests should not come here now; empty when they should."""
    installation = door.installation
    reasons = []
    try:
        installation.store.check()
    except ClewError as error:
        reasons.append(f"database: {error}")
    status = installation.index.status()
    reasons.extend(f"index: {each.fault}" for each in status.types if each.fault)
    if status.lag_s is None or status.lag_s > _LAG_S:
        since = "never" if status.lag_s is None else f"{status.lag_s:.0f} s ago"
        reasons.append(f"index: last saw the database {since}")
    reasons.extend(f"signals: {tell_unsearched(*each)}" for each in installation.unsearched.items())
    if not door.hashing.ready:
        reasons.append("decode workers: none is ready")
    return reasons


def _standing(door: Door) -> Standing:
    installation = door.installation
    status, now = installation.index.status(), installation.clock()
    states = [each.state for each in status.types if each.state is not None]
    with installation.store.read() as reader:
        bases = [reader.find_basis(purpose) for purpose in Purpose]
    return Standing(
        entries={each.signal_type: each.entries for each in status.types},
        generation=max((each.generation for each in states), default=0),
        sequence=min((each.sequence for each in states), default=0),
        lag_s=status.lag_s if status.lag_s is not None else float("inf"),
        files=door.hashing.under_way,
        workers=door.hashing.ready,
        basis_left_s={
            each.purpose.value: (each.basis.until - now).total_seconds()
            for each in bases
            if each is not None and each.basis.until is not None
        },
    )
