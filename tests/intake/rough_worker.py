"""A zygote like the installation's, with one decoder more that does what a taken-over one would try.

A file beginning with "ROUGH:" names what is to be done; what became of it is the detail of its Unhashable.
"""

import ctypes
import errno
import os
import signal
import socket
import sys
import time
from dataclasses import replace

import clew.intake.worker
from clew.intake.wire import Picture, pack_answer, pieces
from clew.parts.decoders.base import DecoderPart, UndecodableError
from clew.pipelines.decode_worker import choose_methods, run_zygote
from clew.records.identifiers import SignalType
from clew.records.signal import Reason, Signal
from clew.settings import Decode

_MARK = b"ROUGH:"


def _busy():
    while True:
        pass


def _hoard():
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))


def _talk():
    """The next answer of this worker is followed by words that nobody asked for."""
    vars(clew.intake.worker)["pieces"] = lambda message: [*pieces(message), *[b"+"] * 50]


PDQ = SignalType("pdq")
VALUE = bytes(range(32))
MANY = 9000


def _lie(change):
    """The next answers of this worker are changed before they are sent."""

    def trick():
        vars(clew.intake.worker)["pack_answer"] = lambda answer: change(answer, answer.hashed)

    return trick


def _with(**what):
    return _lie(lambda answer, hashed: pack_answer(replace(answer, hashed=replace(hashed, **what))))


def _besides(*signals):
    """The digests stand, and these are said beside them."""
    return _lie(
        lambda answer, hashed: pack_answer(replace(answer, hashed=replace(hashed, signals=hashed.signals + signals)))
    )


def _signal(**what):
    return _besides(Signal(**({"type": PDQ, "value": VALUE} | what)))


def _deep():
    """Lists within lists, where a size should be."""
    return b"\x93\x01" + b"\x91" * 200_000


LIES = {
    "width": _signal(value=VALUE[1:]),
    "quality": _signal(quality=101),
    "no-quality": _signal(quality=-7),
    "form": _signal(form="frame-2\x1b[2J"),
    "long-form": _signal(form="x" * 101),
    "type": _signal(type=SignalType("photodna")),
    "size": _with(size_bytes=12),
    "no-size": _with(size_bytes=-1),
    "media-type": _with(media_type="image/png\n"),
    "time": _lie(lambda answer, _: pack_answer(replace(answer, spent=replace(answer.spent, hash_s=float("nan"))))),
    "number": _lie(lambda answer, _: pack_answer(replace(answer, number=answer.number + 1))),
    "silent": _with(unhashable=()),
    "nothing": _with(signals=(), unhashable=()),
    "no-size-no-reason": _with(size_bytes=0, signals=()),
    "read-but-empty": _with(size_bytes=0),
    "deep": _lie(lambda _, __: _deep()),
    "endless": _lie(lambda _, __: bytes(1 << 23)),
    "empty": _lie(lambda _, __: b"x"),
}


def _shows(picture, fields=()):
    return _lie(lambda answer, _: pack_answer(replace(answer, picture=picture, fields=fields)))


PICTURE_LIES = {
    "short": _shows(Picture(2, 2, bytes(11))),
    "long": _shows(Picture(2, 2, bytes(13))),
    "no-picture": _shows(Picture(0, 0, b"")),
    "negative": _shows(Picture(-2, -2, bytes(12))),
    "too-wide": _shows(Picture(1, 65, bytes(195))),
    "fields": _shows(None, (("Make", "x"),)),
}
FIELD_LIES = {
    "control": _shows(None, (("Make", "x\x1b[2J"),)),
    "long-field": _shows(None, (("Make", "x" * 201),)),
    "many-fields": _shows(None, (("Make", "x"),) * 501),
    "pixels": _shows(Picture(1, 1, bytes(3))),
}
MANY_SIGNALS = tuple(Signal(type=PDQ, value=number.to_bytes(32), form="x" * 100) for number in range(MANY))

TRICKS = {
    **LIES,
    **PICTURE_LIES,
    **FIELD_LIES,
    "many": _besides(*MANY_SIGNALS),
    "talk": _talk,
    "segfault": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(7),
    "busy": _busy,
    "nap": lambda: time.sleep(0.3),
    "slow": lambda: time.sleep(2.5),
    "hoard": _hoard,
    "raise": lambda: 1 / 0,
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "fork": os.fork,
    "kill": lambda: os.kill(os.getppid(), signal.SIGKILL),
}


class RoughPart(DecoderPart):
    name = "rough"
    media_types = ("image/x-rough",)
    precedence = 1

    def accepts(self, head):
        return "image/x-rough" if head.startswith(_MARK) else None

    def decode(self, content, limits):  # no generator: what it does is done when it is called
        what = bytes(content[len(_MARK) :]).partition(b"\n")[0].decode()
        try:
            TRICKS[what]()
        except OSError as error:
            raise UndecodableError(Reason.DAMAGED, errno.errorcode[error.errno or 0]) from error
        raise UndecodableError(Reason.DAMAGED, "done")

    def fields(self, content, limits):
        return self.decode(content, limits)

    def warm_up(self):
        pass


def main(memory_mb, control):
    methods = choose_methods(Decode(memory_mb=memory_mb, pixels=4_000_000, frames=4, file_mb=8))
    run_zygote(replace(methods, decoders=[RoughPart(), *methods.decoders]), memory_mb, control)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
