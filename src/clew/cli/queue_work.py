"""`clew queue list`, `next`, `claim`, `release`, `decide`, `undo`, `outcome`: the queue worked without the console."""

from datetime import datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.cli.queue_options import DATES, holder, moment, queue_desk, said
from clew.errors import NotFoundError
from clew.parts.stores._triage import PlaceFilter
from clew.pipelines.outcomes import record_outcome
from clew.pipelines.work_queue import claim as claim_place
from clew.pipelines.work_queue import decide as decide_place
from clew.pipelines.work_queue import release as release_place
from clew.pipelines.work_queue import take_next
from clew.pipelines.work_queue import undo as undo_decision
from clew.records.identifiers import IntakeNumber, PlaceId
from clew.records.triage import Place, PlaceState
from clew.records.worked import CloseReason, OutcomeKind, PlaceAct
from clew.triage.score import chance_of

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_COLUMNS = ("place", "ahead", "chance", "complete", "reports", "copies", "since (UTC)", "state", "new")
Number = Annotated[int, typer.Argument(metavar="PLACE", help="Id of the place.", min=1)]
Token = Annotated[int, typer.Option("--token", help="Of the claim, as `next` and `claim` print it.")]


@app.command(name="list", epilog="Examples: clew queue list --urgent · clew queue list --state second-look --json")
def list_(
    ctx: typer.Context,
    state: Annotated[list[PlaceState] | None, typer.Option(help="Only this state; may be repeated.")] = None,
    urgent: Annotated[bool, typer.Option("--urgent", help="Only what stands ahead of every score.")] = False,
    country: Annotated[str | None, typer.Option(help="Only of this country, ISO 3166 letters.")] = None,
    language: Annotated[str | None, typer.Option(help="Only of this language.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show places in the order in which they are worked, without names and words."""
    some = PlaceFilter(override=True if urgent else None, country=country, language=language, limit=limit)
    wanted = PlaceFilter(
        states=frozenset(state or some.states), override=some.override, country=country, language=language, limit=limit
    )
    with queue_desk(ctx.obj) as desk, desk.store.read() as reader:
        found, counts = reader.places(wanted), reader.queue_counts()
    if as_json:
        for place in found:
            print_json(said(place))
        return
    if found:
        print_table(_COLUMNS, [_row(place) for place in found], numbers=("chance", "complete", "reports", "copies"))
    out.print(
        f"{counts.waiting:,} wait, {counts.urgent:,} of them ahead of every score; {counts.claimed:,} are held, "
        f"{counts.second_looks:,} wait for a second look"
    )


@app.command(name="next", epilog="Example: clew queue next --json")
def next_(ctx: typer.Context, as_json: Json = False) -> None:
    """Take what comes next by the rule of the queue, and hold it."""
    with queue_desk(ctx.obj) as desk:
        place = take_next(desk, holder(), actor=command_actor())
    if place is None:
        raise NotFoundError("nothing waits; reports come in by `clew intake` and the interface for senders")
    _show(place, as_json=as_json)


@app.command(epilog="Example: clew queue claim 4711")
def claim(ctx: typer.Context, place: Number, as_json: Json = False) -> None:
    """Hold a place that was picked by hand."""
    with queue_desk(ctx.obj) as desk:
        held = claim_place(desk, PlaceId(place), holder(), actor=command_actor())
    _show(held, as_json=as_json)


@app.command(epilog="Example: clew queue release 4711 --token 2")
def release(ctx: typer.Context, place: Number, token: Token) -> None:
    """Let a held place wait again where it stood."""
    with queue_desk(ctx.obj) as desk:
        release_place(desk, PlaceId(place), token, actor=command_actor())
    out.print(f"place {place} waits again where it stood")


@app.command(epilog="Example: clew queue decide 4711 close --token 2 --reason viral --not-urgent")
def decide(
    ctx: typer.Context,
    place: Number,
    act: Annotated[PlaceAct, typer.Argument(help="What is done with it.")],
    token: Token,
    reason: Annotated[CloseReason | None, typer.Option(help="Of a close.")] = None,
    urgent: Annotated[
        bool | None, typer.Option("--urgent/--not-urgent", help="Whether a child was in danger, as you judge.")
    ] = None,
    note: Annotated[str, typer.Option(help="Words for whoever looks later.")] = "",
) -> None:
    """Decide about a held place; what stood ahead of every score is lowered only by two people."""
    with queue_desk(ctx.obj) as desk:
        decision = decide_place(
            desk,
            PlaceId(place),
            token,
            holder(),
            act,
            actor=command_actor(),
            reason=reason,
            urgent=urgent,
            note=note,
        )
    left = "waits for another person's look" if decision.pending else f"is decided: {act.value}"
    out.print(f"place {place} {left}; to take it back: clew queue undo {decision.id}")


@app.command(epilog="Example: clew queue undo 01JX2V8Q4M5N6P7R8S9T0V1W2X")
def undo(
    ctx: typer.Context, decision: Annotated[str, typer.Argument(metavar="DECISION", help="Id of the decision.")]
) -> None:
    """Take the last decision about a place back; it waits where it stood before."""
    with queue_desk(ctx.obj) as desk:
        place = undo_decision(desk, decision, holder(), actor=command_actor())
    out.print(f"place {place.id} waits again")


@app.command(epilog="Example: clew queue outcome 4711 not-actionable --reason no-time --source 'harbour unit'")
def outcome(
    ctx: typer.Context,
    place: Number,
    kind: Annotated[OutcomeKind, typer.Argument(help="What became of it.")],
    at: Annotated[
        datetime | None, typer.Option(formats=DATES, help="When; now, unless said. UTC without an offset.")
    ] = None,
    report: Annotated[int | None, typer.Option(help="Of this one report alone.", min=1)] = None,
    reason: Annotated[str | None, typer.Option(help="Why it was not actionable, such as no-time.")] = None,
    source: Annotated[str, typer.Option(help="Who told: an agency or a unit.")] = "",
) -> None:
    """Record what became of a place: it flows to the score's model and to its senders' quality."""
    with queue_desk(ctx.obj) as desk:
        told = record_outcome(
            desk,
            PlaceId(place),
            kind,
            actor=command_actor(),
            at=desk.clock() if at is None else moment(at),
            number=None if report is None else IntakeNumber(report),
            reason=reason,
            source=source,
        )
    out.print(f"outcome {told.id} of place {place} is recorded")


def _show(place: Place, *, as_json: bool) -> None:
    if as_json:
        print_json({**said(place), "factors": [[each.name, round(each.weight, 4)] for each in place.risk.factors]})
        return
    until = "" if place.lease_until is None else f", until {place.lease_until:%H:%M} UTC"
    out.print(f"place {place.id} is yours{until}; its token is {place.token}")
    for each in place.overrides:
        out.print(f"ahead of every score: {each.kind.value}, report {each.number}")
    for factor in place.risk.factors:
        out.print(f"{factor.weight:+.2f}  {factor.name}")
    out.print(f"complete: {place.completeness.figure} of 100; missing: {', '.join(_gaps(place)) or 'nothing'}")


def _gaps(place: Place) -> list[str]:
    return [gap.because for gap in place.completeness.gaps]


def _row(place: Place) -> tuple[str, ...]:
    return (
        str(place.id),
        ", ".join(each.kind.value for each in place.overrides),
        f"{chance_of(place.score):.4f}",
        str(place.completeness.figure),
        f"{place.reports:,}",
        f"{place.copies:,}",
        f"{place.since:%Y-%m-%d %H:%M}",
        place.state.value,
        "" if place.newest is None else place.newest.value,
    )
