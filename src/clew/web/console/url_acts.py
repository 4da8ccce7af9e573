"""What a person does about an address in the console; a form that is refused comes back with what was typed."""

import enum
from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, ConflictError, InputError, RefusedError
from clew.pipelines import url_reports
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.url_notices import send_notice
from clew.pipelines.url_reports import Origin
from clew.records.identifiers import UrlReportId
from clew.records.url_report import HostRole, UrlCame, UrlEnd, UrlFound, UrlReport
from clew.web.console.forms import Fields, Form
from clew.web.console.holding import SEE_OTHER
from clew.web.console.urls import hotline_of, link_to, list_page, notice_page, url_page
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

Word = TypeVar("Word", bound=enum.StrEnum)

_HOURS_DIGITS = 5
_Work = Callable[[HotlineDesk, UrlReportId, str, int], UrlReport]


@router.post("/urls")
def add(request: Request, form: Form) -> Response:
    """An address is taken in; one that is known is sighted once more."""
    desk, actor = hotline_of(request), visit_of(request.scope).actor
    try:
        came = _word(UrlCame, form, "came", "how it came")
        origin = Origin(came=came, actor=actor, reference=form.get("reference", ""))
        got = url_reports.receive(desk, form.get("address", ""), origin, words=form.get("words", ""))
    except InputError as error:
        return list_page(request, fault=error, typed=form)
    return RedirectResponse(link_to(got.report, "received" if got.new else "known"), SEE_OTHER)


@router.post("/urls/{url_id}/assess")
def assess(request: Request, url_id: str, form: Form) -> Response:
    """A person says what stands there."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        category = form.get("category", "")
        if not category:
            raise InputError("choose what you found; nothing is chosen for you")
        return url_reports.assess(desk, of, category, actor=actor, words=form.get("words", ""), version=version)

    return _done(request, url_id, form, "assess", work)


@router.post("/urls/{url_id}/host")
def look_up(request: Request, url_id: str, form: Form) -> Response:
    """The operator's lists are asked who hosts it."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        network = form.get("network", "")
        return url_reports.look_up_host(desk, of, actor=actor, network=network, version=version)

    return _done(request, url_id, form, "host", work)


@router.post("/urls/{url_id}/hold")
def hold(request: Request, url_id: str, form: Form) -> Response:
    """The police were told."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        return url_reports.hold(desk, of, actor=actor, words=form.get("words", ""), version=version)

    return _done(request, url_id, form, "hold", work)


@router.post("/urls/{url_id}/release")
def release(request: Request, url_id: str, form: Form) -> Response:
    """The police released it."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        return url_reports.release(desk, of, actor=actor, words=form.get("words", ""), version=version)

    return _done(request, url_id, form, "release", work)


@router.post("/urls/{url_id}/notice")
def notice(request: Request, url_id: str, form: Form) -> Response:
    """The notice was sent by a person, or a worker mails it."""
    desk, actor = hotline_of(request), visit_of(request.scope).actor
    role, language, by_mail = form.get("role", ""), form.get("language", ""), form.get("way") == "mail"
    try:
        to = _word(HostRole, form, "role", "to whom")
        sent = send_notice(
            desk, UrlReportId(url_id), to, language, actor=actor, by_mail=by_mail, version=_version(form)
        )
    except (ConflictError, RefusedError, InputError) as error:
        return notice_page(request, UrlReportId(url_id), role, language, fault=error)
    return RedirectResponse(f"/urls/{sent.url_id}?said={'mailed' if by_mail else 'sent'}", SEE_OTHER)


@router.post("/urls/{url_id}/checks")
def order_check(request: Request, url_id: str, form: Form) -> Response:
    """A person orders that it is looked at again."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        every = form.get("every", "")
        if not every.isdecimal() or len(every) > _HOURS_DIGITS:
            raise InputError("choose how often it is looked at")
        return url_reports.order_check(desk, of, int(every), actor=actor, version=version)

    return _done(request, url_id, form, "order-check", work)


@router.post("/urls/{url_id}/check")
def check(request: Request, url_id: str, form: Form) -> Response:
    """A person looked, and says what they found."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        return url_reports.check(
            desk,
            of,
            _word(UrlFound, form, "found", "what you found"),
            actor=actor,
            words=form.get("words", ""),
            moved_to=form.get("moved_to", ""),
            version=version,
        )

    return _done(request, url_id, form, "check", work)


@router.post("/urls/{url_id}/close")
def close(request: Request, url_id: str, form: Form) -> Response:
    """Nothing more is done about it."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        end = _word(UrlEnd, form, "end", "why it is closed")
        return url_reports.close(desk, of, end, actor=actor, words=form.get("words", ""), version=version)

    return _done(request, url_id, form, "close", work)


@router.post("/urls/{url_id}/reopen")
def reopen(request: Request, url_id: str, form: Form) -> Response:
    """It is taken up again."""

    def work(desk: HotlineDesk, of: UrlReportId, actor: str, version: int) -> UrlReport:
        return url_reports.reopen(desk, of, actor=actor, words=form.get("words", ""), version=version)

    return _done(request, url_id, form, "reopen", work)


def _done(request: Request, url_id: str, form: Fields, said: str, work: _Work) -> Response:
    """The act is done, and its page says so; or it is refused, and the page says why beside what was typed."""
    try:
        report = work(hotline_of(request), UrlReportId(url_id), visit_of(request.scope).actor, _version(form))
    except (ConflictError, RefusedError, InputError) as error:
        return _refused(request, url_id, form, error)
    return RedirectResponse(link_to(report, said), SEE_OTHER)


def _refused(request: Request, url_id: str, form: Fields, error: ClewError) -> Response:
    return url_page(request, UrlReportId(url_id), fault=error, typed=form)


def _version(form: Fields) -> int:
    text = form.get("version", "")
    if not text.isdecimal() or len(text) > 18:  # noqa: PLR2004  (of 64 bits)
        raise InputError("the form must bear the version of its page; load the page again")
    return int(text)


def _word(kind: type[Word], form: Fields, name: str, what: str) -> Word:
    text = form.get(name, "")
    try:
        return kind(text)
    except ValueError:
        raise InputError(f"choose {what}; nothing is chosen for you") from None
