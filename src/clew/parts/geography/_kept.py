"""Ranges kept beside the file that they were made from, so that a start does not flatten it anew.

    NAME.clew-ranges    SHA-256 of all that follows, then arrays (NumPy's .npz, without pickled objects)

What is kept is good for one file's bytes, one part and one version of this form; else it is made again and replaced.
"""

import contextlib
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from clew.errors import InputError, TooLargeError, UnavailableError
from clew.ground.durable import replace
from clew.parts.geography.base import Ranges, Told
from clew.records.routing import Territory

_SUFFIX = ".clew-ranges"
_FORM = 1
_DIGEST_BYTES = 32
# The largest files of the kind have some 150 MB; what is far larger is no such file.
_MOST_BYTES = 2 << 30
_COLUMNS = ("places", "asns", "flags")


def kept(path: Path, part: str, make: Callable[[bytes], Ranges]) -> Ranges:
    """The file's ranges: those that are kept if they are of these bytes, else made, and kept if the folder allows it.

    Raises:
        InputError: as `make` says, with the file's name in front.
        UnavailableError: the file cannot be read.
    """
    body = read(path)
    mark = f"{_FORM} {part} {hashlib.sha256(body).hexdigest()}"
    beside = path.with_name(path.name + _SUFFIX)
    found = _load(beside, mark)
    if found is None:
        try:
            found = make(body)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        _keep(beside, mark, found)
    return found


def read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        TooLargeError: no such file is as large.
        UnavailableError: it cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise TooLargeError(f"{path} has more than {_MOST_BYTES >> 30} GB; no file of this kind is as large")
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}; see [geography]") from error


def _load(beside: Path, mark: str) -> Ranges | None:
    try:
        body = beside.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(body[_DIGEST_BYTES:]).digest() != body[:_DIGEST_BYTES]:
        return None
    try:
        with np.load(io.BytesIO(body[_DIGEST_BYTES:]), allow_pickle=False) as arrays:
            head = json.loads(bytes(arrays["head"]))
            if head["mark"] != mark:
                return None
            four, six = (Told(**{name: arrays[f"{each}_{name}"] for name in _COLUMNS}) for each in ("v4", "v6"))
            return Ranges(
                snapshot=date.fromisoformat(head["snapshot"]) if head["snapshot"] else None,
                territories=tuple(_territory(each) for each in head["territories"]),
                v4_starts=arrays["v4_starts"],
                v6_high=arrays["v6_high"],
                v6_low=arrays["v6_low"],
                v4=four,
                v6=six,
            )
    except (KeyError, ValueError, zipfile.BadZipFile):
        return None  # of an older form


def _keep(beside: Path, mark: str, ranges: Ranges) -> None:
    """Written aside and renamed; a folder that may not be written costs the next start some seconds, and no more."""
    head = {
        "mark": mark,
        "snapshot": ranges.snapshot.isoformat() if ranges.snapshot else None,
        "territories": [[each.country, each.region] if each else None for each in ranges.territories],
    }
    columns = {f"v4_{name}": getattr(ranges.v4, name) for name in _COLUMNS}
    columns |= {f"v6_{name}": getattr(ranges.v6, name) for name in _COLUMNS}
    stream = io.BytesIO()
    np.savez(
        stream,
        head=np.frombuffer(json.dumps(head).encode(), np.uint8),
        v4_starts=ranges.v4_starts,
        v6_high=ranges.v6_high,
        v6_low=ranges.v6_low,
        **columns,
    )
    body = stream.getvalue()
    aside = beside.with_name(f".{beside.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        try:
            with aside.open("xb") as file:
                file.write(hashlib.sha256(body).digest() + body)
                file.flush()
                os.fsync(file.fileno())
            replace(aside, beside)
        finally:
            aside.unlink(missing_ok=True)


def _territory(pair: list[str] | None) -> Territory | None:
    return Territory(country=pair[0], region=pair[1]) if pair else None
