"""Addresses of a hotline: what is due first, one page each, and a notice as it would be sent; every one defanged."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from clew.errors import ClewError
from clew.ground.defang import defanged, defanged_words
from clew.hotline.notices import notice_languages
from clew.hotline.url_work import ALLOWED, possible_ends
from clew.parts.stores._url_reports import UrlFilter
from clew.parts.stores.base import Reader
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.url_notices import draft_notice
from clew.pipelines.url_shown import shown_urls, url_file, waiting
from clew.records.identifiers import UrlReportId
from clew.records.people import User
from clew.records.url_report import HostRole, UrlAct, UrlCame, UrlReport, UrlState
from clew.web.console import url_words as words
from clew.web.console.forms import Fields
from clew.web.console.navigation import may_open
from clew.web.console.pages import page
from clew.web.door import door_of
from clew.web.reads import note
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_ROWS = 50
_OPEN = tuple(state for state in UrlState if state is not UrlState.CLOSED)


@router.get("/urls")
def show_urls(
    request: Request,
    state: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=26)] = "",
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What is due first; without a choice everything that is open."""
    return list_page(request, state=state, after=after, said=said)


def list_page(
    request: Request,
    *,
    state: str = "",
    after: str = "",
    said: str = "",
    fault: ClewError | None = None,
    typed: Fields | None = None,
) -> Response:
    """The list; with what was typed, when a form of it was refused."""
    desk = hotline_of(request)
    at = desk.clock()
    wanted = UrlFilter(
        states=(UrlState(state),) if state in set(UrlState) else None if state == "due" else _OPEN,
        due_by=at if state == "due" else None,
        after=UrlReportId(after) if after else None,
        limit=_ROWS + 1,
    )
    note(request, "url.list", "urls")
    with desk.store.read() as reader:
        found = reader.url_reports(wanted)
        counts = waiting(reader, at)
    shown = shown_urls(desk, found[:_ROWS])
    return page(
        request,
        "urls.html",
        place="urls",
        status=fault.http_status if fault else 200,
        urls=shown,
        counts=counts,
        open_count=sum(counts[each.value] for each in _OPEN),
        wanted=state if state in {"due", *UrlState} else "",
        first_page=not after,
        more=_link(state, shown[-1].report.id) if len(found) > _ROWS else "",
        link=_link,
        told=words.SAID.get(said, ""),
        fault=_sentence(fault),
        typed=typed or Fields([]),
        came_ways={way: words.CAME[way] for way in (UrlCame.PARTNER, UrlCame.BY_HAND, UrlCame.PUBLIC)},
        works=works(request),
        defanged=defanged,
        words=words,
    )


@router.get("/urls/{url_id}")
def show_url(request: Request, url_id: str, said: Annotated[str, Query(max_length=20)] = "") -> Response:
    """One address: what is to be done next, what can be done, and all that was done."""
    return url_page(request, UrlReportId(url_id), said=said)


def url_page(
    request: Request,
    url_id: UrlReportId,
    *,
    said: str = "",
    fault: ClewError | None = None,
    typed: Fields | None = None,
) -> Response:
    """The page of one address; with what was typed, when a form of it was refused."""
    desk = hotline_of(request)
    with desk.store.read() as reader:
        file = url_file(reader, desk, url_id)
        names = _names(reader)
    report = file.shown.report
    note(request, "url.read", f"url:{report.id}")
    return page(
        request,
        "url.html",
        place="urls",
        status=fault.http_status if fault else 200,
        shown=file.shown,
        report=report,
        file=file,
        names=names,
        categories=desk.categories,
        policy=desk.policy,
        law=desk.jurisdiction.police_first,
        possible={act for act in UrlAct if report.state in ALLOWED[act]},
        ends={end: words.ENDS[end] for end in possible_ends(report)},
        category_words={each.code: each.words for each in desk.categories},
        languages=_languages(desk, report),
        told=words.SAID.get(said, ""),
        fault=_sentence(fault),
        typed=typed or Fields([]),
        works=works(request),
        defanged=defanged,
        defanged_words=defanged_words,
        words=words,
    )


@router.get("/urls/{url_id}/notice")
def show_notice(
    request: Request,
    url_id: str,
    role: Annotated[str, Query(max_length=20)] = "host",
    language: Annotated[str, Query(max_length=12)] = "en",
) -> Response:
    """The notice as it would be sent; nothing is recorded by looking at it."""
    return notice_page(request, UrlReportId(url_id), role, language)


def notice_page(
    request: Request, url_id: UrlReportId, role: str, language: str, *, fault: ClewError | None = None
) -> Response:
    """The notice, with the two ways in which it leaves."""
    desk = hotline_of(request)
    wanted = HostRole(role) if role in set(HostRole) else HostRole.HOST
    with desk.store.read() as reader:
        report = reader.get_url_report(url_id)
    note(request, "url.read", f"url:{report.id}")
    text = draft_notice(desk, report, wanted, language)
    return page(
        request,
        "url_notice.html",
        place="urls",
        status=fault.http_status if fault else 200,
        report=report,
        role=wanted,
        language=language,
        notice=text,
        hosting=report.hosted(wanted),
        mails=desk.mails and "@" in text.recipient,
        fault=_sentence(fault),
        works=works(request),
        words=words,
    )


def hotline_of(request: Request) -> HotlineDesk:
    """The desk."""
    return door_of(request).installation.hotline_desk


def works(request: Request) -> bool:
    """Whether who looks may also act."""
    return may_act(visit_of(request.scope).user)


def may_act(user: User | None) -> bool:
    """Whether a person works addresses, and does not only read them."""
    return may_open(user, "/urls/{url_id}/notice")


def link_to(report: UrlReport, said: str) -> str:
    """The page of an address once something was done."""
    return f"/urls/{report.id}?said={said}"


def _languages(desk: HotlineDesk, report: UrlReport) -> dict[HostRole, list[str]]:
    folder = desk.settings.hotline.notices
    return {role: notice_languages(folder, role) for role in HostRole if report.hosted(role) is not None}


def _names(reader: Reader) -> dict[str, str]:
    return {user.actor: user.name for user in reader.users()}


def _sentence(fault: ClewError | None) -> str:
    text = str(fault) if fault else ""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _link(state: str, after: str = "") -> str:
    asked = {name: value for name, value in (("state", state), ("after", after)) if value}
    return f"/urls?{urlencode(asked)}" if asked else "/urls"
