"""`clew clearinghouse`: a strict CyberTipline server of one's own, to try filing without a clearinghouse."""

from pathlib import Path
from typing import Annotated

import typer

from clew.cli.console import err, out
from clew.cli.stopping import stoppable
from clew.errors import InputError
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Run a clearinghouse's side of the CyberTipline interface, to try filing without one.",
)

_HOST = "127.0.0.1"
_DRAIN_S = 5.0


@app.callback()
def group() -> None:
    """A group, though it has one command as yet."""


@app.command(
    epilog="Examples: clew clearinghouse serve --user esp · clew clearinghouse serve --user esp --faults plan.json"
)
def serve(
    ctx: typer.Context,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8091,
    user: Annotated[str, typer.Option(help="Name of the one who may send.")] = "esp",
    password: Annotated[
        str | None,
        typer.Option(
            help="Password; else CLEW_ISPWS_PASSWORD, else it is asked for.",
            envvar="CLEW_ISPWS_PASSWORD",
            show_envvar=False,
            show_default=False,
        ),
    ] = None,
    senders: Annotated[
        Path | None, typer.Option(help="JSON file of several senders, instead of --user.", show_default=False)
    ] = None,
    profile: Annotated[str, typer.Option(help="How strict it is: strict.")] = "strict",
    schema: Annotated[
        str | None, typer.Option(help="Dated version of the grammar (else the verified one).", show_default=False)
    ] = None,
    xsd: Annotated[
        Path | None,
        typer.Option(
            help="Your own copy of the clearinghouse's schema; else CLEW_CYBERTIPLINE_XSD.",
            envvar="CLEW_CYBERTIPLINE_XSD",
            show_envvar=False,
            show_default=False,
        ),
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="JSON plan of faults; not in production.", show_default=False)
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="Add each call to this file as a JSON line; not in production.", show_default=False),
    ] = None,
) -> None:
    """Serve the seven calls under /ispws on this machine, until SIGTERM or Ctrl-C."""
    from clew.web import log
    from clew.web.ispws.opening import MEGABYTE, Wanted, opened
    from clew.web.ispws.plan import read_plan
    from clew.web.ispws.senders import NamedSender, read_senders
    from clew.web.server import listen
    from clew.web.server import serve as serve_app

    settings: Settings = ctx.obj
    log.configure(settings.log)
    if senders is not None:
        known = read_senders(_read(senders))
    else:
        known = [NamedSender(user=user, password=password or typer.prompt("Password", hide_input=True, err=True))]
    wanted = Wanted(
        senders=known,
        environment=settings.environment,
        state=settings.data_dir / "clearinghouse.db",
        profile=profile,
        schema=schema,
        own_schema=_read(xsd) if xsd else None,
        file_bytes=settings.ispws.upload_mb * MEGABYTE,
        plan=read_plan(_read(faults)) if faults else None,
        recording=record is not None,
        journal=record,
    )
    with stoppable() as stop, listen(_HOST, port) as listening, opened(wanted) as served:
        stop.disarm()

        def say_ready() -> None:
            out.print(f"ready: http://{_HOST}:{listening.getsockname()[1]}/ispws")
            err.print("a report that is sent here reaches nobody: only numbers, sizes and digests are kept")

        serve_app(served, listening, drain_s=_DRAIN_S, when_ready=say_ready)
    err.print("stopped")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
