"""`clew run`: everything, from nothing: a sample day, screened, and the console."""

from dataclasses import replace
from typing import Annotated

import typer

from clew.cli.console import out
from clew.cli.sample import prepare
from clew.cli.screen import run_to_the_end, summary
from clew.cli.serve import serve_until_stopped
from clew.ground.identity import this_machine
from clew.pipelines.files import open_hasher
from clew.pipelines.folders import RunPlan, begin
from clew.pipelines.installation import Installation, open_installation
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

# Set in the database when the sample day has been screened to its end.
_SCREENED = "sample.screened"


@app.command(epilog="Example: clew run --port 8090 --no-sample")
def run(
    ctx: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="Port of the console (else web.port).", min=1, max=65535, show_default=False)
    ] = None,
    *,
    sample: Annotated[bool, typer.Option(help="Draw and screen the sample day first, once.")] = True,
) -> None:
    """Start everything: a sample day, screened, then the service and the console with a one-time link."""
    from clew.web.server import listen

    settings: Settings = ctx.obj
    if port is not None:
        settings = replace(settings, web=replace(settings.web, port=port))
    # Before the sample is drawn: a minute's work is in vain when nothing can be served after it.
    listen(settings.web.host, settings.web.port).close()
    if sample:
        with open_installation(settings, follow=False) as installation:
            _screen_sample_day(installation)
    serve_until_stopped(settings, link=True)


def _screen_sample_day(installation: Installation) -> None:
    """The sample day was drawn, listed and screened, now or at an earlier start."""
    settings = installation.settings
    with installation.store.read() as reader:
        if reader.find_value(_SCREENED) is not None:
            return
    with open_hasher(settings.decode) as hasher:
        day = prepare(installation, hasher)
    plan = RunPlan(
        roots=(bytes(day.uploads.absolute()),),
        lists=(),
        types=tuple(installation.signals),
        dihedral=settings.matching.dihedral,
        machine=this_machine(),
    )
    with begin(installation, plan, fresh=False) as under_way:
        told = run_to_the_end(installation, under_way)
    installation.store.transact(lambda unit: unit.put_value(_SCREENED, under_way.run.id))
    out.print(f"sample day: {summary(under_way, told)}")
