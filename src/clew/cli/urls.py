"""`clew urls`: the addresses that a hotline works, from the first word of them to their end."""

import contextlib
import csv
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import err, out, print_json, print_table
from clew.cli.list_options import Json, SomeUnusable, utc
from clew.cli.urls_shown import tell, tell_notice, tell_page
from clew.errors import ConflictError, InputError
from clew.ground.clock import system_clock
from clew.ground.text import count
from clew.parts.stores._url_reports import UrlFilter
from clew.pipelines import url_reports
from clew.pipelines.audit import note_read
from clew.pipelines.hotline_desk import HotlineDesk, open_hotline
from clew.pipelines.installation import open_store
from clew.pipelines.url_notices import draft_notice, send_notice
from clew.pipelines.url_reports import Origin
from clew.pipelines.url_shown import (
    action_row,
    export_rows,
    public_figures,
    shown_urls,
    url_file,
    url_row,
)
from clew.records.identifiers import IntakeNumber, UrlReportId
from clew.records.url_report import HostRole, UrlCame, UrlEnd, UrlFound, UrlState
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Work the addresses that are reported to a hotline. Clew never opens one.",
)

_Id = Annotated[str, typer.Argument(metavar="ID", help="As clew urls list has it.", show_default=False)]
_Words = Annotated[str, typer.Option("--words", help="What you want to be remembered of it.", show_default=False)]
_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
_Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=_DATES, help="Received from then on (else 31 days).", show_default=False),
]
_Until = Annotated[
    datetime | None, typer.Option("--until", formats=_DATES, help="Received before (else now).", show_default=False)
]
_MONTH = timedelta(days=31)


@app.command(epilog="Example: clew urls add hxxps[:]//board[.]example/a --came partner --reference NL-2231")
def add(
    ctx: typer.Context,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(help="Addresses, defanged or not; `-` reads one a line from standard input."),
    ] = None,
    came: Annotated[UrlCame, typer.Option(help="How they came.")] = UrlCame.BY_HAND,
    reference: Annotated[str, typer.Option(help="The partner's own name for it.", show_default=False)] = "",
    from_report: Annotated[
        int | None, typer.Option("--from-report", help="Take those that this report mentions.", show_default=False)
    ] = None,
    words: _Words = "",
    json: Json = False,
) -> None:
    """Take addresses in; one that is known already is sighted once more. Ends with 6 when some are none."""
    actor, unusable = command_actor(), 0
    with _desk(ctx.obj) as desk:
        if from_report is not None:
            for each in url_reports.receive_of_report(desk, IntakeNumber(from_report), actor=actor):
                tell(shown_urls(desk, [each.report])[0], json=json, new=each.new)
        for number, text in enumerate(_given(addresses or []), start=1):
            try:
                origin = Origin(came=came, actor=actor, reference=reference)
                got = url_reports.receive(desk, text, origin, words=words)
            except InputError as error:
                # Never the text itself: it may be an address all the same.
                err.print(f"clew: address {number}: {error}")
                unusable += 1
                continue
            tell(shown_urls(desk, [got.report])[0], json=json, new=got.new)
    if unusable:
        raise typer.Exit(SomeUnusable)


