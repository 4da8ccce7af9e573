"""A folder of sealed packages, for recipients without an open interface: portals, national hotlines, Article 18.

    PLACE/NAME/report.json report.pdf ...   the documents, readable by their owner alone, never changed
    PLACE/NAME/manifest.json                each document's size and SHA-256
    PLACE/NAME/manifest.sig                 Ed25519 over the manifest, by the installation's key, as hexadecimal digits
    PLACE/receipts/NAME.*                   what the recipient answered, laid there by them or by whoever carried it

A package appears whole, in one step, and only once.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from clew.errors import DamagedError, InputError, UnavailableError
from clew.ground.canonical import canonical
from clew.ground.durable import replace
from clew.parts.clearinghouses.base import Access, FetchingPart, Outlet, Package, PackedFile, PackedStream, Sign

_MANIFEST, _SIGNATURE, _RECEIPTS = "manifest.json", "manifest.sig", "receipts"
_MOST_RECEIPT_BYTES = 1 << 20


class FolderOutlet(Outlet):
    """One folder."""

    def __init__(self, folder: Path, sign: Sign) -> None:
        self._folder = folder
        self._sign = sign
        self.place = str(folder)

    def put(self, package: Package) -> bytes:
        """Written aside, synced, renamed."""
        target = self._folder / _plain(package.name)
        try:
            if not target.exists():
                self._write(target, package)
            there = (target / _MANIFEST).read_bytes()
        except OSError as error:
            raise UnavailableError(f"the package cannot be written to {self._folder}: {error.strerror}") from error
        _demand_whole(target, package, there)
        return there

    def packages(self, begins: str) -> list[str]:
        """Folders of such names."""
        try:
            return sorted(each.name for each in self._folder.iterdir() if each.name.startswith(_plain(begins)))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnavailableError(f"the folder {self._folder} cannot be read: {error.strerror}") from error

    def receipts(self, name: str) -> list[bytes]:
        """The files of that name, whatever their suffix, in the order of their names; a link is never followed."""
        folder = self._folder / _RECEIPTS
        try:
            found = sorted(each for each in folder.iterdir() if each.name.split(".")[0] == _plain(name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnavailableError(f"the folder {folder} cannot be read: {error.strerror}") from error
        return [_read_small(each) for each in found]

    def _write(self, target: Path, package: Package) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if package.answered:
            (self._folder / _RECEIPTS).mkdir(exist_ok=True, mode=0o700)
        aside = self._folder / f".{target.name}.{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        try:
            lines = [_write_file(aside, each) for each in package.files]
            manifest = canonical({"package": package.name, "files": lines})
            _write_durably(aside / _MANIFEST, [manifest])
            _write_durably(aside / _SIGNATURE, [self._sign(manifest).hex().encode() + b"\n"])
            _sync_folder(aside)
            replace(aside, target)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            if not target.exists():  # else another worker was faster, with the same package
                raise
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise


class FolderPart(FetchingPart):
    """The folder."""

    name = "folder"
    title = "Sealed folder (portals and authorities without an interface)"
    format = "cybertipline"

    def open(self, access: Access, default_place: Path, sign: Sign) -> Outlet:
        """The folder that the settings name, or the default one."""
        return FolderOutlet(Path(access.place) if access.place else default_place, sign)


def _write_file(folder: Path, file: PackedFile | PackedStream) -> dict[str, object]:
    """The document is written; its line of the manifest."""
    pieces = [file.body] if isinstance(file, PackedFile) else file.pieces()
    size_bytes, digest = _write_durably(folder / _plain(file.name), pieces)
    return {"name": file.name, "media_type": file.media_type, "size_bytes": size_bytes, "sha256": digest}


def _demand_whole(target: Path, package: Package, manifest: bytes) -> None:
    """What lies there is a package with its manifest; one put earlier may have been composed at another time."""
    if not manifest or not (target / _SIGNATURE).exists() or any(not (target / f.name).exists() for f in package.files):
        raise DamagedError(f"the package {target} is not whole; move it away, look who changed it, and try again")


def _plain(name: str) -> str:
    if not name or "/" in name or name.startswith(".") or not name.isprintable():
        raise InputError("a package and its documents have plain names, without slash and without a leading dot")
    return name


def _write_durably(path: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of what was written."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    size_bytes, digest = 0, hashlib.sha256()
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size_bytes += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return size_bytes, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_small(path: Path) -> bytes:
    """The bytes of a small regular file; whatever else somebody laid there is refused and never waited for."""
    # Without O_NONBLOCK the opening of a named pipe waits for a writer, and with it the worker, for ever.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
    body = bytearray()
    try:
        descriptor = os.open(path, flags)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnavailableError(
                    f"the receipt {path.name} is no regular file: take it away, and lay the recipient's answer there"
                )
            while len(body) <= _MOST_RECEIPT_BYTES and (piece := os.read(descriptor, _MOST_RECEIPT_BYTES + 1)):
                body += piece
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UnavailableError(f"the receipt {path.name} cannot be read: {error.strerror}") from error
    if not body or len(body) > _MOST_RECEIPT_BYTES:
        raise UnavailableError(f"the receipt {path.name} is empty or larger than {_MOST_RECEIPT_BYTES:,} bytes")
    return bytes(body)


PART = FolderPart()
