"""`clew evidence import`: files of a folder into the sealed evidence of a case."""

from collections import Counter
from typing import Annotated

import typer

from clew.cli.console import err, out, print_json, progress
from clew.cli.evidence_options import Case, desk
from clew.cli.evidence_shown import size
from clew.cli.hash import counting
from clew.cli.list_options import Json, SomeUnusable
from clew.errors import UnavailableError
from clew.ground.text import count
from clew.pipelines.bringing_in import Brought, Outcome, Provenance, bring_in
from clew.pipelines.files import absolute
from clew.records.identifiers import CaseId

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

_WORDS = {
    Outcome.SEALED: ("sealed", "to be sealed"),
    Outcome.COMPLETED: ("sealed, whose digests the case knew", "to be sealed, whose digests the case knows"),
    Outcome.ALREADY: ("held already", "held already"),
    Outcome.REFUSED: ("not taken, each named above", "not to be taken, each named above"),
}


@app.command(
    name="import",
    epilog="""Examples:

clew evidence import CASE /mnt/export --from "export of the storage team, ticket 4711" --ground "18 U.S.C. 2258A(h)"
--dry-run

clew evidence import CASE /mnt/export --from "export of the storage team, ticket 4711" --ground "18 U.S.C. 2258A(h)"

Files are read, never moved or deleted. Each becomes a content of the case, which then waits in review. The same command
again takes up what a stop left. Ends with 6 when some files could not be taken, with 3 when the case is closed or its
evidence was destroyed.""",
)
def import_files(
    ctx: typer.Context,
    case: Case,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders.")],
    whence: Annotated[
        str, typer.Option("--from", help="Whence they come: an office, a system, a medium.", show_default=False)
    ],
    ground: Annotated[str, typer.Option("--ground", help="The legal ground of keeping them.", show_default=False)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be taken; change nothing.")] = False,
    json: Json = False,
) -> int:
    """Seal files as evidence of a case, with who brought them, whence, and on what legal ground."""
    roots = absolute(paths)
    counts: Counter[Outcome] = Counter()
    size_bytes = 0
    with desk(ctx) as it, progress("read") as bar, counting(roots, bar):
        provenance = Provenance(whence=whence, ground=ground)
        try:
            for each in bring_in(it.room, CaseId(case), roots, provenance, actor=it.actor, dry=dry_run):
                counts[each.outcome] += 1
                size_bytes += each.size_bytes if each.outcome in {Outcome.SEALED, Outcome.COMPLETED} else 0
                _tell(each, as_json=json)
                bar.advance()
        except UnavailableError:
            done = count(counts[Outcome.SEALED] + counts[Outcome.COMPLETED], "file is", "files are")
            err.print(f"stopped: {done} sealed and held; the same command takes up the rest")
            raise
    if json:
        print_json({"dry_run": dry_run, "size_bytes": size_bytes, **{each.value: counts[each] for each in Outcome}})
    else:
        told = [f"{counts[each]:,} {_WORDS[each][dry_run]}" for each in Outcome if counts[each]]
        out.print(f"{'; '.join(told) or 'no files are there'} ({size(size_bytes)})")
        if dry_run:
            out.print("nothing was changed; give the same command without --dry-run to take them")
    return SomeUnusable if counts[Outcome.REFUSED] else 0


def _tell(brought: Brought, *, as_json: bool) -> None:
    if as_json:
        told = {"path": brought.path, "outcome": brought.outcome.value, "size_bytes": brought.size_bytes}
        print_json({**told, "why": brought.why})
    elif brought.outcome is Outcome.REFUSED:
        err.print(f"not taken: {brought.path}: {brought.why}")
