"""`clew evidence void`: a legal request that was recorded by mistake, or quashed, opens nothing any more."""

from typing import Annotated

import typer

from clew.cli import evidence_shown
from clew.cli.console import out, print_json
from clew.cli.evidence_options import Process, desk
from clew.cli.list_options import Json
from clew.errors import InputError
from clew.pipelines.process_void import keep_process, void_process
from clew.records.identifiers import ProcessId

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""Examples:

clew evidence void PROCESS --ground "recorded on the wrong case"

clew evidence void PROCESS --withdraw

Two people say so: from the first word on nothing is opened or destroyed on the request, and by another person's it is
void. Where the settings say that there is one person, that person says so again after review.self_review_hours. A hold
that a preservation request began stands until it is released."""
)
def void(
    ctx: typer.Context,
    process_id: Process,
    ground: Annotated[str, typer.Option("--ground", help="Why, in words; no names.", show_default=False)] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="What was asked for is not wanted any more.")] = False,
    json: Json = False,
) -> None:
    """Void a legal request that was recorded by mistake, or quashed: nothing is opened or destroyed on it."""
    if withdraw and ground:
        raise InputError("give --ground or --withdraw, not both")
    with desk(ctx) as it:
        if withdraw:
            made = keep_process(it.room, ProcessId(process_id), actor=it.actor)
        else:
            made = void_process(it.room, ProcessId(process_id), ground=ground, actor=it.actor)
        if json:
            print_json(evidence_shown.process_json(made))
            return
        out.print(f"process {made.id}: {evidence_shown.process_words(made)}")
        if made.void_asked_at is not None and made.voided_at is None:
            out.print(f"asked for; it is void when {evidence_shown.second_word(it.room, made.void_asked_at)}")
            out.print("nothing is opened on it meanwhile")
