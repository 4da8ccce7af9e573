"""What the commands of `clew evidence` share: their options, and the strongroom of the settings, open."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.ground.clock import system_clock
from clew.parts.stores.base import Store
from clew.pipelines.installation import open_store
from clew.pipelines.strongroom import Strongroom, open_strongroom
from clew.settings import Settings

_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

Case = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.", show_default=False)]
HoldArgument = Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id, as show has it.", show_default=False)]
Process = Annotated[str, typer.Argument(metavar="PROCESS", help="Its id, as show has it.", show_default=False)]
Ground = Annotated[str, typer.Option("--ground", help="Why, in words; no names.", show_default=False)]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=_DATES, help="When it ends (UTC); none is until it is released."),
]


def date_option(name: str, told: str) -> typer.models.OptionInfo:
    """An option that takes a day or a moment, UTC where it has no offset."""
    option = typer.Option(name, formats=_DATES, help=told)
    assert isinstance(option, typer.models.OptionInfo)
    return option


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceDesk:
    """What a command works with."""

    store: Store
    room: Strongroom
    actor: str


@contextlib.contextmanager
def desk(ctx: typer.Context) -> Iterator[EvidenceDesk]:
    """The strongroom of the command's settings."""
    settings: Settings = ctx.obj
    with contextlib.closing(open_store(settings)) as store:
        room = open_strongroom(settings, store, system_clock)
        yield EvidenceDesk(store=store, room=room, actor=command_actor())
