"""The second proof of somebody who has given the first: a code, a passkey, or a recovery code."""

from fastapi import APIRouter, Request, Response

from clew.errors import RateError, SignInError
from clew.records.people import Session
from clew.web.console.caller import caller_of
from clew.web.console.forms import Form
from clew.web.console.pages import page
from clew.web.console.passkeys import Asked, Passkeys
from clew.web.console.signin import faulty, go_on
from clew.web.door import door_of
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_KIND, _ALONE = "passkey.second", "passkey.alone"


@router.get("/signin/second")
def show_second(request: Request) -> Response:
    """The page, with what this person has set up."""
    return _second(request)


@router.post("/signin/code")
def by_code(request: Request, form: Form) -> Response:
    """The person is in, by a code of their authenticator."""
    door = door_of(request)
    try:
        begun = door.signing_in.by_code(_session(request), form.get("code", ""), caller_of(request))
    except (SignInError, RateError) as error:
        return _second(request, error)
    return go_on(door, begun)


@router.post("/signin/recovery")
def by_recovery(request: Request, form: Form) -> Response:
    """The person is in, and the recovery code is used up."""
    door = door_of(request)
    try:
        begun = door.signing_in.by_recovery_code(_session(request), form.get("code", ""), caller_of(request))
    except (SignInError, RateError) as error:
        return _second(request, error)
    return go_on(door, begun)


@router.post("/signin/second/passkey/ask")
def ask_second(request: Request) -> Response:
    """What the browser asks one of this person's passkeys."""
    session = _session(request)
    return Passkeys(request).ask(_KIND, session.digest, session.user_id)


@router.post("/signin/second/passkey")
def by_passkey(request: Request, form: Form) -> Response:
    """The person is in, by a passkey beside the password."""
    door, session = door_of(request), _session(request)
    try:
        passkey = Passkeys(request).verify(form, _KIND, session.digest, alone=False)
        begun = door.signing_in.by_passkey(passkey, session, caller_of(request))
    except SignInError as error:
        return _second(request, error)
    return go_on(door, begun)


@router.post("/signin/passkey/ask")
def ask_alone(request: Request) -> Response:
    """What the browser asks any passkey that it has for this place."""
    door_of(request).starts.take(caller_of(request).address)
    return Passkeys(request).ask(_ALONE, Asked.ANYBODY, None)


@router.post("/signin/passkey")
def by_passkey_alone(request: Request, form: Form) -> Response:
    """The person is in, by a passkey that has made sure of them itself: both proofs in one."""
    door, caller = door_of(request), caller_of(request)
    door.starts.take(caller.address)
    try:
        passkey = Passkeys(request).verify(form, _ALONE, Asked.ANYBODY, alone=True)
        begun = door.signing_in.by_passkey(passkey, None, caller)
    except SignInError as error:
        return page(request, "signin_link.html", place="", status=401, token="", fault=str(error))
    return go_on(door, begun)


def _session(request: Request) -> Session:
    session = visit_of(request.scope).session
    assert session is not None
    return session


def _second(request: Request, error: SignInError | RateError | None = None) -> Response:
    with door_of(request).installation.store.read() as reader:
        proofs = reader.proofs(_session(request).user_id)
    shown = page(
        request,
        "second.html",
        place="",
        status=error.http_status if error else 200,
        proofs=proofs,
        fault=str(error) if error else None,
    )
    return faulty(shown, error)
