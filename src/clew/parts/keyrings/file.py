"""Master keys in a file that its owner alone can read.

Each line is a key's name and its 64 hexadecimal digits; the first wraps, all unwrap. The name is worked out from the
key, so that a slip of one digit is seen before it does harm. Whoever loses the file loses the evidence: a copy belongs
where the vault and the database are not.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from clew.errors import DamagedError, NotFoundError, RefusedError, UnavailableError
from clew.ground.durable import replace
from clew.ground.locks import hold
from clew.ground.sealed import DATA_KEY_BYTES, unwrap, wrap
from clew.parts.keyrings.base import Keyring, KeyringPart
from clew.records.evidence import WrappedKey
from clew.settings import Settings

_LINE = re.compile("([0-9a-f]{16}) ([0-9a-f]{64})")
_HEAD = (
    "# Clew master keys: NAME KEY. The first wraps the data keys of cases, all of them unwrap.\n"
    "# Without this file sealed evidence cannot be opened by anybody. Keep a copy in another place.\n"
)
_SAFE = (
    "what is sealed lies unchanged in the vault and opens again with the right key; nothing new is sealed until then"
)


class FileKeyring(Keyring):
    """The keys in one file, read anew at each use: a rotation by another process counts at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self, *, first: bool) -> None:
        """The file is there; made for the first case of all."""
        if self._path.exists():
            self._read()
        elif first:
            self._make()
        else:
            raise self._lost()

    def wrap(self, data_key: bytes, context: bytes) -> WrappedKey:
        """By the first key of the file."""
        name, master = next(iter(self._read().items()))
        return WrappedKey(master=name, sealed=wrap(master, data_key, context))

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """By the key of that name."""
        master = self._read().get(wrapped.master)
        if master is None:
            raise UnavailableError(
                f"the master key {wrapped.master} is not in {self._path}, and this case's key was sealed by it; put "
                f"the file back from your copy: {_SAFE}"
            )
        data_key = unwrap(master, wrapped.sealed, context)
        if data_key is None:
            raise DamagedError(
                "the sealed data key of a case was changed in the database; restore the database from a backup, the "
                "objects in the vault are not touched"
            )
        return data_key

    def current(self) -> str | None:
        """The first of the file."""
        return next(iter(self._read()))

    def masters(self) -> list[str]:
        """In the file's order."""
        return list(self._read())

    def rotate(self) -> str:
        """A new first line."""
        with hold(self._path.with_name(f".{self._path.name}.lock")):
            name, master = _new()
            self._write({name: master, **self._read()})
        return name

    def forget(self, master: str) -> None:
        """Its line is gone, and what the file held before is not kept."""
        with hold(self._path.with_name(f".{self._path.name}.lock")):
            keys = self._read()
            if master not in keys:
                raise NotFoundError(f"no master key '{master[:40]}' in {self._path}")
            if next(iter(keys)) == master:
                raise RefusedError(f"{master} is the master key of today; rotate first")
            self._write({name: key for name, key in keys.items() if name != master})

    def _make(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold(self._path.with_name(f".{self._path.name}.lock")):
            # Another process may have been first; its key is ours.
            if not self._path.exists():
                name, master = _new()
                self._write({name: master})

    def _write(self, keys: dict[str, bytes]) -> None:
        lines = "".join(f"{name} {master.hex()}\n" for name, master in keys.items())
        aside = self._path.with_name(f".{self._path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(_HEAD + lines)
                file.flush()
                os.fsync(file.fileno())
            replace(aside, self._path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise UnavailableError(f"the master keys cannot be written to {self._path}: {error.strerror}") from error

    def _read(self) -> dict[str, bytes]:
        """Every key by its name, in the file's order."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise self._lost() from None
        except OSError as error:
            raise UnavailableError(
                f"the master keys {self._path} cannot be read ({error.strerror}); {_SAFE}"
            ) from error
        with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise RefusedError(f"{self._path} can be read by others; run: chmod 600 {self._path}")
            lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
        keys: dict[str, bytes] = {}
        for number, line in enumerate(lines, 1):
            found = _LINE.fullmatch(line)
            if found is None or _name_of(bytes.fromhex(found[2])) != found[1]:
                raise DamagedError(
                    f"key {number} of {self._path} is not a name and the 64 hexadecimal digits that it belongs to; put "
                    f"the file back from your copy: {_SAFE}"
                )
            keys[found[1]] = bytes.fromhex(found[2])
        if not keys:
            raise self._lost()
        return keys

    def _lost(self) -> UnavailableError:
        return UnavailableError(
            f"the master key file {self._path} is not there or empty, and sealed evidence needs it; put it back from "
            f"your copy: {_SAFE}"
        )


def _new() -> tuple[str, bytes]:
    master = secrets.token_bytes(DATA_KEY_BYTES)
    return _name_of(master), master


def _name_of(master: bytes) -> str:
    return hmac.digest(master, b"clew master key", hashlib.sha256).hex()[:16]


class FileKeyringPart(KeyringPart):
    """A file on this machine."""

    name = "file"

    def open(self, settings: Settings) -> Keyring:
        """`vault.key_file`, else `keys/vault.keys` in the data folder."""
        wanted = settings.vault.key_file
        return FileKeyring(Path(wanted) if wanted else settings.data_dir / "keys" / "vault.keys")


PART = FileKeyringPart()
