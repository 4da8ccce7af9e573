"""`clew keys`: make, show and revoke API keys; make a link to sign in to the console."""

import contextlib
from datetime import UTC, datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.ground.clock import iso, system_clock
from clew.pipelines.installation import open_store
from clew.pipelines.keys import create_key, revoke_key
from clew.records.screening import ApiKey, Scope
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Make, show and revoke API keys; make a link to sign in to the console.",
)


@app.command(epilog="Example: clew keys create upload-service --scope screen")
def create(
    ctx: typer.Context,
    label: Annotated[str, typer.Argument(help="What or whom the key is for.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; once for each.")],
    per_minute: Annotated[
        int | None, typer.Option(min=0, help="Contents or calls a minute; 0 is no limit (else web.per_minute).")
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day from which it is good no longer, UTC.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line.")] = False,
) -> None:
    """Make a key and print it. It is shown this once: only its digest is kept."""
    settings: Settings = ctx.obj
    ends = expires.replace(tzinfo=UTC) if expires else None
    limit = settings.web.per_minute if per_minute is None else per_minute
    with contextlib.closing(open_store(settings)) as store:
        key, text = create_key(
            store, label, scope, per_minute=limit, expires_at=ends, actor=command_actor(), clock=system_clock
        )
    if as_json:
        print_json({**_facts(key, system_clock()), "key": text})
        return
    out.print(text)
    out.print(f"for {key.label}: {', '.join(sorted(key.scopes))}. Keep it now: it cannot be shown again.")


@app.command(epilog="Example: clew keys show --json")
def show(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False) -> None:
    """Show every key, newest first, without its secret."""
    at = system_clock()
    store = open_store(ctx.obj)
    try:
        with store.read() as reader:
            keys = reader.keys()
    finally:
        store.close()
    if as_json:
        for key in keys:
            print_json(_facts(key, at))
    elif keys:
        columns = ("id", "label", "scopes", "a minute", "made", "state")
        rows = [
            (
                key.id,
                key.label,
                ", ".join(sorted(key.scopes)),
                key.per_minute or "-",
                key.created_at.date(),
                _state(key, at),
            )
            for key in keys
        ]
        print_table(columns, rows, numbers=("a minute",))
    else:
        out.print("no key yet; make one with: clew keys create LABEL --scope screen")


@app.command(epilog="Example: clew keys revoke 438dbb7ecd")
def revoke(
    ctx: typer.Context, key_id: Annotated[str, typer.Argument(metavar="ID", help="As clew keys show has it.")]
) -> None:
    """Make a key good no longer; running services know within a second."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        revoke_key(store, key_id, actor=command_actor(), clock=system_clock)
    out.print(f"key {key_id} is revoked")


@app.command(epilog="Example: clew keys link")
def link(
    ctx: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            help="Port of the service (else that of the one started last).", min=1, max=65535, show_default=False
        ),
    ] = None,
) -> None:
    """Print a one-time link to sign in to the console of a service that runs; a link made before is good no longer."""
    from clew.web.console.links import Links
    from clew.web.server import address, at

    settings: Settings = ctx.obj
    store = open_store(settings)
    try:
        links = Links(store, system_clock)
        token = links.make(command_actor())
        started = links.find_address() if port is None and not settings.web.public_url else None
    finally:
        store.close()
    place = started or address(at(settings, None, port))
    out.print(f"{place}/signin?token={token}")


def _state(key: ApiKey, at: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at.date()}"
    if key.expires_at is None:
        return "good"
    return f"expired {key.expires_at.date()}" if key.expires_at <= at else f"good until {key.expires_at.date()}"


def _facts(key: ApiKey, at: datetime) -> dict[str, object]:
    return {
        "id": key.id,
        "label": key.label,
        "scopes": sorted(key.scopes),
        "per_minute": key.per_minute,
        "created_at": iso(key.created_at),
        "expires_at": iso(key.expires_at) if key.expires_at else None,
        "revoked_at": iso(key.revoked_at) if key.revoked_at else None,
        "good": key.revoked_at is None and (key.expires_at is None or key.expires_at > at),
    }
