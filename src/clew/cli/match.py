"""`clew match`: look hashes up on the lists."""

import sys
from typing import Annotated

import typer

from clew.cli.console import err, print_json
from clew.ground.text import count
from clew.pipelines.installation import open_installation
from clew.pipelines.lookups import LookedUp, look_up
from clew.records.identifiers import ListName

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_HITS, _SOME_UNUSABLE = 1, 6


@app.command(
    epilog="""Example: printf 'md5 0cc175b9c0f1b6a831c399e269772661' | clew match --list national-a

Ends with 0 when nothing matched, 1 when something did, 6 when nothing did but some lines could not be read."""
)
def match(
    ctx: typer.Context,
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="Search this list only; may be repeated.", show_default="all")
    ] = None,
    limit: Annotated[int, typer.Option(help="Most matches shown for a line; all are counted.", min=1)] = 100,
) -> int:
    """Look up hashes from standard input, one `type value` a line; a JSON line for each.

    Nothing is counted as screened and no hit is made.
    """
    matched = faults = 0
    with open_installation(ctx.obj) as installation:
        names = [ListName(each) for each in lists or ()]
        for each in look_up(installation, sys.stdin.buffer, lists=names, limit=limit):
            matched += bool(each.matches)
            faults += each.fault is not None
            print_json(_line(each))
    if faults:
        lines = count(faults, "line could not be read; it", "lines could not be read; each")
        err.print(f"clew match: {lines} is answered with its fault")
    return _HITS if matched else _SOME_UNUSABLE if faults else 0


def _line(each: LookedUp) -> dict[str, object]:
    from clew.web.api.screen_shapes import say_index, say_match

    if each.signal is None:
        return {"line": each.line, "error": each.fault}
    return {
        "query": each.signal.value.hex(),
        "type": each.signal.type,
        "matches": [say_match(it) for it in each.matches],
        "total_matches": each.total_matches,
        "index": say_index(each.index) if each.index else None,
    }
