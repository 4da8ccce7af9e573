"""A person's own account: what they sign in with, and where they are signed in."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, ConflictError, InputError, NotFoundError, RateError, SignInError
from clew.ground.passwords import CHARACTERS
from clew.parts.stores.base import UnitOfWork
from clew.pipelines import proofs
from clew.records.audit import AuditEvent
from clew.records.people import Session, User
from clew.web.console import picture
from clew.web.console.forms import Form, same_twice
from clew.web.console.pages import page
from clew.web.console.passkeys import Passkeys
from clew.web.console.role_words import ROLES
from clew.web.console.signin import SEE_OTHER, faulty
from clew.web.door import door_of
from clew.web.step_up import proved_lately
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_KIND = "passkey.account"
_PLACE = "/account"


@router.get(_PLACE)
def show_account(request: Request) -> Response:
    """The page; what changes it is offered after a fresh proof only."""
    return _account(request)


@router.post("/account/password")
async def change_password(request: Request, form: Form) -> Response:
    """The password is another one, and the person's other sessions are over."""
    door, (user, session) = door_of(request), _who(request)
    store, clock = door.installation.store, door.installation.clock
    current = form.get("current", "")
    try:
        password = same_twice(form)
        await door.in_password_thread(
            lambda: proofs.set_password(store, user, password, clock=clock, current=current, keep=session.digest)
        )
    except (InputError, SignInError, RateError, ConflictError) as error:
        fault = error
        return await door.in_thread(lambda: _account(request, fault))
    return _done(request)


@router.post("/account/totp")
def show_new_app(request: Request) -> Response:
    """The picture of a new authenticator; the one in use stays until the new one has shown a code."""
    return _new_app(request, anew=True)


@router.post("/account/totp/confirm")
def confirm_app(request: Request, form: Form) -> Response:
    """The new authenticator takes the place of the one before."""
    installation, (user, _) = door_of(request).installation, _who(request)
    at, keys = installation.clock(), installation.authenticators
    try:
        installation.store.transact(lambda unit: proofs.confirm_totp(unit, keys, user, form.get("code", ""), at))
    except (InputError, ConflictError) as error:
        return _new_app(request, str(error))
    return _done(request)


@router.post("/account/totp/remove")
def remove_app(request: Request) -> Response:
    """The authenticator proves nothing any longer."""
    installation, (user, _) = door_of(request).installation, _who(request)
    return _tried(request, lambda: proofs.remove_totp(installation.store, user, clock=installation.clock))


@router.post("/account/recovery")
def renew_codes(request: Request) -> Response:
    """Ten new recovery codes, shown this once."""
    installation, (user, _) = door_of(request).installation, _who(request)
    at = installation.clock()
    codes = installation.store.transact(lambda unit: proofs.new_recovery_codes(unit, user, at))
    return page(request, "codes.html", place="", codes=codes, onward=_PLACE)


@router.post("/account/passkey/ask")
def ask_passkey(request: Request) -> Response:
    """What the browser asks of a new passkey."""
    user, session = _who(request)
    return Passkeys(request).ask_new(_KIND, session.digest, user)


@router.post("/account/passkey")
def take_passkey(request: Request, form: Form) -> Response:
    """The passkey is one of the person's proofs."""
    installation, (user, session) = door_of(request).installation, _who(request)

    def work() -> None:
        passkey = Passkeys(request).verify_new(form, _KIND, session.digest, user)
        at = installation.clock()
        installation.store.transact(lambda unit: proofs.add_passkey(unit, user, passkey, at))

    return _tried(request, work)


@router.post("/account/passkey/remove")
def remove_passkey(request: Request, form: Form) -> Response:
    """The passkey proves nothing any longer."""
    installation, (user, _) = door_of(request).installation, _who(request)
    passkey_id = _bytes(form.get("id", ""))
    return _tried(
        request, lambda: proofs.remove_passkey(installation.store, user, passkey_id, clock=installation.clock)
    )


@router.post("/account/sessions/end")
def end_others(request: Request) -> Response:
    """The person is signed in here and nowhere else."""
    installation, (user, session) = door_of(request).installation, _who(request)
    at = installation.clock()

    def work(unit: UnitOfWork) -> None:
        ended = unit.end_sessions(user.id, but=session.digest)
        facts: dict[str, str | int | bool | None] = {"by": "person", "sessions_ended": ended}
        unit.audit(AuditEvent(at=at, actor=user.actor, act="session.end", subject=user.actor, facts=facts))

    installation.store.transact(work)
    return _done(request)


def _who(request: Request) -> tuple[User, Session]:
    visit = visit_of(request.scope)
    assert visit.user is not None
    assert visit.session is not None
    return visit.user, visit.session


def _done(request: Request) -> Response:
    door_of(request).sessions.forget()
    return RedirectResponse(_PLACE, SEE_OTHER)


def _tried(request: Request, work: Callable[[], None]) -> Response:
    try:
        work()
    except (InputError, ConflictError, NotFoundError) as error:
        return _account(request, error)
    return _done(request)


def _account(request: Request, error: ClewError | None = None) -> Response:
    installation, (user, session) = door_of(request).installation, _who(request)
    with installation.store.read() as reader:
        mine = reader.proofs(user.id)
        passkeys = reader.passkeys(user.id)
        sessions = reader.sessions(user.id)
    fresh_s = 60 * installation.settings.people.step_up_minutes
    shown = page(
        request,
        "account.html",
        place="account",
        status=error.http_status if error else 200,
        proofs=mine,
        passkeys=passkeys,
        sessions=sessions,
        this=session.digest,
        fresh=proved_lately(visit_of(request.scope), installation.clock(), fresh_s),
        characters=CHARACTERS,
        roles=ROLES,
        fault=str(error) if error else None,
    )
    return faulty(shown, error)


def _new_app(request: Request, fault: str | None = None, *, anew: bool = False) -> Response:
    installation, (user, session) = door_of(request).installation, _who(request)
    keys, clock = installation.authenticators, installation.clock
    secret = proofs.waiting_totp(installation.store, keys, session, clock=clock, anew=anew)
    return page(
        request,
        "app.html",
        place="account",
        status=400 if fault else 200,
        secret=picture.in_groups(secret),
        qr=picture.of(secret, user.name),
        fault=fault,
    )


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InputError("the form must be sent as the page has it") from None
