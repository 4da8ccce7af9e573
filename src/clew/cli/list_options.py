"""What the commands of `clew lists` share: the options that describe a source, and the opened store."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.errors import InputError, RefusedError
from clew.ground.clock import Clock, system_clock
from clew.matching.thresholds import Measures
from clew.parts.signals.base import SignalPart
from clew.parts.stores.base import Store
from clew.pipelines.installation import measures_of, open_store, signal_parts
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import Right, ServiceKind
from clew.records.identifiers import SignalType
from clew.settings import Settings

_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

SomeUnusable = 6

Json = Annotated[bool, typer.Option("--json", help="JSON lines instead of text.")]
Name = Annotated[str, typer.Argument(help="Name of the list.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; needed where there is no terminal.")]
Type = Annotated[str, typer.Option("--type", help="Signal type of the hash: md5, sha1, sha256, pdq.")]
Value = Annotated[
    str, typer.Option("--value", help="The hash in hexadecimal; `-` reads it from standard input, out of the history.")
]
SourceName = Annotated[str | None, typer.Option("--source", help="Who gives the entries.", show_default=False)]
Kind = Annotated[ServiceKind | None, typer.Option("--kind", help="What kind of body the source is.")]
Jurisdiction = Annotated[
    str | None, typer.Option("--jurisdiction", help="Of the source: ISO 3166 letters such as US, or INT.")
]
Basis = Annotated[
    str | None, typer.Option("--legal-basis", help="Statute, contract or consent on which its entries are used.")
]
Since = Annotated[datetime | None, typer.Option("--since", formats=_DATES, help="From when the legal basis holds.")]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=_DATES, help="When it ends; that day no longer counts (UTC).")
]
Rights = Annotated[
    list[Right] | None, typer.Option("--right", help="What the source grants beyond matching; may be repeated.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a command works with."""

    store: Store
    signals: Mapping[SignalType, SignalPart]
    clock: Clock
    actor: str

    @property
    def measures(self) -> Measures:
        """How each signal type is compared."""
        return measures_of(self.signals)


@contextlib.contextmanager
def desk(ctx: typer.Context) -> Iterator[Desk]:
    """The store of the command's settings, open."""
    settings: Settings = ctx.obj
    signals = signal_parts()
    with contextlib.closing(open_store(settings)) as store:
        yield Desk(store=store, signals=signals, clock=system_clock, actor=command_actor())


def claim(
    source: str | None,
    kind: ServiceKind | None,
    jurisdiction: str | None,
    basis: str | None,
    since: datetime | None,
    until: datetime | None,
    rights: list[Right] | None,
) -> SourceClaim:
    """What the options say of a source."""
    return SourceClaim(
        name=source,
        kind=kind,
        jurisdiction=jurisdiction,
        legal_basis=basis,
        since=utc(since),
        until=utc(until),
        rights=frozenset(rights) if rights else None,
    )


def utc(at: datetime | None) -> datetime | None:
    """A moment from an option, which without an offset is UTC."""
    return None if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def hash_of(signals: Mapping[SignalType, SignalPart], type_name: str, text: str) -> tuple[SignalType, bytes]:
    """Type and hash as the options give them; InputError when they are none."""
    name = SignalType(type_name.lower())
    if name not in signals:
        raise InputError(f"--type must be one of {', '.join(sorted(signals))}, got '{type_name[:40]}'")
    return name, signals[name].parse(sys.stdin.readline() if text == "-" else text)


def confirm(question: str, *, yes: bool) -> None:
    """The person says yes; RefusedError when nobody can be asked, Abort when the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError(f"{question} Nobody can be asked here; give --yes")
    typer.confirm(question, abort=True)
