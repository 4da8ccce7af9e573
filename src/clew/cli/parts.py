"""`clew parts`: what is installed, ours and others'."""

from typing import Annotated

import typer

from clew.cli.console import print_json, print_table
from clew.errors import MissingPartError
from clew.parts import shelf
from clew.pipelines.doctor import SHELVES

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example: clew parts --json")
def parts(*, json: Annotated[bool, typer.Option("--json", help="One JSON line a part.")] = False) -> None:
    """Show every part on every shelf, and whether its library is installed."""
    rows = []
    for name, part in ((each, part) for each in SHELVES for part in shelf.names(each)):
        try:
            shelf.load(name, part, object)
            state = "ready"
        except MissingPartError as error:
            state = str(error)
        rows.append({"shelf": name, "part": part, "state": state})
    if json:
        for row in rows:
            print_json(row)
    else:
        print_table(("shelf", "part", "state"), [tuple(row.values()) for row in rows])
