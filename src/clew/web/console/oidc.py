"""Sign in by way of the provider: there with a question, back with a code, and then the second proof as everybody."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from clew.errors import ClewError, NotFoundError, RateError, RefusedError, SignInError, UnavailableError
from clew.ground.tokens import digest_of, new_token
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.signing_in import Begun
from clew.pipelines.tries import Tries, tried_address
from clew.records.people import Handshake, Stage
from clew.web.console.caller import caller_of
from clew.web.console.pages import page
from clew.web.console.sessions import cookie
from clew.web.console.signin import bear
from clew.web.door import Door, door_of

router = APIRouter(include_in_schema=False)

_KIND = "oidc"
_AWAY_FOR = timedelta(minutes=10)
# People who are away at the provider, of one address and over all.
_MOST_OF_CALLER, _MOST_AWAY = 50, 10_000
# Unlike the session's, it comes back with a link from elsewhere: that is how the provider sends the person back.
_COOKIE, _SECURE_COOKIE = "clew-oidc", "__Host-clew-oidc"


@router.post("/signin/oidc")
def leave(request: Request) -> Response:
    """The person goes to the provider; this browser, and no other, may come back for them."""
    door = door_of(request)
    store, at, browser = door.installation.store, door.installation.clock(), new_token()
    address = caller_of(request).address
    door.starts.take(address)
    Tries(store, door.installation.clock).demand(tried_address(address))
    if door.provider is None:
        raise NotFoundError("no provider is set up; see oidc.issuer")
    question = door.provider.ask()
    asked = Handshake(
        digest=digest_of(question.state),
        kind=_KIND,
        caller=digest_of(f"address:{address}"),
        bound_to=digest_of(browser),
        facts={"nonce": question.nonce, "verifier": question.verifier},
        expires_at=at + _AWAY_FOR,
    )

    def work(unit: UnitOfWork) -> None:
        unit.sweep_sign_ins(at)
        unit.put_handshake(asked, most_of_caller=_MOST_OF_CALLER, most=_MOST_AWAY)

    store.transact(work)
    # A page that goes on by itself: a form may not lead to another site, by the policy that every page bears.
    response = page(request, "onward.html", place="", onward=question.address, title="On to the provider")
    secure = _secure(door)
    name = _SECURE_COOKIE if secure else _COOKIE
    response.set_cookie(name, browser, max_age=600, httponly=True, samesite="lax", secure=secure, path="/")
    return response


@router.get("/signin/oidc/back")
def come_back(
    request: Request, state: str = "", code: str = "", iss: str | None = None, error: str | None = None
) -> Response:
    """The provider's word was found good: it stands for the password."""
    door = door_of(request)
    try:
        begun = _begun(request, state, code, iss, error)
    except (SignInError, RateError, RefusedError, UnavailableError) as fault:
        return _refused(request, fault)
    place = {Stage.HALF: "/signin/second", Stage.SETTING_UP: "/setup/go", Stage.OPEN: "/"}[begun.session.stage]
    # Not a redirect: it would still count as coming from the provider, and the session's cookie would stay away.
    response = page(request, "onward.html", place="", onward=place, title="The provider knows you")
    response.delete_cookie(_SECURE_COOKIE if _secure(door) else _COOKIE, path="/", secure=_secure(door), httponly=True)
    bear(door, response, begun)
    return response


def _begun(request: Request, state: str, code: str, iss: str | None, error: str | None) -> Begun:
    door, caller = door_of(request), caller_of(request)
    store, at = door.installation.store, door.installation.clock()
    door.starts.take(caller.address)
    asked = store.transact(lambda unit: unit.take_handshake(digest_of(state)))
    browser = cookie(request.scope, _SECURE_COOKIE if _secure(door) else _COOKIE) or ""
    if (
        door.provider is None
        or asked is None
        or asked.kind != _KIND
        or asked.bound_to != digest_of(browser)
        or asked.expires_at <= at
    ):
        raise SignInError("this answer is too old, was used, or is for another browser; begin again")
    if error is not None or not code:
        raise SignInError("the provider did not sign you in")
    name = door.provider.name_of(code, iss, asked.facts["nonce"], asked.facts["verifier"])
    return door.signing_in.by_provider(name, caller)


def _secure(door: Door) -> bool:
    return door.installation.settings.web.public_url.startswith("https://")


def _refused(request: Request, fault: ClewError) -> Response:
    return page(request, "signin_link.html", place="", status=fault.http_status, token="", fault=str(fault))
