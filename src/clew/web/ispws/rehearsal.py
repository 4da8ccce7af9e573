"""The recorder's own routes, there in tests alone: what was seen, another plan of faults, the clock put forward."""

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clew.errors import ClewError, InputError
from clew.web.body import Held, read_body
from clew.web.ispws.clearinghouse import Clearinghouse
from clew.web.ispws.faults import Faults
from clew.web.ispws.plan import read_plan
from clew.web.ispws.recorder import Recorder

_BASE = "/ispws-recorder"
_BODY_BYTES = 1 << 20


class Forward(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """By how much the clock is put forward."""

    seconds: float


def rehearsal_routes(clearinghouse: Clearinghouse, recorder: Recorder, faults: Faults | None) -> list[Route]:
    """The routes; without faults there is no plan to change."""

    async def show(_: Request) -> Response:
        reports = await run_in_threadpool(clearinghouse.reports)
        return _json(200, recorder.recording(reports))

    async def load(request: Request) -> Response:
        if faults is None:
            return _json(404, {"error": "this server was started without --faults"})
        try:
            faults.load(read_plan(await _body(request)))
        except ClewError as error:
            return _json(400, {"error": str(error)})
        return _json(200, {})

    async def move(request: Request) -> Response:
        try:
            recorder.clock.put_forward(msgspec.json.decode(await _body(request), type=Forward).seconds)
        except (msgspec.DecodeError, InputError) as error:
            return _json(400, {"error": str(error)})
        return _json(200, {})

    return [
        Route(_BASE, show, methods=["GET"]),
        Route(f"{_BASE}/plan", load, methods=["PUT"]),
        Route(f"{_BASE}/clock", move, methods=["POST"]),
    ]


async def _body(request: Request) -> bytes:
    with Held(_BODY_BYTES, 0).room() as room:
        return await read_body(request.receive, room, _BODY_BYTES)


def _json(status: int, value: object) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
