"""`clew run`: everything, from nothing: a sample day, screened, and the console."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated

import typer

from clew.cli.console import out
from clew.cli.sample import prepare
from clew.cli.screen import run_to_the_end, summary
from clew.cli.serve import serve_until_stopped
from clew.errors import UnavailableError
from clew.ground.identity import this_machine
from clew.pipelines.files import open_hasher
from clew.pipelines.folders import RunPlan, begin
from clew.pipelines.installation import Installation, open_installation
from clew.pipelines.sample_cases import SampleReceiver, make_cases
from clew.pipelines.sample_queue import make_queue
from clew.pipelines.sample_urls import make_urls
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

# Set in the database when the sample day has been screened to its end.
_SCREENED = "sample.screened"
# The same, when its cases stand.
_CASES = "sample.cases"
# The same, when its queue stands.
_QUEUE = "sample.queue"
# The same, when its addresses stand.
_URLS = "sample.urls"
_USER = "sample"


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
            _make_sample_cases(installation)
            _make_sample_queue(installation)
            _make_sample_urls(installation)
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


def _make_sample_cases(installation: Installation) -> None:
    """The sample day's cases stand in every state, made now or at an earlier start; the receiver is gone again."""
    with installation.store.read() as reader:
        if reader.find_value(_CASES) is not None:
            return
    settings = installation.settings
    with open_hasher(settings.decode) as hasher, _receiving(settings.data_dir / "sample") as receiver:
        made = make_cases(installation, hasher, prepare(installation, hasher), receiver)
    installation.store.transact(lambda unit: unit.put_value(_CASES, made.filed.id))
    out.print(f"sample cases: {made.waiting} wait for review, 1 report filed, 1 failed with an alert")


def _make_sample_queue(installation: Installation) -> None:
    """The sample's reports stand in the clearinghouse's queue, made now or at an earlier start."""
    with installation.store.read() as reader:
        if "clearinghouse" not in installation.settings.desks or reader.find_value(_QUEUE) is not None:
            return
    made = make_queue(installation)
    installation.store.transact(lambda unit: unit.put_value(_QUEUE, str(made)))
    out.print(f"sample queue: {made} reports of invented accounts were taken in and ordered")


def _make_sample_urls(installation: Installation) -> None:
    """The sample's addresses stand in the hotline's list, made now or at an earlier start."""
    with installation.store.read() as reader:
        if "clearinghouse" not in installation.settings.desks or reader.find_value(_URLS) is not None:
            return
    made = make_urls(installation.hotline_desk, installation.settings.data_dir / "sample" / "hotline")
    installation.store.transact(lambda unit: unit.put_value(_URLS, str(made)))
    out.print(f"sample addresses: {made} of invented hosts, one at each step of a hotline's work")


@contextmanager
def _receiving(folder: Path) -> Iterator[SampleReceiver]:
    """The strict local clearinghouse, in a process of its own, for as long as the sample files with it."""
    password = token_urlsafe(16)
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder / "clearinghouse"), "clearinghouse", "serve"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    process = subprocess.Popen(  # noqa: S603  (our own interpreter)
        [*command, "--port", "0", "--user", _USER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ | {"CLEW_ISPWS_PASSWORD": password},
    )
    try:
        said = process.stdout.readline() if process.stdout else ""
        if not said.startswith("ready: "):
            raise UnavailableError("the sample's clearinghouse did not start; try: clew clearinghouse serve")
        yield SampleReceiver(address=said.removeprefix("ready: ").strip(), user=_USER, password=password)
    finally:
        process.terminate()
        process.wait()
