"""`clew doctor`: what is missing and what is weak."""

from typing import Annotated

import typer

from clew.cli.console import out, print_json, print_table
from clew.ground.clock import system_clock
from clew.pipelines.doctor import Health, examine
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_SOMETHING_MISSING = 4
_SIGN = {Health.GOOD: " ", Health.WEAK: "!", Health.MISSING: "x"}


@app.command(
    epilog="""Example: clew doctor --json

Ends with 0, or 4 when something is missing without which Clew does not work.""",
)
def doctor(
    ctx: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="One JSON line a finding.")] = False
) -> int:
    """Look at everything an installation needs; say what is missing, what is weak, and what to do."""
    settings: Settings = ctx.obj
    findings = []
    for finding in examine(settings, system_clock):
        findings.append(finding)
        if json:
            print_json({"what": finding.what, "health": finding.health, "told": finding.told})
    if not json:
        print_table(
            ("", "what", "health", "told"),
            [(_SIGN[each.health], each.what, each.health, each.told) for each in findings],
        )
        weak = sum(each.health is Health.WEAK for each in findings)
        missing = sum(each.health is Health.MISSING for each in findings)
        out.print(f"\n{len(findings)} looked at, {weak} weak, {missing} missing")
    return _SOMETHING_MISSING if any(each.health is Health.MISSING for each in findings) else 0
