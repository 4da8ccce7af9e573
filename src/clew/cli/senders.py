"""`clew senders`: who may send reports, by which credential and how many; and what each sender's reports are worth."""

from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.intake_options import Json, intake_desk
from clew.ground.clock import iso
from clew.pipelines import senders
from clew.pipelines.intake_desk import IntakeDesk
from clew.pipelines.intake_shown import quality_row, sender_row
from clew.records.identifiers import SenderId
from clew.records.intake import IntakeSender, SenderKind, SenderRight
from clew.redact import printable

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Say who may send reports, by which credential and how many; see what each sender's reports are worth.",
)

_Name = Annotated[str, typer.Argument(metavar="SENDER", help="Name or id.", show_default=False)]
_Right = Annotated[
    list[SenderRight] | None, typer.Option("--right", help="submit, update or act; may be repeated; else all.")
]


@app.command("list", epilog="Example: clew senders list --json")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every sender, by name; never a credential."""
    with intake_desk(ctx.obj) as desk, desk.store.read() as reader:
        found = [sender_row(each) for each in reader.senders()]
    if as_json:
        for row in found:
            print_json(row)
        return
    columns = ("name", "kind", "user", "reports_a_day", "blocked", "id")
    heads = ("name", "kind", "user", "a day", "blocked", "id")
    print_table(heads, [[row[name] for name in columns] for row in found], numbers=("a day",))


@app.command(epilog="Example: clew senders add 'Harbour Pictures' --user harbour --a-day 5000")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="As people know it.", show_default=False)],
    kind: Annotated[SenderKind, typer.Option(help="platform, hotline or police.")] = SenderKind.PLATFORM,
    user: Annotated[str | None, typer.Option(help="By which it signs in; without one it cannot.")] = None,
    a_day: Annotated[int | None, typer.Option("--a-day", help="Reports a day at most; else no limit.")] = None,
    contact: Annotated[str | None, typer.Option(help="Address for questions.")] = None,
    right: _Right = None,
    as_json: Json = False,
) -> None:
    """Add a sender; with --user its credential is printed, this once."""
    with intake_desk(ctx.obj) as desk:
        sender, credential = senders.add_sender(
            desk.store,
            name,
            kind,
            actor=command_actor(),
            clock=desk.clock,
            user=user,
            rights=right or list(SenderRight),
            reports_a_day=a_day,
            contact_email=contact,
        )
    _tell(sender, credential, as_json=as_json)


@app.command(epilog="Example: clew senders credential harbour")
def credential(
    ctx: typer.Context,
    sender: _Name,
    user: Annotated[str | None, typer.Option(help="Sign in by this user from now on.")] = None,
    right: _Right = None,
    as_json: Json = False,
) -> None:
    """Make a new credential and print it, this once; the former one is good for nothing."""
    with intake_desk(ctx.obj) as desk:
        who, actor = _id(desk, sender), command_actor()
        changed, made = senders.new_credential(desk.store, who, actor=actor, clock=desk.clock, user=user)
        if right:
            changed = senders.set_rights(desk.store, who, right, actor=actor, clock=desk.clock)
    _tell(changed, made, as_json=as_json)


@app.command(epilog="Examples: clew senders quota harbour --a-day 5000 · clew senders quota harbour --no-limit")
def quota(
    ctx: typer.Context,
    sender: _Name,
    a_day: Annotated[int | None, typer.Option("--a-day", help="Reports a day at most.", min=0)] = None,
    no_limit: Annotated[bool, typer.Option("--no-limit", help="As many as it will.")] = False,
) -> None:
    """Say how many reports a day (UTC) are taken from a sender; what comes over it is told to come later."""
    if (a_day is None) is not no_limit:
        raise typer.BadParameter("give either --a-day or --no-limit")
    with intake_desk(ctx.obj) as desk:
        changed = senders.set_quota(desk.store, _id(desk, sender), a_day, actor=command_actor(), clock=desk.clock)
    told = "without a limit" if changed.reports_a_day is None else f"at most {changed.reports_a_day:,} a day"
    out.print(printable(f"{changed.name}: {told}"))


@app.command(epilog="Example: clew senders block harbour")
def block(ctx: typer.Context, sender: _Name) -> None:
    """Take nothing more from a sender; what is in stays."""
    with intake_desk(ctx.obj) as desk:
        changed = senders.block(desk.store, _id(desk, sender), actor=command_actor(), clock=desk.clock)
    since = iso(changed.blocked_at) if changed.blocked_at else "now"
    out.print(printable(f"{changed.name}: blocked since {since}"))


@app.command(epilog="Example: clew senders unblock harbour")
def unblock(ctx: typer.Context, sender: _Name) -> None:
    """Let a blocked sender send again."""
    with intake_desk(ctx.obj) as desk:
        changed = senders.unblock(desk.store, _id(desk, sender), actor=command_actor(), clock=desk.clock)
    out.print(printable(f"{changed.name}: may send"))


@app.command(epilog="Example: clew senders quality harbour --days 90 --json")
def quality(
    ctx: typer.Context,
    sender: _Name,
    days: Annotated[int, typer.Option(min=1, max=3660, help="Over so many days on which it sent.")] = 30,
    as_json: Json = False,
) -> None:
    """Show what a sender sent, how much of it had gaps or was there already, and what became of its reports."""
    with intake_desk(ctx.obj) as desk, desk.store.read() as reader:
        found = senders.quality_of(reader, senders.find_sender(reader, sender).id, days)
    if as_json:
        print_json(quality_row(found))
        return
    out.print(printable(f"{found.sender.name}: {found.reports:,} reports on its last {len(found.days)} days"))
    out.print(f"  with gaps: {found.incomplete:,}{_share(found.incomplete_share)}")
    out.print(f"  there already: {found.repeated:,}{_share(found.repeated_share)}")
    out.print(f"  over its quota: {found.refused:,}")
    for kind, many in sorted(found.outcomes.items()):
        out.print(f"  became {kind.value}: {many:,}")
    for reason, many in sorted(found.reasons.items()):
        out.print(printable(f"    not actionable, {reason}: {many:,}"))


def _share(share: float | None) -> str:
    return "" if share is None else f" ({share:.1%})"


def _id(desk: IntakeDesk, name: str) -> SenderId:
    with desk.store.read() as reader:
        return senders.find_sender(reader, name).id


def _tell(sender: IntakeSender, credential: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({**sender_row(sender), "credential": credential})
        return
    out.print(printable(f"{sender.name}  {sender.kind.value}  {sender.id}"))
    if credential is not None:
        out.print(f"user        {sender.user}")
        out.print(f"credential  {credential}")
        out.print("It is shown this once; Clew keeps its SHA-256 alone.")
