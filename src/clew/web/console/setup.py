"""A person's first sign-in: a password, a second factor, and the recovery codes, once."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ConflictError, InputError, RateError, SignInError
from clew.ground.clock import Clock
from clew.ground.passwords import CHARACTERS
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.proofs import add_passkey, confirm_totp, new_recovery_codes, set_password, waiting_totp
from clew.pipelines.signing_in import Begun
from clew.records.people import Session, Stage, User
from clew.web.console import picture
from clew.web.console.caller import caller_of
from clew.web.console.forms import Form, same_twice
from clew.web.console.pages import page
from clew.web.console.passkeys import Passkeys
from clew.web.console.signin import SEE_OTHER, bear, faulty, go_on
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_KIND = "passkey.setup"


@router.get("/setup")
def show_link(request: Request, token: str = "") -> Response:
    """The page of a set-up link. It uses nothing up."""
    return page(request, "setup_link.html", place="", token=token, fault=None)


@router.post("/setup")
def follow_link(request: Request, form: Form) -> Response:
    """The person may set up how they sign in."""
    door = door_of(request)
    try:
        begun = door.signing_in.by_setup(form.get("token", ""), caller_of(request))
    except (SignInError, RateError) as error:
        shown = page(request, "setup_link.html", place="", status=error.http_status, token="", fault=str(error))
        return faulty(shown, error)
    return go_on(door, begun)


@router.get("/setup/go")
def show_setup(request: Request) -> Response:
    """What is done and what comes next."""
    return _setup(request)


@router.post("/setup/password")
async def choose_password(request: Request, form: Form) -> Response:
    """The password is set."""
    door, (user, _, store, clock) = door_of(request), _who(request)
    try:
        password = same_twice(form)
        await door.in_password_thread(lambda: set_password(store, user, password, clock=clock))
    except InputError as error:
        fault = str(error)
        return await door.in_thread(lambda: _setup(request, password_fault=fault))
    return RedirectResponse("/setup/go", SEE_OTHER)


@router.post("/setup/totp")
def confirm_app(request: Request, form: Form) -> Response:
    """The authenticator is the second factor, and the person is in."""
    user, _, _, clock = _who(request)
    keys = door_of(request).installation.authenticators
    try:
        return _finish(request, lambda unit: confirm_totp(unit, keys, user, form.get("code", ""), clock()))
    except (InputError, ConflictError) as error:
        return _setup(request, code_fault=str(error))


@router.post("/setup/passkey/ask")
def ask_passkey(request: Request) -> Response:
    """What the browser asks of a new passkey."""
    user, session, _, _ = _who(request)
    return Passkeys(request).ask_new(_KIND, session.digest, user)


@router.post("/setup/passkey")
def take_passkey(request: Request, form: Form) -> Response:
    """The passkey is the second factor, and the person is in."""
    user, session, _, clock = _who(request)
    try:
        passkey = Passkeys(request).verify_new(form, _KIND, session.digest, user)
        return _finish(request, lambda unit: add_passkey(unit, user, passkey, clock()))
    except (InputError, ConflictError) as error:
        return _setup(request, code_fault=str(error))


def _who(request: Request) -> tuple[User, Session, Store, Clock]:
    """Who sets up; SignInError for somebody who is half in and has everything set up."""
    visit, installation = visit_of(request.scope), door_of(request).installation
    user, session = visit.arriving, visit.session
    assert user is not None
    assert session is not None
    if session.stage is not Stage.SETTING_UP:
        raise SignInError("your second factor is set up; give it to sign in")
    return user, session, installation.store, installation.clock


def _finish(request: Request, work: Callable[[UnitOfWork], None]) -> Response:
    """The proof, the recovery codes and the session, in one transaction; the codes are shown this once."""
    door, (user, session, store, clock) = door_of(request), _who(request)
    caller = caller_of(request)

    def all_of_it(unit: UnitOfWork) -> tuple[list[str], Begun]:
        work(unit)
        codes = new_recovery_codes(unit, user, clock())
        return codes, door.signing_in.finish_setup(unit, session, caller)

    codes, begun = store.transact(all_of_it)
    response = page(request, "codes.html", place="", codes=codes, onward="/")
    bear(door, response, begun)
    return response


def _setup(request: Request, *, password_fault: str | None = None, code_fault: str | None = None) -> Response:
    user, session, store, clock = _who(request)
    with store.read() as reader:
        proofs = reader.proofs(user.id)
    secret = waiting_totp(store, door_of(request).installation.authenticators, session, clock=clock)
    return page(
        request,
        "setup.html",
        place="",
        status=400 if password_fault or code_fault else 200,
        name=user.name,
        proofs=proofs,
        by_provider=user.oidc_name is not None,
        characters=CHARACTERS,
        secret=picture.in_groups(secret),
        qr=picture.of(secret, user.name),
        password_fault=password_fault,
        code_fault=code_fault,
    )
