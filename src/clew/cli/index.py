"""`clew index`: how the search index stands; build it, verify it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from clew.cli.console import Progress, out, print_json, print_table, progress
from clew.errors import InputError
from clew.ground.clock import system_clock
from clew.ground.text import count
from clew.matching.live import LiveIndex
from clew.pipelines.installation import open_index, open_store, signal_parts
from clew.records.identifiers import SignalType
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_SOMETHING_DAMAGED = 5


@contextmanager
def _opened(settings: Settings) -> Iterator[LiveIndex]:
    store = open_store(settings)
    try:
        yield open_index(store, settings, signal_parts(), system_clock)
    finally:
        store.close()


@app.callback(invoke_without_command=True)
def index(ctx: typer.Context) -> None:
    """Show, build and verify the search index. It is made from the database and can always be made again."""
    if ctx.invoked_subcommand is None:
        show(ctx)


@app.command(epilog="Example: clew index show")
def show(
    ctx: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="One JSON line a type.")] = False
) -> None:
    """Show how the index of each signal type stands."""
    with _opened(ctx.obj) as live:
        live.follow_once()
        types = live.status().types
    rows = [
        {
            "type": each.signal_type,
            "entries": each.entries,
            "in_memory": each.delta_entries,
            "silenced": each.silenced,
            "segments": each.segments,
            "bytes": each.size_bytes,
            "largest_bucket": each.largest_bucket,
            "generation": each.state.generation if each.state else None,
            "sequence": each.state.sequence if each.state else None,
            "fault": each.fault or None,
        }
        for each in types
    ]
    if json:
        for row in rows:
            print_json(row)
        return
    columns = tuple(rows[0]) if rows else ()
    print_table(columns, [tuple(row.values()) for row in rows], numbers=columns[1:-1])


@app.command(epilog="Example: clew index build pdq")
def build(
    ctx: typer.Context,
    types: Annotated[list[str] | None, typer.Argument(metavar="[TYPE]...", show_default="all")] = None,
) -> None:
    """Build the index anew from the database; what serves meanwhile goes on serving."""
    there = signal_parts()
    unknown = [name for name in types or () if name not in there]
    if unknown:
        raise InputError(f"no signal type '{unknown[0]}'; there are: {', '.join(there)}")
    with _opened(ctx.obj) as live:
        for name in types or there:
            with progress(f"index of {name}") as shown:

                def tell(done: int, total: int, shown: Progress = shown) -> None:
                    shown.advance(done - shown.done, total=total)

                live.build(SignalType(name), tell)
            entries = next(each.entries for each in live.status().types if each.signal_type == name)
            out.print(f"{name}: {count(entries, 'entry', 'entries')}")


@app.command(epilog="Example: clew index verify")
def verify(ctx: typer.Context) -> int:
    """Read every segment whole; a damaged one is set aside and built anew at the next start."""
    with _opened(ctx.obj) as live:
        live.ready()
        faults = live.verify()
    for fault in faults:
        out.print(fault)
    if not faults:
        out.print("every segment is whole")
    return _SOMETHING_DAMAGED if faults else 0
