"""`clew screen`: files and folders against the lists."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from clew.cli.console import err, out, print_json, progress
from clew.cli.hash import counting, signal_types
from clew.ground.identity import this_machine
from clew.ground.text import count
from clew.pipelines.files import absolute, open_hasher, shown_path, told_path
from clew.pipelines.folders import FolderRun, RunPlan, ScreenedFile, begin, screen_folders
from clew.pipelines.installation import Installation, open_installation, tell_unsearched
from clew.records.hashlist import Action
from clew.records.identifiers import ListName
from clew.records.signal import NO_PICTURE, Reason
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_HITS, _SOME_UNUSABLE = 1, 6


@app.command(
    epilog="""Examples: clew screen uploads/ · clew screen --list national-a --json /srv/media > screened.jsonl

A run that was stopped goes on where it was when the same command is given again, unless the lists have gained entries
since; what it was done with is told again first.
Ends with 0 when nothing matched, 1 when something did, 6 when nothing did but some files could not be hashed for a
reason other than being no picture."""
)
def screen(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders.")],
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="Search this list only; may be repeated.", show_default="all")
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="This signal type only; may be repeated.", show_default="all")
    ] = None,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew, also when a run was left unfinished.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON line a file.")] = False,
) -> int:
    """Screen files and folders against the lists; every hit is kept, every screening counted."""
    settings: Settings = ctx.obj
    plan = RunPlan(
        roots=tuple(absolute(paths)),
        lists=tuple(ListName(each) for each in lists or ()),
        types=signal_types(types),
        dihedral=settings.matching.dihedral,
        machine=this_machine(),
    )
    with open_installation(settings) as installation, begin(installation, plan, fresh=fresh) as under_way:
        for kind, entries in installation.unsearched.items():
            err.print(tell_unsearched(kind, entries))
        if under_way.resumed:
            done = count(under_way.run.files, "file was", "files were")
            err.print(f"going on with the run of {under_way.run.started_at:%Y-%m-%d %H:%M} UTC; {done} done")
        if under_way.outdated:
            err.print("the lists have changed since an earlier run was stopped: beginning anew")
        try:
            told = run_to_the_end(installation, under_way, _print_json if json else _print_text)
        except KeyboardInterrupt:
            err.print("stopped; what was told is kept and counted. The same command goes on, --fresh begins anew")
            raise
    if not json:
        out.print(summary(under_way, told))
    return _HITS if under_way.run.hits else _SOME_UNUSABLE if told.not_in_full else 0


@dataclass(slots=True)
class Told:
    """How many files of a run had no signal of some type.

    Attributes:
        not_in_full: those of which one was to be expected; each is named.
        no_pictures: those that are no pictures, and were matched by their digests.
        containers: those of them that hold other files, at which nobody looked.
    """

    not_in_full: int = 0
    no_pictures: int = 0
    containers: int = 0


def summary(under_way: FolderRun, told: Told) -> str:
    """The last line of a screening."""
    run = under_way.run
    return (
        f"{count(run.files, 'file')} screened, {count(run.hits, 'hit')}; not hashed in full: {told.not_in_full:,}, "
        f"no pictures: {told.no_pictures:,}{f', of them containers: {told.containers:,}' if told.containers else ''}"
    )


def run_to_the_end(
    installation: Installation, under_way: FolderRun, tell: Callable[[ScreenedFile], None] = lambda _: None
) -> Told:
    """The run is screened and each file told."""
    told = Told()
    roots = list(under_way.plan.roots)
    with (
        open_hasher(installation.settings.decode) as hasher,
        progress("screened") as shown,
        counting(roots, shown),
    ):
        for file in screen_folders(installation, hasher, under_way):
            in_full = all(each.reason in NO_PICTURE for each in file.unhashable)
            told.not_in_full += not in_full
            told.no_pictures += in_full and bool(file.unhashable)
            told.containers += in_full and any(each.reason is Reason.CONTAINER for each in file.unhashable)
            tell(file)
            if not file.earlier:
                shown.advance(1 + under_way.skipped - shown.skipped)
                shown.skipped = under_way.skipped
    return told


def _print_json(file: ScreenedFile) -> None:
    from clew.web.api.screen_shapes import say_index, say_match

    hit = file.hit
    print_json(
        {
            **told_path(file.path),
            "action": file.action,
            "hit": hit.id if hit else None,
            "matches": [say_match(each) for each in (hit.matches if hit else ())],
            "total_matches": hit.total_matches if hit else 0,
            "flooded": hit is not None and hit.total_matches > len(hit.matches),
            "index": say_index(hit.index) if hit else None,
            "unhashable": [
                {"type": each.type, "reason": each.reason, "detail": each.detail} for each in file.unhashable
            ],
        }
        | ({"earlier": True} if file.earlier else {})
    )


def _print_text(file: ScreenedFile) -> None:
    """Only what needs a person: hits, and files that could not be hashed."""
    here = os.getcwdb() + b"/"  # noqa: PTH109  (bytes, asked for each of many files)
    path = shown_path(os.path.relpath(file.path) if file.path.startswith(here) else file.path)
    if file.hit is not None and file.action is not None:
        # What led to the action; of a hit of old nobody knows, and then it is the nearest.
        nearest = next((each for each in file.hit.matches if each.action is file.action), file.hit.matches[0])
        near = "same bytes" if nearest.exact else f"{nearest.signal.type} at {nearest.distance} bits"
        word = {Action.BLOCK: "block ", Action.REVIEW: "review"}.get(file.action, "pass  ")
        out.print(f"{word}  {path}  {near} of {nearest.list_name}{'  (found before)' * file.earlier}")
    reasons = {each.reason for each in file.unhashable} - {Reason.NOT_A_PICTURE}
    for reason in sorted(reasons):
        types = ", ".join(each.type for each in file.unhashable if each.reason is reason)
        out.print(f"  -     {path}  no {types}: {reason}")
