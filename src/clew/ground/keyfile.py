"""A secret key in a file that its owner alone reads: what is sealed under it does not open without that file."""

import os
import secrets
import tempfile
from pathlib import Path

from clew.errors import DamagedError, NotFoundError, RefusedError, UnavailableError

KEY_BYTES = 32


def load(path: Path) -> bytes:
    """The key of a file.

    Raises:
        NotFoundError: there is no such file.
        RefusedError: others can read it.
        UnavailableError: it cannot be read.
        DamagedError: it holds no key.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NotFoundError(f"there is no key at {path}; put it back from your copy") from None
    except OSError as error:
        raise UnavailableError(f"the key {path} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise RefusedError(f"{path} can be read by others; run: chmod 600 {path}")
        text = file.read(1000).strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise DamagedError(f"{path} must hold {2 * KEY_BYTES} hexadecimal digits; put it back from your copy")
    return key


def load_or_make(path: Path) -> bytes:
    """The key of a file, made when there is none; processes that make it at once get the same key."""
    if not path.exists():
        _make(path)
    return load(path)


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        aside = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(descriptor)
            # A link, not a rename: the first of several processes wins, and a key in use is never replaced.
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise UnavailableError(f"the key {path} cannot be made: {error.strerror}") from error
