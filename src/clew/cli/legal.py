"""`clew legal`: record on what ground something is done that is off until it has one."""

import contextlib
from datetime import datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json
from clew.cli.list_options import Json, Since, Until, Yes, confirm, utc
from clew.cli.list_shown import basis_json, basis_state
from clew.errors import InputError
from clew.ground.clock import iso, system_clock
from clew.pipelines import legal
from clew.pipelines.installation import open_store
from clew.records.screening import Purpose, PurposeBasis

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Record the legal basis of what is off until it has one.",
)

_Purpose = Annotated[Purpose, typer.Argument(help="What needs the basis.", show_default=False)]


@app.command(epilog="Example: clew legal show --json")
def show(ctx: typer.Context, json: Json = False) -> None:
    """Show what is on and on what ground, and what is off."""
    at = system_clock()
    with contextlib.closing(open_store(ctx.obj)) as store:
        for purpose, recorded in legal.purposes(store).items():
            _show(purpose, recorded, at, as_json=json)


@app.command(
    "set",
    epilog="""Example:

clew legal set private-messages --basis "Statute and article, as counsel words it" --since 2026-03-01
--until 2027-03-01""",
)
def set_(
    ctx: typer.Context,
    purpose: _Purpose,
    basis: Annotated[str, typer.Option(help="Statute, contract or consent, in words.", show_default=False)],
    since: Since = None,
    until: Until = None,
    json: Json = False,
) -> None:
    """Record the ground of a purpose; it is on while the ground is in force, and stops when it ends."""
    begins = utc(since)
    if begins is None:
        raise InputError("a legal basis has a date: say from when it holds, as in --since 2026-03-01")
    with contextlib.closing(open_store(ctx.obj)) as store:
        recorded = legal.record_basis(
            store, purpose, text=basis, since=begins, until=utc(until), actor=command_actor(), clock=system_clock
        )
    _show(purpose, recorded, system_clock(), as_json=json)


@app.command(epilog="Example: clew legal end private-messages --yes")
def end(ctx: typer.Context, purpose: _Purpose, yes: Yes = False, json: Json = False) -> None:
    """End the ground of a purpose now: what it allowed is off."""
    confirm(f"End the legal basis of {purpose} now?", yes=yes)
    with contextlib.closing(open_store(ctx.obj)) as store:
        recorded = legal.end_basis(store, purpose, actor=command_actor(), clock=system_clock)
    _show(purpose, recorded, system_clock(), as_json=json)


def _show(purpose: Purpose, recorded: PurposeBasis | None, at: datetime, *, as_json: bool) -> None:
    on = recorded is not None and recorded.basis.holds(at)
    if as_json:
        told = None
        if recorded is not None:
            told = basis_json(recorded.basis, at)
            told |= {"recorded_by": recorded.recorded_by, "recorded_at": iso(recorded.recorded_at)}
        print_json({"purpose": purpose.value, "on": on, "legal_basis": told})
    elif recorded is None:
        out.print(f"{purpose.value}: off; no legal basis is recorded")
    else:
        state, who = basis_state(recorded.basis, at), recorded.recorded_by
        out.print(f"{purpose.value}: {'on' if on else 'off'}; {state}: {recorded.basis.text}")
        out.print(f"  recorded by {who} at {iso(recorded.recorded_at)}")
