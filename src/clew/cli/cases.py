"""`clew cases`: see which reports were linked and why; split, merge and undo."""

import contextlib
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from clew.cli.actor import command_actor
from clew.cli.cases_shown import show_cluster, show_hubs, show_path, show_suggestions, show_touched
from clew.cli.list_options import Json
from clew.cli.queue_options import queue_desk
from clew.ground.clock import system_clock
from clew.parts.stores.base import UnitOfWork
from clew.pipelines import linking, linking_shown
from clew.pipelines.installation import open_store
from clew.pipelines.ordering import change_links
from clew.records.identifiers import ClusterId, IntakeNumber, SuggestionId
from clew.records.mention import IdentifierKind

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="See which reports were linked and why; split, merge and undo.",
)

_Report = Annotated[int, typer.Argument(help="Number of a report.", show_default=False)]
_Other = Annotated[int, typer.Argument(help="Number of another report.", show_default=False)]
_Reason = Annotated[str, typer.Option(help="Why, in words; it stands in the history.", show_default=False)]
_Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")]


@app.command(epilog="Example: clew cases show 4711")
def show(ctx: typer.Context, report: _Report, json: Json = False) -> None:
    """Show the cluster that a report is in: its reports, what joins them, and its history."""
    page = _done(
        ctx,
        lambda unit: linking_shown.cluster_page(unit, IntakeNumber(report), by=command_actor(), at=system_clock()),
    )
    show_cluster(page, as_json=json)


@app.command(epilog="Example: clew cases why 4711 4802")
def why(ctx: typer.Context, report: _Report, other: _Other, json: Json = False) -> None:
    """Show why two reports are together: the strongest way between them, its weakest link marked."""
    left, right = IntakeNumber(report), IntakeNumber(other)
    path = _done(ctx, lambda unit: linking_shown.explained(unit, left, right, by=command_actor(), at=system_clock()))
    show_path(path, as_json=json)


@app.command(epilog='Example: clew cases split 4711 phone +999123 --reason "his sister\'s telephone"')
def split(
    ctx: typer.Context,
    report: _Report,
    kind: Annotated[IdentifierKind, typer.Argument(help="Kind of the identifier.", show_default=False)],
    value: Annotated[str, typer.Argument(help="The identifier, as `show` writes it.", show_default=False)],
    reason: _Reason,
    json: Json = False,
) -> None:
    """Let an identifier no longer join a report to anybody; the sides stay apart."""
    touched = _changed(ctx, lambda unit: linking.split(unit, IntakeNumber(report), (kind, value), _act(reason)))
    show_touched(touched, as_json=json)


@app.command("take-out", epilog='Example: clew cases take-out 4711 4713 --reason "another person, says the officer"')
def take_out(
    ctx: typer.Context,
    reports: Annotated[list[int], typer.Argument(help="Reports of one cluster.", show_default=False)],
    reason: _Reason,
    json: Json = False,
) -> None:
    """Take reports out of their cluster together; the sides stay apart."""
    numbers = [IntakeNumber(report) for report in reports]
    show_touched(_changed(ctx, lambda unit: linking.take_out(unit, numbers, _act(reason))), as_json=json)


@app.command(epilog='Example: clew cases merge 4711 5120 --reason "one address, says the landlord"')
def merge(ctx: typer.Context, report: _Report, other: _Other, reason: _Reason, json: Json = False) -> None:
    """Make the clusters of two reports one."""
    left, right = IntakeNumber(report), IntakeNumber(other)
    show_touched(_changed(ctx, lambda unit: linking.join(unit, left, right, _act(reason))), as_json=json)


@app.command(epilog='Example: clew cases undo 17 --reason "split by mistake"')
def undo(
    ctx: typer.Context,
    change: Annotated[int, typer.Argument(help="Number of the change, as the history says.", show_default=False)],
    reason: _Reason,
    json: Json = False,
) -> None:
    """Take a person's change back; what it changed is as it was before it."""
    show_touched(_changed(ctx, lambda unit: linking.undo(unit, change, _act(reason))), as_json=json)


@app.command(epilog="Example: clew cases suggestions --json")
def suggestions(ctx: typer.Context, limit: _Limit = 50, json: Json = False) -> None:
    """Show pairs of reports that a person may join, the likeliest first."""
    with contextlib.closing(open_store(ctx.obj)) as store, store.read() as reader:
        show_suggestions(reader.link_suggestions(limit), as_json=json)


@app.command(epilog='Example: clew cases decide 01KA1V0000000000000000000 --refuse --reason "other town"')
def decide(
    ctx: typer.Context,
    suggestion: Annotated[str, typer.Argument(help="Id of the suggestion.", show_default=False)],
    accept: Annotated[bool, typer.Option("--accept/--refuse", help="Join the two, or leave them.", show_default=False)],
    reason: _Reason,
    json: Json = False,
) -> None:
    """Say whether two suggested reports tell of one subject."""
    which = SuggestionId(suggestion)
    _changed(ctx, lambda unit: linking.decide(unit, which, accepted=accept, act=_act(reason)))
    show_suggestions([_done(ctx, lambda unit: unit.get_link_suggestion(which))], as_json=json)


@app.command(epilog="Example: clew cases hubs --limit 20")
def hubs(ctx: typer.Context, limit: _Limit = 50, json: Json = False) -> None:
    """Show identifiers that are several people's and join nothing, and why."""
    show_hubs(
        _done(ctx, lambda unit: linking_shown.hubs(unit, limit, by=command_actor(), at=system_clock())), as_json=json
    )


def _act(reason: str) -> linking.Act:
    return linking.Act(by=command_actor(), at=system_clock(), reason=reason)


def _done(ctx: typer.Context, work: Callable[[UnitOfWork], T]) -> T:
    """The work of one transaction, with its line in the audit log."""
    with contextlib.closing(open_store(ctx.obj)) as store:
        return store.transact(work)


def _changed(ctx: typer.Context, change: Callable[[UnitOfWork], set[ClusterId]]) -> set[ClusterId]:
    """The change of links, and the places of all that it moved."""
    with queue_desk(ctx.obj) as desk:
        return change_links(desk, change)
