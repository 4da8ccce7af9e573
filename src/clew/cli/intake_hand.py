"""`clew intake hand`: a report that a person writes down, from options or from a file of facts."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json
from clew.cli.intake_options import Json, intake_desk
from clew.errors import InputError
from clew.pipelines.by_hand import take_by_hand
from clew.records.report import IncidentType

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_MOST_BYTES = 10_000_000
_Several = list[str] | None


@app.command(
    epilog="Examples: clew intake hand --type enticement --at 2026-03-08T21:40:00+01:00 --platform Snapchat "
    "--account mara --words 'The father rang.' · clew intake hand --file call.json --reference 2026-117"
)
def hand(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Option(help="JSON file of facts, instead of the options.")] = None,
    type_: Annotated[IncidentType | None, typer.Option("--type", help="What is reported.")] = None,
    at: Annotated[str, typer.Option(help="When, with its offset: 2026-03-08T21:40:00+01:00.")] = "",
    platform: Annotated[str, typer.Option(help="On which platform.")] = "",
    account: Annotated[_Several, typer.Option(help="Name of the account; each is one subject.")] = None,
    email: Annotated[_Several, typer.Option(help="Of the first subject; may be repeated.")] = None,
    phone: Annotated[_Several, typer.Option(help="Of the first subject; may be repeated.")] = None,
    address: Annotated[_Several, typer.Option("--url", help="Where it happened; may be repeated.")] = None,
    words: Annotated[str, typer.Option(help="What was told.")] = "",
    reference: Annotated[str, typer.Option(help="The desk's own name for it.")] = "",
    language: Annotated[str | None, typer.Option(help="Of the incident, as in `fi`.")] = None,
    as_json: Json = False,
) -> None:
    """Take in a report that came by telephone, by letter or over the counter."""
    form: dict[str, object]
    if file is not None:
        form = _read(file)
    else:
        first = {"person": {"emails": email or [], "phones": phone or []}}
        form = {
            "incident": {"type": None if type_ is None else type_.value, "at": at, "platform": platform},
            "subjects": [
                {"screen_name": name} | (first if number == 0 else {}) for number, name in enumerate(account or [])
            ]
            or ([first] if email or phone else []),
            "details": [{"web_page": {"urls": address}}] if address else [],
            "additional_info": words,
        }
        if not any((type_, at, account, email, phone, address, words)):
            raise InputError("say what is reported: at least --words, --account or --url; or give --file")
    with intake_desk(ctx.obj) as desk:
        taken = take_by_hand(desk, form, actor=command_actor(), reference=reference, language=language)
    report = taken.report
    if as_json:
        print_json({"number": report.number, "repeated": taken.repeated, "gaps": len(report.gaps)})
        return
    out.print(f"report {report.number} was there already" if taken.repeated else f"report {report.number} is taken in")
    for gap in report.gaps:
        out.print(f"  gap  {gap.path or 'the report'}: {gap.because}")


def _read(file: Path) -> dict[str, object]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InputError(f"{file.name} is larger than {_MOST_BYTES:,} bytes; `clew intake {file.name}` streams it")
        return msgspec.json.decode(file.read_bytes(), type=dict[str, object])
    except OSError as error:
        raise InputError(f"cannot read {file.name}: {error.strerror}") from None
    except msgspec.MsgspecError:
        raise InputError(f"expected a JSON object of facts in {file.name}; `clew intake` reads other forms") from None
