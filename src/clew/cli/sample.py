"""`clew sample`: the sample day, drawn and listed."""

from typing import Annotated

import typer

from clew.cli.console import out, progress
from clew.pipelines.drawing import SampleDay
from clew.pipelines.files import FileHasher, open_hasher
from clew.pipelines.installation import Installation, open_installation
from clew.pipelines.sample import UPLOADS, ensure_drawn, ensure_lists
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Example: clew sample && clew screen clew-data/sample/uploads")
def sample(
    ctx: typer.Context,
    *,
    lists: Annotated[bool, typer.Option(help="Also make and import the sample lists.")] = True,
) -> None:
    """Draw the sample day (landscapes, charts, shapes; altered copies of some) and import its lists."""
    settings: Settings = ctx.obj
    if not lists:
        out.print(f"uploads: {draw_day(settings).uploads}")
        return
    with open_installation(settings, follow=False) as installation, open_hasher(settings.decode) as hasher:
        day = prepare(installation, hasher)
    out.print(f"uploads: {day.uploads}\nscreen them with: clew screen {day.uploads}")


def draw_day(settings: Settings) -> SampleDay:
    """The day stands in the data folder."""
    with progress("drawing the sample day", UPLOADS) as shown:
        return ensure_drawn(settings.data_dir / "sample", shown.advance)


def prepare(installation: Installation, hasher: FileHasher) -> SampleDay:
    """The day is drawn and its lists are imported."""
    day = draw_day(installation.settings)
    ensure_lists(installation, hasher, day)
    return day
