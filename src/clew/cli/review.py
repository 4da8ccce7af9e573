"""`clew review`: the queue and its alerts, without names, texts or pictures; hits and appeals made into jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.errors import InputError
from clew.ground.clock import iso, system_clock
from clew.ground.text import count
from clew.parts.stores._review import JobFilter
from clew.pipelines.alerts import end_case_alert, standing_alerts
from clew.pipelines.appeals import AppealedAgainst, lodge
from clew.pipelines.cases import open_cases
from clew.pipelines.erasing import demand_erasable, erase_subject
from clew.pipelines.installation import open_store
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.strongroom import open_strongroom
from clew.records.identifiers import AlertId, CaseId, HitId, SubjectId
from clew.records.review import JobState, ReviewJob
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Show the review queue and its alerts; pass on appeals; open and erase what it holds. Deciding is done in the "
    "console.",
)


@app.command(epilog="Example: clew review show --urgent")
def show(
    ctx: typer.Context,
    urgent: Annotated[bool, typer.Option("--urgent", help="Only jobs in an urgent lane.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show jobs that are not decided, the most urgent first."""
    with _desk(ctx.obj) as desk, desk.store.read() as reader:
        states = (JobState.WAITING, JobState.HELD)
        wanted = [JobFilter(state=state, urgent=urgent or None, limit=limit) for state in states]
        found = sorted((job for each in wanted for job in reader.jobs(each)), key=_place)[:limit]
    if as_json:
        for job in found:
            print_json(_said(job))
    elif found:
        columns = ("job", "lane", "due (UTC)", "state", "next look", "contents", "decided", "case")
        print_table(columns, [_row(job) for job in found], numbers=("contents", "decided"))
    else:
        out.print("no job waits; jobs come from hits and flags over HTTP, and from: clew review open HIT")


@app.command(name="open", epilog="Example: clew review open 01JX... 01JY...")
def open_(
    ctx: typer.Context, hits: Annotated[list[str], typer.Argument(metavar="HIT...", help="Ids of hits.")]
) -> None:
    """Make review jobs of hits that came without one, such as those of a folder run."""
    with _desk(ctx.obj) as desk:
        made = open_cases(desk, [HitId(each) for each in hits], actor=command_actor())
    cases = {each.case_id for each in made}
    out.print(f"hits opened: {len(made)}; cases: {', '.join(sorted(cases))}")


@app.command(epilog="Example: clew review alerts --json")
def alerts(ctx: typer.Context, as_json: Json = False) -> None:
    """Show alerts that stand until a person has seen to them, of cases and of filings, with what to do."""
    with _desk(ctx.obj) as desk, desk.store.read() as reader:
        found = standing_alerts(reader)
    if as_json:
        for each in found:
            said = {
                "id": each.id,
                "case": each.case_id,
                "filing": each.filing_id,
                "kind": each.kind,
                "at": iso(each.at),
            }
            print_json(said | {"content": each.content_id, "title": each.title, "to_do": each.to_do, "told": each.told})
    elif found:
        rows = [(each.id, f"{each.at:%Y-%m-%d %H:%M}", each.title, each.case_id) for each in found]
        print_table(("alert", "at (UTC)", "what", "case"), rows)
        for kind in dict.fromkeys(each.kind for each in found):
            out.print(next(f"{each.title}: {each.to_do}" for each in found if each.kind is kind))
    else:
        out.print("no alert stands")


@app.command(epilog='Example: clew review seen ALERT --because "supplement filed"')
def seen(
    ctx: typer.Context,
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="The alert's id, as `clew review alerts` shows it.")],
    because: Annotated[str, typer.Option(help="What was done about it; kept with the alert.")],
) -> None:
    """End an alert of a case, because somebody has seen to it. An alert of a filing ends at its filing."""
    with _desk(ctx.obj) as desk:
        ended = end_case_alert(desk, AlertId(alert), because=because, actor=command_actor())
    out.print(f"the alert of case {ended.case_id} does not stand any more")


@app.command(epilog='Example: clew review appeal --subject account-7 --content upload-31 --reference "ticket 4711"')
def appeal(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Option(metavar="ID", help="The case that it is about.")] = None,
    subject: Annotated[
        str | None, typer.Option(metavar="REF", help="The account, by the platform's reference.")
    ] = None,
    content: Annotated[
        str | None, typer.Option(metavar="REF", help="Of it one upload, by the platform's reference; else all.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The platform's own name for the appeal.")
    ] = None,
) -> None:
    """Pass on the appeal of a user: a senior reviewer looks again, and nobody is told by Clew."""
    against = AppealedAgainst(case_id=CaseId(case) if case else None, subject=subject, content_reference=content)
    with _desk(ctx.obj) as desk:
        made = lodge(desk, against, reference=reference, actor=command_actor())
    cases = sorted({each.case_id for each in made})
    verdicts = count(len(made), "verdict is", "verdicts are")
    out.print(f"{verdicts} appealed against, in {count(len(cases), 'case')}: {', '.join(cases)}")


@app.command(epilog='Example: clew review erase account-7 --ground "Request of 2026-03-01, granted"')
def erase(
    ctx: typer.Context,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="The account, by the platform's reference or by its id here.")
    ],
    ground: Annotated[str, typer.Option(help="The request or rule on which it is erased.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what is known of a subject; refused while a case is open or a hold stands."""
    with _desk(ctx.obj) as desk:
        with desk.store.read() as reader:
            known = reader.find_subject(subject)
        subject_id = SubjectId(subject) if known is None else known.id
        demand_erasable(desk, subject_id, ground=ground)
        if not yes and not typer.confirm("Everything that is known of this person goes, for good. Erase it?"):
            raise InputError("nothing was erased")
        erase_subject(desk, subject_id, ground=ground, actor=command_actor())
    out.print("erased: names, identifiers, messages, and what was said of uploads; digests and verdicts stay")


@contextmanager
def _desk(settings: Settings) -> Iterator[ReviewDesk]:
    store = open_store(settings)
    try:
        yield ReviewDesk(
            store=store,
            policy=settings.review,
            clock=system_clock,
            environment=settings.environment,
            step_up_minutes=settings.people.step_up_minutes,
            strongroom=open_strongroom(settings, store, system_clock),
        )
    finally:
        store.close()


def _place(job: ReviewJob) -> tuple[int, str, str]:
    return job.lane.rank, iso(job.since), job.id


def _row(job: ReviewJob) -> tuple[object, ...]:
    due = f"{job.due_at:%Y-%m-%d %H:%M}" if job.due_at else None
    return (
        job.id, job.lane.value, due, job.state.value, job.look.value, job.contents, job.decided, job.case_id,
    )  # fmt: skip


def _said(job: ReviewJob) -> dict[str, object]:
    return {
        "id": job.id,
        "case": job.case_id,
        "lane": job.lane,
        "due_at": iso(job.due_at) if job.due_at else None,
        "state": job.state,
        "look": job.look,
        "contents": job.contents,
        "decided": job.decided,
        "safeguarding": job.safeguarding,
    }
