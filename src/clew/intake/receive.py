"""Finding and opening files: folders of millions, in a stable order, without following links or waiting for anything.

Paths are bytes, as the system has them: not every name is UTF-8.
"""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clew.records.signal import Reason

# An upload's bytes: a descriptor behind which they are sealed, or, where they are few, themselves.
Holding = int | bytes

# What the system takes as one path, less one; a longer way is walked in pieces. Source: limits.h, PATH_MAX.
_PATH_BYTES = 4095
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was named, or stands in a folder that was named.

    Attributes:
        named: it was named itself: a symbolic link is then followed.
    """

    path: bytes
    named: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A path of which nothing can be read, and why."""

    path: bytes
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A regular file, open for reading. Whoever holds it closes the descriptor."""

    path: bytes
    descriptor: int
    size_bytes: int
    modified_ns: int
    changed_ns: int


def stream_files(roots: Iterable[bytes]) -> Iterator[Found | Refused]:
    """Every file below the roots, each folder's names in byte order; what cannot be entered or is no file is refused.

    Only the names of the folders on the way down are held at once. Links inside folders are not followed, so there
    are no loops; a link that was named is.
    """
    for root in roots:
        try:
            status = os.stat(root)  # noqa: PTH116 - paths are bytes here
        except OSError as error:
            yield _unreadable(root, error)
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _below(root)
        else:
            yield Found(root, named=True)


def open_file(found: Found) -> Opened | Refused:
    """The file, open; nothing is waited for and no device is touched."""
    try:
        # Before opening: merely to open a tape or a watchdog has consequences.
        if len(found.path) <= _PATH_BYTES:
            status = stat_file(found)
            if not stat.S_ISREG(status.st_mode):
                return Refused(found.path, Reason.NOT_A_FILE, _kind(status.st_mode))
        descriptor = _open(found.path, _READ if found.named else _READ | os.O_NOFOLLOW)
    except OSError as error:
        return _unreadable(found.path, error)
    # Again: it may have been exchanged in between.
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return Refused(found.path, Reason.NOT_A_FILE, _kind(status.st_mode))
    return Opened(found.path, descriptor, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def stat_file(found: Found) -> os.stat_result:
    """What the system says of the file now, however long its path; OSError when there is none."""
    if len(found.path) <= _PATH_BYTES:
        return os.stat(found.path, follow_symlinks=found.named)  # noqa: PTH116 - paths are bytes here
    descriptor = _open(found.path, os.O_PATH | os.O_CLOEXEC | (0 if found.named else os.O_NOFOLLOW))
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def hold(content: bytes | bytearray | memoryview) -> int:
    """An upload's bytes behind a descriptor: in memory, never on a disk, and sealed so that nobody changes them."""
    descriptor = os.memfd_create("clew-upload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        seal(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def hold_growing() -> int:
    """An empty descriptor of the same kind, to be written piece by piece as an upload comes in, then sealed."""
    return os.memfd_create("clew-upload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def seal(descriptor: int) -> None:
    """What is held can no longer be changed by anybody, this process included."""
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)


def release(holding: Holding) -> None:
    """Its descriptor is closed, where it has one."""
    if isinstance(holding, int):
        os.close(holding)


def _below(root: bytes) -> Iterator[Found | Refused]:
    """Depth first; the way down is a list, not the call stack, so that no depth is too much."""
    way: list[Iterator[tuple[bytes, int]]] = []
    folder: bytes | None = root
    named = True
    while folder is not None or way:
        if folder is not None:
            listed = _list(folder, named=named)
            if isinstance(listed, Refused):
                yield listed
            else:
                way.append(iter(listed))
            folder, named = None, False
            continue
        each = next(way[-1], None)
        if each is None:
            way.pop()
            continue
        path, kind = each
        if stat.S_ISDIR(kind):
            folder = path
        elif stat.S_ISREG(kind):
            yield Found(path)
        else:
            yield Refused(path, Reason.NOT_A_FILE, _kind(kind))


def _list(folder: bytes, *, named: bool) -> list[tuple[bytes, int]] | Refused:
    """The paths and kinds of what stands in a folder, in byte order."""
    try:
        descriptor = _open(folder, _READ | os.O_DIRECTORY | (0 if named else os.O_NOFOLLOW))
        try:
            with os.scandir(descriptor) as entries:
                # A name that has been removed since is no error: it is not there.
                named_kinds = sorted((os.fsencode(entry.name), _kind_of(entry)) for entry in entries)
        finally:
            os.close(descriptor)
    except OSError as error:
        return _unreadable(folder, error)
    prefix = folder if folder.endswith(b"/") else folder + b"/"
    return [(prefix + name, kind) for name, kind in named_kinds]


def _kind_of(entry: os.DirEntry[str]) -> int:
    """The kind bits of a folder's entry, from what the folder says where it says it."""
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    try:
        return stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return 0


def _open(path: bytes, flags: int) -> int:
    """open(2), for ways of any length: a long one is gone in pieces that the system takes."""
    folder: int | None = None
    try:
        while len(path) > _PATH_BYTES:
            cut = path.rindex(b"/", 1, _PATH_BYTES)
            following = os.open(path[:cut], os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
            if folder is not None:
                os.close(folder)
            folder, path = following, path[cut + 1 :].lstrip(b"/")
        return os.open(path, flags, dir_fd=folder)
    finally:
        if folder is not None:
            os.close(folder)


def _unreadable(path: bytes, error: OSError) -> Refused:
    return Refused(path, Reason.UNREADABLE, os.strerror(error.errno or 0))


_KINDS = (
    (stat.S_ISLNK, "a symbolic link; inside folders links are not followed"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)


def _kind(mode: int) -> str:
    return next((words for test, words in _KINDS if test(mode)), "of unknown kind")
