"""`clew review`: the queue and its alerts, without names, texts or pictures; hits made into jobs; subjects erased."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json, print_table
from clew.cli.list_options import Json
from clew.errors import InputError
from clew.ground.clock import iso, system_clock
from clew.parts.stores._review import JobFilter
from clew.pipelines.cases import open_cases
from clew.pipelines.erasing import erase_subject
from clew.pipelines.installation import open_store
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.strongroom import open_strongroom
from clew.records.identifiers import HitId, SubjectId
from clew.records.review import JobState, ReviewJob
from clew.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Show the review queue and its alerts; open and erase what it holds. Deciding is done in the console.",
)


@app.command()
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


@app.command(name="open")
def open_(
    ctx: typer.Context, hits: Annotated[list[str], typer.Argument(metavar="HIT...", help="Ids of hits.")]
) -> None:
    """Make review jobs of hits that came without one, such as those of a folder run."""
    with _desk(ctx.obj) as desk:
        made = open_cases(desk, [HitId(each) for each in hits], actor=command_actor())
    cases = {each.case_id for each in made}
    out.print(f"{len(made)} hits stand in {len(cases)} cases: {', '.join(sorted(cases))}")


@app.command()
def alerts(ctx: typer.Context, as_json: Json = False) -> None:
    """Show alerts that stand until a person has seen to them."""
    with _desk(ctx.obj) as desk, desk.store.read() as reader:
        found = reader.case_alerts()
    if as_json:
        for each in found:
            said = {"id": each.id, "case": each.case_id, "kind": each.kind, "at": iso(each.at)}
            print_json(said | {"content": each.content_id})
    elif found:
        rows = [(each.id, f"{each.at:%Y-%m-%d %H:%M}", each.kind.value, each.case_id) for each in found]
        print_table(("alert", "at (UTC)", "kind", "case"), rows)
    else:
        out.print("no alert stands")


@app.command()
def erase(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The subject's id.")],
    ground: Annotated[str, typer.Option(help="The request or rule on which it is erased.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what is known of a subject; refused while a case is open or a hold stands."""
    if not yes and not typer.confirm("Everything that is known of this person goes, for good. Erase it?"):
        raise InputError("nothing was erased")
    with _desk(ctx.obj) as desk:
        erase_subject(desk, SubjectId(subject), ground=ground, actor=command_actor())
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
