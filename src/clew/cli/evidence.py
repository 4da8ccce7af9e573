"""`clew evidence`: what is held and why, holds and legal process, verification, keys, destruction."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from clew.cli import evidence_end, evidence_import, evidence_shown, evidence_void
from clew.cli.console import out, print_json, progress
from clew.cli.evidence_options import Case, Ground, HoldArgument, Process, Until, date_option, desk
from clew.cli.list_options import Json, SomeUnusable, utc
from clew.errors import InputError, NotFoundError
from clew.parts.jurisdictions.base import Jurisdiction
from clew.parts.shelf import load
from clew.parts.stores._evidence import Kept, PreservationFilter
from clew.pipelines import holds, legal_process, verification
from clew.pipelines.release import keep_standing
from clew.pipelines.release import release as end_early
from clew.pipelines.verification_run import Verified
from clew.records.evidence import ProcessKind
from clew.records.identifiers import CaseId, HoldId, ProcessId
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Keep sealed evidence: what is held and why, holds, legal process, verification, destruction.",
    epilog="""Examples:

clew evidence show

clew evidence import CASE /mnt/export --from "export of the storage team" --ground "18 U.S.C. 2258A(h)" --dry-run

clew evidence hold CASE --ground "order 12 of the district court" --until 2027-06-30

clew evidence verify

clew evidence destroy CASE

No command shows bytes; people see them in review alone, with a permit and a line in the viewing ledger.""",
)

_PAGE = 200


@app.command(
    epilog="""Examples:

clew evidence show

clew evidence show --kept lapsed

clew evidence show 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --json"""
)
def show(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="CASE", help="One case; else all.", show_default=False)] = None,
    kept: Annotated[Kept | None, typer.Option("--kept", help="Only cases that stand so.", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Show what is held, on which grounds and until when; no bytes."""
    with desk(ctx) as it, it.store.read() as reader:
        at = it.room.clock()
        if case is not None:
            found = reader.find_preservation(CaseId(case))
            if found is None:
                raise NotFoundError(f"nothing of a case '{case[:40]}' was ever kept; see: clew evidence show")
            evidence_shown.show_case(reader, found, at, as_json=json)
            return
        cases = reader.preservations(PreservationFilter(at=at, kept=kept, limit=_PAGE))
        evidence_shown.show_cases(cases, at, as_json=json)
        while len(cases) == _PAGE:
            cases = reader.preservations(PreservationFilter(at=at, kept=kept, before=cases[-1].case_id, limit=_PAGE))
            if cases:
                evidence_shown.show_cases(cases, at, as_json=json)


@app.command(epilog="Example: clew evidence due --days 60")
def due(
    ctx: typer.Context,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far ahead.")] = 30,
    json: Json = False,
) -> None:
    """Show which legal requests wait for an answer, with a date or without, and which legal and last holds end."""
    with desk(ctx) as it, it.store.read() as reader:
        at = it.room.clock()
        deadlines = holds.deadlines(reader, at, timedelta(days=days))
        undated = holds.undated_requests(reader, at)
    if json:
        evidence_shown.print_deadlines(deadlines, undated, at)
    else:
        evidence_shown.show_deadlines(deadlines, undated, at, days=days)


@app.command(epilog='Example: clew evidence hold CASE --ground "order 12 of the district court" --until 2027-06-30')
def hold(ctx: typer.Context, case: Case, ground: Ground, until: Until = None, json: Json = False) -> None:
    """Put a legal hold on a case: nothing of it is destroyed while the hold stands."""
    with desk(ctx) as it:
        made = holds.hold_legally(it.room, CaseId(case), ground=ground, until=utc(until), actor=it.actor)
        _say_hold(made.id, evidence_shown.hold_json(made, it.room.clock()), as_json=json)


@app.command(epilog='Example: clew evidence extend HOLD --until 2028-01-01 --ground "trial is pending"')
def extend(ctx: typer.Context, hold_id: HoldArgument, ground: Ground, until: Until = None, json: Json = False) -> None:
    """Prolong a hold: a second one follows it and ends later, or when it is released."""
    with desk(ctx) as it:
        made = holds.extend(it.room, HoldId(hold_id), until=utc(until), ground=ground, actor=it.actor)
        _say_hold(made.id, evidence_shown.hold_json(made, it.room.clock()), as_json=json)


@app.command(
    epilog="""Examples:

clew evidence release HOLD --ground "order lifted on 3 March"

clew evidence release HOLD --withdraw

A preservation of a finished report, and the hold of an open case, end early only when two people say so: the first
asks, and it stands until another person gives the same command. Where the settings say that there is one person, that
person says so again after review.self_review_hours."""
)
def release(
    ctx: typer.Context,
    hold_id: HoldArgument,
    ground: Annotated[str, typer.Option("--ground", help="Why, in words; no names.", show_default=False)] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="What was asked for is not wanted any more.")] = False,
    json: Json = False,
) -> None:
    """End a hold before its time; nothing is destroyed by it."""
    if withdraw and ground:
        raise InputError("give --ground or --withdraw, not both")
    with desk(ctx) as it:
        if withdraw:
            made = keep_standing(it.room, HoldId(hold_id), actor=it.actor)
        else:
            made = end_early(it.room, HoldId(hold_id), ground=ground, actor=it.actor)
        _say_hold(made.id, evidence_shown.hold_json(made, it.room.clock()), as_json=json)
    if made.release_asked_at is not None and made.released_at is None and not json:
        out.print(f"asked for; it ends when {evidence_shown.second_word(it.room, made.release_asked_at)}")
        out.print("it stands until then")


