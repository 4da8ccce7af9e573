"""Sign in by the one-time link, sign out, and set how the pages look to this person."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import InputError, SignInError
from clew.web.body import read_body
from clew.web.console.pages import KEYS_COOKIE, THEME_COOKIE, THEMES, page
from clew.web.console.sessions import COOKIE, SECURE_COOKIE
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_SEE_OTHER = 303
_YEAR_S = 365 * 86_400
_FORM_BYTES = 10_000


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form."""
    with door_of(request).held.room() as room:
        body = await read_body(request.receive, room, _FORM_BYTES)
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError:
        raise InputError("the form must be sent as the page has it") from None


Form = Annotated[dict[str, str], Depends(_form)]


@router.get("/signin")
def show_signin(request: Request, token: str = "") -> Response:
    """The page with its one button. It uses nothing up: programs that look at links ahead of a person do no harm."""
    return page(request, "signin.html", place="", token=token, fault=None)


@router.post("/signin")
def sign_in(request: Request, form: Form) -> Response:
    """The person is signed in; the link is used up."""
    door = door_of(request)
    token = form.get("token", "")
    try:
        door.links.use(token)
    except SignInError as error:
        return page(request, "signin.html", place="", status=401, token="", fault=str(error))
    response = RedirectResponse("/", _SEE_OTHER)
    secure = door.installation.settings.web.public_url.startswith("https://")
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        door.sessions.begin(),
        httponly=True,
        samesite="strict",
        secure=secure,
        path="/",
    )
    return response


@router.post("/signout")
def sign_out(request: Request) -> Response:
    """The session is over, here and on the server."""
    session = visit_of(request.scope).session
    assert session is not None
    door_of(request).sessions.end(session)
    response = RedirectResponse("/signin", _SEE_OTHER)
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=name == SECURE_COOKIE)
    return response


@router.post("/preferences")
def prefer(form: Form) -> Response:
    """How pages look and whether single keys act, for this browser."""
    back = form.get("back", "/")
    # One slash and no more: "//elsewhere" would leave this site.
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if local else "/", _SEE_OTHER)
    wanted = {THEME_COOKIE: (form.get("theme"), THEMES), KEYS_COOKIE: (form.get("keys"), ("on", "off"))}
    for name, (value, allowed) in wanted.items():
        if value in allowed:
            response.set_cookie(name, value, max_age=_YEAR_S, httponly=True, samesite="strict", path="/")
    return response
