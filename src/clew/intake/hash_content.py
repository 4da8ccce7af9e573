"""One pass over one file: its digests from every byte, its pixel signals from what a decoder makes of it.

This runs inside the confined worker, on an open descriptor or the bytes of a small file, and nothing else.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clew.ground.clock import monotonic_s
from clew.intake.frame_signals import FrameSignals
from clew.intake.media_type import is_container, is_visual, recognise
from clew.intake.wire import Request, Spent
from clew.parts.decoders.base import HEAD_BYTES, DeclinedError, DecoderPart, Frame, Limits, UndecodableError
from clew.parts.signals.base import DigestPart, PixelPart
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Reason, Signal, Unhashable

Update = Callable[[memoryview], object]

# An answer must stay small enough to be sent: 120 frames in six forms and eight turns fit.
_MOST_SIGNALS = 8192
# Read and digested at once: large enough that the calls cost nothing, small enough to stay in the second cache.
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """The parts that hash, chosen once for a worker.

    Attributes:
        decoders: in the order in which they are asked.
        decoded_bytes: a larger file gets its digests and is not decoded.
    """

    digests: Mapping[SignalType, DigestPart]
    pictures: Mapping[SignalType, PixelPart]
    decoders: Sequence[DecoderPart]
    limits: Limits
    decoded_bytes: int


@dataclass(slots=True)
class _Found:
    """What is known so far about the file in hand."""

    signals: list[Signal] = field(default_factory=list)
    unhashable: list[Unhashable] = field(default_factory=list)
    hash_s: float = 0.0

    def refuse(self, types: Sequence[SignalType], reason: Reason, detail: str) -> None:
        """Those types have no signal, all for the same reason."""
        self.unhashable += (Unhashable(type=each, reason=reason, detail=detail) for each in types)


class _UnreadError(Exception):
    """The file was not read as it stands."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that has gone through every digest.

    Attributes:
        accepting: the decoders that know these bytes, and as what; none where nothing is to be decoded.
        content: all its bytes; None where it is not decoded.
    """

    size_bytes: int
    head: bytes
    accepting: list[tuple[DecoderPart, str]]
    content: memoryview | None


class Hasher:
    """Hashes files one after the other; it keeps its reading buffer between them."""

    def __init__(self, methods: Methods) -> None:
        self._methods = methods
        self._block = bytearray(_BLOCK_BYTES)

    def hash_content(self, given: int | memoryview, request: Request) -> tuple[Hashed, Spent]:
        """Every signal of those types that the file has, a reason for every one that it has not, and the time spent.

        Args:
            given: a regular file open for reading, whose position does not matter and is not moved; or all its bytes.
            request: which signals, and how.
        """
        types = request.types
        started = monotonic_s()
        pixel_types = [each for each in types if each in self._methods.pictures]
        digests = {each: self._methods.digests[each].new() for each in types if each in self._methods.digests}
        updates = [each.update for each in digests.values()]
        try:
            if isinstance(given, int):
                file = self._read(given, request, updates)
            else:
                file = self._take(given, request, updates)
        except _UnreadError as error:
            return _nothing(types, error.reason, error.detail), Spent()
        except OSError as error:
            return _nothing(types, Reason.UNREADABLE, os.strerror(error.errno or 0)), Spent()
        found = _Found([Signal(type=name, value=digest.digest()) for name, digest in digests.items()])
        digested = monotonic_s()
        media_type = file.accepting[0][1] if file.accepting else recognise(file.head)
        if file.content is not None:
            decoders = [part for part, _ in file.accepting]
            self._decode(file.content, decoders, pixel_types, found, dihedral=request.dihedral)
        elif request.undecoded:
            found.refuse(pixel_types, request.undecoded, "the worker that decoded it had to be replaced")
        elif pixel_types:
            found.refuse(pixel_types, *_why_not_decoded(file.size_bytes, media_type, accepted=bool(file.accepting)))
        said = {each.type for each in found.signals} | {each.type for each in found.unhashable}
        # A decoder without a single frame, or a type that is not made from files: absence has a reason.
        silent = [each for each in types if each not in said]
        found.refuse(silent, Reason.UNSUPPORTED, "nothing here makes it from this file")
        spent = Spent(
            digests_s=digested - started, decode_s=monotonic_s() - digested - found.hash_s, hash_s=found.hash_s
        )
        hashed = Hashed(
            size_bytes=file.size_bytes,
            media_type=media_type,
            signals=tuple(found.signals),
            unhashable=tuple(found.unhashable),
        )
        return hashed, spent

    def _take(self, given: memoryview, request: Request, updates: Sequence[Update]) -> _Read:
        """A file of which all bytes are here: few, so that none is too large to be decoded."""
        head = bytes(given[:HEAD_BYTES])
        accepting = self._accepting(head, request)
        for update in updates:
            update(given)
        return _Read(len(given), head, accepting, given if accepting and not request.undecoded else None)

    def _read(self, descriptor: int, request: Request, updates: Sequence[Update]) -> _Read:
        """A file read once, in blocks, or whole where it is to be decoded."""
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise _UnreadError(Reason.NOT_A_FILE, "not a regular file")
        head = os.pread(descriptor, HEAD_BYTES, 0)
        accepting = self._accepting(head, request)
        decodable = bool(accepting) and not request.undecoded and before.st_size <= self._methods.decoded_bytes
        buffer = bytearray(before.st_size) if decodable and before.st_size > _BLOCK_BYTES else self._block
        count = _read(descriptor, before.st_size, memoryview(buffer), updates)
        if count != before.st_size or _stamp(os.fstat(descriptor)) != _stamp(before):
            raise _UnreadError(Reason.CHANGED, "it changed while it was read")
        content = memoryview(buffer)[: before.st_size].toreadonly() if decodable else None
        return _Read(before.st_size, head, accepting, content)

    def _accepting(self, head: bytes, request: Request) -> list[tuple[DecoderPart, str]]:
        """The decoders that know these bytes, and as what; none where no signal of pixels is wanted."""
        if not any(each in self._methods.pictures for each in request.types):
            return []
        answers = ((part, part.accepts(head)) for part in self._methods.decoders)
        return [(part, media_type) for part, media_type in answers if media_type is not None]

    def _decode(
        self,
        content: memoryview,
        decoders: Sequence[DecoderPart],
        types: Sequence[SignalType],
        found: _Found,
        *,
        dihedral: bool,
    ) -> None:
        refusal = (Reason.UNSUPPORTED, "no decoder here reads this kind of it")
        try:
            for part in decoders:
                try:
                    self._hash_frames(part.decode(content, self._methods.limits), types, found, dihedral=dihedral)
                except DeclinedError as error:
                    refusal = (Reason.UNSUPPORTED, str(error))
                    continue
                return
        except UndecodableError as error:
            refusal = (error.reason, error.detail)
        except MemoryError:
            refusal = (Reason.TOO_MUCH_MEMORY, "decoding needs more than decode.memory_mb")
        except Exception as error:  # noqa: BLE001 - a decoder's own fault must not cost the digests
            refusal = (Reason.CRASHED, f"the decoder raised {type(error).__name__}")
        # What was hashed before stands: the first frames of an animation that breaks off. Of a type without any signal
        # one reason is enough.
        silent = {each.type for each in found.unhashable} - {each.type for each in found.signals}
        named = set() if refusal[0] is Reason.FRAMES_LEFT_OUT else silent
        found.refuse([each for each in types if each not in named], *refusal)

    def _hash_frames(
        self, frames: Iterator[Frame], types: Sequence[SignalType], found: _Found, *, dihedral: bool
    ) -> None:
        """The signals of every frame, each value once, and a reason for what has none."""
        gathered = {name: FrameSignals(self._methods.pictures[name]) for name in types}
        try:
            for frame in frames:
                if sum(len(each.signals) for each in gathered.values()) > _MOST_SIGNALS:
                    detail = f"more than {_MOST_SIGNALS} signals; see decode.frames"
                    raise UndecodableError(Reason.FRAMES_LEFT_OUT, detail)
                started = monotonic_s()
                for name, each in gathered.items():
                    each.take(frame, _signals(self._methods.pictures[name], frame, dihedral=dihedral))
                found.hash_s += monotonic_s() - started
        finally:
            for each in gathered.values():
                found.signals += each.signals.values()
                found.unhashable += each.lacking()


def _signals(part: PixelPart, frame: Frame, *, dihedral: bool) -> Sequence[Signal | Unhashable]:
    """What one frame gives: a signal, eight with `dihedral`, or the reason why none."""
    make = part.hash_turned if dihedral else part.hash
    size = (frame.full_height, frame.full_width)
    found = make(frame.pixels, form=frame.form, full_size=size, scale=frame.scale)
    return found if isinstance(found, tuple) else (found,)


def _read(descriptor: int, size: int, buffer: memoryview, updates: Sequence[Update]) -> int:
    """The bytes have gone through every digest; how many there were, at most one more than `size`.

    Args:
        buffer: keeps all bytes when it is large enough for them, else only those of the last block.
    """
    keeps = len(buffer) >= size
    at = 0
    while at < size:
        room = buffer[at if keeps else 0 :][: min(_BLOCK_BYTES, size - at)]
        count = os.preadv(descriptor, [room], at)
        if count == 0:
            return at
        for update in updates:
            update(room[:count])
        at += count
    # A file that grows for ever is not followed; one byte tells.
    return at + len(os.pread(descriptor, 1, at))


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _nothing(types: Sequence[SignalType], reason: Reason, detail: str) -> Hashed:
    missing = tuple(Unhashable(type=each, reason=reason, detail=detail) for each in types)
    return Hashed(size_bytes=0, media_type=None, unhashable=missing)


def _why_not_decoded(size: int, media_type: str | None, *, accepted: bool) -> tuple[Reason, str]:
    if size == 0:
        return Reason.EMPTY, "the file has no bytes"
    if accepted:
        return Reason.TOO_LARGE, f"{size} bytes; larger pictures than decode.file_mb are not decoded"
    if is_visual(media_type):
        return Reason.UNSUPPORTED, f"no decoder for {media_type} is installed"
    if is_container(media_type):
        return Reason.CONTAINER, f"a container ({media_type}): what is inside was not looked at"
    return Reason.NOT_A_PICTURE, "no decoder knows these bytes"
