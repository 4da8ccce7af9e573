"""`clew intake list`, `show`, `search`, `questions`, `answer`: what came in, and what its senders were asked."""

from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.intake_options import Json, Number, SenderName, intake_desk, sender_named
from clew.parts.stores._intake import IntakeFilter
from clew.pipelines import questions as asking
from clew.pipelines.audit import note_read
from clew.pipelines.intake_shown import (
    IntakeFile,
    file_row,
    intake_file,
    intake_page,
    names_of,
    question_row,
    report_row,
)
from clew.pipelines.intake_shown import search as search_mentions
from clew.records.identifiers import IntakeNumber, QuestionId
from clew.records.intake import IntakeForm, IntakeState
from clew.records.mention import IdentifierKind
from clew.redact import printable

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_COLUMNS = ("number", "received", "sender", "form", "state", "type", "country", "files", "gaps")


@app.command("list", epilog="Examples: clew intake list --incomplete · clew intake list --sender harbour --json")
def list_(
    ctx: typer.Context,
    sender: SenderName = None,
    form: Annotated[IntakeForm | None, typer.Option(help="Only those that came in this form.")] = None,
    state: Annotated[IntakeState | None, typer.Option(help="Only those in this state.")] = None,
    incomplete: Annotated[
        bool | None, typer.Option("--incomplete/--complete", help="Only those with, or without, gaps.")
    ] = None,
    before: Annotated[int | None, typer.Option(help="Only older ones than this number.", min=1)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show reports as they came in, newest first, without names and words."""
    with intake_desk(ctx.obj) as desk:
        wanted = IntakeFilter(
            sender_id=None if sender is None else sender_named(desk, sender).id,
            state=state,
            form=form,
            incomplete=incomplete,
            before=None if before is None else IntakeNumber(before),
            limit=limit,
        )
        with desk.store.read() as reader:
            found, more = intake_page(reader, wanted)
            names = names_of(reader.senders())
    rows = [report_row(each, names.get(each.sender_id)) for each in found]
    if as_json:
        for row in rows:
            print_json(row)
        return
    print_table(
        _COLUMNS,
        [
            [
                *(row[name] for name in ("number", "received", "sender", "form", "state", "incident_type")),
                *(row[name] for name in ("country", "files", "gaps")),
            ]
            for row in rows
        ],
        numbers=("number", "files", "gaps"),
    )
    if more is not None:
        out.print(f"more: --before {more}")


@app.command(epilog="Example: clew intake show 4711 --json")
def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """Show one report with its gaps, what it mentions and what its sender was asked; that you read it is noted."""
    with intake_desk(ctx.obj) as desk:
        with desk.store.read() as reader:
            file = intake_file(reader, IntakeNumber(number))
        subject = f"intake:{number}"
        note_read(desk.store, actor=command_actor(), act="intake.read", subject=subject, clock=desk.clock)
    if as_json:
        print_json(file_row(file))
    else:
        _tell(file)


@app.command(epilog="Examples: clew intake search ada@example.org · clew intake search +4930 --kind phone")
def search(
    ctx: typer.Context,
    beginning: Annotated[str, typer.Argument(help="How an identifier begins, in its one way of being written.")],
    kind: Annotated[IdentifierKind | None, typer.Option(help="Only of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many identifiers.")] = 50,
    as_json: Json = False,
) -> None:
    """Show which reports state an identifier, or one that begins so; that you searched is noted."""
    with intake_desk(ctx.obj) as desk:
        note_read(desk.store, actor=command_actor(), act="intake.search", subject="intake", clock=desk.clock)
        with desk.store.read() as reader:
            found = search_mentions(reader, beginning, kind, limit=limit)
    for each, value, numbers in found:
        if as_json:
            print_json({"kind": each.value, "value": value, "reports": numbers})
        else:
            told = ", ".join(str(number) for number in numbers)
            out.print(printable(f"{each.value}  {value}  in {told}"))
    if not found and not as_json:
        out.print("no report states such an identifier")


@app.command(epilog="Examples: clew intake questions --sender harbour · clew intake questions --report 4711 --json")
def questions(
    ctx: typer.Context,
    sender: SenderName = None,
    report: Annotated[int | None, typer.Option(help="Only about this report.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Show what senders were asked about data that they hold, open questions first."""
    with intake_desk(ctx.obj) as desk:
        sender_id = None if sender is None else sender_named(desk, sender).id
        number = None if report is None else IntakeNumber(report)
        with desk.store.read() as reader:
            found = reader.questions(sender_id=sender_id, number=number)
    for each in found:
        if as_json:
            print_json(question_row(each))
        else:
            stands = "answered" if each.answered_at else "open"
            out.print(printable(f"{each.id}  report {each.number}  {stands}  {each.text}"))


@app.command(epilog="Example: clew intake answer 01KA2VJ5T0M3N4P5Q6R7S8T9V0 --words 'The port was 50122.'")
def answer(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Id of the question.")],
    words: Annotated[str, typer.Option("--words", help="What the sender says.")],
) -> None:
    """Write down what a sender answers; the gap is closed, and the report surfaces again where it waits."""
    with intake_desk(ctx.obj) as desk:
        done = asking.answer(desk, QuestionId(question), words, actor=command_actor())
    out.print(f"report {done.number}: the answer is kept")


def _tell(file: IntakeFile) -> None:
    report = file.report
    name = report.sender_id if file.sender is None else file.sender.name
    out.print(printable(f"report {report.number}  from {name}  {report.form.value}  {report.state.value}"))
    if report.reference:
        out.print(printable(f"  its sender's name for it: {report.reference}"))
    for gap in report.gaps:
        cost = f" ({gap.cost})" if gap.cost else ""
        out.print(printable(f"  gap  {gap.path or 'the report'}: {gap.because}{cost}"))
    print_table(
        ("kind", "value", "whose", "where", "port"),
        [[each.kind.value, each.value, each.part.value, each.origin.path, each.port] for each in file.mentions],
        numbers=("port",),
    )
    if file.mention_count > len(file.mentions):
        out.print(f"{file.mention_count:,} identifiers in all; these are the first {len(file.mentions):,}")
    for each in file.questions:
        out.print(printable(f"  asked: {each.text}"))
        if each.answer:
            out.print(printable(f"    answered: {each.answer}"))
