"""The operator's own copy of a clearinghouse's schema: fetched from it, kept in the data folder, asked when judging.

It is never part of Clew: the schema has no licence that lets anybody pass it on.
"""

import contextlib
import os
from pathlib import Path

from clew.errors import InputError, RefusedError, UnavailableError
from clew.ground import durable
from clew.parts import shelf
from clew.parts.clearinghouses.base import CalledPart, ClearinghousePart, Reply
from clew.pipelines.filing_desk import access_of, format_for
from clew.settings import Settings

# Any document will do to try whether a schema can be used at all.
_ANY_DOCUMENT = b"<report/>"


def schema_path(settings: Settings) -> Path:
    """Where the copy of the schema of the environment in force stands, if there is one."""
    return settings.data_dir / "schemas" / f"{settings.reporting.clearinghouse}-{settings.environment}.xsd"


def fetch_schema(settings: Settings) -> Path:
    """The schema of the environment in force is stored; the copy before it is gone.

    Raises:
        RefusedError: the clearinghouse is not called, or refuses the credential.
        UnavailableError: it gives no schema now.
        InputError: what it gave is no schema that can be used; the copy stays as it was.
    """
    name = settings.reporting.clearinghouse
    part = shelf.load("clearinghouses", name, ClearinghousePart)
    if not isinstance(part, CalledPart):
        raise RefusedError(f"'{name}' is not called and has no schema to fetch; see reporting.clearinghouse")
    with contextlib.closing(part.open(access_of(settings, settings.environment), _no_reply)) as clearinghouse:
        schema, place = clearinghouse.schema(), clearinghouse.place
    try:
        format_for(name).schema_faults(_ANY_DOCUMENT, schema)
    except InputError as error:
        raise InputError(f"what {place} gives as its schema cannot be used, and nothing was stored: {error}") from None
    path = schema_path(settings)
    try:
        _keep(schema, path)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}; make room or rights there") from None
    return path


def find_schema(settings: Settings) -> bytes | None:
    """The copy that was fetched; None when there is none."""
    path = schema_path(settings)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; fetch it again") from None


def _no_reply(_: bytes) -> Reply:
    """Nothing but the schema is asked for, and it is no reply of the grammar."""
    return Reply(code=0)


def _keep(schema: bytes, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(schema)
        file.flush()
        os.fsync(file.fileno())
    durable.replace(aside, path)
