"""The server's application: the seven calls under /ispws, each behind the front."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clew.errors import ClewError, InputError, RateError, RefusedError
from clew.parts.formats.base import Answer, ClearinghouseFormat
from clew.web import log
from clew.web.body import Held
from clew.web.ispws.call import Call, call_of, sender_of
from clew.web.ispws.codes import STATUS, WORDS, Code, RefusalError
from clew.web.ispws.faults import BASE, Faults
from clew.web.ispws.front import Front
from clew.web.ispws.receiver import Receiver
from clew.web.ispws.senders import SenderBook
from clew.web.ispws.wire import (
    DOCUMENT_BYTES,
    DOCUMENTS_HELD,
    FileRoom,
    of_one_form,
    read_document,
    read_form,
    send_answer,
)

# What a call comes to whose result could not be kept.
_NOT_KEPT = {"submit": Code.SAVE_FAILED, "upload": Code.FILE_UPLOAD_FAILED}
# What it comes to when the sender may not send any more.
_NOT_ALLOWED = {
    "submit": Code.SUBMIT_NOT_ALLOWED,
    "upload": Code.UPDATE_NOT_ALLOWED,
    "fileinfo": Code.UPDATE_NOT_ALLOWED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What the application is made of.

    Attributes:
        file_bytes: most that an uploaded file may have.
        held: room for the bytes of files; None where none are held.
    """

    clearinghouse: Receiver
    form: ClearinghouseFormat
    senders: SenderBook
    file_bytes: int
    held: Held | None = None
    new_request_id: Callable[[], str]


Answered = Answer | bytes
Work = Callable[[Scope, Receive], Awaitable[Answered]]


class Endpoint:
    """One of the seven calls as an ASGI application: what it comes to is written as the interface has it."""

    def __init__(self, name: str, work: Work, form: ClearinghouseFormat) -> None:
        self._name = name
        self._work = work
        self._form = form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call, done and answered."""
        call = call_of(scope)
        call.endpoint = self._name
        answered = await self._done(scope, receive, call)
        if isinstance(answered, bytes):
            call.code = Code.OK
            await send_answer(send, STATUS[Code.OK], answered)
            return
        call.code, call.report, call.file = answered.code, answered.report_number, answered.file_id
        await send_answer(send, STATUS[Code(answered.code)], self._form.write_response(answered))

    async def _done(self, scope: Scope, receive: Receive, call: Call) -> Answered:
        try:
            return await self._work(scope, receive)
        except RefusalError as refusal:
            return Answer(code=refusal.code, description=str(refusal))
        except RateError as error:
            call.retry_after_s = ceil(error.retry_after_s)
            code = _NOT_KEPT.get(self._name, Code.UPDATE_FAILED)
            return Answer(code=code, description=f"{WORDS[code]}: {error}")
        except RefusedError:
            code = _NOT_ALLOWED.get(self._name, Code.ACTION_NOT_ALLOWED)
            return Answer(code=code, description=WORDS[code])
        except InputError as error:
            return Answer(code=Code.INVALID_REQUEST, description=f"{WORDS[Code.INVALID_REQUEST]}: {error}")
        except (sqlite3.Error, OSError, ClewError) as error:
            log.say("error", "not kept", request_id=call.request_id, error=type(error).__name__)
            code = _NOT_KEPT.get(self._name, Code.UPDATE_FAILED)
            return Answer(code=code, description=WORDS[code])


class Calls:
    """The seven calls, from their bodies to the clearinghouse."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._clearinghouse = serving.clearinghouse
        self._held = Held(DOCUMENTS_HELD * DOCUMENT_BYTES, 0)

    def routes(self) -> list[Route]:
        """Each call at its place."""
        form = self._serving.form
        reading: dict[str, Work] = {"status": self._status, "xsd": self._xsd}
        writing: dict[str, Work] = {
            "submit": self._submit,
            "upload": self._upload,
            "fileinfo": self._fileinfo,
            "finish": self._finish,
            "retract": self._retract,
        }
        return [
            *(Route(BASE + name, Endpoint(name, work, form), methods=["GET"]) for name, work in reading.items()),
            *(Route(BASE + name, Endpoint(name, work, form), methods=["POST"]) for name, work in writing.items()),
        ]

    async def _status(self, scope: Scope, _: Receive) -> Answered:
        client = scope.get("client")
        return self._clearinghouse.status(sender_of(scope), client[0] if client else "unknown")

    async def _xsd(self, _scope: Scope, _receive: Receive) -> Answered:
        return await run_in_threadpool(self._clearinghouse.schema)

    async def _submit(self, scope: Scope, receive: Receive) -> Answered:
        with self._held.room() as room:
            document = await read_document(scope, receive, room)
            return await run_in_threadpool(self._clearinghouse.submit, sender_of(scope), document)

    async def _upload(self, scope: Scope, receive: Receive) -> Answered:
        serving = self._serving
        with (serving.held or of_one_form(serving.file_bytes)).room() as room:
            wanted = FileRoom(most_bytes=serving.file_bytes, new_file=self._clearinghouse.new_file, room=room)
            filled = await read_form(scope, receive, wanted)
            assert filled.file is not None
            try:
                return await run_in_threadpool(self._clearinghouse.upload, sender_of(scope), filled.number, filled.file)
            finally:
                filled.file.close()

    async def _fileinfo(self, scope: Scope, receive: Receive) -> Answered:
        with self._held.room() as room:
            document = await read_document(scope, receive, room)
            return await run_in_threadpool(self._clearinghouse.describe, sender_of(scope), document)

    async def _finish(self, scope: Scope, receive: Receive) -> Answered:
        filled = await read_form(scope, receive)
        return await run_in_threadpool(self._clearinghouse.finish, sender_of(scope), filled.number)

    async def _retract(self, scope: Scope, receive: Receive) -> Answered:
        filled = await read_form(scope, receive)
        return await run_in_threadpool(self._clearinghouse.retract, sender_of(scope), filled.number)


class IspwsApp(FastAPI):
    """FastAPI behind our front, which alone turns errors into answers; the framework's own layers are left out."""

    front: Front

    def build_middleware_stack(self) -> ASGIApp:
        """The front, and behind it, perhaps, faults, and the router."""
        return self.front


Rehearsal = Callable[[Faults | None], list[Route]]


def create_app(
    serving: Serving,
    *,
    faults: Callable[[ASGIApp], Faults] | None = None,
    noted: Callable[[Call], None] | None = None,
    rehearsal: Rehearsal | None = None,
) -> IspwsApp:
    """The application.

    Args:
        faults: the middleware, around what it is given; None loads none.
        noted: told of each call when it has ended.
        rehearsal: routes beside the seven, for who tries a client on them.
    """
    # Neither a description of the interface nor pages on it: whoever calls has the documentation.
    app = IspwsApp(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.router.routes.extend(Calls(serving).routes())
    layered = faults(app.router) if faults else None
    if rehearsal is not None:
        app.router.routes.extend(rehearsal(layered))
    app.front = Front(
        layered or app.router,
        serving.senders,
        serving.form,
        new_request_id=serving.new_request_id,
        noted=noted or _forget,
    )
    return app


def _forget(_: Call) -> None:
    """Nobody asked for it to be noted."""
