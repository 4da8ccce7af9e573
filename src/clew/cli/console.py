"""How commands speak: tables for people, JSON lines with --json, progress on the error stream after one second."""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import rich.console
import rich.progress
from rich.cells import cell_len

from clew.redact import printable

# Names in what is printed are strangers': they are neither markup nor emoji.
out = rich.console.Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
err = rich.console.Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

_json = msgspec.json.Encoder()


def print_json(value: object) -> None:
    """One JSON line on standard output, written whole, so that a killed command never leaves half a line of ours."""
    sys.stdout.buffer.write(_json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """A plain table: lines and space, no boxes; the named columns are right-aligned.

    Nothing is ever cut to the width of the terminal: an id that is shown is whole, and can be copied.
    """
    cells = [[printable("-" if cell is None else str(cell)) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]
    right = [name in numbers for name in columns]
    for line, style in [(list(columns), "bold"), *((row, "") for row in cells)]:
        padded = [
            " " * (width - cell_len(cell)) + cell if to_the_right else cell + " " * (width - cell_len(cell))
            for cell, width, to_the_right in zip(line, widths, right, strict=True)
        ]
        out.print("  ".join(padded).rstrip(), style=style or None)


@dataclass(slots=True)
class Progress:
    """A count that grows; shown on a terminal with rate and time left once the work takes longer than a second.

    Attributes:
        skipped: of those done, how many were done before this command.
    """

    what: str
    total: int | None = None
    done: int = 0
    skipped: int = 0
    _bar: rich.progress.Progress | None = None
    _task: rich.progress.TaskID | None = None
    _began_s: float = field(default_factory=time.monotonic)

    def advance(self, by: int = 1, *, total: int | None = None) -> None:
        """`by` more are done; `total` when it has become known."""
        self.done += by
        self.total = total if total is not None else self.total
        if self._bar is None and err.is_terminal and time.monotonic() - self._began_s > 1:
            self._bar = rich.progress.Progress(
                rich.progress.TextColumn("{task.description}"),
                rich.progress.BarColumn(bar_width=24),
                rich.progress.TextColumn("{task.completed:,.0f}"),
                rich.progress.TextColumn("{task.fields[rate]}"),
                rich.progress.TimeRemainingColumn(),
                console=err,
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self.what, total=self.total, rate="")
        if self._bar is not None and self._task is not None:
            rate = self.done / max(time.monotonic() - self._began_s, 1e-9)
            self._bar.update(self._task, completed=self.done, total=self.total, rate=f"{rate:,.0f}/s")

    def close(self) -> None:
        """The bar is gone from the screen."""
        if self._bar is not None:
            self._bar.stop()


@contextlib.contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Progress]:
    """A progress that is closed whatever happens."""
    shown = Progress(what, total)
    try:
        yield shown
    finally:
        shown.close()
