"""Pages from templates: escaped without exception, and told what every page shows."""

from datetime import UTC
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from clew.web.console import words
from clew.web.console.sessions import cookie
from clew.web.door import door_of
from clew.web.visit import Visit, visit_of

THEMES = ("system", "light", "dark")
THEME_COOKIE, KEYS_COOKIE = "clew-theme", "clew-keys"

_WEB = Path(__file__).parent.parent
STATIC = _WEB / "static"

_templates = Environment(
    loader=FileSystemLoader(_WEB / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
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
        signed_in=visit_of(request.scope).session is not None,
        environment=installation.settings.environment,
        back=_here(request),
        now=installation.clock().astimezone(UTC),
        **shown,
    )
    return HTMLResponse(text, status)


def _here(request: Request) -> str:
    """This page with what it was asked for: who changes the colours keeps the place."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def error_page(visit: Visit, status: int, code: str, message: str) -> bytes:
    """An error as a page: what was expected, what came, what to do, and the id under which the log has it."""
    text = _templates.get_template("error.html").render(
        place="",
        theme="system",
        keys_off=False,
        signed_in=visit.session is not None,
        environment=None,
        back="/",
        title=_TITLES.get(status, "Something failed inside Clew"),
        status=status,
        code=code,
        message=message,
        request_id=visit.request_id,
    )
    return text.encode()
