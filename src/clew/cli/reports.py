"""`clew reports`: compose a report from facts, judge one, show the schema; and file it (`clew.cli.filings`)."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import filings, packages
from clew.cli.console import err, out, print_json, print_table
from clew.cli.list_options import Json
from clew.errors import InputError
from clew.ground.clock import system_clock
from clew.ground.text import count
from clew.parts.formats.base import Fault, FieldSpec
from clew.pipelines.report_forms import (
    ComposedReport,
    compose_report,
    details_of,
    judge_documents,
    read_facts_file,
    report_format,
)
from clew.pipelines.schema_copy import fetch_schema, find_schema
from clew.reporting.completeness import Completeness

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Compose, judge and file reports to a clearinghouse.",
)

_BAD_INPUT = 2
_SHOWN_GAPS = 12

Profile = Annotated[
    str,
    typer.Option("--profile", help="Version of the schema: 2025-06 or 2026-08.", show_default="the newest verified"),
]


@app.command(epilog="Example: clew reports compose facts.json --out report.xml --files-out details")
def compose(
    facts: Annotated[Path, typer.Argument(help="JSON file with the facts.", show_default=False)],
    out_file: Annotated[Path, typer.Option("--out", help="Where the report goes.", show_default=False)],
    files_out: Annotated[
        Path | None, typer.Option("--files-out", help="Folder for what is said of each file.", show_default=False)
    ] = None,
    profile: Profile = "",
    json: Json = False,
) -> int:
    """Make a report from a JSON file of facts, without any case; nothing is written when it has a fault.

    Says how complete it is, and which gaps cost an investigator what. Whether files were viewed cannot be given:
    without a viewing ledger they are reported as not viewed.
    """
    composed = compose_report(read_facts_file(_read(facts)), {}, at=system_clock(), profile=profile)
    if not composed.faults:
        _write(out_file, composed.xml)
        if files_out is not None:
            files_out.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number, document in enumerate(details_of(composed.report, profile), start=1):
                _write(files_out / f"file-{number}.xml", document)
    if json:
        print_json(_composed_json(composed))
    else:
        _show_composed(composed, out_file)
    return _BAD_INPUT if composed.faults else 0


@app.command(epilog="Example: clew reports validate report.xml --file-details file-1.xml")
def validate(
    ctx: typer.Context,
    report: Annotated[Path, typer.Argument(help="The report's XML file.", show_default=False)],
    file_details: Annotated[
        list[Path] | None,
        typer.Option("--file-details", help="XML file about one of its files; may be repeated.", show_default=False),
    ] = None,
    profile: Profile = "",
    xsd: Annotated[
        Path | None,
        typer.Option(
            "--xsd", help="The clearinghouse's own schema, asked as well.", show_default="what fetch-xsd has stored"
        ),
    ] = None,
    tolerant: Annotated[
        bool, typer.Option("--tolerant", help="Accept what clients are known to send otherwise.")
    ] = False,
    json: Json = False,
) -> int:
    """Judge a report and what is said of its files by every rule that is known; every fault is named with its line.

    The clearinghouse's own schema is asked as well, where `--xsd` names it or `clew reports fetch-xsd` has stored it.
    """
    paths = [report, *(file_details or [])]
    documents = [_read(path) for path in paths]
    judged = judge_documents(
        documents[0],
        documents[1:],
        at=system_clock(),
        profile=profile,
        schema=_read(xsd) if xsd is not None else find_schema(ctx.obj),
        tolerant=tolerant,
    )
    for path, faults in zip(paths, judged, strict=True):
        if json:
            print_json({"file": str(path), "valid": not faults, "faults": [_fault_json(each) for each in faults]})
        elif faults:
            out.print(f"{path}: {count(len(faults), 'fault')}")
            _show_faults(faults)
        else:
            out.print(f"{path}: valid")
    return _BAD_INPUT if any(judged) else 0


@app.command(epilog="Example: clew reports fetch-xsd")
def fetch_xsd(ctx: typer.Context, json: Json = False) -> None:
    """Store the schema of the clearinghouse in force, from its own address, for `clew reports validate` to ask.

    It is your own copy, of the environment that the settings name, and may not be passed on.
    """
    path = fetch_schema(ctx.obj)
    if json:
        print_json({"file": str(path), "bytes": path.stat().st_size})
    else:
        out.print(f"{path}: {count(path.stat().st_size, 'byte')}; clew reports validate asks it from now on")


@app.command("fields", epilog="Example: clew reports fields --profile 2026-08 --json")
def fields_(profile: Profile = "", json: Json = False) -> None:
    """Print the schema as a table: each field of the facts, its element, its limits, and what its absence costs."""
    form = report_format()
    specs = form.fields(profile or form.default_profile)
    if json:
        for each in specs:
            print_json(_spec_json(each))
        return
    rows = [
        (each.path, each.element or "-", each.type, _often(each), each.max_chars, each.cost or None) for each in specs
    ]
    print_table(("field", "element", "type", "often", "characters", "without it"), rows, numbers=("characters",))


# ---------------------------------------------------------------- showing


def _show_composed(composed: ComposedReport, path: Path) -> None:
    if composed.faults:
        out.print(f"{count(len(composed.faults), 'fault')}; nothing was written")
        _show_faults(composed.faults)
    else:
        out.print(f"{path}: valid, {count(len(composed.xml), 'byte')}, {count(len(composed.report.files), 'file')}")
    for note in composed.notes:
        out.print(f"  changed: {note}")
    _show_completeness(composed.completeness)


def _show_completeness(found: Completeness) -> None:
    out.print(
        f"{found.percent} % complete: {found.held} of {found.wanted} things that investigators use. "
        "This says nothing about risk."
    )
    for gap in found.gaps[:_SHOWN_GAPS]:
        said = f" ({gap.state.value}: {'; '.join(gap.because)})" if gap.because else f" ({gap.state.value})"
        out.print(f"  {gap.points:4.1f} %  {gap.field}, {len(gap.missing)} of {gap.places}{said}: {gap.cost}")
    if len(found.gaps) > _SHOWN_GAPS:
        out.print(f"  and {len(found.gaps) - _SHOWN_GAPS} smaller gaps; --json shows them all")
    for warning in found.warnings:
        err.print(f"warning: {warning}")


def _show_faults(faults: Sequence[Fault]) -> None:
    for each in faults:
        line = f", line {each.line}" if each.line else ""
        out.print(f"  {each.path}{line}: expected {each.expected}, came {each.came} ({each.rule.value})")


def _often(spec: FieldSpec) -> str:
    most = "n" if spec.most is None else str(spec.most)
    return most if str(spec.least) == most else f"{spec.least}-{most}"


# ---------------------------------------------------------------- JSON


def _composed_json(composed: ComposedReport) -> dict[str, object]:
    found = composed.completeness
    return {
        "valid": not composed.faults,
        "faults": [_fault_json(each) for each in composed.faults],
        "files": len(composed.report.files),
        "notes": [str(each) for each in composed.notes],
        "completeness": {
            "percent": found.percent,
            "held": found.held,
            "wanted": found.wanted,
            "gaps": [
                {
                    "field": gap.field,
                    "missing": gap.missing,
                    "places": gap.places,
                    "points": round(gap.points, 1),
                    "state": gap.state.value,
                    "because": gap.because,
                    "cost": gap.cost,
                    "filled_from": gap.filled_from,
                }
                for gap in found.gaps
            ],
            "warnings": found.warnings,
        },
    }


def _fault_json(fault: Fault) -> dict[str, object]:
    return {
        "path": fault.path,
        "line": fault.line or None,
        "rule": fault.rule.value,
        "expected": fault.expected,
        "came": fault.came,
    }


def _spec_json(spec: FieldSpec) -> dict[str, object]:
    return {
        "field": spec.path,
        "element": spec.element or None,
        "type": spec.type,
        "least": spec.least,
        "most": spec.most,
        "max_chars": spec.max_chars,
        "words": spec.words,
        "since": spec.since,
        "filled_from": spec.filled_from,
        "unfillable": spec.unfillable,
        "cost": spec.cost,
        "weight": spec.weight,
    }


# ---------------------------------------------------------------- files


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if not content.strip():
        raise InputError(f"{path} is empty: nothing was read, and nothing was judged or written")
    return content


def _write(path: Path, content: bytes) -> None:
    """The file holds names and addresses: nobody but its owner may read it."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None


filings.register(app)
packages.register(app)
