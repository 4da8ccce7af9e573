"""Checkpoints outside of the database: the newest in the data folder, and a file that only grows on another machine."""

import os
import tempfile
from pathlib import Path

from clew.errors import ConflictError, DamagedError, InputError, UnavailableError
from clew.ground import durable
from clew.records.audit import Checkpoint
from clew.sealing import checkpoints

# A log that is written all day would fill a share with signatures; nobody rewrites the last minute only.
_WITNESS_EVERY_S = 60.0


def last_known(kept: Path) -> Checkpoint | None:
    """The checkpoint that the data folder keeps; None when it keeps none.

    Raises:
        DamagedError: the file holds something else.
        UnavailableError: it cannot be read.
    """
    notes = _notes(kept)
    if notes is None:
        return None
    try:
        return checkpoints.read(notes)
    except InputError as error:
        raise DamagedError(f"{kept}: {error}; keep it as evidence, move it away, run: clew audit verify") from error


def witnessed(path: Path) -> list[Checkpoint]:
    """Every checkpoint of a witness file, in its order.

    Raises:
        InputError: the file is not there, or something in it is no checkpoint.
        UnavailableError: it cannot be read.
    """
    notes = _notes(path)
    if notes is None:
        raise InputError(f"no witness file at {path}; one is begun by: clew audit checkpoint --witness {path}")
    try:
        return [checkpoints.read(each) for each in checkpoints.split(notes)]
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def remember(checkpoint: Checkpoint, kept: Path, witness: Path | None) -> None:
    """The data folder keeps the checkpoint, and so does the witness unless its last one is of the same minute.

    Raises:
        UnavailableError: a file cannot be written. The log is sealed all the same.
        ConflictError: the witness knows another log, or a longer one.
    """
    try:
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, aside = tempfile.mkstemp(dir=kept.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(checkpoint.note)
            file.flush()
            os.fsync(descriptor)
        durable.replace(Path(aside), kept)
    except OSError as error:
        raise UnavailableError(f"the newest checkpoint cannot be kept in {kept}: {error.strerror}") from error
    if witness is not None:
        known = witnessed(witness) if witness.exists() else []
        # Also where the clock went back: one reading of the future would silence the witness until then.
        if not known or abs((checkpoint.at - known[-1].at).total_seconds()) >= _WITNESS_EVERY_S:
            append(checkpoint, witness)


def append(checkpoint: Checkpoint, witness: Path) -> None:
    """The witness file ends with the checkpoint; nothing that stood in it is touched.

    Raises:
        ConflictError: it knows another log, or a longer one; whether the log is the same up to there, `clew audit
            verify` says.
        UnavailableError: it cannot be written.
    """
    known = witnessed(witness) if witness.exists() else []
    if known and known[-1].origin != checkpoint.origin:
        raise ConflictError(f"{witness} is the witness of another log; name a file of its own for this one")
    if known and known[-1].size > checkpoint.size:
        raise ConflictError(
            f"{witness} knows {known[-1].size:,} leaves, and the log has {checkpoint.size:,}: it was cut off, or an "
            f"older backup was restored; run: clew audit verify --witness {witness}"
        )
    if known and known[-1] == checkpoint:
        return
    try:
        descriptor = os.open(witness, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"\n{checkpoint.note}" if known else checkpoint.note)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise UnavailableError(f"the witness file {witness} cannot be written: {error.strerror}") from error


def _notes(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text, and so no checkpoint") from error
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}") from error
