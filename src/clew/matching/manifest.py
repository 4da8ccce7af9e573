"""The manifest: which segment files make up the index of one signal type, and which database they were written from.

It is a cache's table of contents. All processes read the same one; it is replaced whole by a rename, so a reader sees
the old or the new, never a mixture, whenever the writer dies.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clew.errors import DamagedError, UnavailableError
from clew.ground import durable
from clew.records.identifiers import SignalType

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFile:
    """One segment: the entries added in (after, through] that were not removed at `through`.

    Attributes:
        name: of the file, in the signal type's folder.
        checksum: the whole file's; two files of one name are not mistaken for one another.
        largest_bucket: how many entries share one key; far above the rest, it tells of a flood or of an attack.
    """

    name: str
    entries: int
    after: int
    through: int
    checksum: str
    size_bytes: int
    largest_bucket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One generation of the index of one signal type.

    Attributes:
        folder: drawn once for the folder that the files stand in.
        token: drawn for this generation and noted in the database before the files are used; a database that does not
            know it is another one, or was restored from a copy that is older than these files.
        generation: rises with every swap.
        through: every change up to it is in the segments; later ones are each process's own delta.
        segments: by sequence, without gap: each begins where the one before ends.
        previous: files of the generation before, kept for processes that are about to open them.
    """

    signal_type: SignalType
    width_bytes: int
    folder: str
    token: str
    generation: int
    through: int
    segments: tuple[SegmentFile, ...]
    previous: tuple[str, ...] = ()


def find(path: Path) -> Manifest | None:
    """The manifest at a path; None when there is none.

    Raises:
        DamagedError: there is a file, and it is not what was written.
        UnavailableError: it cannot be read at all.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnavailableError(f"the index's manifest {path} cannot be read: {error.strerror}") from error
    try:
        table: dict[str, Any] = json.loads(content)
        written = table.pop("checksum")
        if written != _checksum(table):
            raise ValueError("its checksum differs")  # noqa: TRY301  one message for every way to be damaged
        if table.pop("format") != _FORMAT:
            raise ValueError("it has another format")  # noqa: TRY301  (caught below with every other way a file can be wrong)
        segments = tuple(SegmentFile(**each) for each in table.pop("segments"))
        return Manifest(segments=segments, previous=tuple(table.pop("previous")), **table)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(f"{path} is no manifest of ours ({error}); the index is built anew") from error


def write(path: Path, manifest: Manifest) -> None:
    """The manifest stands at the path, durable, in one step."""
    table: dict[str, Any] = asdict(manifest) | {"format": _FORMAT}
    table |= {"segments": [dict(each) for each in table["segments"]], "previous": list(manifest.previous)}
    content = json.dumps(table | {"checksum": _checksum(table)}, indent=1).encode()
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    durable.replace(aside, path)


def _checksum(table: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(table, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
