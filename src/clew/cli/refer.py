"""`clew refer`: a report, or a cluster's reports, as a signed package for a recipient."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.actor import command_actor
from clew.cli.console import out, print_json
from clew.cli.list_options import Json
from clew.errors import ConflictError, InputError, UnavailableError
from clew.ground.clock import system_clock
from clew.parts.stores.base import Store
from clew.pipelines.atlas import open_atlas
from clew.pipelines.installation import open_store
from clew.pipelines.referring import ReferralRequest, refer, to_folder, to_zip
from clew.records.identifiers import ClusterId, IntakeNumber, RecipientId
from clew.records.referral import Referral
from clew.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_ARCHIVE = ".zip"


@app.command(
    "refer",
    epilog='Example: clew refer 1207 --to nl-desk --because "address and bank account in NL" --out referral.zip',
)
def refer_(
    ctx: typer.Context,
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBER...", help="The reports.", show_default=False)],
    to: Annotated[str, typer.Option("--to", help="The recipient's id.", show_default=False)],
    because: Annotated[str, typer.Option(help="Why this recipient; it goes into the package.", show_default=False)],
    target: Annotated[
        Path, typer.Option("--out", help="A new .zip file, or a folder to put the package in.", show_default=False)
    ],
    cluster: Annotated[
        int | None, typer.Option(help="The cluster whose reports these are.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Make the package of a referral: each report as PDF, JSON, VICS and CASE, why it goes there, a signed manifest.

    It is recorded as made; nothing is sent, and bytes of files are never in it. Then: clew referrals mark.
    """
    settings: Settings = ctx.obj
    asked = ReferralRequest(
        numbers=[IntakeNumber(each) for each in numbers],
        recipient_id=RecipientId(to),
        because=because,
        cluster_id=None if cluster is None else ClusterId(cluster),
    )
    with contextlib.closing(open_store(settings)) as store:
        made = (
            _to_archive(store, settings, asked, target)
            if target.suffix == _ARCHIVE
            else _to_folder(store, settings, asked, target)
        )
    if json:
        told = {"referral": made.id, "package": made.package, "sha256": made.digest.hex(), "to": made.recipient_id}
        print_json(told | {"reports": list(made.numbers)})
        return
    out.print(f"referral {made.id} for {made.recipient_id}: {target}")
    out.print("when it is sent: clew referrals mark " + made.id + " sent")


def _to_folder(store: Store, settings: Settings, asked: ReferralRequest, folder: Path) -> Referral:
    atlas = open_atlas(settings.geography)
    return refer(store, settings, atlas, asked, to_folder(folder), actor=command_actor(), clock=system_clock)


def _to_archive(store: Store, settings: Settings, asked: ReferralRequest, path: Path) -> Referral:
    """The archive is there whole or not at all; one that is there already is not written over."""
    atlas = open_atlas(settings.geography)
    if not path.parent.is_dir():
        raise InputError(f"{path.parent} is no folder, so that {path.name} cannot be written there")
    try:
        with path.open("xb") as stream:
            path.chmod(0o600)
            try:
                return refer(store, settings, atlas, asked, to_zip(stream), actor=command_actor(), clock=system_clock)
            except BaseException:
                path.unlink()
                raise
    except FileExistsError:
        raise ConflictError(f"{path} is there already; name another file") from None
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error
