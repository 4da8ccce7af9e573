"""`clew users`: who may sign in to the console, and as what."""

import contextlib
from datetime import datetime, timedelta
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json, Yes, confirm
from clew.ground.clock import iso, system_clock
from clew.ground.passwords import CHARACTERS, check_password, hash_password
from clew.parts.stores.base import Store
from clew.pipelines import people
from clew.pipelines.installation import open_store
from clew.records.people import Proofs, Role, Setup, User
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Say who may sign in to the console, and as what.",
)

_Name = Annotated[str, typer.Argument(help="What they sign in with.", show_default=False)]
_Roles = Annotated[list[Role], typer.Option("--role", help="What they may do; once for each.", show_default=False)]


@app.command(epilog="Example: clew users add ada --role reviewer --role reporter")
def add(
    ctx: typer.Context,
    name: _Name,
    role: _Roles,
    oidc: Annotated[
        str | None, typer.Option(help="What the provider calls them, in the claim oidc.claim.", show_default=False)
    ] = None,
    *,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for their first password here, in the place of a link.")
    ] = False,
    json: Json = False,
) -> None:
    """Add a person and print the one-time link by which they set up how they sign in."""
    settings: Settings = ctx.obj
    given = _ask_password(name) if password else None
    setup_for = timedelta(hours=settings.people.setup_hours)
    with contextlib.closing(open_store(settings)) as store:
        user, token = people.add_user(
            store, name, role, oidc_name=oidc, setup_for=setup_for, actor=command_actor(), clock=system_clock
        )
        if given is not None:
            hashed = hash_password(given)
            people.give_password(store, user, hashed, setup_for=setup_for, actor=command_actor(), clock=system_clock)
        link = None if given is not None else _link(store, settings, token)
    _say_link(user, link, settings, as_json=json)


@app.command(name="list", epilog="Example: clew users list --json")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """Show everybody: their roles, what they sign in with, and whether they may."""
    at = system_clock()
    with contextlib.closing(open_store(ctx.obj)) as store, store.read() as reader:
        everybody = [(user, reader.proofs(user.id), reader.find_setup(user.id)) for user in reader.users()]
    if json:
        for user, proofs, setup in everybody:
            print_json(_facts(user, proofs, setup, at))
    elif everybody:
        rows = [
            (user.name, _words(user), _ways(user, proofs), _state(user, proofs, setup, at), user.id)
            for user, proofs, setup in everybody
        ]
        print_table(("name", "roles", "signs in with", "state", "id"), rows)
    else:
        out.print("no user yet; add one with: clew users add NAME --role administrator")


@app.command(epilog="Example: clew users disable ada")
def disable(ctx: typer.Context, name: _Name) -> None:
    """Shut a person out: every session of theirs ends within a second. What they did stays under their name."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        user = _get(store, name)
        people.disable_user(store, user.id, actor=command_actor(), clock=system_clock)
    out.print(f"{user.name} is disabled")


@app.command(epilog="Example: clew users enable ada")
def enable(ctx: typer.Context, name: _Name) -> None:
    """Let a person in again, with what they had set up."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        user = _get(store, name)
        people.enable_user(store, user.id, actor=command_actor(), clock=system_clock)
    out.print(f"{user.name} may sign in again")


@app.command(epilog="Example: clew users reset ada --yes")
def reset(ctx: typer.Context, name: _Name, yes: Yes = False, json: Json = False) -> None:
    """Forget what a person signs in with, end their sessions, and print a new set-up link."""
    settings: Settings = ctx.obj
    confirm(f"Forget the password, second factors and recovery codes of {name}?", yes=yes)
    setup_for = timedelta(hours=settings.people.setup_hours)
    with contextlib.closing(open_store(settings)) as store:
        user = _get(store, name)
        token = people.reset_user(store, user.id, setup_for=setup_for, actor=command_actor(), clock=system_clock)
        link = _link(store, settings, token)
    _say_link(user, link, settings, as_json=json)


@app.command(epilog="Example: clew users roles ada --role senior_reviewer")
def roles(
    ctx: typer.Context,
    name: _Name,
    role: _Roles,
) -> None:
    """Give a person these roles and no other; their sessions end."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        user = people.change_roles(store, _get(store, name).id, role, actor=command_actor(), clock=system_clock)
    out.print(f"{user.name}: {_words(user)}")


def _ask_password(name: str) -> str:
    """Typed twice and never shown; it is no argument, which other users of the machine could read."""
    prompt = f"Password of {name} ({CHARACTERS} characters or more)"
    given: str = typer.prompt(prompt, hide_input=True, confirmation_prompt="The same again", err=True)
    check_password(given, name)
    return given


def _get(store: Store, name: str) -> User:
    with store.read() as reader:
        return people.get_by_name(reader, name)


def _link(store: Store, settings: Settings, token: str) -> str:
    from clew.web.console.links import Links
    from clew.web.server import address

    started = None if settings.web.public_url else Links(store, system_clock).find_address()
    return f"{started or address(settings)}/setup?token={token}"


def _say_link(user: User, link: str | None, settings: Settings, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": user.id, "name": user.name, "roles": sorted(user.roles), "link": link})
    elif link is None:
        out.print(f"{user.name} is there; at the first sign-in a second factor is set up")
    else:
        out.print(link)
        out.print(
            f"for {user.name}: hand it over yourself; it is good for {settings.people.setup_hours:g} hours and is "
            "shown this once"
        )


def _words(user: User) -> str:
    return ", ".join(sorted(user.roles)) or "-"


def _ways(user: User, proofs: Proofs) -> str:
    if user.local:
        return "link"
    ways = {
        "password": proofs.password,
        "provider": user.oidc_name is not None,
        "authenticator": proofs.totp,
        "passkeys": proofs.passkeys > 0,
    }
    return ", ".join(way for way, there in ways.items() if there) or "-"


def _state(user: User, proofs: Proofs, setup: Setup | None, at: datetime) -> str:
    if user.disabled_at is not None:
        return f"disabled {user.disabled_at.date()}"
    if user.local or proofs.second_factor:
        return "good"
    if setup is not None and setup.expires_at > at:
        return f"may set up until {iso(setup.expires_at)}"
    return "no way in; see: clew users reset"


def _facts(user: User, proofs: Proofs, setup: Setup | None, at: datetime) -> dict[str, object]:
    open_until = setup.expires_at if setup is not None and setup.expires_at > at else None
    return {
        "id": user.id,
        "name": user.name,
        "roles": sorted(user.roles),
        "local": user.local,
        "oidc": user.oidc_name is not None,
        "password": proofs.password,
        "totp": proofs.totp,
        "passkeys": proofs.passkeys,
        "recovery_codes": proofs.recovery_codes,
        "setup_until": iso(open_until) if open_until else None,
        "disabled_at": iso(user.disabled_at) if user.disabled_at else None,
    }
