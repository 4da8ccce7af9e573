"""`clew reports submit|resume|list|show|retract|set-aside|by-hand`: file reports, and see what became of them."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import err, out, print_json, print_table
from clew.cli.list_options import Json
from clew.errors import ConflictError, InputError, NotFoundError, RejectedError
from clew.ground.clock import iso, system_clock
from clew.ground.text import count
from clew.parts.stores._filing import FilingFilter
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.audit import note_read
from clew.pipelines.closing import set_aside as end_elsewhere
from clew.pipelines.filing import file_again, file_report, open_filing_desk, record_by_hand, withdraw
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.filing_shown import FilingFile, filing_file, filing_standing, waits_for_switch
from clew.pipelines.filing_work import work_once
from clew.pipelines.installation import open_store
from clew.pipelines.report_drafts import demand_saved, file_case
from clew.pipelines.report_forms import read_facts_file
from clew.pipelines.strongroom import open_strongroom
from clew.records.filing import Filing, FilingState
from clew.records.identifiers import CaseId, FilingId
from clew.redact import printable
from clew.settings import Settings

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case.", show_default=False)]
FilingArgument = Annotated[
    str, typer.Argument(metavar="FILING", help="As clew reports list has it.", show_default=False)
]

Asked = Annotated[
    bool,
    typer.Option("--asked", help="The recipient itself said that the report or package left there is not filed."),
]


def register(app: typer.Typer) -> None:
    """The commands of filing stand in the group of reports."""
    app.command(epilog="Example: clew reports submit 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --wait")(submit)
    app.command(epilog="Example: clew reports resume 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --wait")(resume)
    app.command("list", epilog="Example: clew reports list --state failed --json")(list_)
    app.command(epilog="Example: clew reports show 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --receipt receipt.xml")(show)
    app.command(epilog='Example: clew reports retract 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --because "wrong account"')(retract)
    app.command("set-aside", epilog='Example: clew reports set-aside CASE --because "a trial before production"')(
        set_aside
    )
    app.command("by-hand", epilog="Example: clew reports by-hand FILING --number 12345 --at 2026-03-08T12:00:00+00:00")(
        by_hand
    )


def submit(
    ctx: typer.Context,
    case_id: CaseArgument,
    facts: Annotated[
        Path | None,
        typer.Option("--facts", help="JSON file of facts (else the draft of the case).", show_default=False),
    ] = None,
    as_it_stands: Annotated[
        bool,
        typer.Option("--as-it-stands", help="File what the case holds now, though nobody has saved a draft of it."),
    ] = False,
    supplement: Annotated[bool, typer.Option("--supplement", help="It adds to a report that is filed.")] = False,
    to: Annotated[
        str | None, typer.Option("--to", help="Clearinghouse (else reporting.clearinghouse).", show_default=False)
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Make the first attempt now, in this command.")] = False,
    json: Json = False,
) -> None:
    """Order the filing of a case's report, exactly once; a filing of the case that has failed takes it and begins anew.

    The report is what `--facts` says; else the draft that somebody saved in the console. What nobody has read is filed
    only when `--as-it-stands` says so: a filed report cannot be taken back. What it says of viewing comes from the
    viewing ledger alone. A worker sends it; the command ends as soon as the order is durable.
    """
    with _desk(ctx.obj) as desk:
        actor = command_actor()
        if facts is None:

            def work(unit: UnitOfWork) -> Filing:
                if not as_it_stands:
                    _demand_saved(unit, CaseId(case_id), supplement=supplement)
                return file_case(unit, desk, CaseId(case_id), actor=actor, supplement=supplement, clearinghouse=to)

            filing = desk.store.transact(work)
        else:
            report = read_facts_file(_read(facts))
            filing = desk.store.transact(
                lambda unit: file_report(
                    unit, desk, CaseId(case_id), report, actor=actor, supplement=supplement, clearinghouse=to
                )
            )
        if wait:
            filing = _attempted(desk, filing)
        _tell(desk, filing, json=json)


def _demand_saved(unit: UnitOfWork, case_id: CaseId, *, supplement: bool) -> None:
    try:
        demand_saved(unit, case_id, supplement=supplement)
    except ConflictError as error:
        raise ConflictError(f"{error}; or say --as-it-stands") from error


def resume(
    ctx: typer.Context,
    filing_id: FilingArgument,
    asked: Asked = False,
    wait: Annotated[bool, typer.Option("--wait", help="Make the next attempt now, in this command.")] = False,
    json: Json = False,
) -> None:
    """Try a filing that has failed again, with the same facts; what it left open there is taken back first.

    With `--asked` it is not: where the clearinghouse has moved to another address, nothing else can be done about it.
    """
    with _desk(ctx.obj) as desk:
        actor = command_actor()
        filing = desk.store.transact(lambda unit: file_again(unit, desk, FilingId(filing_id), actor=actor, asked=asked))
        if wait:
            filing = _attempted(desk, filing)
        _tell(desk, filing, json=json)


def list_(
    ctx: typer.Context,
    state: Annotated[
        list[FilingState] | None, typer.Option("--state", help="Only these; may be repeated.", show_default=False)
    ] = None,
    case: Annotated[str | None, typer.Option("--case", help="Only of this case.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 50,
    json: Json = False,
) -> None:
    """Show filings, newest first, and what stands in their way."""
    with _desk(ctx.obj) as desk:
        wanted = FilingFilter(
            states=tuple(state) if state else None, case_id=CaseId(case) if case else None, limit=limit
        )
        with desk.store.read() as reader:
            found = reader.filings(wanted)
            standing = filing_standing(reader, desk.settings)
    if json:
        for filing in found:
            print_json(_facts(filing, desk.settings))
        return
    if found:
        rows = [
            (each.id, each.case_id, each.state, each.number, each.environment, each.clearinghouse, each.attempts)
            for each in found
        ]
        columns = ("filing", "case", "state", "number", "environment", "to", "attempts")
        print_table(columns, rows, numbers=("attempts",))
    else:
        out.print("no filing yet")
    if not standing.on:
        err.print("filing is off: reports wait; switch it on with the setting reporting.filing")
    for alert in standing.alerts:
        err.print(f"alert ({alert.kind}) of {alert.filing_id}: {printable(alert.told)}")
    for case_id in standing.unreported:
        err.print(f"case {case_id} has a reportable verdict and no report; compose it in the console under Reports")
    if standing.unreported_more:
        err.print("and more cases, younger than these")
    if standing.elsewhere:
        cases = count(standing.elsewhere, "reportable case")
        err.print(f"{cases} of another environment, never filed from here; end a trial with: clew reports set-aside")


def show(
    ctx: typer.Context,
    filing_id: FilingArgument,
    receipt: Annotated[
        Path | None, typer.Option("--receipt", help="Write the receipt there, byte for byte.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Show one filing with its steps and alerts; write its receipt to a file. The read is in the audit log."""
    with _desk(ctx.obj) as desk:
        with desk.store.read() as reader:
            known = filing_file(reader, FilingId(filing_id))
        note_read(desk.store, actor=command_actor(), act="filing.read", subject=known.filing.subject, clock=desk.clock)
    if receipt is not None:
        if known.receipt is None:
            raise NotFoundError("this filing has no receipt")
        _write(receipt, known.receipt.body)
    if json:
        print_json({**_facts(known.filing, desk.settings), "steps": _steps(known), "alerts": _alerts(known)})
        return
    for name, value in _facts(known.filing, desk.settings).items():
        out.print(f"{name}: {'-' if value is None else printable(str(value))}")
    steps = [(each["attempt"], each["at"], each["step"], each["number"], each["told"]) for each in _steps(known)]
    print_table(("attempt", "at", "step", "number", "told"), steps, numbers=("attempt",))
    for alert in known.alerts:
        err.print(f"alert ({alert.kind}): {printable(alert.told)}")


