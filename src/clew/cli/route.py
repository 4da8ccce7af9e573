"""`clew route`: where a report belongs, vote by vote."""

import contextlib
import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.errors import InputError
from clew.ground.clock import system_clock
from clew.parts.stores.base import Store
from clew.pipelines.atlas import open_atlas
from clew.pipelines.installation import open_store
from clew.pipelines.routing import RoutingAnswer, put_inquiries, route_address, route_shown
from clew.records.identifiers import IntakeNumber
from clew.records.routing import LeftOut, Vote, Whereabouts
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_ADDRESS = re.compile(
    r"(?:\[(?P<boxed>[0-9a-fA-F:.]+)\]|(?P<plain>[0-9.]+)|(?P<bare>[0-9a-fA-F:.]*:[0-9a-fA-F:.]*?))"
    r"(?:@(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)))?"
    r"(?::(?P<port>\d{1,5}))?"
)
_MOST_PORT = 65_535


@app.command(
    epilog="Examples: clew route 1207 · clew route 1207 1311 1312 · "
    "clew route --address 192.0.2.7@2026-05-01T09:30:00Z:40123 · clew route --address [2001:db8::1]:443"
)
def route(
    ctx: typer.Context,
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="NUMBER...", help="A report; or all of a cluster.", show_default=False),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="An address alone: IP, IP@TIME, IP@TIME:PORT; IPv6 with a port in [ ].", show_default=False),
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Put the questions to the senders, too.")] = False,
    json: Json = False,
) -> None:
    """Say where a report belongs: countries by weight, each vote with its reason, and who may take it on.

    Addresses are looked up in the operator's own files ([geography] in the settings); nothing is asked of the network.
    """
    settings: Settings = ctx.obj
    if bool(numbers) == bool(address):
        raise InputError("give the numbers of reports, or --address, and not both")
    atlas = open_atlas(settings.geography)
    stale = settings.geography.stale_days
    with contextlib.closing(open_store(settings)) as store:
        if address:
            text, at, port = _address(address)
            with store.read() as reader:
                today = system_clock().date()
                found = route_address(reader, atlas, text, at, port, today=today, stale_days=stale)
        else:
            wanted = [IntakeNumber(each) for each in numbers or []]
            found = route_shown(store, atlas, wanted, actor=command_actor(), clock=system_clock, stale_days=stale)
        asked = _ask(store, found) if ask else 0
    if json:
        print_json(_json(found))
        return
    for answer in found.whereabouts:
        _print(answer)
    _print_proposal(found)
    if asked:
        out.print(f"asked: {asked:,}")


def _ask(store: Store, found: RoutingAnswer) -> int:
    actor, at = command_actor(), system_clock()
    return len(store.transact(lambda unit: put_inquiries(unit, found.inquiries, actor=actor, at=at)))


def _address(given: str) -> tuple[str, datetime | None, int | None]:
    """Address, moment and port as they were given."""
    found = _ADDRESS.fullmatch(given.strip())
    if found is None:
        raise InputError(
            "expected IP, IP@2026-05-01T09:30:00Z or IP@2026-05-01T09:30:00Z:40123; IPv6 with a port in [ ]"
        )
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port <= _MOST_PORT:
        raise InputError(f"a port is a number from 1 to {_MOST_PORT}")
    try:
        at = datetime.fromisoformat(found["time"]).astimezone(UTC) if found["time"] else None
    except ValueError:
        raise InputError("the time of the address is none of the calendar") from None
    return found["boxed"] or found["plain"] or found["bare"], at, port


def _print(answer: Whereabouts) -> None:
    out.print(f"{answer.about.value}:", style="bold")
    rows = [(each.country, f"{each.weight:.1%}", _regions(each.regions)) for each in answer.top]
    rows.append(("unknown", f"{answer.unknown:.1%}", answer.unknown_because or ""))
    print_table(("country", "weight", "region, if the country is right"), rows, numbers=("weight",))
    if answer.contested:
        out.print("contested: files name different countries for the same address")
    votes = [(each.kind, _for(each), f"{each.log_odds:.2f}", each.whence.text, each.told) for each in answer.votes]
    if votes:
        print_table(("vote", "for", "nats", "from", "because"), votes, numbers=("nats",))
    without = [(each.kind, each.whence.text, each.because) for each in answer.left_out]
    if without:
        print_table(("no vote", "from", "because"), without)
    for each in answer.not_attributable:
        out.print(f"not attributable: {each.whence.text}: {each.because}")
    if answer.dissent:
        out.print(f"dissent: {', '.join(dict.fromkeys(each.whence.text for each in answer.dissent))}")


def _for(vote: Vote) -> str:
    most = sorted(vote.shares, key=lambda each: (-each[1], each[0]))
    shown = ", ".join(
        territory.code if share == 1 else f"{territory.code} {share:.0%}" for territory, share in most[:4]
    )
    return shown if len(most) <= 4 else f"{shown}, …"  # noqa: PLR2004  as many as a line bears


def _regions(regions: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{code} {weight:.0%}" for code, weight in regions[:3])


def _print_proposal(found: RoutingAnswer) -> None:
    rows = [
        (
            each.recipient.id,
            f"{each.weight:.0%}",
            "; ".join(each.lacks) or ("confirm again" if each.stale else "yes"),
            each.because,
        )
        for each in found.proposal.proposed
    ]
    if rows:
        print_table(("recipient", "weight", "can be used", "because"), rows, numbers=("weight",))
    for gap in found.proposal.gaps:
        out.print(f"gap: {gap}")
    for each in found.inquiries:
        out.print(f"to ask, {each.whence.text}: {each.text}")


def _json(found: RoutingAnswer) -> dict[str, object]:
    return {
        "reports": list(found.numbers),
        "whereabouts": [
            {
                "about": each.about,
                "rules": each.rules,
                "countries": [asdict(share) for share in each.shares],
                "unknown": each.unknown,
                "unknown_because": each.unknown_because,
                "contested": each.contested,
                "votes": [
                    {
                        "kind": vote.kind,
                        "from": vote.whence.text,
                        "value": vote.value,
                        "for": {territory.code: share for territory, share in vote.shares},
                        "log_odds": vote.log_odds,
                        "because": vote.told,
                        "dissents": vote in each.dissent,
                    }
                    for vote in each.votes
                ],
                "without_vote": [_left(left) for left in each.left_out],
                "not_attributable": [_left(left) for left in each.not_attributable],
            }
            for each in found.whereabouts
        ],
        "recipients": [
            {
                "recipient": each.recipient.id,
                "weight": each.weight,
                "because": each.because,
                "lacks": each.lacks,
                "stale": each.stale,
                "several": each.several,
            }
            for each in found.proposal.proposed
        ],
        "gaps": found.proposal.gaps,
        "to_ask": [{"from": each.whence.text, "text": each.text} for each in found.inquiries],
    }


def _left(left: LeftOut) -> dict[str, object]:
    return {"kind": left.kind, "from": left.whence.text, "value": left.value, "because": left.because}
