"""The commands of `clew evidence` that end something: destruction, its certificate, master keys."""

import os
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import evidence_shown
from clew.cli.console import out, print_json, progress
from clew.cli.evidence_options import Case, desk
from clew.cli.list_options import Json, Yes, confirm
from clew.errors import InputError, UnavailableError
from clew.ground.text import count
from clew.pipelines import destruction, rotation
from clew.records.evidence import DestructionState
from clew.records.identifiers import CaseId, ProcessId

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.command(
    epilog="""Examples:

clew evidence destroy CASE

clew evidence destroy CASE --confirm CASE

Without --confirm it says what would go and what forbids it. With it, the first person asks, and the evidence is
destroyed when another person gives the same command; where the settings say that there is one person, when that person
gives it again after review.self_review_hours."""
)
def destroy(
    ctx: typer.Context,
    case: Case,
    confirm_case: Annotated[
        str | None, typer.Option("--confirm", metavar="CASE", help="The case's id once more.", show_default=False)
    ] = None,
    process: Annotated[
        str | None, typer.Option("--process", help="The destruction request, where there are several.")
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="What was asked for is not wanted any more.")] = False,
    json: Json = False,
) -> None:
    """Destroy the evidence of a case for good, on a recorded lawful request."""
    if withdraw and confirm_case is not None:
        raise InputError("give --confirm or --withdraw, not both")
    with desk(ctx) as it:
        if withdraw:
            withdrawn = destruction.withdraw(it.room, CaseId(case), actor=it.actor)
            if json:
                print_json(evidence_shown.destruction_json(withdrawn))
            else:
                out.print("withdrawn; nothing was destroyed")
            return
        if confirm_case is None:
            with it.store.read() as reader:
                plan = destruction.plan(reader, it.room, CaseId(case))
            if json:
                print_json(
                    {
                        "case": plan.case_id,
                        "objects": plan.objects,
                        "size_bytes": plan.size_bytes,
                        "possible": plan.possible,
                        "holds": [hold.id for hold in plan.holds],
                        "judged": plan.judged,
                        "unanswered": [each.id for each in plan.unanswered],
                        "requests": [each.id for each in plan.requests],
                    }
                )
            else:
                evidence_shown.show_plan(plan, it.room)
            return
        done = destruction.destroy(
            it.room,
            CaseId(case),
            confirm=confirm_case,
            process_id=ProcessId(process) if process else None,
            actor=it.actor,
        )
    if json:
        print_json(evidence_shown.destruction_json(done))
    elif done.state is DestructionState.ASKED:
        out.print(f"asked for; it is done when {evidence_shown.second_word(it.room, done.asked_at)}")
        out.print("nothing is destroyed yet")
    else:
        out.print(f"destroyed; for its certificate: clew evidence export-certificate {case} --out FILE")


@app.command(epilog="Example: clew evidence export-certificate CASE --out certificate.json")
def export_certificate(
    ctx: typer.Context,
    case: Case,
    out_file: Annotated[Path, typer.Option("--out", help="The file to write; must not exist.", show_default=False)],
) -> None:
    """Write the signed certificate of a destruction to a file."""
    with desk(ctx) as it, it.store.read() as reader:
        certificate = destruction.certificate_of(reader, CaseId(case))
    try:
        with os.fdopen(os.open(out_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(certificate)
    except FileExistsError as error:
        raise InputError(f"{out_file} is there already; give another name") from error
    except OSError as error:
        raise UnavailableError(f"{out_file} cannot be written: {error.strerror}") from error
    out.print(f"written to {out_file}")


@app.command(
    epilog="""Examples:

clew evidence rotate-key --yes

clew evidence rotate-key --forget-old --yes

A rotation that was stopped is carried on with --rewrap-only. Copy the key file to its safe place after each of them."""
)
def rotate_key(
    ctx: typer.Context,
    rewrap_only: Annotated[
        bool, typer.Option("--rewrap-only", help="Make no new master key; wrap by the one of today what is not.")
    ] = False,
    forget_old: Annotated[
        bool,
        typer.Option("--forget-old", help="Only forget master keys that wrap nothing: old backups then open nothing."),
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Make a new master key and wrap every case's key by it; the objects are not touched."""
    if rewrap_only and forget_old:
        raise InputError("give --rewrap-only or --forget-old, not both")
    if forget_old:
        confirm("Forget the old master keys for good? Backups of the database from before open nothing then.", yes=yes)
        with desk(ctx) as it:
            forgotten = rotation.forget(it.room, actor=it.actor)
        if json:
            print_json({"forgotten": list(forgotten)})
        else:
            out.print(f"{len(forgotten)} old master keys forgotten")
        return
    confirm("Wrap the keys of all cases by " + ("today's" if rewrap_only else "a new") + " master key?", yes=yes)
    with desk(ctx) as it, progress("wrapping") as bar:
        done = rotation.rotate(
            it.room,
            fresh=not rewrap_only,
            actor=it.actor,
            advance=lambda keys, total: bar.advance(keys - bar.done, total=total),
        )
    if json:
        print_json({"master": done.master, "rewrapped": done.rewrapped, "old": list(done.old)})
    else:
        by = f" by master key {done.master}" if done.master else ""
        out.print(f"{count(done.rewrapped, 'key')} wrapped anew{by}")
        if done.old:
            old = count(len(done.old), "old master key wraps", "old master keys wrap")
            out.print(f"{old} nothing any more: clew evidence rotate-key --forget-old")
