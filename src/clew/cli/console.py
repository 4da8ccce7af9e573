"""How commands speak: tables for people, JSON lines with --json, progress on the error stream after one second."""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import rich.console
import rich.progress
import rich.table
import rich.text

from clew.redact import printable

# Into a file or a pipe nothing is wrapped at the width of a terminal that is not there.
_WIDE = None if sys.stdout.isatty() else 200

# Names in what is printed are strangers': they are neither markup nor emoji.
out = rich.console.Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=_WIDE)
err = rich.console.Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

_json = msgspec.json.Encoder()


def print_json(value: object) -> None:
    """One JSON line on standard output, written whole, so that a killed command never leaves half a line of ours."""
    sys.stdout.buffer.write(_json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """A plain table: lines and space, no boxes; the named columns are right-aligned, only the last one folds."""
    table = rich.table.Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: rich.console.JustifyMethod = "right" if column in numbers else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column != columns[-1])
    for row in rows:
        table.add_row(*(rich.text.Text(printable("-" if cell is None else str(cell))) for cell in row))
    out.print(table)


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
