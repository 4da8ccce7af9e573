"""The segment file: a checked header, then arrays that are searched where they lie.

    4,096 bytes  header: magic, kind, width, rows, length, stamp, largest bucket, permutation, sections; their SHA-256
    ...          sections, each from a multiple of 4,096 bytes on; what fills the gaps is zero and belongs to the
                 section before it, so that the sections' SHA-256 cover every byte

Numbers are little-endian. The header's checksum names the sections' checksums, and so stands for the whole file.
"""

import contextlib
import errno
import hashlib
import math
import mmap
import os
import stat
import struct
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from clew.errors import DamagedError, NotFoundError, UnavailableError
from clew.ground import durable
from clew.parts.indexes.base import Progress, SegmentFacts, Stamp

PAGE = 4096
PERMUTATION_BYTES = 256
_MAGIC = b"CLEWSEG1"
_FIXED = struct.Struct("<8s16sIIQQQQQ256s")  # magic, kind, width, sections, count, length, stamp, largest, permutation
_SECTION = struct.Struct("<16sQQ32s")  # name, offset, length with its filling, SHA-256
_DIGEST_BYTES = 32
_MOST_SECTIONS = (PAGE - _DIGEST_BYTES - _FIXED.size) // _SECTION.size
# Written in whole huge pages at aligned places, a file enters the page cache in huge pages, and is mapped by them.
_BLOCK = 4 << 20
_VERIFY_BLOCK = 16 << 20
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Where one array lies."""

    offset: int
    length: int
    digest: bytes = bytes(_DIGEST_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a segment file says of itself."""

    kind: str
    width_bytes: int
    count: int
    length: int
    stamp: Stamp
    sections: Mapping[str, Section]
    largest_bucket: int = 0
    permutation: bytes = bytes(PERMUTATION_BYTES)

    def pack(self) -> bytes:
        """The header's page."""
        fixed = _FIXED.pack(
            _MAGIC, self.kind.encode(), self.width_bytes, len(self.sections), self.count, self.length, *self.stamp,
            self.largest_bucket, self.permutation,
        )  # fmt: skip
        table = b"".join(
            _SECTION.pack(name.encode(), s.offset, s.length, s.digest) for name, s in self.sections.items()
        )
        body = (fixed + table).ljust(PAGE - _DIGEST_BYTES, b"\0")
        return body + hashlib.sha256(body).digest()

    @property
    def checksum(self) -> str:
        """Stands for the whole file, because it covers the checksums of all sections."""
        return hashlib.sha256(self.pack()[:-_DIGEST_BYTES]).hexdigest()


def _parse(page: bytes, size: int, path: Path) -> Header:
    body, digest = page[:-_DIGEST_BYTES], page[-_DIGEST_BYTES:]
    if len(page) < PAGE or not page.startswith(_MAGIC):
        raise DamagedError(f"{path.name} is no segment file, or is cut short: {size} bytes; build the index anew")
    if hashlib.sha256(body).digest() != digest:
        raise DamagedError(f"the header of {path.name} fails its checksum; build the index anew")
    _, kind, width, parts, count, length, first, second, largest, permutation = _FIXED.unpack_from(body)
    if length != size:
        raise DamagedError(f"{path.name} should be {length} bytes long and is {size}; build the index anew")
    # A checksum tells damage, not intent: whoever writes a header can write its checksum too.
    if parts > _MOST_SECTIONS or not kind.isascii():
        raise DamagedError(f"the header of {path.name} is none of ours; build the index anew")
    sections = {}
    for place in range(parts):
        name, offset, span, digest = _SECTION.unpack_from(body, _FIXED.size + place * _SECTION.size)
        if not name.isascii() or offset % PAGE or not PAGE <= offset <= offset + span <= size:
            raise DamagedError(f"section {place + 1} of {path.name} lies outside of it; build the index anew")
        sections[name.rstrip(b"\0").decode()] = Section(offset=offset, length=span, digest=digest)
    return Header(
        kind=kind.rstrip(b"\0").decode(), width_bytes=width, count=count, length=length, stamp=(first, second),
        sections=sections, largest_bucket=largest, permutation=permutation,
    )  # fmt: skip


