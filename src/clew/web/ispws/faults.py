"""Faults on demand: a middleware that answers some calls as a failing clearinghouse, network or proxy would.

A production start refuses to load it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clew.errors import RefusedError
from clew.parts.formats.base import Answer, ClearinghouseFormat
from clew.web.ispws.call import call_of, sender_of
from clew.web.ispws.codes import STATUS, WORDS, Code
from clew.web.ispws.plan import ENDPOINTS, FaultKind, Plan, PlannedFault
from clew.web.ispws.wire import send_answer
from clew.web.server import CUT

BASE = "/ispws/"
_HTML = b"<html><body><h1>The service is unavailable</h1></body></html>"
# Twice what a client should read of any answer.
_PADDING = b"<!--" + b"." * (2 << 20) + b"-->"
_DOCTYPE = b'<!DOCTYPE reportResponse [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


class DroppedError(ConnectionError):
    """The connection was cut on purpose; a caller in the same process meets it as this error."""


@dataclass(slots=True)
class _Held:
    """An answer that is not sent yet."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def send(self, message: Message) -> None:
        """One more message of it."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")


class Faults:
    """Around the seven calls, as the plan says; a plan can be taken for another at any time.

    Args:
        sleep: waits so many seconds.
    Raises:
        RefusedError: the environment is production.
    """

    def __init__(
        self,
        app: ASGIApp,
        form: ClearinghouseFormat,
        plan: Plan,
        environment: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        refuse_in_production(environment)
        self._app = app
        self._form = form
        self._sleep = sleep
        self.load(plan)

    def load(self, plan: Plan) -> None:
        """From now on this plan: calls are counted from 1 again, and revoked credentials are good again."""
        self._plan = plan
        self._counts: Counter[str] = Counter()
        self._revoked: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call, as the plan says."""
        endpoint = scope.get("path", "").removeprefix(BASE) if scope["type"] == "http" else ""
        if endpoint not in ENDPOINTS:
            await self._app(scope, receive, send)
            return
        call, user = call_of(scope), sender_of(scope).user
        call.endpoint = endpoint
        self._counts[endpoint] += 1
        planned = self._plan.of(endpoint, self._counts[endpoint])
        if planned is not None and planned.fault is FaultKind.REVOKED:
            self._revoked.add(user)
        if user in self._revoked:
            planned = PlannedFault(fault=FaultKind.REVOKED)
        if planned is None:
            await self._app(scope, receive, send)
            return
        call.fault = planned.fault
        await self._fail(planned, scope, receive, send)

    async def _fail(self, planned: PlannedFault, scope: Scope, receive: Receive, send: Send) -> None:
        match planned.fault:
            case FaultKind.DROP_BEFORE:
                await _drain(receive)
                await _cut(scope, receive)
            case FaultKind.DROP_AFTER:
                await self._app(scope, receive, _Held().send)
                await _cut(scope, receive)
            case FaultKind.SLOW:
                held = _Held()
                if planned.after:
                    await self._app(scope, receive, held.send)
                    await self._sleep(planned.seconds)
                    await send_held(send, held)
                else:
                    await self._sleep(planned.seconds)
                    await self._app(scope, receive, send)
            case FaultKind.STATUS | FaultKind.CODE | FaultKind.EMPTY_401 | FaultKind.REVOKED:
                if planned.after:
                    await self._app(scope, receive, _Held().send)
                else:
                    await _drain(receive)
                await self._answer_instead(planned, send)
            case _:
                held = _Held()
                await self._app(scope, receive, held.send)
                held.body = self._changed(planned.fault, held.body)
                await send_held(send, held)

    async def _answer_instead(self, planned: PlannedFault, send: Send) -> None:
        if planned.fault is FaultKind.STATUS:
            await send_answer(send, planned.status, _HTML, b"text/html")
        elif planned.fault is FaultKind.CODE:
            answer = Answer(code=planned.code, description=WORDS[planned.code])
            await send_answer(send, STATUS[planned.code], self._form.write_response(answer))
        else:
            await send_answer(send, STATUS[Code.SIGN_IN_NEEDED], b"")

    def _changed(self, fault: FaultKind, body: bytes) -> bytes:
        """The answer as a broken clearinghouse would give it; as it was, when it has nothing to break."""
        if fault is FaultKind.OVERSIZED:
            return body + _PADDING
        if fault is FaultKind.DOCTYPE:
            declaration, mark, rest = body.partition(b"?>")
            return declaration + mark + _DOCTYPE + rest
        if fault is FaultKind.MALFORMED:
            return body[: len(body) * 2 // 3]
        answer = self._form.read_response(body)
        if fault is FaultKind.WRONG_HASH and answer.hash:
            answer = replace(answer, hash=_other(answer.hash))
        elif fault is FaultKind.WRONG_FILE_ID and answer.file_id:
            answer = replace(answer, file_id=_other(answer.file_id))
        elif fault is FaultKind.WRONG_FILE_ID and answer.file_ids:
            answer = replace(answer, file_ids=(_other(answer.file_ids[0]), *answer.file_ids[1:]))
        elif fault is FaultKind.OTHER_FILES and answer.done:
            answer = replace(answer, file_ids=(*answer.file_ids, "0" * 32))
        else:
            return body
        return self._form.write_response(answer)


def refuse_in_production(environment: str) -> None:
    """RefusedError when reports of people could meet what is there for tests only."""
    if environment == "production":
        raise RefusedError(
            "faults and the recorder are for tests, and the environment of these settings is production; "
            "start the server with --data-dir of a test installation, or without --faults and --record"
        )


async def send_held(send: Send, held: _Held) -> None:
    """The answer, with the length that it has now."""
    headers = [each for each in held.start["headers"] if each[0] != b"content-length"]
    headers.append((b"content-length", str(len(held.body)).encode()))
    await send({**held.start, "headers": headers})
    await send({"type": "http.response.body", "body": held.body})


async def _drain(receive: Receive) -> None:
    """The body has come, as for any call, and is let go."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


async def _cut(scope: Scope, receive: Receive) -> None:
    """The connection is gone, and nothing was answered."""
    extensions = scope.get("extensions") or {}
    if CUT not in extensions:
        raise DroppedError
    extensions[CUT]["now"]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _other(digits: str) -> str:
    """As long, and another."""
    return ("0" if digits[0] != "0" else "1") + digits[1:]
