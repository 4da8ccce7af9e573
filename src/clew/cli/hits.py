"""`clew hits`: what screening found, newest first."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.ground.clock import system_clock
from clew.ground.text import count
from clew.parts.stores.base import HitFilter
from clew.pipelines.audit import note_read
from clew.pipelines.installation import open_store
from clew.pipelines.lists import get_list
from clew.records.hashlist import Action
from clew.records.identifiers import HitId, ListName
from clew.records.match import Hit

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="Examples: clew hits · clew hits --action block · clew hits --list national-a --json · clew hits 01JX..."
)
def hits(
    ctx: typer.Context,
    hit_id: Annotated[str | None, typer.Argument(metavar="ID", help="One hit, with its matches.")] = None,
    list_name: Annotated[str | None, typer.Option("--list", help="Only hits with a match on this list.")] = None,
    action: Annotated[Action | None, typer.Option(help="Only hits that led to this.")] = None,
    exact: Annotated[bool | None, typer.Option("--exact/--near", help="Only exact matches, or only others.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Not before this day, UTC.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, with references and whole hashes.")] = False,
) -> None:
    """Show what screening found. A reference, which may point at a person, is shown for one hit or with --json."""
    store = open_store(ctx.obj)
    try:
        with store.read() as reader:
            if hit_id is not None:
                found, total = [reader.get_hit(HitId(hit_id))], 1
            else:
                wanted = HitFilter(
                    list_id=get_list(reader, ListName(list_name)).id if list_name is not None else None,
                    action=action,
                    exact=exact,
                    since=since.replace(tzinfo=UTC) if since else None,
                    limit=limit,
                )
                found, total = reader.hits(wanted), reader.count_hits(wanted)
        # A whole hit, with the platform's reference, is what --json prints as well.
        act, subject = ("hits.read", "hits") if hit_id is None else ("hit.open", f"hit:{found[0].id}")
        note_read(
            store, actor=command_actor(), act=act, subject=subject, clock=system_clock, facts={"shown": len(found)}
        )
    finally:
        store.close()
    if as_json:
        _print_json(found)
    elif hit_id is not None:
        _print_hit(found[0])
    elif found:
        columns = ("id", "at (UTC)", "action", "nearest", "matches", "lists", "channel")
        print_table(columns, [_row(each) for each in found], numbers=("matches",))
        out.print(f"{len(found):,} of {count(total, 'hit')}; one with its matches: clew hits ID")
    else:
        out.print("no hit fits; hits come from: clew screen PATH, or POST /api/v1/screen")


def _print_json(found: list[Hit]) -> None:
    from clew.web.api.hit_shapes import say_hit

    for each in found:
        print_json(say_hit(each))


def _row(hit: Hit) -> tuple[object, ...]:
    lists = ", ".join(dict.fromkeys(match.list_name for match in hit.matches))
    return (
        hit.id,
        f"{hit.at:%Y-%m-%d %H:%M:%S}",
        hit.action.value,
        _nearest(hit),
        hit.total_matches,
        lists,
        hit.channel.value,
    )


def _nearest(hit: Hit) -> str:
    if any(match.exact for match in hit.matches):
        return "same bytes"
    return f"{hit.matches[0].distance} bits" if hit.matches else "-"


def _print_hit(hit: Hit) -> None:
    facts = [
        ("hit", hit.id),
        ("at", f"{hit.at:%Y-%m-%d %H:%M:%S} UTC"),
        ("action", hit.action.value),
        ("channel", hit.channel.value),
        ("reference", hit.reference),
        ("size", f"{hit.size_bytes:,} bytes" if hit.size_bytes is not None else None),
        ("type", hit.media_type),
        ("index", f"generation {hit.index.generation}, list change {hit.index.sequence}"),
        ("matches", f"{hit.total_matches:,}"),
    ]
    print_table(("", ""), facts)
    out.print()
    columns = ("distance", "of", "signal", "form", "list", "source", "category", "standing", "led to")
    print_table(
        columns,
        [
            (
                "same bytes" if each.exact else each.distance,
                None if each.exact else each.within_bits,
                each.signal.type,
                each.signal.form,
                each.list_name,
                each.source,
                f"{each.category.scheme}:{each.category.code}" if each.category else None,
                "disputed" if each.disputed else "vetted" if each.vetted else "not vetted",
                each.action.value if each.action else None,
            )
            for each in hit.matches
        ],
        numbers=("distance", "of"),
    )
