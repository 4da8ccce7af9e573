"""`clew queue audit`, `learn`, `models`, `card`, `put-model`: what the queue misses, and what its score learns."""

from datetime import datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.cli.queue_options import DATES, moment, queue_desk
from clew.errors import MissingPartError
from clew.ground.clock import iso
from clew.pipelines.models import get_model, put_in_force
from clew.pipelines.models import models as all_models
from clew.pipelines.unreached import measure_misses
from clew.triage.model_card import card_page

app = typer.Typer(add_completion=False, rich_markup_mode=None)

Version = Annotated[str, typer.Argument(metavar="VERSION", help="Of the model, as `clew queue models` shows it.")]


@app.command(epilog="Example: clew queue audit --since 2026-10-01 --until 2026-11-01")
def audit(
    ctx: typer.Context,
    since: Annotated[datetime, typer.Option(formats=DATES, help="First day, UTC.")],
    until: Annotated[datetime, typer.Option(formats=DATES, help="The day after the last, UTC.")],
    as_json: Json = False,
) -> None:
    """Say how many urgent places nobody reached in time, by the audit's looks, with a 95 % interval."""
    with queue_desk(ctx.obj) as desk, desk.store.read() as reader:
        found = measure_misses(reader, moment(since), moment(until))
    if as_json:
        told = {
            name: getattr(found, name) for name in ("reports", "looked_at", "found", "missed", "rate", "low", "high")
        }
        print_json({"since": iso(moment(since)), "until": iso(moment(until)), **told})
        return
    out.print(f"{found.reports:,} places were not reached in time; the audit looked at {found.looked_at:,} of them")
    out.print(f"urgent among those: {found.found}; estimated among all: {found.missed:,.1f}")
    out.print(f"miss rate: {found.rate:.5f}, 95 % interval {found.low:.5f} to {found.high:.5f}")


@app.command(epilog="Example: clew queue learn")
def learn(ctx: typer.Context, as_json: Json = False) -> None:
    """Learn weights from the recorded outcomes; the model waits until a person puts it into force."""
    try:
        from clew.pipelines.learning import learn as learn_weights
    except ModuleNotFoundError as error:
        raise MissingPartError("learning needs scikit-learn: install clew with the extra 'calibration'") from error

    with queue_desk(ctx.obj) as desk:
        learnt = learn_weights(desk, actor=command_actor())
    if as_json:
        told = {"version": learnt.model.version, "auc": learnt.judged.auc, "brier": learnt.judged.brier}
        print_json({**told, "auc_before": learnt.before.auc, "brier_before": learnt.before.brier})
        return
    out.print(f"learnt: {learnt.model.version}, from {learnt.learnt_from:,} places")
    out.print(f"on newer outcomes: area {learnt.judged.auc:.3f} (before {learnt.before.auc:.3f}), ", end="")
    out.print(f"Brier {learnt.judged.brier:.4f} (before {learnt.before.brier:.4f})")
    out.print(f"read its card, then put it into force: clew queue card {learnt.model.version}")


@app.command(epilog="Example: clew queue models")
def models(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the score's models, and which is in force."""
    with queue_desk(ctx.obj) as desk:
        found = all_models(desk)
    in_force = next((each.version for each in found if each.in_force_since is not None), found[-1].version)
    if as_json:
        for each in found:
            since = None if each.in_force_since is None else iso(each.in_force_since)
            print_json(
                {
                    "version": each.version,
                    "made": iso(each.made_at),
                    "in_force": each.version == in_force,
                    "since": since,
                }
            )
        return
    rows = [
        (each.version, f"{each.made_at:%Y-%m-%d}", "in force" if each.version == in_force else "", each.put_by or "")
        for each in found
    ]
    print_table(("model", "made", "state", "put by"), rows)


@app.command(epilog="Example: clew queue card prior-2026-11")
def card(ctx: typer.Context, version: Version, as_json: Json = False) -> None:
    """Show a model's card: what it was learnt from, how well it does, for whom worse, and its limits."""
    with queue_desk(ctx.obj) as desk:
        model = get_model(desk, version)
    typer.echo(model.card if as_json else card_page(model))


@app.command(name="put-model", epilog="Example: clew queue put-model learnt-2026-12-01")
def put_model(ctx: typer.Context, version: Version) -> None:
    """Put a model into force, having read its card; every place is weighed by it, new ones at once."""
    with queue_desk(ctx.obj) as desk:
        changed = put_in_force(desk, version, actor=command_actor())
    out.print(f"{version} is in force; places weighed anew: {changed:,}")
