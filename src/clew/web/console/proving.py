"""Prove anew who one is, in the middle of the work, and go on where one was."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import RateError, RefusedError, SignInError
from clew.records.people import Session, User
from clew.web.console.caller import demand_this_machine
from clew.web.console.forms import Form, way_back
from clew.web.console.pages import page
from clew.web.console.passkeys import Passkeys
from clew.web.console.signin import SEE_OTHER, faulty
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_KIND = "passkey.step-up"


@router.get("/stepup")
def show_step_up(request: Request, back: str = "/", undone: str = "") -> Response:
    """The page, with what this person has set up; `undone` says that a form had been sent."""
    return _step_up(request, way_back(back), undone=bool(undone))


@router.post("/stepup/code")
def prove_by_code(request: Request, form: Form) -> Response:
    """Proved by a code of the authenticator."""
    try:
        door_of(request).signing_in.prove_by_code(_who(request)[1], form.get("code", ""))
    except (SignInError, RateError) as error:
        return _step_up(request, way_back(form.get("back", "/")), error)
    return _onward(request, form)


@router.post("/stepup/passkey/ask")
def ask_passkey(request: Request) -> Response:
    """What the browser asks one of this person's passkeys."""
    user, session = _who(request)
    return Passkeys(request).ask(_KIND, session.digest, user.id)


@router.post("/stepup/passkey")
def prove_by_passkey(request: Request, form: Form) -> Response:
    """Proved by a passkey."""
    session = _who(request)[1]
    try:
        passkey = Passkeys(request).verify(form, _KIND, session.digest, alone=False)
        door_of(request).signing_in.prove_by_passkey(session, passkey)
    except SignInError as error:
        return _step_up(request, way_back(form.get("back", "/")), error)
    return _onward(request, form)


@router.post("/stepup/link")
def prove_locally(request: Request, form: Form) -> Response:
    """Proved by a new link from the machine, which only its owner can make; for the local administrator alone."""
    door, (user, session) = door_of(request), _who(request)
    token = form.get("token", "").strip().rpartition("token=")[2]
    if not user.local:
        raise RefusedError("a local link proves only who owns the machine; use your own second factor")
    try:
        demand_this_machine(request)
        door.links.use(token, lambda unit: door.signing_in.prove_locally(unit, session))
    except (SignInError, RefusedError) as error:
        return _step_up(request, way_back(form.get("back", "/")), error)
    return _onward(request, form)


def _who(request: Request) -> tuple[User, Session]:
    visit = visit_of(request.scope)
    assert visit.user is not None
    assert visit.session is not None
    return visit.user, visit.session


def _onward(request: Request, form: Form) -> Response:
    door_of(request).sessions.forget()
    return RedirectResponse(way_back(form.get("back", "/")), SEE_OTHER)


def _step_up(request: Request, back_to: str, error: RefusedError | None = None, *, undone: bool = False) -> Response:
    user, _ = _who(request)
    with door_of(request).installation.store.read() as reader:
        proofs = reader.proofs(user.id)
    shown = page(
        request,
        "stepup.html",
        place="",
        status=error.http_status if error else 200,
        proofs=proofs,
        local=user.local,
        back_to=back_to,
        undone=undone,
        fault=str(error) if error else None,
    )
    return faulty(shown, error)
