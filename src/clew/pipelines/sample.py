"""The sample day on an installation: drawn, its known pictures hashed into lists, the lists imported."""

import csv
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from clew.errors import UnavailableError
from clew.intake.receive import Found
from clew.pipelines.drawing import SampleDay, draw
from clew.pipelines.files import FileHasher, HashedFile
from clew.pipelines.installation import Installation
from clew.pipelines.list_imports import Asked, import_file
from clew.pipelines.sources import SourceClaim
from clew.records.hashlist import ServiceKind
from clew.records.identifiers import ListName

SEED = 2026
PICTURES = 60
# What is drawn: each known picture comes back in eight forms, and there are six files that cannot be hashed.
UPLOADS = PICTURES - PICTURES // 5 + 8 * (PICTURES // 5) + 6

# The sample is synthetic: nobody's permission is needed, and the record says so.
_GROUND = "Synthetic sample pictures drawn by this installation; no material, no legal effect."
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_LISTS = (
    (ListName("sample-national"), "sample-centre", ServiceKind.CLEARINGHOUSE, True),
    (ListName("sample-industry"), "sample-members", ServiceKind.INDUSTRY, False),
)
_CATEGORY = "sample:landscape"


def ensure_drawn(folder: Path, advance: Callable[[int], None] = lambda _: None) -> SampleDay:
    """The sample day stands in the folder; it is drawn only once, so that what was screened stays as it was."""
    day = SampleDay(folder=folder, known=folder / "known", uploads=folder / "uploads")
    whole = folder / "drawn"
    if whole.exists():
        return day
    try:
        day = draw(folder, seed=SEED, pictures=PICTURES, advance=advance)
        whole.touch()
    except OSError as error:
        raise UnavailableError(f"the sample cannot be drawn into {folder}: {error.strerror}") from error
    return day


def ensure_lists(installation: Installation, hasher: FileHasher, day: SampleDay) -> None:
    """The sample lists are imported: a vetted one of a clearinghouse, and one of industry that nobody vetted.

    Every second known picture is on each.
    """
    known = [Found(bytes(path), named=True) for path in sorted(day.known.iterdir())]
    hashed = list(hasher.stream(known, tuple(installation.signals)))
    for place, (name, source, kind, vetted) in enumerate(_LISTS):
        path = day.folder / f"{name}.csv"
        _write_list(path, hashed[place :: len(_LISTS)])
        claim = SourceClaim(name=source, kind=kind, jurisdiction="INT", legal_basis=_GROUND, since=_SINCE)
        import_file(
            installation.store,
            path,
            name,
            Asked(source=claim, vetted=vetted),
            signals=installation.signals,
            actor="system:sample",
            clock=installation.clock,
        )
    installation.index.follow_once()


def _write_list(path: Path, files: Iterable[HashedFile]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("type", "value", "quality", "category"))
        for file in files:
            for each in file.hashed.signals:
                writer.writerow((each.type, each.value.hex(), each.quality, _CATEGORY))
