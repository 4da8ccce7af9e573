"""The processes in which strangers' bytes are decoded: one clean zygote, and the confined workers that it forks.

The zygote has one thread, has imported everything and has read nothing from outside, so a fork of it is ready within
milliseconds and holds no secret. A worker takes one file after the other from its socket; it ends when the socket
closes, and is killed when the zygote ends, which ends when its own socket closes: nothing outlives the pool.
"""

import gc
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from clew.intake.wire import (
    MESSAGE_BYTES,
    Answer,
    Picture,
    Request,
    Spent,
    open_message,
    pack_answer,
    pack_hello,
    pieces,
)
from clew.kernels.sandbox import confine
from clew.records.signal import Hashed, Reason

Work = Callable[[int | memoryview, Request], tuple[Hashed, Spent]]
Fields = tuple[tuple[str, str], ...]
Look = Callable[[int, Request], tuple[Hashed, Picture | None, Fields]]

READY = b"ready"
_NUMBER_BYTES = 32


def serve_zygote(control: socket.socket, work: Work, memory_bytes: int, look: Look | None = None) -> None:
    """Forks a worker for every socket that comes, until the control socket closes.

    Args:
        control: SOCK_SEQPACKET; a message, any number, with one socket asks for a worker that serves the socket, and
            is answered with the same number and a descriptor of the new process (pidfd), by which the pool can kill
            that process and never another.
        work: hashes the file behind a descriptor, or the bytes of a small one.
        memory_bytes: see `confine`.
        look: makes the picture that is wanted of a file behind a descriptor.
    """
    # A terminal's Ctrl-C and a supervisor's SIGTERM go to the whole group; the pool decides when its workers end.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    # The kernel itself clears away ended workers: the pool learns of an end by the closed socket.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    try:
        control.send(READY)
    except ConnectionError:
        return  # the pool was closed while this process started
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(control, _NUMBER_BYTES, 1)
        except ConnectionError:
            return  # the pool was closed before it had read everything
        if not message or len(descriptors) != 1:
            return
        pid = os.fork()
        if pid == 0:
            control.close()
            _serve_files(socket.socket(fileno=descriptors[0]), work, look, memory_bytes)
        os.close(descriptors[0])
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            continue  # it has ended already; the pool learns it from the closed socket
        try:
            socket.send_fds(control, [message], [process])
        except ConnectionError:
            return  # the pool was closed while it waited for this worker
        finally:
            os.close(process)


def _serve_files(files: socket.socket, work: Work, look: Look | None, memory_bytes: int) -> NoReturn:
    """The life of a worker."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        os.close(nowhere)
        files.send(pack_hello(confine(memory_bytes)))
        while True:
            message, descriptors, _, _ = socket.recv_fds(files, MESSAGE_BYTES, 1)
            opened = open_message(message, descriptors) if message else None
            if opened is None:
                break
            request, content = opened
            try:
                answer = _answer(content, request, work, look)
            except MemoryError:
                # Not even the file's bytes found room: its digests need none.
                without = replace(request, undecoded=Reason.TOO_MUCH_MEMORY)
                answer = _answer(content, without, work, look)
            for descriptor in descriptors:
                os.close(descriptor)
            for piece in pieces(pack_answer(answer)):
                files.send(piece)
    finally:
        # Whatever happens, a worker never returns into the zygote's code; a traceback of it would go nowhere.
        os._exit(0)


def _answer(content: int | memoryview, request: Request, work: Work, look: Look | None) -> Answer:
    if request.wanted is not None and look is not None and isinstance(content, int):
        hashed, picture, fields = look(content, request)
        return Answer(request.number, hashed, Spent(), picture, fields)
    return Answer(request.number, *work(content, request))
