"""`clew intake`: take reports in from files, folders, a pipe or by hand, and look at what came in."""

import io
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
import typer.core
from typer import _click as click

from clew.cli import intake_hand, intake_work
from clew.cli.actor import command_actor
from clew.cli.console import Progress, err, out, print_json, progress
from clew.cli.intake_options import Json, SenderName, intake_desk, sender_named
from clew.cli.list_options import SomeUnusable
from clew.errors import InputError
from clew.ground.text import count
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.intake_streams import take_stream
from clew.records.intake import IntakeForm, IntakeSender, Unread

_MOST_NAMED = 20
_BUFFER_BYTES = 65_536
_DEFAULT = "take"


class _FileFirst(typer.core.TyperGroup):
    """A group in which whatever is no subcommand is a file to take in."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The subcommand's arguments; without a subcommand those of `take`, options before the files too."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_FileFirst,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Take reports in, and look at what came in. `clew intake FILE` is short for `clew intake take FILE`.",
)
app.add_typer(intake_work.app)
app.add_typer(intake_hand.app)


class _Counts:
    """What a run did so far."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.new = self.repeated = self.incomplete = self.unread = 0

    def taken(self, name: str, taken: Taken) -> None:
        """One report is in."""
        self.repeated += taken.repeated
        self.new += not taken.repeated
        self.incomplete += bool(taken.report.gaps) and not taken.repeated
        if self.as_json:
            row = {"file": name, "number": taken.report.number, "repeated": taken.repeated}
            print_json(row | {"gaps": len(taken.report.gaps), "reference": taken.report.reference})

    def not_read(self, name: str, because: str, place: int | None = None) -> None:
        """Something could not be read; the first are named for people, all for programmes."""
        self.unread += 1
        if self.as_json:
            print_json({"file": name, "place": place, "unread": because})
        elif self.unread <= _MOST_NAMED:
            err.print(f"clew: {name}: {because}")
        elif self.unread == _MOST_NAMED + 1:
            err.print("clew: more could not be read, and are only counted; --json names each")


@app.command(
    epilog="Examples: clew intake take reports.jsonl --sender harbour · clew intake case.json --form vics · "
    "zcat month.jsonl.gz | clew intake - --sender harbour --json"
)
def take(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, or `-` for standard input.", show_default=False)],
    sender: SenderName = None,
    form: Annotated[
        IntakeForm | None,
        typer.Option(help="cybertipline, facts, ids-json or vics; else each stream's beginning tells."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in every report of files, folders or a pipe; what is there already is counted as repeated.

    Stopped or broken off, run it again: nothing is lost and nothing doubled. Ends with 6 when some could not be read.
    """
    counts = _Counts(as_json=as_json)
    with intake_desk(ctx.obj) as desk, progress("bytes read") as bar:
        who = sender_named(desk, sender)
        for name, opened in _streams(paths, counts, bar):
            with opened as stream:
                _take_one(desk, who, name, stream, form, counts)
    if not as_json:
        told = f"{count(counts.new, 'report')} taken in, {counts.incomplete:,} of them with gaps; "
        out.print(told + f"{counts.repeated:,} were there already; {counts.unread:,} could not be read")
    if counts.unread:
        raise typer.Exit(SomeUnusable)


def _take_one(
    desk: IntakeDesk,
    sender: IntakeSender,
    name: str,
    stream: BinaryIO,
    form: IntakeForm | None,
    counts: _Counts,
) -> None:
    delivery = Delivery(sender_id=sender.id, form=form or IntakeForm.FACTS, actor=command_actor())
    try:
        for each in take_stream(desk, delivery, stream, form=form):
            if isinstance(each, Unread):
                counts.not_read(name, each.because, each.place)
            else:
                counts.taken(name, each)
    except InputError as error:
        counts.not_read(name, str(error))


class _Watched(io.FileIO):
    """A file whose bytes are counted as they are read; one that is read anew counts anew."""

    def __init__(self, path: Path, bar: Progress) -> None:
        super().__init__(path)
        self._bar = bar

    def readinto(self, buffer: Any) -> int:
        """As FileIO has it, counted."""
        read = super().readinto(buffer) or 0
        self._bar.advance(read)
        return read


def _streams(
    paths: list[Path], counts: _Counts, bar: Progress
) -> Iterator[tuple[str, AbstractContextManager[BinaryIO]]]:
    for path in paths:
        if str(path) == "-":
            yield "standard input", _standard_input()
            continue
        if not path.exists():
            raise InputError(f"no file or folder '{path}'")
        for each in sorted(_files(path)) if path.is_dir() else [path]:
            try:
                yield str(each), io.BufferedReader(_Watched(each, bar), buffer_size=_BUFFER_BYTES)
            except OSError as error:
                counts.not_read(str(each), f"cannot be opened: {error.strerror}")


def _files(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file() and not each.name.startswith("."))


@contextmanager
def _standard_input() -> Iterator[BinaryIO]:
    yield sys.stdin.buffer