@app.command(
    epilog="""Example:

clew evidence process CASE --kind warrant --reference 26-1234 --authority "County court" --issued 2026-03-01
--due 2026-03-15

A preservation request holds the case until it expires. An exigency opens nothing before another person approves it;
where the settings say that there is one person, recording it approves it."""
)
def process(
    ctx: typer.Context,
    case: Case,
    kind: Annotated[ProcessKind, typer.Option("--kind", help="What is asked for.", show_default=False)],
    reference: Annotated[str, typer.Option("--reference", help="The authority's own number.", show_default=False)],
    authority: Annotated[str, typer.Option("--authority", help="Who asks, as an office.", show_default=False)],
    issued: Annotated[datetime, date_option("--issued", "The date that it bears (UTC).")],
    received: Annotated[datetime | None, date_option("--received", "When it came; else now.")] = None,
    due_at: Annotated[datetime | None, date_option("--due", "By when it must be answered.")] = None,
    expires: Annotated[datetime | None, date_option("--expires", "When it, or what it asks to keep, ends.")] = None,
    json: Json = False,
) -> None:
    """Record a legal request on a case."""
    issued_at = utc(issued)
    assert issued_at is not None
    asked = legal_process.Asked(
        kind=kind,
        reference=reference,
        authority=authority,
        issued_at=issued_at,
        received_at=utc(received),
        due_at=utc(due_at),
        expires_at=utc(expires),
    )
    with desk(ctx) as it:
        made = legal_process.record_process(it.room, CaseId(case), asked, actor=it.actor)
    if json:
        print_json(evidence_shown.process_json(made))
    else:
        out.print(f"process {made.id}: {evidence_shown.process_words(made)}")


@app.command(epilog="Example: clew evidence approve PROCESS")
def approve(ctx: typer.Context, process_id: Process, json: Json = False) -> None:
    """Approve an exigency that another person recorded: it opens what it asks for from now on."""
    with desk(ctx) as it:
        made = legal_process.approve_process(it.room, ProcessId(process_id), actor=it.actor)
    if json:
        print_json(evidence_shown.process_json(made))
    else:
        out.print(f"process {made.id}: approved by {made.approved_by}")


@app.command(epilog="Example: clew evidence answered PROCESS")
def answered(ctx: typer.Context, process_id: Process, json: Json = False) -> None:
    """Record that a legal request was answered: its clock stands still."""
    with desk(ctx) as it:
        made = legal_process.answer_process(it.room, ProcessId(process_id), actor=it.actor)
    if json:
        print_json(evidence_shown.process_json(made))
    else:
        out.print(f"process {made.id}: answered by {made.answered_by}")


@app.command(
    epilog="""Examples:

clew evidence verify

clew evidence verify --sweep --json

Ends with 6 when something is missing, damaged or extra. A run that was stopped is carried on by the same command."""
)
def verify(
    ctx: typer.Context,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Take up objects that lost their row; remove what nobody can read.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="From the beginning, not where a run was stopped.")] = False,
    json: Json = False,
) -> int:
    """Read every object whole, and compare it with its name."""
    with desk(ctx) as it, progress("verifying") as bar:

        def advance(done: Verified, total: int) -> None:
            bar.advance(done.objects - bar.done, total=total)

        done = verification.verify(it.room, actor=it.actor, sweep=sweep, again=again, advance=advance)
    evidence_shown.show_verified(done, as_json=json)
    return 0 if done.sound else SomeUnusable


@app.command(epilog="Example: clew evidence law uk")
def law(
    ctx: typer.Context,
    code: Annotated[str | None, typer.Argument(help="us, uk or eu; else that of the settings.")] = None,
    json: Json = False,
) -> None:
    """Show the facts of law that Clew goes by, each with its source and whether it was verified."""
    settings: Settings = ctx.obj
    place = load("jurisdictions", code or settings.jurisdiction, Jurisdiction)
    for each in place.statements:
        if json:
            told = {"jurisdiction": place.code, "text": each.text, "source": each.source, "verified": each.verified}
            print_json({**told, "reading": each.reading.value, "as_of": each.as_of.isoformat()})
        else:
            out.print(f"{each.text}\n  {each.label}, as of {each.as_of}")


def _say_hold(hold_id: HoldId, told: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        until = told["until"] or "until it is released"
        out.print(f"hold {hold_id}: " + (f"stands, {until}" if told["stands"] else "stands no longer"))


app.add_typer(evidence_import.app)
app.add_typer(evidence_void.app)
app.add_typer(evidence_end.app)