@app.command("list", epilog="Example: clew urls list --due")
def list_(
    ctx: typer.Context,
    state: Annotated[UrlState | None, typer.Option(help="Only those in this state.", show_default=False)] = None,
    due: Annotated[bool, typer.Option("--due", help="Only those at which something is to be done by now.")] = False,
    host: Annotated[str | None, typer.Option(help="Only that host and the names below it.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = 50,
    json: Json = False,
) -> None:
    """Show addresses, what is due first ahead; every one defanged."""
    with _desk(ctx.obj) as desk:
        wanted = UrlFilter(
            states=None if state is None else (state,),
            due_by=system_clock() if due else None,
            host=None if host is None else host.lower(),
            limit=limit,
        )
        note_read(desk.store, actor=command_actor(), act="url.list", subject="urls", clock=system_clock)
        with desk.store.read() as reader:
            found = shown_urls(desk, reader.url_reports(wanted))
    if json:
        for each in found:
            print_json(url_row(each))
        return
    print_table(
        ["id", "state", "next", "due", "address", "sightings"],
        [
            [
                each.report.id,
                each.report.state,
                each.next,
                f"{each.report.due_at:%Y-%m-%d %H:%M}" if each.report.due_at else None,
                each.address,
                each.report.sightings,
            ]
            for each in found
        ],
        numbers=["sightings"],
    )


@app.command(epilog="Example: clew urls show 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --host")
def show(
    ctx: typer.Context,
    url_id: _Id,
    host: Annotated[bool, typer.Option("--host", help="Look up who hosts it first, and keep the answer.")] = False,
    network: Annotated[
        str, typer.Option(help="With --host: the host's IP address, or its network as AS64500.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """Show one address with all that was done; with --host, ask the operator's lists who hosts it."""
    if network and not host:
        raise InputError("--network says where to look with --host")
    with _desk(ctx.obj) as desk:
        if host:
            url_reports.look_up_host(desk, UrlReportId(url_id), actor=command_actor(), network=network)
        with desk.store.read() as reader:
            file = url_file(reader, desk, UrlReportId(url_id))
        subject = f"url:{file.shown.report.id}"
        note_read(desk.store, actor=command_actor(), act="url.read", subject=subject, clock=system_clock)
        if json:
            print_json({**url_row(file.shown), "actions": [action_row(each) for each in file.actions]})
        else:
            tell_page(file)


@app.command(epilog="Example: clew urls assess 01KA2VJ5T0M3N4P5Q6R7S8T9V0 national")
def assess(
    ctx: typer.Context,
    url_id: _Id,
    category: Annotated[str, typer.Argument(help="A code of the scheme (hotline.categories).", show_default=False)],
    words: _Words = "",
    json: Json = False,
) -> None:
    """Record what you found at the address, by the scheme."""
    with _desk(ctx.obj) as desk:
        changed = url_reports.assess(desk, UrlReportId(url_id), category, actor=command_actor(), words=words)
        tell(shown_urls(desk, [changed])[0], json=json)


@app.command(epilog='Example: clew urls hold 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --words "State police, their reference 7731"')
def hold(ctx: typer.Context, url_id: _Id, words: _Words = "", json: Json = False) -> None:
    """Record that the police were told: nobody else is, until they release it or their time is over."""
    with _desk(ctx.obj) as desk:
        changed = url_reports.hold(desk, UrlReportId(url_id), actor=command_actor(), words=words)
        tell(shown_urls(desk, [changed])[0], json=json)


@app.command(epilog='Example: clew urls release 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --words "State police, by telephone"')
def release(ctx: typer.Context, url_id: _Id, words: _Words = "", json: Json = False) -> None:
    """Record that the police have nothing against it that others are told."""
    with _desk(ctx.obj) as desk:
        changed = url_reports.release(desk, UrlReportId(url_id), actor=command_actor(), words=words)
        tell(shown_urls(desk, [changed])[0], json=json)


@app.command(epilog="Example: clew urls notice 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --to registrar --language de --sent")
def notice(
    ctx: typer.Context,
    url_id: _Id,
    to: Annotated[HostRole, typer.Option("--to", help="To whom.")] = HostRole.HOST,
    language: Annotated[str, typer.Option(help="In which of the operator's languages.")] = "en",
    sent: Annotated[bool, typer.Option("--sent", help="You have sent it yourself: record it.")] = False,
    mail: Annotated[bool, typer.Option("--mail", help="Let a worker hand it to the mail server.")] = False,
    json: Json = False,
) -> None:
    """Print the notice to whoever hosts it; record it as sent, or have it mailed; else nothing is recorded."""
    if sent and mail:
        raise ConflictError("either you have sent it, or a worker mails it")
    with _desk(ctx.obj) as desk:
        if sent or mail:
            made = send_notice(desk, UrlReportId(url_id), to, language, actor=command_actor(), by_mail=mail)
            tell_notice(made.recipient, made.subject, made.text, json=json)
            return
        with desk.store.read() as reader:
            report = reader.get_url_report(UrlReportId(url_id))
        text = draft_notice(desk, report, to, language)
        tell_notice(text.recipient, text.subject, text.text, json=json)


@app.command(epilog="Example: clew urls check 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --every 24")
def check(
    ctx: typer.Context,
    url_id: _Id,
    every: Annotated[
        int | None, typer.Option(help="Order that a person looks every so many hours; 0 ends it.", show_default=False)
    ] = None,
    found: Annotated[UrlFound | None, typer.Option(help="What you found just now.", show_default=False)] = None,
    moved_to: Annotated[
        str, typer.Option("--moved-to", help="Where it moved to, with --found moved.", show_default=False)
    ] = "",
    words: _Words = "",
    json: Json = False,
) -> None:
    """Order checks by a person, or record what one found. Clew itself never looks."""
    if (every is None) == (found is None):
        raise InputError("say either --every HOURS, an order, or --found, what you saw")
    with _desk(ctx.obj) as desk:
        actor = command_actor()
        if every is not None:
            changed = url_reports.order_check(desk, UrlReportId(url_id), every, actor=actor)
        else:
            assert found is not None
            changed = url_reports.check(desk, UrlReportId(url_id), found, actor=actor, words=words, moved_to=moved_to)
        tell(shown_urls(desk, [changed])[0], json=json)


@app.command(epilog="Example: clew urls close 01KA2VJ5T0M3N4P5Q6R7S8T9V0 removed")
def close(
    ctx: typer.Context,
    url_id: _Id,
    end: Annotated[UrlEnd, typer.Argument(help="Why.", show_default=False)],
    words: _Words = "",
    json: Json = False,
) -> None:
    """End the work on an address."""
    with _desk(ctx.obj) as desk:
        changed = url_reports.close(desk, UrlReportId(url_id), end, actor=command_actor(), words=words)
        tell(shown_urls(desk, [changed])[0], json=json)


@app.command(epilog='Example: clew urls reopen 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --words "the police ask us to go on"')
def reopen(ctx: typer.Context, url_id: _Id, words: _Words = "", json: Json = False) -> None:
    """Take a closed address up again, to be assessed anew."""
    with _desk(ctx.obj) as desk:
        changed = url_reports.reopen(desk, UrlReportId(url_id), actor=command_actor(), words=words)
        tell(shown_urls(desk, [changed])[0], json=json)


@app.command(epilog="Example: clew urls export --public --since 2026-01-01 --until 2026-04-01")
def export(
    ctx: typer.Context,
    since: _Since = None,
    until: _Until = None,
    public: Annotated[
        bool, typer.Option("--public", help="Counts alone, in multiples of five: no address, no host.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="CSV file (else JSON lines to standard output).", show_default=False)
    ] = None,
) -> None:
    """Give addresses to partners, defanged; or figures to everybody, without any address."""
    end = utc(until) or system_clock()
    begin = utc(since) or end - _MONTH
    if public and to is not None:
        raise InputError("public figures are one JSON line; send standard output to a file")
    with _desk(ctx.obj) as desk:
        act = "url.figures" if public else "url.export"
        note_read(desk.store, actor=command_actor(), act=act, subject="urls", clock=system_clock)
        with desk.store.read() as reader:
            if public:
                print_json(public_figures(reader, begin, end))
                return
            rows = export_rows(reader, desk, begin, end)
            if to is None:
                for row in rows:
                    print_json(row)
            else:
                written = _write_csv(to, rows)
                out.print(f"{count(written, 'address', 'addresses')} written, defanged")


def _write_csv(path: Path, rows: Iterator[dict[str, str | int | bool | None]]) -> int:
    written = 0
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            for row in rows:
                if not written:
                    table.writerow(row)
                table.writerow(row.values())
                written += 1
    except FileExistsError:
        raise InputError(f"{path} is there already; name a new file") from None
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    return written


def _given(addresses: list[str]) -> Iterator[str]:
    for each in addresses:
        if each == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield each


@contextlib.contextmanager
def _desk(settings: Settings) -> Iterator[HotlineDesk]:
    with contextlib.closing(open_store(settings)) as store:
        yield open_hotline(settings, store, system_clock)
