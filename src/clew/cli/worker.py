"""`clew worker`: file what was ordered, order reports, and page people on call, until it is told to stop."""

import contextlib
from collections.abc import Iterator

import typer

from clew.cli.console import err, out
from clew.cli.stopping import stoppable
from clew.ground.clock import system_clock
from clew.pipelines.filing import open_filing_desk
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.installation import open_store
from clew.pipelines.queue_desk import QueueDesk, open_queue_desk
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.strongroom import open_strongroom
from clew.pipelines.worker import Worker
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_LOOK_S = 1.0


@app.command(epilog="Example: clew worker")
def worker(ctx: typer.Context) -> None:
    """Do what the outbox holds, until SIGTERM or Ctrl-C. Any number may run; `clew serve` runs one, too."""
    from clew.web import log

    settings: Settings = ctx.obj
    # Lines of libraries are written without what fills them, here as in the service.
    log.configure_process(settings.log)
    with stoppable(), contextlib.closing(open_store(settings)) as store:
        strongroom = open_strongroom(settings, store, system_clock)
        filing = open_filing_desk(settings, store, strongroom, system_clock)
        review = ReviewDesk(
            store=store,
            policy=settings.review,
            clock=system_clock,
            environment=settings.environment,
            step_up_minutes=settings.people.step_up_minutes,
            strongroom=strongroom,
        )
        queue = open_queue_desk(settings, store, system_clock) if settings.triage.order else None
        with working(filing, review, queue) as running:
            state = "on" if settings.reporting.filing else "off: reports wait (reporting.filing)"
            out.print(f"working in '{settings.environment}'; filing is {state}")
            while not running.wait(_LOOK_S):
                pass
    err.print("stopped")


@contextlib.contextmanager
def working(filing: FilingDesk, review: ReviewDesk, queue: QueueDesk | None = None) -> Iterator[Worker]:
    """A worker runs beside the block, and is stopped at its end."""
    running = Worker(filing, review, err.print, queue)
    running.start()
    try:
        yield running
    finally:
        running.stop()
