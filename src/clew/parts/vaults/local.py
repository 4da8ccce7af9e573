"""A vault in a folder of this machine: one read-only file an object, for its owner alone.

An object is written aside, synced, and linked to its name, which fails when the name is taken: what stands is never
written again. The folder's owner can still delete files; a vault that lets nobody do so is `s3` with Object Lock.
"""

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from clew.errors import UnavailableError
from clew.parts.vaults.base import SealedFile, Vault, VaultPart
from clew.records.identifiers import ObjectId
from clew.settings import Settings

_NAME = re.compile("[0-9a-f]{64}")
_SHARD_DIGITS = 2
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Neither the disk's nor the folder's fault: the process, or the machine, has as many files open as it may.
_NO_DESCRIPTOR = {
    errno.EMFILE: "the process has no file descriptor left: raise its limit (LimitNOFILE of the service, ulimit -n)",
    errno.ENFILE: "the machine has no file descriptor left: raise its limit (fs.file-max), or see what holds so many",
}
# Dirty pages are handed to the disk this often, so that the last sync of a large file does not take them all at once,
# and sealing a file larger than the memory leaves the memory to others.
_FLUSH_BYTES = 64 << 20


class LocalVault(Vault):
    """The vault below one folder: `objects/ab/ab…` and, while they are written, `incoming/`."""

    def __init__(self, folder: Path) -> None:
        self._objects = folder / "objects"
        self._incoming = folder / "incoming"
        self.place = str(folder)

    def put(
        self,
        object_id: ObjectId,
        parts: Iterator[memoryview],
        sealed_bytes: int,
        keep_until: datetime | None,  # noqa: ARG002  (a folder cannot lock)
    ) -> bool:
        """Aside, synced, linked, and the folder synced."""
        path = self._path(object_id)
        aside = self._incoming / secrets.token_hex(16)
        try:
            self._make(path.parent)
            self._make(self._incoming)
            try:
                _write(aside, parts, sealed_bytes)
                new = _link(aside, path)
            finally:
                aside.unlink(missing_ok=True)
            # Also when another was first: it may have been killed before its own sync.
            _sync_folder(path.parent)
        except OSError as error:
            raise self._failed(error) from error
        return new

    def find_size(self, object_id: ObjectId) -> int | None:
        """By stat."""
        try:
            return self._path(object_id).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed(error) from error

    def settle(self, object_id: ObjectId) -> None:
        """The content was synced before it had its name; the folder is synced now."""
        try:
            _sync_folder(self._path(object_id).parent)
        except OSError as error:
            raise self._failed(error) from error

    @contextlib.contextmanager
    def read(self, object_id: ObjectId) -> Iterator[SealedFile]:
        """The file."""
        try:
            descriptor = os.open(self._path(object_id), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise self.missing() from None
        except OSError as error:
            raise self._failed(error) from error
        try:
            yield _File(descriptor, self.place)
        finally:
            os.close(descriptor)

    def keep(self, object_id: ObjectId, until: datetime) -> None:
        """A folder cannot lock: the holds in the database are all there is."""

    def delete(self, object_id: ObjectId) -> datetime | None:
        """The file is unlinked, and the folder synced."""
        path = self._path(object_id)
        try:
            path.unlink(missing_ok=True)
            if path.parent.exists():
                _sync_folder(path.parent)
        except OSError as error:
            raise self._failed(error) from error
        return None

    def stream_names(self, after: ObjectId | None = None) -> Iterator[ObjectId]:
        """Folder by folder, so that only one folder's names are held."""
        for shard in self._shards():
            for name in _names(shard):
                if _NAME.fullmatch(name) and name.startswith(shard.name) and (after is None or name > after):
                    yield ObjectId(name)

    def stream_strays(self) -> Iterator[str]:
        """Names that are no object's, and objects in the wrong folder."""
        for shard in self._shards():
            for name in _names(shard):
                if not (_NAME.fullmatch(name) and name.startswith(shard.name)):
                    yield f"{shard.name}/{name}"

    def sweep_unfinished(self, before: datetime) -> int:
        """Files in `incoming` that nobody has written to since."""
        gone = 0
        with contextlib.suppress(FileNotFoundError):
            for path in self._incoming.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                        path.unlink()
                        gone += 1
        return gone

    def check(self) -> None:
        """A file is made and removed."""
        probe = self._incoming / f"probe-{secrets.token_hex(8)}"
        try:
            self._make(self._incoming)
            probe.touch(0o600)
            probe.unlink()
        except OSError as error:
            raise self._failed(error) from error

    def _path(self, object_id: ObjectId) -> Path:
        if not _NAME.fullmatch(object_id):
            raise self.missing()
        return self._objects / object_id[:_SHARD_DIGITS] / object_id

    def _shards(self) -> list[Path]:
        try:
            return sorted(path for path in self._objects.iterdir() if path.is_dir())
        except FileNotFoundError:
            return []

    def _make(self, folder: Path) -> None:
        """The folder is there, for its owner alone, and would be there after a power cut."""
        if folder.is_dir():
            return
        missing = [folder, *(each for each in folder.parents if not each.exists())]
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(each.parent)

    def _failed(self, error: OSError) -> UnavailableError:
        if error.errno in _NO_ROOM:
            return UnavailableError(
                f"no room is left for evidence in {self.place} ({error.strerror}); nothing of this upload is kept or "
                "acknowledged, and what was sealed before is safe: make room, then send it again"
            )
        if error.errno in _NO_DESCRIPTOR:
            return UnavailableError(
                f"{_NO_DESCRIPTOR[error.errno]}, then try again; nothing of this is kept or acknowledged, and what was "
                f"sealed before in {self.place} is left as it was"
            )
        return UnavailableError(
            f"the vault {self.place} cannot be used ({error.strerror}); nothing of this is kept or acknowledged, and "
            "what was sealed before is left as it was: see the disk and the folder's rights, then try again"
        )


class _File(SealedFile):
    def __init__(self, descriptor: int, place: str) -> None:
        self._descriptor = descriptor
        self._place = place
        self.size_bytes = os.fstat(descriptor).st_size

    def read(self, offset: int, size_bytes: int) -> bytes:
        try:
            return os.pread(self._descriptor, size_bytes, offset)
        except OSError as error:
            raise UnavailableError(
                f"the disk under {self._place} failed while evidence was read: look at it"
            ) from error


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _write(aside: Path, parts: Iterator[memoryview], sealed_bytes: int) -> None:
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    try:
        if sealed_bytes:
            # Says at once that there is no room, before minutes of writing.
            _reserve(descriptor, sealed_bytes)
        written = flushed = 0
        for part in parts:
            rest = part
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            written += len(part)
            if written - flushed >= _FLUSH_BYTES:
                os.fdatasync(descriptor)
                os.posix_fadvise(descriptor, flushed, written - flushed, os.POSIX_FADV_DONTNEED)
                flushed = written
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reserve(descriptor: int, size_bytes: int) -> None:
    try:
        os.posix_fallocate(descriptor, 0, size_bytes)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise


def _link(aside: Path, path: Path) -> bool:
    try:
        os.link(aside, path, follow_symlinks=False)
    except FileExistsError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class LocalVaultPart(VaultPart):
    """A folder on this machine."""

    name = "local"

    def open(self, settings: Settings) -> Vault:
        """Below `vault.folder`, else in the data folder."""
        return LocalVault(Path(settings.vault.folder) if settings.vault.folder else settings.data_dir / "vault")


PART = LocalVaultPart()
