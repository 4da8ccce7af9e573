"""Pages from templates: escaped without exception, and told what every page shows."""

from collections.abc import Collection
from datetime import UTC
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from clew.records.people import Role
from clew.web.console import words
from clew.web.console.navigation import desk_at, desks_of, may_open, pages_of
from clew.web.console.sessions import cookie
from clew.web.door import door_of
from clew.web.form_token import FIELD
from clew.web.templating import templates_in
from clew.web.visit import Visit, visit_of

THEMES = ("system", "light", "dark")
THEME_COOKIE, KEYS_COOKIE = "clew-theme", "clew-keys"

_WEB = Path(__file__).parent.parent
STATIC = _WEB / "static"

_templates = templates_in()
_templates.globals["say"] = words

_TITLES = {
    400: "That cannot be used",
    401: "Nobody is signed in",
    403: "That may not be done",
    404: "There is nothing here",
    405: "That is not how this page is used",
    413: "That is too large",
    429: "Too often",
    503: "Clew cannot serve this now",
}


def page(request: Request, template: str, *, place: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page of the console.

    Args:
        place: which of the desk's pages this is: "today", "hits", "lists", "screening", or "" for none.
    """
    installation = door_of(request).installation
    theme = cookie(request.scope, THEME_COOKIE)
    text = _templates.get_template(template).render(
        place=place,
        theme=theme if theme in THEMES else "system",
        keys_off=cookie(request.scope, KEYS_COOKIE) == "off",
        environment=installation.settings.environment,
        back=_here(request),
        now=installation.clock().astimezone(UTC),
        **_person(visit_of(request.scope), installation.settings.desks, place),
        **shown,
    )
    return HTMLResponse(text, status)


class _TokenField:
    """What stands first in every form that is posted; nothing where nobody is on the way in."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __html__(self) -> str:
        # Hexadecimal digits and our own word: nothing that would have to be escaped.
        return f'<input type="hidden" name="{FIELD}" value="{self._token}">' if self._token else ""


def _person(visit: Visit, open_desks: Collection[str], place: str) -> dict[str, Any]:
    """Who looks at the page, at which desk, and what its forms bear."""
    desks = desks_of(visit.user, open_desks)
    desk = desk_at(place, desks)
    return {
        "user": visit.user,
        "signed_in": visit.user is not None,
        "desks": desks,
        "desk": desk,
        "pages": pages_of(visit.user, desk.name) if desk else [],
        "may_open": lambda path: may_open(visit.user, path),
        "form_token": visit.form_token,
        "token_field": _TokenField(visit.form_token),
        "administers": visit.user is not None and visit.user.has(Role.ADMINISTRATOR),
    }


def _here(request: Request) -> str:
    """This page with what it was asked for: who changes the colours keeps the place."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def error_page(desks: Collection[str], visit: Visit, status: int, code: str, message: str) -> bytes:
    """An error as a page: what was expected, what came, what to do, and the id under which the log has it."""
    text = _templates.get_template("error.html").render(
        place="",
        theme="system",
        keys_off=False,
        environment=None,
        back="/",
        title=_TITLES.get(status, "Something failed inside Clew"),
        status=status,
        code=code,
        message=message,
        request_id=visit.request_id,
        **_person(visit, desks, ""),
    )
    return text.encode()