def retract(
    ctx: typer.Context,
    filing_id: FilingArgument,
    because: Annotated[str, typer.Option("--because", help="Why nothing is filed; kept.", show_default=False)],
    asked: Asked = False,
    wait: Annotated[bool, typer.Option("--wait", help="Take it back now, in this command.")] = False,
    json: Json = False,
) -> None:
    """Take back a filing that is not finished. What lies open at the clearinghouse is dropped there by a worker."""
    with _desk(ctx.obj) as desk:
        actor = command_actor()
        filing = desk.store.transact(
            lambda unit: withdraw(unit, desk, FilingId(filing_id), because=because, actor=actor, asked=asked)
        )
        if wait:
            filing = _attempted(desk, filing)
        _tell(desk, filing, json=json)


def set_aside(
    ctx: typer.Context,
    case_id: CaseArgument,
    because: Annotated[str, typer.Option("--because", help="Why it is over; kept, no names.", show_default=False)],
    json: Json = False,
) -> None:
    """End a case that was opened in another environment, such as a trial before production: it is never filed in this.

    A case of the environment in force is refused: it is decided, and reported when it is reportable.
    """
    with _desk(ctx.obj) as desk:
        actor, environment = command_actor(), desk.settings.environment
        closed = desk.store.transact(
            lambda unit: end_elsewhere(
                unit, desk.strongroom, CaseId(case_id), environment=environment, ground=because, actor=actor
            )
        )
        if json:
            print_json({"case": closed.id, "state": closed.state.value, "environment": closed.environment})
            return
        out.print(f"case {closed.id} of '{closed.environment}' is over, without a report")


