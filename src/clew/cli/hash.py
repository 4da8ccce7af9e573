"""`clew hash`: the signals of files and folders."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from clew.cli.console import Progress, err, out, print_json, progress
from clew.errors import InputError
from clew.ground.text import count
from clew.intake.receive import stream_files
from clew.parts import shelf
from clew.parts.signals.base import SignalPart
from clew.pipelines.files import HashedFile, absolute, count_files, open_hasher, shown_path, told_path
from clew.records.identifiers import SignalType
from clew.records.signal import NO_PICTURE
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_SOME_UNUSABLE = 6


@app.command(
    name="hash",
    epilog="""Examples: clew hash photo.jpg · clew hash --type pdq --json uploads/ > hashes.jsonl

Ends with 0, or 6 when some files could not be hashed for a reason other than being no picture; each says why.""",
)
def hash_files(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files and folders.")],
    types: Annotated[
        list[str] | None, typer.Option("--type", help="This signal type only; may be repeated.", show_default="all")
    ] = None,
    *,
    dihedral: Annotated[bool, typer.Option(help="Also the seven turned and mirrored forms of each picture.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON line a file.")] = False,
) -> int:
    """Hash files and folders; nothing is stored and no list is needed."""
    settings: Settings = ctx.obj
    roots = absolute(paths)
    names = signal_types(types)
    files = unusable = 0
    with open_hasher(settings.decode) as hasher, progress("hashed") as shown, counting(roots, shown):
        for file in hasher.stream(stream_files(roots), names, dihedral=dihedral):
            files += 1
            unusable += is_unusable(file)
            (_print_json if json else _print_text)(file)
            shown.advance()
    if unusable:
        err.print(f"clew hash: {unusable:,} of {count(files, 'file')} could not be hashed by every type; each says why")
    return _SOME_UNUSABLE if unusable else 0


def signal_types(wanted: list[str] | None) -> tuple[SignalType, ...]:
    """The signal types asked for, all that are installed when none is; InputError for one that is not."""
    there = shelf.load_all("signals", SignalPart)
    unknown = [name for name in wanted or () if name not in there]
    if unknown:
        raise InputError(f"no signal type '{unknown[0]}'; there are: {', '.join(there)}")
    return tuple(SignalType(name) for name in wanted or there)


def is_unusable(file: HashedFile) -> bool:
    """Whether something that should have been hashed could not be; that a text is no picture is in order."""
    return any(each.reason not in NO_PICTURE for each in file.hashed.unhashable)


@contextmanager
def counting(roots: list[bytes], shown: Progress) -> Iterator[None]:
    """The files are counted aside while they are worked on, so that a progress can say how much time is left."""
    stopped = threading.Event()

    def count() -> None:
        shown.total = count_files(roots, stopped.is_set)

    if err.is_terminal:
        threading.Thread(target=count, name="clew-count", daemon=True).start()
    try:
        yield
    finally:
        stopped.set()


def _print_json(file: HashedFile) -> None:
    print_json(
        {
            **told_path(file.path),
            "signals": [
                {"type": each.type, "value": each.value.hex(), "quality": each.quality}
                | ({"form": each.form} if each.form else {})
                for each in file.hashed.signals
            ],
            "unhashable": [
                {"type": each.type, "reason": each.reason} | ({"detail": each.detail} if each.detail else {})
                for each in file.hashed.unhashable
            ],
        }
    )


def _print_text(file: HashedFile) -> None:
    out.print(shown_path(file.path))
    for each in file.hashed.signals:
        more = [f"quality {each.quality}"] * (each.quality is not None) + [each.form or ""]
        out.print(f"  {each.type:<8}{each.value.hex()}  {'  '.join(more)}".rstrip())
    for missing in file.hashed.unhashable:
        out.print(f"  {missing.type:<8}- {missing.reason}: {missing.detail}".rstrip(": "))
