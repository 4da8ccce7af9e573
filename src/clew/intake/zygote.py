"""The pool's side of the zygote: starting it, asking it for workers, and holding each by its socket and its pidfd."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from clew.errors import InputError, UnavailableError
from clew.intake.plausible import demand_plausible
from clew.intake.receive import Holding, hold, release
from clew.intake.wire import (
    PIECE_BYTES,
    Answer,
    Picture,
    Request,
    Spent,
    frame_request,
    join_piece,
    unpack_answer,
    unpack_hello,
)
from clew.intake.worker import READY
from clew.kernels.sandbox import Confinement
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed

# What a worker's environment keeps: what Python needs to start. Settings, and with them secrets, stay outside.
_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "CLEW_CPU")
# One thread: libraries that would start a pool of theirs while they are imported do not.
_SINGLE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
# Memory that one file gave back is kept for the next one, not fetched again page by page. Source: mallopt(3).
_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, and where the time went; `picture` or `fields` when that was wanted."""

    hashed: Hashed
    spent: Spent
    picture: Picture | None = None
    fields: tuple[tuple[str, str], ...] = ()


# Called once for each file, on the loop's thread; an UnavailableError when the pool ended before the file was done.
Done = Callable[[Outcome | UnavailableError], None]


@dataclass(slots=True, eq=False)
class Job:
    """One file on its way: until it is finished it waits, or is in a worker's hands, or both.

    Attributes:
        content: its descriptor, if it has one, belongs to the job until it is finished.
        tries: how often it had been begun when its worker ended through no fault of its own.
        finished: `done` has been called; what else is answered to it is dropped.
    """

    request: Request
    content: Holding
    size_bytes: int
    done: Done
    tries: int = 0
    finished: bool = False

    def finish(self, outcome: Outcome | UnavailableError) -> None:
        """Whoever asked has been told."""
        self.finished = True
        release(self.content)
        self.done(outcome)

    def sizes(self) -> tuple[int, int]:
        """The least and most bytes that the file can have had since it was given: one on a disk grows and shrinks."""
        if isinstance(self.content, bytes):
            return self.size_bytes, self.size_bytes
        now_bytes = os.fstat(self.content).st_size
        return min(self.size_bytes, now_bytes), max(self.size_bytes, now_bytes)


@dataclass(slots=True, eq=False)
class Worker:
    """One worker process as the pool sees it.

    Attributes:
        files: the socket on which it takes files and answers.
        process: its pidfd, once the zygote has sent it.
        confinement: what holds it; None until it has greeted.
        in_hand: what was sent to it, the first of which it is at; some may be finished by another meanwhile.
        since: when it began the first in hand, or was asked for.
        retiring: it gets nothing more and ends when its hands are empty.
    """

    number: int
    files: socket.socket
    since: float
    process: int | None = None
    confinement: Confinement | None = None
    in_hand: deque[Job] = field(default_factory=deque)
    served: int = 0
    retiring: bool = False
    # Where answers arrive; a fresh object of that size for each would cost a mapping and its pages.
    received: bytearray = field(default_factory=lambda: bytearray(PIECE_BYTES), repr=False)
    held: bytearray = field(default_factory=bytearray, repr=False)  # the pieces so far

    @property
    def ready(self) -> bool:
        """Whether it may be given files: it is confined, and can be killed."""
        return self.confinement is not None and self.process is not None

    def send(self, job: Job, now: float) -> None:
        """The job is in its hands; ConnectionError when the worker is gone, another OSError when it must be later."""
        if isinstance(job.content, bytes):
            try:
                self.files.sendmsg([frame_request(job.request, inside=True), job.content])
            except OSError as error:
                if error.errno != errno.EMSGSIZE:
                    raise
                job.content = hold(job.content)  # the system's buffers are smaller than is usual
        if isinstance(job.content, int):
            socket.send_fds(self.files, [frame_request(job.request, inside=False)], [job.content])
        if not self.in_hand:
            self.since = now
        self.in_hand.append(job)

    def receive(self, widths: Mapping[SignalType, int]) -> Confinement | Answer | None:
        """Its next word: first its greeting, then answers; None when it has ended.

        Args:
            widths: bytes of each type's values.
        Raises:
            BlockingIOError: there is none yet, or not the whole of it.
            InputError: it says what cannot be.
        """
        try:
            size = self.files.recv_into(self.received)
        except ConnectionError:
            # It ended with files unread. The kernel says so once, before it hands out what had been answered.
            size = self.files.recv_into(self.received)
        piece = bytes(memoryview(self.received)[:size])
        if not piece:
            return None
        if self.confinement is None:
            self.confinement = unpack_hello(piece)
            return self.confinement
        if not self.in_hand:
            raise InputError("a decode worker answered what it was not asked")
        message = join_piece(self.held, piece)
        if message is None:
            raise BlockingIOError
        answer = unpack_answer(message)
        job = self.in_hand[0]
        # What another has finished is dropped when it comes, and its descriptor is closed.
        demand_plausible(answer, job.request, widths, None if job.finished else job.sizes())
        return answer

    def end(self) -> None:
        """It is killed, wherever it is, and what was held of it is given back."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
            os.close(self.process)
            self.process = None
        self.files.close()


class Zygote:
    """The clean process that forks workers.

    Args:
        command: the program and its arguments; the number of the control descriptor is added as the last.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        except OSError as error:
            raise _not_started(error) from error
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                    [*command, str(theirs.fileno())],
                    env=environment | _SINGLE_THREAD | _KEPT_MEMORY,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                self.control.close()
                raise _not_started(error) from error
        self.control.setblocking(False)
        self.ready = False

    def fork(self, number: int, now: float) -> Worker:
        """A worker, asked for; it greets when it is ready. OSError when the zygote is gone."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self.control, [b"%d" % number], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        return Worker(number, ours, now)

    def receive(self) -> tuple[int, int | None] | None:
        """A worker's number and its pidfd, as they come; None when the zygote has ended.

        The pidfd is None when this process had no descriptor left to take it with.

        Raises:
            BlockingIOError: nothing has come.
        """
        while True:
            try:
                message, descriptors, _, _ = socket.recv_fds(self.control, len(READY) + 32, 1)
            except ConnectionError:
                return None
            if not message:
                return None
            if message != READY:
                return int(message), descriptors[0] if descriptors else None
            self.ready = True

    def has_ended(self) -> bool:
        """Whether its end of the socket is closed, which comes before its workers are killed."""
        try:
            return self.control.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def end(self) -> None:
        """It has ended, and the kernel has killed its workers."""
        self.control.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _not_started(error: OSError) -> UnavailableError:
    return UnavailableError(f"the decode workers cannot be started: {os.strerror(error.errno or 0)}")
