"""The decode workers of this installation: which parts hash, how they are started, and the pool over them.

Run as a module it is the zygote: python -m clew.pipelines.decode_worker MEMORY_MB PIXELS FRAMES FILE_MB SECONDS CONTROL
"""

import os
import secrets
import socket
import sys

from clew.intake.decode import DecodePool, PoolLimits
from clew.intake.hash_content import Hasher, Methods
from clew.intake.look import Looker
from clew.intake.selecting import Loop
from clew.intake.wire import Request
from clew.intake.worker import serve_zygote
from clew.parts import shelf
from clew.parts.decoders.base import DecoderPart, Limits
from clew.parts.signals.base import DigestPart, PixelPart, SignalPart
from clew.records.identifiers import SignalType
from clew.settings import Decode

_MIB, _MB = 1 << 20, 1_000_000


def choose_methods(settings: Decode) -> Methods:
    """Every signal part that can be made from a file, and every decoder, ours and others'."""
    signals = shelf.load_all("signals", SignalPart)
    decoders = shelf.load_all("decoders", DecoderPart)
    return Methods(
        digests={SignalType(name): part for name, part in signals.items() if isinstance(part, DigestPart)},
        pictures={SignalType(name): part for name, part in signals.items() if isinstance(part, PixelPart)},
        decoders=sorted(decoders.values(), key=lambda part: (part.precedence, part.name)),
        limits=Limits(
            pixels=settings.pixels,
            frames=settings.frames,
            # The other half is for the frame in hand, before the watchdog ends it all.
            seconds=settings.seconds / 2,
            # Drawn for each zygote: nobody can know which frames of a long animation are passed over.
            offset=secrets.SystemRandom().random(),
        ),
        decoded_bytes=settings.file_mb * _MB,
    )


def open_pool(loop: Loop, settings: Decode, *, ahead: int = 1) -> DecodePool:
    """A pool of this installation's workers on a loop.

    Args:
        ahead: see PoolLimits; 1 for a service, more for a command that hashes whole folders.
    """
    command = [sys.executable, "-P", "-m", "clew.pipelines.decode_worker"]
    numbers = (settings.memory_mb, settings.pixels, settings.frames, settings.file_mb, settings.seconds)
    limits = PoolLimits(
        workers=settings.workers or len(os.sched_getaffinity(0)),
        seconds=settings.seconds,
        files_each=settings.files_each,
        ahead=ahead,
    )
    signals = shelf.load_all("signals", SignalPart)
    widths = {SignalType(name): part.width_bytes for name, part in signals.items()}
    return DecodePool(loop, [*command, *map(str, numbers)], limits, widths)


def main(arguments: list[str]) -> None:
    """The life of a zygote."""
    *numbers, seconds, control = arguments
    memory_mb, pixels, frames, file_mb = map(int, numbers)
    settings = Decode(memory_mb=memory_mb, pixels=pixels, frames=frames, file_mb=file_mb, seconds=float(seconds))
    methods = choose_methods(settings)
    run_zygote(methods, memory_mb, int(control))


def run_zygote(methods: Methods, memory_mb: int, control: int) -> None:
    """Everything is loaded, then workers with these methods are forked until the pool closes the socket."""
    for decoder in methods.decoders:
        decoder.warm_up()
    hasher = Hasher(methods)
    _hash_a_sample(hasher, methods)
    looker = Looker(methods.decoders, methods.limits, methods.decoded_bytes)
    serve_zygote(socket.socket(fileno=control), hasher.hash_content, memory_mb * _MIB, looker.look)


def _hash_a_sample(hasher: Hasher, methods: Methods) -> None:
    """A small bitmap has been hashed in every way: OpenSSL and the kernels have loaded what they load late."""
    side = 64
    pixels = bytes(range(256)) * (side * side * 3 // 256)
    header = b"BM" + (54 + len(pixels)).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    header += (40).to_bytes(4, "little") + side.to_bytes(4, "little") * 2 + b"\x01\x00\x18\x00" + bytes(24)
    descriptor = os.memfd_create("clew-sample", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, header + pixels)
        for dihedral in (False, True):
            hasher.hash_content(descriptor, Request(0, (*methods.digests, *methods.pictures), dihedral))
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
