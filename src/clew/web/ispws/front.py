"""The front: gives each call its id, lets nobody past who has not signed in, and lets no error out unanswered."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clew.errors import UnavailableError
from clew.parts.formats.base import Answer, ClearinghouseFormat
from clew.web import log
from clew.web.body import GoneError
from clew.web.ispws.call import Call
from clew.web.ispws.codes import STATUS, WORDS, Code
from clew.web.ispws.faults import DroppedError
from clew.web.ispws.senders import SenderBook
from clew.web.ispws.wire import send_answer
from clew.web.visit import header

_CHALLENGE = {b"www-authenticate": b'Basic realm="CyberTipline", charset="UTF-8"'}
_NO_ROUTE = {404: Code.RESOURCE_NOT_FOUND, 405: Code.INVALID_REQUEST}


class Front:
    """The outermost ASGI application.

    Args:
        noted: told of each call when it has ended.
    """

    def __init__(
        self,
        app: ASGIApp,
        senders: SenderBook,
        form: ClearinghouseFormat,
        *,
        new_request_id: Callable[[], str],
        noted: Callable[[Call], None],
    ) -> None:
        self._app = app
        self._senders = senders
        self._form = form
        self._new_request_id = new_request_id
        self._noted = noted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call, from its id to its answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        call = Call(self._new_request_id())
        scope["ispws"] = call
        signed = _signed(send, call)
        try:
            try:
                call.sender = await self._senders.find(header(scope, b"authorization"))
            except UnavailableError:  # nobody can be known now; whoever it is comes again
                await self._refuse(call, Code.SERVER_ERROR, signed)
                return
            await self._admitted(scope, receive, signed)
        finally:
            self._noted(call)

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        call: Call = scope["ispws"]
        if call.sender is None:
            await send_answer(send, STATUS[Code.SIGN_IN_NEEDED], b"", headers=_CHALLENGE)
            return
        try:
            await self._app(scope, receive, send)
        except (GoneError, DroppedError):
            raise_in_process = scope.get("extensions") is None
            if raise_in_process:
                raise
        except HTTPException as error:
            code = _NO_ROUTE.get(error.status_code, Code.INVALID_REQUEST)
            await self._refuse(call, code, send)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is answered without what came in)
            log.say(
                "error", "failed", request_id=call.request_id, error=type(error).__name__, frames=log.frames_of(error)
            )
            if not call.status:
                await self._refuse(call, Code.SERVER_ERROR, send)

    async def _refuse(self, call: Call, code: Code, send: Send) -> None:
        call.code = code
        answer = Answer(code=code, description=WORDS[code])
        await send_answer(send, STATUS[code], self._form.write_response(answer))


def _signed(send: Send, call: Call) -> Send:
    """`send`, noting the status and adding the headers that every answer bears."""

    async def signed(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
            ours = [(b"request-id", call.request_id.encode()), (b"cache-control", b"no-store")]
            if call.retry_after_s is not None:
                ours.append((b"retry-after", b"%d" % call.retry_after_s))
            message["headers"] = [*message.get("headers", ()), *ours]
        await send(message)

    return signed