def by_hand(
    ctx: typer.Context,
    filing_id: FilingArgument,
    number: Annotated[str, typer.Option("--number", help="As the recipient gave it.", show_default=False)],
    at: Annotated[str, typer.Option("--at", help="When it was filed, ISO 8601 with offset.", show_default=False)],
    asked: Asked = False,
    json: Json = False,
) -> None:
    """Record that a person has filed it, with number and time; nothing more is sent.

    While a report of this filing lies open at the clearinghouse and may have been finished, or a package of it may be
    used, another number is taken only with `--asked`.
    """
    with _desk(ctx.obj) as desk:
        filed_at, actor = _moment(at), command_actor()
        filing = desk.store.transact(
            lambda unit: record_by_hand(
                unit, desk, FilingId(filing_id), number=number, filed_at=filed_at, actor=actor, asked=asked
            )
        )
        _tell(desk, filing, json=json)


# ---------------------------------------------------------------- below


@contextlib.contextmanager
def _desk(settings: Settings) -> Iterator[FilingDesk]:
    with contextlib.closing(open_store(settings)) as store:
        strongroom = open_strongroom(settings, store, system_clock)
        yield open_filing_desk(settings, store, strongroom, system_clock)


def _attempted(desk: FilingDesk, filing: Filing) -> Filing:
    """The filing after what is due was done; others that are due may come before it."""
    while work_once(desk, f"{command_actor()}:submit"):
        with desk.store.read() as reader:
            filing = reader.get_filing(filing.id)
        if filing.state not in {FilingState.UNDER_WAY, FilingState.WAITING, FilingState.WITHDRAWING}:
            break
    return filing


def _tell(desk: FilingDesk, filing: Filing, *, json: bool) -> None:
    if json:
        print_json(_facts(filing, desk.settings))
    else:
        number = f", number {printable(filing.number)}" if filing.number else ""
        out.print(f"filing {filing.id} in '{filing.environment}': {filing.state}{number}")
    if filing.state is FilingState.FAILED:
        raise RejectedError(printable(filing.told or "the filing has failed"))
    if waits := waits_for_switch(filing, desk.settings):
        err.print(f"filing is off: {waits}; the setting is reporting.filing")


def _facts(filing: Filing, settings: Settings) -> dict[str, object]:
    return {
        "filing": filing.id,
        "case": filing.case_id,
        "state": filing.state.value,
        "number": filing.number,
        "clearinghouse": filing.clearinghouse,
        "environment": filing.environment,
        "profile": filing.profile,
        "part": filing.part,
        "attempts": filing.attempts,
        "due_at": iso(filing.due_at) if filing.due_at else None,
        "ordered_at": iso(filing.created_at),
        "ordered_by": filing.created_by,
        "finished_at": iso(filing.finished_at) if filing.finished_at else None,
        "finished_by": filing.finished_by,
        "receipt_sha256": filing.receipt_digest.hex() if filing.receipt_digest else None,
        "told": filing.told,
        "waits": waits_for_switch(filing, settings) or None,
    }


def _steps(known: FilingFile) -> list[dict[str, object]]:
    return [
        {
            "attempt": step.attempt,
            "at": iso(step.at),
            "step": step.step.value,
            "number": step.number,
            "request_id": step.request_id,
            "told": step.told,
        }
        for step in known.steps
    ]


def _alerts(known: FilingFile) -> list[dict[str, object]]:
    return [{"kind": each.kind.value, "at": iso(each.at), "told": each.told} for each in known.alerts]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(f"--at must be a time with its offset, as 2026-03-08T12:00:00+00:00, got '{text[:40]}'")
    return moment


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
