"""`clew recipients`: the table of those who take referrals."""

import contextlib
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.ground.clock import system_clock
from clew.ground.text import count
from clew.pipelines import recipients
from clew.pipelines.installation import open_store
from clew.pipelines.recipient_files import FORMS, form_text
from clew.records.identifiers import RecipientId
from clew.records.referral import ReferralRecipient

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Keep the table of those who take referrals.",
)


@app.command("import", epilog="Example: clew recipients import recipients.toml")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="TOML or CSV file.", dir_okay=False, show_default=False)],
    json: Json = False,
) -> None:
    """Take recipients from a file: new ones are added, known ones replaced, others stay as they are."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        done = recipients.import_recipients(store, file, actor=command_actor(), clock=system_clock)
    if json:
        print_json(asdict(done))
        return
    out.print(f"{count(done.added, 'recipient')} added, {done.changed:,} changed, {done.unchanged:,} as they were")
    out.print("see what they lack: clew recipients check")


@app.command("list", epilog="Example: clew recipients list --country US")
def list_(
    ctx: typer.Context,
    country: Annotated[
        str | None, typer.Option(help="Only of this country, ISO 3166-1 alpha-2.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """List recipients by country and region, and whether each can be used today."""
    day = system_clock().date()
    with contextlib.closing(open_store(ctx.obj)) as store, store.read() as reader:
        found = reader.recipients([country.upper()] if country else None)
    if json:
        for each in found:
            print_json(_json(each) | {"lacks": each.lacks(day), "stale": each.stale(day)})
        return
    rows = [
        (each.id, each.country, each.region or "-", each.county or "-", each.kind, _state(each), each.name)
        for each in found
    ]
    print_table(("recipient", "country", "region", "county", "kind", "today", "name"), rows)


@app.command(epilog="Example: clew recipients show us-wy")
def show(
    ctx: typer.Context,
    recipient: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    json: Json = False,
) -> None:
    """Show one recipient with all that is recorded of it."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        found = recipients.get_recipient(store, RecipientId(recipient))
    lacks = found.lacks(system_clock().date())
    if json:
        print_json(_json(found) | {"lacks": lacks})
        return
    for name, value in _json(found).items():
        shown = " ".join(value) if isinstance(value, list) else value
        out.print(f"{name.replace('_', ' '):14} {'-' if shown in {None, ''} else shown}")
    out.print(f"{'today':14} {'; '.join(lacks) or 'can be used'}")


@app.command(epilog="Example: clew recipients check")
def check(ctx: typer.Context, json: Json = False) -> None:
    """Name the recipients that cannot be used and why, contacts confirmed over a year ago, countries without any.

    Ends with code 6 when something was found.
    """
    with contextlib.closing(open_store(ctx.obj)) as store:
        found = recipients.check_recipients(store, system_clock().date())
    if json:
        for each in found:
            print_json(asdict(each))
    elif found:
        rows = [(each.concern, each.recipient_id, each.country, each.told) for each in found]
        print_table(("concern", "recipient", "country", "what"), rows)
    else:
        out.print("nothing found")
    if found:
        raise typer.Exit(6)


@app.command(epilog="Example: clew recipients form us-task-forces > us.toml")
def form(
    name: Annotated[str, typer.Argument(help=f"Which: {', '.join(FORMS)}.", show_default=False)],
) -> None:
    """Print a form to be completed: the structure of known recipients, without any contact."""
    sys.stdout.write(form_text(name))


def _state(recipient: ReferralRecipient) -> str:
    day = system_clock().date()
    if lacks := recipient.lacks(day):
        return f"not usable ({len(lacks)})"
    return "confirm again" if recipient.stale(day) else "usable"


def _json(recipient: ReferralRecipient) -> dict[str, object]:
    fields = asdict(recipient)
    for name in ("valid_from", "valid_until", "confirmed_at"):
        fields[name] = fields[name] and fields[name].isoformat()
    return fields | {"takes": sorted(recipient.takes)}
