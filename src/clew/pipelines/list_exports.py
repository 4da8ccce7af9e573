"""Export a list to a file, as far as its source grants it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from clew.errors import RefusedError, UnavailableError
from clew.ground import durable
from clew.ground.clock import Clock
from clew.parts.exchanges.base import ExchangePart, Writing
from clew.parts.stores.base import Reader, Store
from clew.pipelines.lists import get_list, list_event
from clew.pipelines.sources import demand_basis
from clew.records.hashlist import Entry, HashList, Right, Source
from clew.records.identifiers import ListName

# How often progress is told.
_TOLD_ENTRIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What became of one export.

    Attributes:
        file: None when the list went to a stream.
        left_out, remarks: see `Writing`.
    """

    list: ListName
    format: str
    file: Path | None
    entries: int
    left_out: Mapping[str, int]
    remarks: Mapping[str, int]


def export_list(
    store: Store,
    name: ListName,
    path: Path,
    *,
    part: ExchangePart,
    region: str | None = None,
    force: bool = False,
    out: BinaryIO | None = None,
    actor: str,
    clock: Clock,
    advance: Callable[[int], None] | None = None,
) -> Exported:
    """The list stands in a new file, whole or not at all, readable by its owner only.

    Args:
        path: the file; with `out`, the folder in which the list is written, without a name, before it goes there whole.
        out: takes the list in place of a file.

    Raises:
        RefusedError: the source does not grant it, its legal basis is not in force, or the file exists and `force` is
            not given.
        UnavailableError: the disk does not take it.
    """
    if out is None and path.exists() and not (force and path.is_file()):
        raise RefusedError(f"{path} is there already; --force replaces a file")
    at = clock()
    writing = Writing(region=region)
    with store.read() as reader:
        found = get_list(reader, name)
        _demand_right(reader.get_source(found.source), at)
        with _written_aside(path) if out is None else _written_before(path, out) as stream:
            part.write(lambda: _told(reader, found, at, advance), stream, writing)
            facts: dict[str, str | int | bool | None] = {
                "format": part.name,
                "entries": writing.entries,
                "left_out": writing.left_out.total(),
            }
            # Before the file has its name: there may be a record of an export that failed, never one without a record.
            store.transact(lambda unit: unit.audit(list_event(at, actor, "list.export", name, facts)))
    return Exported(
        list=name,
        format=part.name,
        file=path if out is None else None,
        entries=writing.entries,
        left_out=writing.left_out,
        remarks=writing.remarks,
    )


def _demand_right(source: Source, at: datetime) -> None:
    """RefusedError unless the source grants export, on a ground that is in force."""
    if Right.EXPORT not in source.rights:
        raise RefusedError(
            f"the source '{source.name}' does not grant export, as far as is recorded; when it does, record it with "
            f"`clew lists source {source.name} --right export`"
        )
    demand_basis(source, at)


def _told(reader: Reader, found: HashList, at: datetime, advance: Callable[[int], None] | None) -> Iterator[Entry]:
    """One pass over the list, which tells how far it is."""
    count = 0
    for count, entry in enumerate(reader.stream_entries(found.id, at), 1):
        if advance is not None and count % _TOLD_ENTRIES == 0:
            advance(count)
        yield entry
    if advance is not None:
        advance(count)


@contextlib.contextmanager
def _written_before(folder: Path, out: BinaryIO) -> Iterator[BinaryIO]:
    """A nameless file whose content goes out when all went well: nobody reads a part of a list as the whole."""
    try:
        with tempfile.TemporaryFile(dir=folder) as stream:
            yield stream
            stream.seek(0)
            shutil.copyfileobj(stream, out)
            out.flush()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise UnavailableError(f"the list cannot be written by way of {folder}: {error.strerror}") from error


@contextlib.contextmanager
def _written_aside(path: Path) -> Iterator[BinaryIO]:
    """A file beside the path that takes its place when all went well, and is gone when not."""
    aside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            aside = Path(stream.name)
            yield stream  # type: ignore[misc]
            stream.flush()
            os.fsync(stream.fileno())
        durable.replace(aside, path)
        aside = None
    except OSError as error:
        raise UnavailableError(
            f"{path} cannot be written: {error.strerror}; what stood there, if anything, stands there still"
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)
