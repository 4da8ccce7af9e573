"""What the commands about intake and senders share: the opened desk, the options, who is meant."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from clew.ground.clock import system_clock
from clew.pipelines.installation import open_store
from clew.pipelines.intake_desk import IntakeDesk, open_intake_desk
from clew.pipelines.senders import built_in, find_sender
from clew.records.intake import IntakeSender, SenderKind
from clew.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="JSON lines instead of text.")]
SenderName = Annotated[
    str | None, typer.Option("--sender", help="Name or id of the sender; else this desk.", show_default=False)
]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Of the report.", min=1, show_default=False)]


@contextmanager
def intake_desk(settings: Settings) -> Iterator[IntakeDesk]:
    """The desk, its store closed at the end."""
    store = open_store(settings)
    try:
        yield open_intake_desk(settings, store, system_clock)
    finally:
        store.close()


def sender_named(desk: IntakeDesk, name: str | None) -> IntakeSender:
    """The sender of that name or id; without one the desk itself."""
    if name is None:
        return built_in(desk.store, SenderKind.DESK, desk.clock)
    with desk.store.read() as reader:
        return find_sender(reader, name)
