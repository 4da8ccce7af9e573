"""`clew queue --simulate`: what each order of work would mean for a site, before it decides."""

import math
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.console import out, print_json, print_table, progress
from clew.errors import InputError
from clew.pipelines.simulating import compare, read_site
from clew.triage.outcome_plot import draw
from clew.triage.queue import Rule
from clew.triage.queue_theory import seen_in_the_long_run
from clew.triage.simulate import Order, Outcome, Share, Staffing, staff_for
from clew.triage.site import Site

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_COLUMNS = ("order", "15 min", "1 h", "24 h", "never", "urgent", "looks", "of")


@app.command(
    epilog="Examples: clew queue --simulate · clew queue --simulate --site site.toml --svg seen.svg · "
    "clew queue --simulate --site site.toml --order reserve --target 0.9 --within '1 h' --json"
)
def queue(
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
    """Say how many urgent reports each order of work sees in time, with its standard error, and the staff for a target.

    The orders: fifo (first come, first served), lifo (newest first), score, reserve (as Clew works: overrides, score,
    and a reserve for oldest and audit), bundled (the same, one row for each incident).
    """
    if not simulated:
        raise InputError("`clew queue` simulates only: add --simulate; the queue itself is worked in the console")
    site = read_site(site_file) if site_file is not None else Site()
    orders, rule = list(order or Order), Rule(reserve_permille=reserve)
    with progress("simulating", len(orders)) as shown:
        outcomes = compare(site, orders, rule=rule, seed=seed, done=shown.advance)
    staffs: dict[Order, Staffing | str] = {}
    if target is not None:
        with progress("searching the staff", len(orders)) as shown:
            for each in orders:
                staffs[each] = _search(site, each, rule, seed, target, within)
                shown.advance()
    if svg is not None:
        svg.write_text(draw(outcomes), "utf-8")
    (_print_lines if as_json else _print_tables)(site, outcomes, staffs, target, within)


def _search(site: Site, order: Order, rule: Rule, seed: int, target: float, within: str) -> Staffing | str:
    """The staff, or why there is none: an order that cannot reach the target is an answer, not an error."""
    if not 0 < target < 1:
        raise InputError(f"--target is a share between 0 and 1, as 0.9; got {target:g}")
    if within not in {"15 min", "1 h", "24 h"}:
        raise InputError(f"--within is '15 min', '1 h' or '24 h'; got {within!r}")
    try:
        return staff_for(site, order, rule=rule, seed=seed, target=target, within=within)
    except InputError as error:
        return str(error)


def _print_tables(
    site: Site, outcomes: list[Outcome], staffs: dict[Order, Staffing | str], target: float | None, within: str
) -> None:
    out.print(f"{site.days} days, the first not counted; {site.overload:.1f} times the work that the staff can do")
    out.print("share of urgent reports seen, +- one standard error")
    rows = [
        (
            each.order.value,
            *(_share(share) for share in each.within.values()),
            _share(each.never),
            each.within["1 h"].of,
            each.looks,
            each.reports,
        )
        for each in outcomes
    ]
    print_table(_COLUMNS, rows, numbers=_COLUMNS[1:])
    if not site.histogram:
        bound = seen_in_the_long_run(site.auc, site.overload)
        out.print(f"by theory, an order by score alone sees {bound:.3f} in the long run (AUC {site.auc:g})")
    for order, found in staffs.items():
        if isinstance(found, str):
            out.print(f"{order.value}: {found}")
        else:
            people = ", ".join(map(str, dict.fromkeys(found.staff))) if len(set(found.staff)) == 1 else f"{found.staff}"
            out.print(f"{order.value}: {people} people see {_share(found.reached)} within {within} (target {target:g})")


def _share(share: Share) -> str:
    if math.isnan(share.share):
        return "unknown"
    return f"{share.share:.3f}" if math.isnan(share.error) else f"{share.share:.3f} +- {share.error:.3f}"


def _print_lines(
    site: Site, outcomes: list[Outcome], staffs: dict[Order, Staffing | str], target: float | None, within: str
) -> None:
    print_json({"kind": "site", "overload": site.overload, "days": site.days})
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
