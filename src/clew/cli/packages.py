"""`clew reports package`: a report put together for the police, with evidence where a legal process asks for it."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json
from clew.cli.list_options import Json
from clew.errors import InputError
from clew.ground.clock import system_clock
from clew.pipelines.hand_over import Request, hand_over
from clew.pipelines.installation import open_store
from clew.pipelines.strongroom import open_strongroom
from clew.records.identifiers import FilingId, ProcessId
from clew.settings import Settings


def register(app: typer.Typer) -> None:
    """The command stands in the group of reports."""
    app.command(epilog="Example: clew reports package 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --out packages")(package)


def package(
    ctx: typer.Context,
    filing_id: Annotated[
        str, typer.Argument(metavar="FILING", help="As clew reports list has it.", show_default=False)
    ],
    folder: Annotated[Path, typer.Option("--out", help="The package is made below this folder.", show_default=False)],
    process: Annotated[
        str | None,
        typer.Option("--process", help="Recorded legal process that asks for the evidence.", show_default=False),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--to", help="Recipient's certificate (PEM); evidence is enveloped to it.", show_default=False),
    ] = None,
    json: Json = False,
) -> None:
    """Put a report together for the police: PDF, JSON, VICS, CASE, what was sent, and a signed manifest.

    Evidence is in it only when a legal process is recorded (clew evidence process) and the recipient's certificate is
    given; it never leaves in clear.
    """
    settings: Settings = ctx.obj
    asked = Request(
        filing_id=FilingId(filing_id),
        folder=folder,
        process_id=ProcessId(process) if process else None,
        certificate=_read(certificate) if certificate else None,
    )
    with contextlib.closing(open_store(settings)) as store:
        made = hand_over(open_strongroom(settings, store, system_clock), asked, actor=command_actor())
    if json:
        print_json({"package": str(made.folder), "withheld": {str(place): why for place, why in made.withheld.items()}})
        return
    out.print(f"package: {made.folder}")
    for place, why in sorted(made.withheld.items()):
        out.print(f"file {place}: bytes not included, {why}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"the certificate {path} cannot be read: {error.strerror}") from None
