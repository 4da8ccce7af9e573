"""Administration: who works here and as what, and the keys of programs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from clew.errors import ClewError, ConflictError, InputError, NotFoundError
from clew.pipelines import people
from clew.pipelines.keys import create_key, revoke_key
from clew.records.identifiers import UserId
from clew.records.people import Role
from clew.records.screening import Scope
from clew.web.console.forms import Fields, Form
from clew.web.console.pages import page
from clew.web.console.role_words import ROLES, SCOPES
from clew.web.console.signin import SEE_OTHER
from clew.web.door import door_of
from clew.web.server import address
from clew.web.visit import visit_of

router = APIRouter(include_in_schema=False)

_PLACE = "/administration"


@router.get(_PLACE)
def show_administration(request: Request) -> Response:
    """Everybody, and every key."""
    return _administration(request)


@router.post("/administration/people")
def add_person(request: Request, form: Form) -> Response:
    """The person may set up how they sign in; their link is shown this once."""
    installation = door_of(request).installation
    try:
        user, token = people.add_user(
            installation.store,
            form.get("name", ""),
            _roles(form),
            oidc_name=form.get("oidc"),
            setup_for=_setup_for(request),
            actor=visit_of(request.scope).actor,
            clock=installation.clock,
        )
    except (InputError, ConflictError) as error:
        return _administration(request, error)
    return _link_page(request, user.name, token)


@router.get("/administration/people/{user_id}")
def show_person(request: Request, user_id: str) -> Response:
    """One person: what they may do and what they have set up."""
    return _person(request, UserId(user_id))


@router.post("/administration/people/{user_id}/roles")
def change_roles(request: Request, user_id: str, form: Form) -> Response:
    """The person has these roles and signs in anew."""
    return _changed(request, UserId(user_id), lambda more: people.change_roles(roles=_roles(form), **more))


@router.post("/administration/people/{user_id}/disable")
def disable(request: Request, user_id: str) -> Response:
    """The person is nobody here from now on."""
    return _changed(request, UserId(user_id), lambda more: people.disable_user(**more))


@router.post("/administration/people/{user_id}/enable")
def enable(request: Request, user_id: str) -> Response:
    """The person may sign in again."""
    return _changed(request, UserId(user_id), lambda more: people.enable_user(**more))


@router.post("/administration/people/{user_id}/reset")
def reset(request: Request, user_id: str) -> Response:
    """What the person signed in with is gone; their new set-up link is shown this once."""
    door = door_of(request)
    store, clock, who = door.installation.store, door.installation.clock, UserId(user_id)
    actor = visit_of(request.scope).actor
    try:
        token = people.reset_user(store, who, setup_for=_setup_for(request), actor=actor, clock=clock)
    except ConflictError as error:
        return _person(request, who, error)
    door.sessions.forget()
    with store.read() as reader:
        name = reader.get_user(who).name
    return _link_page(request, name, token)


@router.post("/administration/keys")
def make_key(request: Request, form: Form) -> Response:
    """The key is made; its text is shown this once."""
    installation = door_of(request).installation
    try:
        _, text = create_key(
            installation.store,
            form.get("label", ""),
            _scopes(form),
            per_minute=installation.settings.web.per_minute,
            expires_at=_day(form.get("expires", "")),
            actor=visit_of(request.scope).actor,
            clock=installation.clock,
        )
    except InputError as error:
        return _administration(request, error)
    return page(request, "shown_once.html", place="administration", title="A new key", text=text, kind="key", name="")


@router.post("/administration/keys/{key_id}/revoke")
def revoke(request: Request, key_id: str) -> Response:
    """The key is good no longer."""
    installation = door_of(request).installation
    try:
        revoke_key(installation.store, key_id, actor=visit_of(request.scope).actor, clock=installation.clock)
    except NotFoundError as error:
        return _administration(request, error)
    return RedirectResponse(f"{_PLACE}#keys-of-programs", SEE_OTHER)


def _changed(request: Request, user_id: UserId, change: Callable[[dict[str, Any]], object]) -> Response:
    door, visit = door_of(request), visit_of(request.scope)
    more = {
        "store": door.installation.store,
        "user_id": user_id,
        "actor": visit.actor,
        "clock": door.installation.clock,
    }
    if visit.user is not None and visit.user.id == user_id:
        own = "nobody changes their own roles or shuts themselves out; ask another administrator"
        return _person(request, user_id, ConflictError(own))
    try:
        change(more)
    except (ConflictError, InputError) as error:
        return _person(request, user_id, error)
    door.sessions.forget()
    return RedirectResponse(f"{_PLACE}/people/{user_id}", SEE_OTHER)


def _administration(request: Request, error: ClewError | None = None) -> Response:
    installation = door_of(request).installation
    with installation.store.read() as reader:
        everybody = reader.users()
        proofs = {user.id: reader.proofs(user.id) for user in everybody}
        setups = {user.id: reader.find_setup(user.id) for user in everybody}
        keys = reader.keys()
    return page(
        request,
        "administration.html",
        place="administration",
        status=error.http_status if error else 200,
        everybody=everybody,
        proofs=proofs,
        setups=setups,
        keys=keys,
        roles=ROLES,
        scopes={scope: SCOPES.get(scope, scope.value) for scope in Scope},
        oidc=bool(installation.settings.oidc.issuer),
        local_link=installation.settings.people.local_link,
        fault=str(error) if error else None,
    )


def _person(request: Request, user_id: UserId, error: ClewError | None = None) -> Response:
    with door_of(request).installation.store.read() as reader:
        person = reader.get_user(user_id)
        proofs, setup, sessions = reader.proofs(user_id), reader.find_setup(user_id), reader.sessions(user_id)
    return page(
        request,
        "person.html",
        place="administration",
        status=error.http_status if error else 200,
        person=person,
        proofs=proofs,
        setup=setup,
        sessions=sessions,
        roles=ROLES,
        fault=str(error) if error else None,
    )


def _link_page(request: Request, name: str, token: str) -> Response:
    link = f"{address(door_of(request).installation.settings)}/setup?token={token}"
    return page(
        request,
        "shown_once.html",
        place="administration",
        title=f"A set-up link for {name}",
        text=link,
        kind="link",
        name=name,
    )


def _setup_for(request: Request) -> timedelta:
    return timedelta(hours=door_of(request).installation.settings.people.setup_hours)


def _roles(form: Fields) -> list[Role]:
    return [_one(Role, value) for value in form.all("role")]


def _scopes(form: Fields) -> list[Scope]:
    return [_one(Scope, value) for value in form.all("scope")]


def _one(kind: Callable[[str], Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise InputError("the form must be sent as the page has it") from None


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if text else None
    except ValueError:
        raise InputError("the day from which a key is good no longer must be as 2027-03-01") from None
