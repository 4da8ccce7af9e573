"""The desk at which reports are taken in: the store, the clock, the form they are stored in, what reads identifiers."""

from dataclasses import dataclass
from functools import cache

import msgspec

from clew.ground.clock import Clock
from clew.parts.formats.base import ClearinghouseFormat
from clew.parts.identifiers.base import IdentifierPart
from clew.parts.shelf import load, load_all
from clew.parts.stores.base import Store
from clew.records.identifiers import SenderId
from clew.records.intake import IntakeForm, IntakeReport
from clew.records.report import Report
from clew.settings import Settings

# The format whose JSON form is that of our own facts.
_STORED_FORM = "cybertipline"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeDesk:
    """What every sentence about taking in needs."""

    settings: Settings
    store: Store
    clock: Clock
    form: ClearinghouseFormat
    parts: tuple[IdentifierPart, ...]

    def write(self, report: Report) -> str:
        """The facts as they are stored."""
        return msgspec.json.encode(self.form.write_stored(report)).decode()

    def read(self, document: str) -> Report:
        """The facts that were stored."""
        return self.form.read_stored(msgspec.json.decode(document))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """By whom and how reports come.

    Attributes:
        actor: for the audit: "sender:harbour", "user:ada", "command:root".
    """

    sender_id: SenderId
    form: IntakeForm
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A report that is in, durably.

    Attributes:
        repeated: it was there before; nothing was changed.
    """

    report: IntakeReport
    repeated: bool = False


def open_intake_desk(settings: Settings, store: Store, clock: Clock) -> IntakeDesk:
    """The desk over an open store.

    Raises:
        MissingPartError: a part of the shelf of identifiers cannot be loaded.
    """
    return IntakeDesk(
        settings=settings,
        store=store,
        clock=clock,
        form=load("formats", _STORED_FORM, ClearinghouseFormat),
        parts=_parts(),
    )


@cache
def _parts() -> tuple[IdentifierPart, ...]:
    """The shelf does not change while a process lives, and asking it costs milliseconds."""
    return tuple(load_all("identifiers", IdentifierPart).values())
