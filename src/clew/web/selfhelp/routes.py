"""The public form's routes: write, send, keep a code, add to what was sent. None sets a cookie or shows what was sent.

What cannot be taken comes back on the same page with everything that was typed; what was typed stands in no log.
"""

import functools
from collections.abc import Callable
from math import ceil

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, InputError, NotFoundError, RateError, RefusedError, TooLargeError, UnavailableError
from clew.pipelines.intake_desk import Taken
from clew.pipelines.public_reports import add_public, send_public
from clew.records.public_report import PublicReport
from clew.web import log
from clew.web.console.forms import Fields
from clew.web.door import door_of
from clew.web.form_token import FIELD
from clew.web.selfhelp.form import TRAP, Fault, FilesError, read_fields, read_form, read_more
from clew.web.selfhelp.public_desk import PublicDesk, public_of
from clew.web.selfhelp.shown import public_page
from clew.web.selfhelp.tokens import Token

router = APIRouter(include_in_schema=False)

_BAD = 400
# What is said of an error, whatever its own words are; the first that fits.
_SAID: tuple[tuple[type[ClewError], str], ...] = (
    (FilesError, "fault_files"),
    (TooLargeError, "fault_large"),
    (NotFoundError, "fault_code"),
    (RateError, "fault_often"),
    (RefusedError, "fault_closed"),
    (InputError, "fault_large"),
)


@router.get("/write")
def begin(request: Request) -> Response:
    """To the form in the browser's language."""
    desk = public_of(request)
    return RedirectResponse(f"/write/{desk.language(request)}", 303, {"vary": "accept-language"})


@router.get("/write/{language}")
def show_form(request: Request, language: str) -> Response:
    """The empty form."""
    return _empty(request, language, "form.html")


@router.get("/write/{language}/more")
def show_more(request: Request, language: str) -> Response:
    """The empty form by which something is added; it shows nothing of what was sent."""
    return _empty(request, language, "more.html")


@router.post("/write/{language}")
async def send(request: Request, language: str) -> Response:
    """The report is in, and its code is shown; or the page comes back with what is to be changed."""
    desk = public_of(request)
    if language not in desk.catalogues:
        return RedirectResponse("/write", 303)
    read = functools.partial(read_form, language=language, countries=desk.numbers.countries(language))
    return await _Sending(request, desk, language, "form.html").answer(read, _send)


@router.post("/write/{language}/more")
async def add(request: Request, language: str) -> Response:
    """What was written is in beside the report of that code."""
    desk = public_of(request)
    if language not in desk.catalogues:
        return RedirectResponse("/write", 303)
    read = functools.partial(read_more, language=language)
    return await _Sending(request, desk, language, "more.html").answer(read, _add)


def _empty(request: Request, language: str, template: str) -> Response:
    desk = public_of(request)
    if language not in desk.catalogues:
        return RedirectResponse("/write", 303)
    return public_page(desk, language, template, token=desk.tokens.make(desk.intake.clock()))


def _send(desk: PublicDesk, told: PublicReport, _fields: Fields, token: Token) -> Taken:
    return send_public(desk.intake, told, token.code)


def _add(desk: PublicDesk, told: PublicReport, fields: Fields, _token: Token) -> Taken:
    return add_public(desk.intake, told, fields["code"])


_Read = Callable[[Fields], tuple[PublicReport, list[Fault]]]
_TakeIn = Callable[[PublicDesk, PublicReport, Fields, Token], Taken]


class _Sending:
    """One form on its way in, and the page that it stands on."""

    def __init__(self, request: Request, desk: PublicDesk, language: str, template: str) -> None:
        self._request = request
        self._desk = desk
        self._language = language
        self._template = template
        self._at = desk.intake.clock()

    async def answer(self, read: _Read, take_in: _TakeIn) -> Response:
        """The acknowledgement, once it is durable; else the page again."""
        try:
            fields = await read_fields(self._request)
        except ClewError as error:
            return self._again(Fields([]), None, [_fault_of(error)], error.http_status)
        token = self._desk.tokens.read(fields.get(FIELD, ""), self._at)
        told, faults = read(fields)
        if faults:
            return self._again(fields, token, faults, _BAD)
        if token is None or token.early or token.late or fields.get(TRAP):
            # A person presses once more; a program that fills in every field, or keeps no time, never gets in.
            return self._again(fields, token, [Fault(field="", words="fault_again")], _BAD)
        good = token
        try:
            self._desk.limits.take(self._desk.caller(self._request), self._at)
            await door_of(self._request).in_thread(lambda: take_in(self._desk, told, fields, good))
        except ClewError as error:
            if isinstance(error, UnavailableError):
                log.say("error", "a form of the public was not taken in", error=type(error).__name__)
            return self._again(fields, token, [_fault_of(error)], error.http_status, _wait_of(error))
        more = self._template == "more.html"
        return public_page(self._desk, self._language, "sent.html", code="" if more else token.code, told=told)

    def _again(
        self, fields: Fields, token: Token | None, faults: list[Fault], status: int, retry_s: int = 0
    ) -> Response:
        text = token.text if token is not None and not token.late else self._desk.tokens.make(self._at)
        return public_page(
            self._desk,
            self._language,
            self._template,
            status=status,
            token=text,
            typed=fields,
            faults=faults,
            retry_s=retry_s,
        )


def _fault_of(error: ClewError) -> Fault:
    words = next((said for kind, said in _SAID if isinstance(error, kind)), "fault_down")
    field = "code" if words == "fault_code" else ""
    return Fault(field=field, words=words, number=ceil(_wait_of(error) / 60))


def _wait_of(error: ClewError) -> int:
    return ceil(error.retry_after_s) if isinstance(error, RateError) else 0
