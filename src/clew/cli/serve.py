"""`clew serve`: the HTTP service and the console, until it is told to stop."""

from contextlib import nullcontext
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import err, out
from clew.cli.stopping import stoppable
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog="Examples: clew serve · clew serve --host 127.0.0.1 --port 8090 --link")
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on (else web.host).", show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on (else web.port).", min=1, max=65535, show_default=False)
    ] = None,
    link: Annotated[bool, typer.Option("--link", help="Also print a one-time link to sign in to the console.")] = False,
    *,
    worker: Annotated[bool, typer.Option(help="Also do what the outbox holds, as clew worker does.")] = True,
) -> None:
    """Serve the HTTP interface under /api/v1 and the console, until SIGTERM or Ctrl-C."""
    from clew.web.server import at

    settings: Settings = ctx.obj
    serve_until_stopped(at(settings, host, port), link=link, worker=worker)


def serve_until_stopped(settings: Settings, *, link: bool, worker: bool = True) -> None:
    """The service runs until it is told to stop; it says when it answers.

    Args:
        link: also print a one-time link to the console.
        worker: also file what was ordered and page people on call.
    """
    from clew.cli.worker import working
    from clew.pipelines.installation import open_installation
    from clew.web import log
    from clew.web.app import create_app
    from clew.web.console.links import Links
    from clew.web.server import address, listen, serve

    log.configure_process(settings.log)
    with (
        stoppable() as stop,
        listen(settings.web.host, settings.web.port) as listening,
        open_installation(settings) as installation,
    ):
        app = create_app(installation)
        stop.disarm()

        def say_ready() -> None:
            links = Links(installation.store, installation.clock)
            links.note_address(address(settings))
            out.print(f"ready: {address(settings)}")
            if link:
                token = links.make(command_actor())
                out.print(f"sign in, once, within ten minutes: {address(settings)}/signin?token={token}")

        desks = (installation.filing_desk, installation.review_desk, installation.ordering_desk)
        beside = working(*desks) if worker else nullcontext()
        with beside:
            serve(app, listening, drain_s=settings.web.drain_seconds, when_ready=say_ready)
    err.print("stopped")
