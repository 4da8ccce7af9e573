"""`clew queue`: work the triage queue; `clew queue --simulate`: what each order of work would mean for a site."""

import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import queue_models, queue_work
from clew.cli.console import out, print_json, print_table, progress
from clew.errors import InputError
from clew.pipelines.simulating import compare, read_site, search_staff
from clew.triage.outcome_plot import draw
from clew.triage.queue import Rule
from clew.triage.queue_theory import seen_in_the_long_run
from clew.triage.simulate import Order, Outcome, Share, Staffing, demand_target
from clew.triage.site import Site

app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.add_typer(queue_work.app)
app.add_typer(queue_models.app)

_COLUMNS = ("order", "15 min", "1 h", "24 h", "never", "urgent", "looked at")


@app.callback(
    invoke_without_command=True,
    epilog="Examples: clew queue list --urgent · clew queue --simulate · clew queue --simulate --site site.toml "
    "--svg seen.svg · clew queue --simulate --site site.toml --order reserve --target 0.9 --within '1 h' --json",
)
def queue(
    ctx: typer.Context,
    simulated: Annotated[bool, typer.Option("--simulate", help="Simulate; nothing of the store is read.")] = False,
    site_file: Annotated[
        Path | None,
        typer.Option("--site", help="TOML or JSON file of the site's figures; else a stated example.", dir_okay=False),
    ] = None,
    order: Annotated[list[Order] | None, typer.Option(help="Only this order; may be repeated.")] = None,
    target: Annotated[
        float | None, typer.Option(help="Also search the staff that sees this share of urgent reports in time.")
    ] = None,
    within: Annotated[str, typer.Option(help="The time of --target: '15 min', '1 h' or '24 h'.")] = "1 h",
    reserve: Annotated[int, typer.Option(min=0, max=1000, help="Reserved turns of a thousand.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Another seed brings other reports of the same site.")] = 1,
    svg: Annotated[Path | None, typer.Option(help="Also draw the comparison into this file.", dir_okay=False)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines: the site, each order, each staff.")] = False,
) -> None:
    """Work the triage queue, learn from outcomes, or simulate a site's orders of work before it decides.

    With --simulate: how many urgent reports each order sees in time, with its standard error, and the staff for a
    target. The orders: fifo (first come, first served), lifo (newest first), score, reserve (as Clew works: overrides,
    score, and a reserve for oldest and audit), bundled (the same, one row for each incident).
    """
    if ctx.invoked_subcommand is not None:
        if simulated:
            raise InputError("--simulate stands alone: a simulation reads nothing of the queue that is worked")
        return
    if not simulated:
        raise InputError("say what to do with the queue, as in `clew queue list`, or add --simulate; see: --help")
    if target is not None:
        demand_target(target, within)
    if svg is not None and not svg.parent.is_dir():
        raise InputError(
            f"{svg.parent} is no folder, so that {svg.name} cannot be written there; make it, or name another"
        )
    site = read_site(site_file) if site_file is not None else Site()
    orders, rule = list(dict.fromkeys(order or Order)), Rule(reserve_permille=reserve)
    with progress("simulating", len(orders)) as shown:
        outcomes = compare(site, orders, rule=rule, seed=seed, done=shown.advance)
    staffs: dict[Order, Staffing | str] = {}
    if target is not None:
        with progress("searching the staff", len(orders)) as shown:
            for each in orders:
                staffs[each] = search_staff(site, each, rule=rule, seed=seed, target=target, within=within)
                shown.advance()
    if svg is not None:
        _write(svg, draw(outcomes))
    if as_json:
        print_json({"kind": "site", "overload": site.overload, "days": site.days, "seed": seed, "reserve": reserve})
        _print_lines(outcomes, staffs, target, within)
    else:
        _print_outcomes(site, outcomes, rule)
        _print_staffs(staffs, target, within)


def _write(path: Path, drawing: str) -> None:
    try:
        path.write_text(drawing, "utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


def _print_outcomes(site: Site, outcomes: list[Outcome], rule: Rule) -> None:
    out.print(f"{site.days} simulated days, the first and the last not counted.")
    out.print(f"What arrives is {site.overload:.1f} times the work that the staff can do{_besides(site)}.")
    out.print("Share of urgent reports that a person looked at, by the time since arrival, +- one standard error:")
    rows = [
        (
            each.order.value,
            *(_share(share) for share in each.within.values()),
            _share(each.never),
            f"{each.within['1 h'].of:,}",
            f"{each.looks:,} of {each.reports:,}",
        )
        for each in outcomes
    ]
    print_table(_COLUMNS, rows, numbers=_COLUMNS[1:])
    for each in outcomes:
        out.print(f"{each.order.value}: {_meaning(each.order, rule)}")
    if not (site.histogram or site.bursts or site.override_of_urgent or site.override_of_ordinary):
        bound = seen_in_the_long_run(site.auc, site.overload)
        out.print(f"By theory, the score alone ever reaches {bound:.3f} of the urgent reports (AUC {site.auc:g}).")


def _besides(site: Site) -> str:
    """What the overload does not count."""
    return "" if site.bursts is None else ", before bursts"


def _meaning(order: Order, rule: Rule) -> str:
    reserve = f"{rule.reserve_permille / 10:g} % of turns go to the oldest"
    return {
        Order.FIFO: "first come, first served",
        Order.LIFO: "newest first",
        Order.SCORE: "overrides first, then the highest score",
        Order.RESERVE: f"as score, but {reserve}; so Clew works",
        Order.BUNDLED: f"as reserve ({reserve}), one row for each incident; its figures count rows",
    }[order]


def _print_staffs(staffs: dict[Order, Staffing | str], target: float | None, within: str) -> None:
    if staffs:
        out.print(f"Fewest people who see {target:g} of urgent reports within {within}, hours in UTC:")
    for order, found in staffs.items():
        if isinstance(found, str):
            out.print(f"{order.value}: {found}")
        else:
            out.print(f"{order.value}: {_shifts(found.staff)} (they see {_share(found.reached)})")


def _shifts(staff: Sequence[int]) -> str:
    """The people at work, hours with the same number told together."""
    if len(set(staff)) == 1:
        return f"{staff[0]:,} at all hours"
    told, begin = [], 0
    for people, hours in itertools.groupby(staff):
        end = begin + len(list(hours))
        told.append(f"{people:,} from {begin} to {end} h")
        begin = end
    return ", ".join(told)


def _share(share: Share) -> str:
    if math.isnan(share.share):
        return "unknown"
    return f"{share.share:.3f}" if math.isnan(share.error) else f"{share.share:.3f} +- {share.error:.3f}"


def _print_lines(
    outcomes: list[Outcome], staffs: dict[Order, Staffing | str], target: float | None, within: str
) -> None:
    for each in outcomes:
        told = {name: _share_json(share) for name, share in each.within.items()}
        facts = {"reports": each.reports, "looks": each.looks}
        print_json(
            {"kind": "order", "order": each.order.value, "within": told, "never": _share_json(each.never), **facts}
        )
    for order, found in staffs.items():
        wanted = {"kind": "staff", "order": order.value, "target": target, "within": within}
        if isinstance(found, str):
            print_json({**wanted, "staff": None, "reason": found})
        else:
            print_json({**wanted, "staff": list(found.staff), "reached": _share_json(found.reached)})


def _share_json(share: Share) -> dict[str, float | int | None]:
    """Null where nothing was measured: JSON knows no other word for it."""
    known = {"share": share.share, "error": share.error}
    return {**{name: None if math.isnan(value) else value for name, value in known.items()}, "of": share.of}
