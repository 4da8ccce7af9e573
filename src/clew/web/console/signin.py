"""Sign in with a name and a password, or by the machine's one-time link; sign out; set how the pages look."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import RateError, RefusedError, SignInError
from clew.pipelines.signing_in import Begun
from clew.records.people import Stage
from clew.web.answers import headers_of
from clew.web.console import sessions
from clew.web.console.caller import caller_of, demand_this_machine
from clew.web.console.forms import Form, way_back
from clew.web.console.pages import KEYS_COOKIE, THEME_COOKIE, THEMES, page
from clew.web.door import Door, door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

SEE_OTHER = 303
_YEAR_S = 365 * 86_400


@router.get("/signin")
def show_signin(request: Request, token: str = "") -> Response:
    """The page. It uses no link up: programs that look at links ahead of a person do no harm."""
    if token:
        return page(request, "signin_link.html", place="", token=token, fault=None)
    if visit_of(request.scope).user is not None:
        return RedirectResponse("/", SEE_OTHER)
    return _signin(request)


@router.post("/signin")
async def sign_in(request: Request, form: Form) -> Response:
    """The person has given one proof and is asked for the second; or the link is used up and they are in."""
    door, caller = door_of(request), caller_of(request)
    if "token" in form:
        return await door.in_thread(lambda: _by_link(request, form["token"]))
    name, password = form.get("name", ""), form.get("password", "")
    try:
        begun = await door.in_password_thread(lambda: door.signing_in.by_password(name, password, caller))
    except (SignInError, RateError) as error:
        return _signin(request, error)
    return go_on(door, begun)


@router.post("/signout")
def sign_out(request: Request) -> Response:
    """The session is over, here and on the server."""
    door, session = door_of(request), visit_of(request.scope).session
    assert session is not None
    door.signing_in.end(session)
    door.sessions.forget()
    response = RedirectResponse("/signin", SEE_OTHER)
    sessions.take_back(response)
    return response


@router.post("/preferences")
def prefer(form: Form) -> Response:
    """How pages look and whether single keys act, for this browser."""
    response = RedirectResponse(way_back(form.get("back", "/")), SEE_OTHER)
    wanted = {THEME_COOKIE: (form.get("theme"), THEMES), KEYS_COOKIE: (form.get("keys"), ("on", "off"))}
    for name, (value, allowed) in wanted.items():
        if value in allowed:
            response.set_cookie(name, value, max_age=_YEAR_S, httponly=True, samesite="strict", path="/")
    return response


def go_on(door: Door, begun: Begun) -> Response:
    """The browser bears the session and goes where its stage asks for."""
    place = {Stage.HALF: "/signin/second", Stage.SETTING_UP: "/setup/go", Stage.OPEN: "/"}[begun.session.stage]
    response = RedirectResponse(place, SEE_OTHER)
    bear(door, response, begun)
    return response


def bear(door: Door, response: Response, begun: Begun) -> None:
    """The browser bears the session from now on."""
    door.sessions.forget()
    sessions.give(response, begun.token, secure=door.installation.settings.web.public_url.startswith("https://"))


def faulty(response: Response, error: Exception | None) -> Response:
    """The response, with what HTTP wants beside the status of a fault."""
    if isinstance(error, RateError):
        for name, value in headers_of(error):
            response.headers[name.decode()] = value.decode()
    return response


def _signin(request: Request, error: SignInError | RateError | None = None) -> Response:
    settings = door_of(request).installation.settings
    shown = page(
        request,
        "signin.html",
        place="",
        status=error.http_status if error else 200,
        fault=str(error) if error else None,
        provider=settings.oidc.label if settings.oidc.issuer else None,
        local_link=settings.people.local_link,
    )
    return faulty(shown, error)


def _by_link(request: Request, token: str) -> Response:
    door, caller = door_of(request), caller_of(request)
    try:
        demand_this_machine(request)
        begun = door.links.use(token, lambda unit: door.signing_in.by_local_link(unit, caller))
    except (SignInError, RefusedError) as error:
        return page(request, "signin_link.html", place="", status=error.http_status, token="", fault=str(error))
    return go_on(door, begun)
