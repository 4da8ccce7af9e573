"""`clew referrals`: what was referred to whom, and what became of it."""

import contextlib
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.ground.clock import iso, system_clock
from clew.parts.stores._routing import ReferralFilter
from clew.pipelines.installation import open_store
from clew.pipelines.referring import mark_referral
from clew.records.identifiers import IntakeNumber, RecipientId, ReferralId
from clew.records.referral import Referral, ReferralState

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Show what was referred to whom, and say what became of it.",
)


@app.command("list", epilog="Example: clew referrals list --to nl-desk")
def list_(
    ctx: typer.Context,
    to: Annotated[str | None, typer.Option("--to", help="Only to this recipient.", show_default=False)] = None,
    report: Annotated[int | None, typer.Option(help="Only those that hold this report.", show_default=False)] = None,
    state: Annotated[ReferralState | None, typer.Option(help="Only those in this state.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    json: Json = False,
) -> None:
    """List referrals, newest first."""
    wanted = ReferralFilter(
        recipient_id=None if to is None else RecipientId(to),
        number=None if report is None else IntakeNumber(report),
        state=state,
        limit=limit,
    )
    with contextlib.closing(open_store(ctx.obj)) as store, store.read() as reader:
        found = reader.referrals(wanted)
    if json:
        for each in found:
            print_json(_json(each))
        return
    rows = [
        (each.id, each.recipient_id, len(each.numbers), each.state, iso(each.state_at), each.state_by) for each in found
    ]
    print_table(("referral", "to", "reports", "state", "since", "by"), rows, numbers=("reports",))


@app.command(epilog='Example: clew referrals mark 01KA2VJ5T0M3N4P5Q6R7S8T9V0 sent --told "by their portal"')
def mark(
    ctx: typer.Context,
    referral: Annotated[str, typer.Argument(help="As clew referrals list has it.", show_default=False)],
    state: Annotated[ReferralState, typer.Argument(help="What it has become.", show_default=False)],
    told: Annotated[str, typer.Option(help="What is known of it, in a line.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Say what has become of a referral: sent, received, returned (not theirs), withdrawn."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        actor = command_actor()
        changed = mark_referral(store, ReferralId(referral), state, told=told, actor=actor, clock=system_clock)
    if json:
        print_json(_json(changed))
    else:
        out.print(f"{changed.id}: {changed.state}")


def _json(referral: Referral) -> dict[str, object]:
    return {
        "referral": referral.id,
        "to": referral.recipient_id,
        "reports": list(referral.numbers),
        "cluster": referral.cluster_id,
        "package": referral.package,
        "sha256": referral.digest.hex(),
        "made_at": iso(referral.made_at),
        "made_by": referral.made_by,
        "because": referral.because,
        "state": referral.state,
        "state_at": iso(referral.state_at),
        "state_by": referral.state_by,
        "told": referral.told,
    }