# ---- writing


def plan(
    kind: str,
    *,
    width_bytes: int,
    count: int,
    stamp: Stamp,
    sizes: Mapping[str, int],
    permutation: bytes = bytes(PERMUTATION_BYTES),
) -> Header:
    """The header of a file with sections of those sizes, in that order, before anything is in them."""
    sections, at = {}, PAGE
    for name, size in sizes.items():
        length = -(-size // PAGE) * PAGE
        sections[name] = Section(offset=at, length=length)
        at += length
    return Header(
        kind=kind,
        width_bytes=width_bytes,
        count=count,
        length=at,
        stamp=stamp,
        sections=sections,
        permutation=permutation,
    )


class Writer:
    """Takes a file's sections front to back; every byte passes through once, into the file and into its checksum."""

    def __init__(self, handle: int, header: Header, progress: Progress | None) -> None:
        self._handle = handle
        self._header = header
        self._progress = progress
        self._block = bytearray(_BLOCK)
        self._filled = 0
        self._written = 0
        self._open = ""
        self._hash = hashlib.sha256()
        self._digests: dict[str, bytes] = {}
        self._append(memoryview(bytes(PAGE)))  # the header's place; it is known last

    def begin(self, name: str) -> None:
        """What is put next belongs to that section; the one before is filled up."""
        self._end()
        if self._at != self._header.sections[name].offset:
            raise ValueError(f"section {name} is out of its turn")
        self._open, self._hash = name, hashlib.sha256()

    def put(self, array: NDArray[Any]) -> None:
        """The array's bytes come next."""
        view = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        for at in range(0, len(view), _BLOCK):  # in pieces: each is still in the cache when it is copied
            piece = view[at : at + _BLOCK]
            self._hash.update(piece)
            self._append(piece)

    def put_section(self, name: str, array: NDArray[Any]) -> None:
        """The section is that array."""
        self.begin(name)
        self.put(array)

    def read_back(self, name: str) -> memoryview:
        """A section that was put in, mapped: so that what is made from it need not be held a second time."""
        section = self._header.sections[name]
        # The block stays as it is: written again when it is full, it is still one aligned write.
        os.pwrite(self._handle, memoryview(self._block)[: self._filled], self._written)
        memory = mmap.mmap(self._handle, section.offset + section.length, prot=mmap.PROT_READ)
        _advise_huge_pages(memory)
        return memoryview(memory)[section.offset :]

    def finish(self, largest_bucket: int) -> Header:
        """Everything is in the file and on the disk; its header."""
        self._end()
        self._flush()
        sections = {name: replace(s, digest=self._digests[name]) for name, s in self._header.sections.items()}
        header = replace(self._header, sections=sections, largest_bucket=largest_bucket)
        os.pwrite(self._handle, header.pack(), 0)
        os.fsync(self._handle)
        return header

    @property
    def _at(self) -> int:
        return self._written + self._filled

    def _end(self) -> None:
        if not self._open:
            return
        section = self._header.sections[self._open]
        filling = section.offset + section.length - self._at
        if filling < 0:
            raise ValueError(f"section {self._open} is longer than announced")
        self.put(np.zeros(filling, np.uint8))
        self._digests[self._open] = self._hash.digest()

    def _append(self, view: memoryview) -> None:
        while view:
            fits = min(len(view), _BLOCK - self._filled)
            self._block[self._filled : self._filled + fits] = view[:fits]
            self._filled += fits
            view = view[fits:]
            if self._filled == _BLOCK:
                self._flush()

    def _flush(self) -> None:
        view = memoryview(self._block)[: self._filled]
        while view:
            view = view[os.write(self._handle, view) :]
        self._written += self._filled
        self._filled = 0
        if self._progress is not None:
            self._progress(self._written, self._header.length)


def write(path: Path, header: Header, fill: Callable[[Writer], int], progress: Progress | None) -> SegmentFacts:
    """The file stands at its path, whole and durable; or nothing does, and the error says why.

    Args:
        fill: puts every section in and returns the largest bucket.
    """
    aside = path.with_name(path.name + ".unfinished")
    try:
        handle = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            # All room is taken before the work begins, so that a full disk is found out now.
            os.posix_fallocate(handle, 0, header.length)
            writer = Writer(handle, header, progress)
            written = writer.finish(fill(writer))
        finally:
            os.close(handle)
        durable.replace(aside, path)
    except BaseException as error:
        aside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _no_room(error, path, header.length) from error
        raise
    return SegmentFacts(
        count=written.count,
        size_bytes=written.length,
        largest_bucket=written.largest_bucket,
        checksum=written.checksum,
    )


def _no_room(error: OSError, path: Path, wanted: int) -> UnavailableError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    why = "there is not so much room; free some, or move the folder" if full else error.strerror
    return UnavailableError(f"{path.name} needs {wanted:,} bytes in the folder {path.parent}: {why}")


# ---- reading


class SegmentFile:
    """A segment file in memory: mapped and shared, or a private copy. The arrays keep the memory; nothing else does.

    A shared mapping must not be cut short while it is open: reading behind the end ends the process. Ours never are,
    they are replaced by a rename; a private copy does not mind.
    """

    def __init__(self, path: Path, kind: str, *, private_huge_pages: bool) -> None:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no segment file {path}") from error
        # Kept open: it is this very file that is mapped, whatever comes to stand under its name.
        self._closed = weakref.finalize(self, os.close, handle)
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise DamagedError(f"{path.name} is no file; build the index anew")
        self._handle, size = handle, status.st_size
        self._opened = None if private_huge_pages else _state(status)
        self.header = _parse(os.pread(handle, PAGE, 0), size, path)
        if self.header.kind != kind:
            raise DamagedError(f"{path.name} should be a segment of kind {kind} and is of kind {self.header.kind}")
        self._memory = _copy(handle, size) if private_huge_pages else _map(handle, size)
        if private_huge_pages:
            self._closed()
        self.path = path

    def array(self, name: str, dtype: type[T], *shape: int) -> NDArray[T]:
        """One section, or the first part of it, as it lies."""
        section = self.header.sections.get(name)
        count = math.prod(shape)
        if section is None or count * np.dtype(dtype).itemsize > section.length:
            raise DamagedError(f"{self.path.name} has no whole section {name}; build the index anew")
        return np.frombuffer(self._memory, dtype, count, section.offset).reshape(shape)

    def demand_unchanged(self) -> None:
        """DamagedError when the file that is mapped has been written to or cut short since."""
        if self._opened is not None and _state(os.fstat(self._handle)) != self._opened:
            raise DamagedError(f"{self.path.name} was changed while it was in use; build the index anew")

    def verify(self) -> None:
        """DamagedError unless every section has its checksum."""
        self.demand_unchanged()
        memory = memoryview(self._memory)
        for name, section in self.header.sections.items():
            digest = hashlib.sha256()
            for at in range(section.offset, section.offset + section.length, _VERIFY_BLOCK):
                digest.update(memory[at : min(at + _VERIFY_BLOCK, section.offset + section.length)])
            if digest.digest() != section.digest:
                raise DamagedError(f"section {name} of {self.path.name} fails its checksum; build the index anew")


def _state(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _map(handle: int, size: int) -> mmap.mmap:
    memory = mmap.mmap(handle, size, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
    _advise_huge_pages(memory)
    return memory


def _copy(handle: int, size: int) -> mmap.mmap:
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    _advise_huge_pages(memory)
    view = memoryview(memory)
    at = 0
    while at < size:
        taken = os.preadv(handle, [view[at : at + _VERIFY_BLOCK]], at)
        if taken == 0:
            raise DamagedError(f"the file became shorter while it was read, at byte {at} of {size}; build it anew")
        at += taken
    return memory


def _advise_huge_pages(memory: mmap.mmap) -> None:
    # Only advice: a kernel or a file system without huge pages says no, and everything works, at half the speed.
    with contextlib.suppress(OSError, AttributeError):
        memory.madvise(mmap.MADV_HUGEPAGE)
