"""`clew lists`: import, show, export, change and remove lists of known hashes."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import list_changes, list_options, list_shown
from clew.cli.console import progress
from clew.cli.list_options import SomeUnusable, claim, desk
from clew.pipelines.list_exports import export_list
from clew.pipelines.list_forms import get_exchange
from clew.pipelines.list_imports import Asked, import_file
from clew.pipelines.lists import get_list
from clew.records.identifiers import ListName
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Import, show, export, change and remove lists of known hashes.",
)

_SHOWN_FAULTS = 1_000

_Format = Annotated[str | None, typer.Option("--format", help="csv, jsonlines or vics; else found by content.")]
_Region = Annotated[
    str | None, typer.Option("--region", help="Whose categories a VICS file uses, such as US, where it does not say.")
]


@app.command(
    "import",
    epilog="""Examples:

clew lists import hashes.csv --list national-a --source ncmec --kind clearinghouse --jurisdiction US
--legal-basis "Hash sharing agreement of 1 March 2026" --since 2026-03-01 --vetted

clew lists import more.jsonl --list national-a

Ends with 6 when some rows could not be used; they are counted and named, the others are on the list. An import that
was stopped is run again with the same command.""",
)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV, JSON lines or VICS file.", show_default=False)],
    name: Annotated[str, typer.Option("--list", help="The list; made when it is new.", show_default=False)],
    source: list_options.SourceName = None,
    kind: list_options.Kind = None,
    jurisdiction: list_options.Jurisdiction = None,
    legal_basis: list_options.Basis = None,
    since: list_options.Since = None,
    until: list_options.Until = None,
    right: list_options.Rights = None,
    vetted: Annotated[
        bool | None,
        typer.Option("--vetted/--unvetted", help="A new list: has a person confirmed each entry?", show_default=False),
    ] = None,
    form: _Format = None,
    region: _Region = None,
    uncategorised: Annotated[
        bool, typer.Option(help="Take also VICS records that nobody has judged, as unvetted.")
    ] = False,
    json: list_options.Json = False,
) -> int:
    """Bring the entries of a file onto a list."""
    asked = Asked(
        source=claim(source, kind, jurisdiction, legal_basis, since, until, right),
        vetted=vetted,
        format=form,
        region=region,
        uncategorised=uncategorised,
    )
    size_bytes = file.stat().st_size if file.is_file() else 0
    with desk(ctx) as it, progress(f"importing {file.name}") as bar:

        def advance(rows: int, read_bytes: int) -> None:
            bar.advance(rows - bar.done, total=rows * size_bytes // read_bytes if read_bytes else None)

        outcome = import_file(
            it.store,
            file,
            ListName(name),
            asked,
            signals=it.signals,
            actor=it.actor,
            clock=it.clock,
            advance=advance,
        )
    list_shown.show_import(outcome, as_json=json)
    return SomeUnusable if outcome.faults else 0


@app.command(
    epilog="""Examples:

clew lists show

clew lists show national-a --faults"""
)
def show(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One list; else all.", show_default=False)] = None,
    faults: Annotated[bool, typer.Option("--faults", help="Also the rows that the last import could not use.")] = False,
    json: list_options.Json = False,
) -> None:
    """Show size, age, source, rights and legal basis of lists, and what went wrong when they came."""
    with desk(ctx) as it, it.store.read() as reader:
        at = it.clock()
        asked = None if name is None else get_list(reader, ListName(name))
        states = [each for each in reader.list_states(at) if asked is None or each.hash_list.id == asked.id]
        if asked is None:
            list_shown.show_lists(states, at, as_json=json)
        else:
            list_shown.show_list(states[0], it.signals, at, as_json=json)
        for state in states if faults else ():
            rows = reader.import_faults(state.hash_list.id, _SHOWN_FAULTS)
            list_shown.show_faults(state, rows, as_json=json)


@app.command(
    epilog="""Examples:

clew lists export national-a --format csv --out national-a.csv

clew lists export national-a --format jsonlines --out - | wc -l

clew lists export national-a --format vics --region US --out national-a.json

Needs the right `export` of the list's source. Ends with 6 when the format could not bear some entries."""
)
def export(
    ctx: typer.Context,
    name: list_options.Name,
    form: Annotated[str, typer.Option("--format", help="csv, jsonlines or vics.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The file to write; - is standard output.", show_default=False)],
    region: _Region = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    json: list_options.Json = False,
) -> int:
    """Write a list to a file, whole or not at all, readable by its owner only."""
    part = get_exchange(form)
    settings: Settings = ctx.obj
    streamed = out == Path("-")
    with desk(ctx) as it, progress(f"exporting {name}") as bar:
        outcome = export_list(
            it.store,
            ListName(name),
            settings.data_dir if streamed else out,
            out=sys.stdout.buffer if streamed else None,
            part=part,
            region=region,
            force=force,
            actor=it.actor,
            clock=it.clock,
            advance=lambda entries: bar.advance(entries - bar.done),
        )
    list_shown.show_export(outcome, as_json=json)
    return SomeUnusable if outcome.left_out else 0


app.add_typer(list_changes.app)
