"""What a confined process cannot do any more, tried by a real one."""

import ctypes
import errno
import mmap
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from clew.kernels import sandbox
from clew.kernels.sandbox import Confinement

pytestmark = pytest.mark.skipif(not sandbox.available(), reason="no seccomp here")

MEMORY_BYTES = 1 << 30


def confined(attempt):
    """What a confined child's attempt ended in: an errno's name, a word, or the signal that killed it."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            sandbox.confine(MEMORY_BYTES)
            try:
                word = attempt() or "done"
            except MemoryError:
                word = "MemoryError"
            except OSError as error:
                word = errno.errorcode[error.errno or 0]
            theirs.send(str(word).encode())
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        word = ours.recv(100).decode()
    _, status = os.waitpid(pid, 0)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else word


FORBIDDEN = {
    "a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "stat of a path": lambda: Path("/etc/hostname").stat(),
    "creating a file": lambda: os.open("/tmp/clew-test-file", os.O_CREAT | os.O_WRONLY),
    "fork": os.fork,
    "killing another": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "removing": lambda: Path("/etc/hostname").unlink(),
    "listing": lambda: list(Path("/").iterdir()),
    "a pipe": os.pipe,
    "becoming root": lambda: os.setuid(0),
    "memory that can be run": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_confined_process_gets_eperm_for(what):
    assert confined(FORBIDDEN[what]) == "EPERM"


def test_a_confined_process_cannot_trace_or_change_its_limits():
    libc = ctypes.CDLL(None, use_errno=True)

    def attempt(call):
        return lambda: errno.errorcode[ctypes.get_errno()] if call() == -1 else "done"

    assert confined(attempt(lambda: libc.ptrace(16, os.getppid(), 0, 0))) == "EPERM"
    assert confined(attempt(lambda: libc.prctl(1, 0, 0, 0, 0))) == "EPERM"


def test_a_confined_process_can_still_read_what_it_holds_and_compute():
    descriptor = os.memfd_create("test")
    os.write(descriptor, b"content")

    def attempt():
        words = [os.pread(descriptor, 7, 0).decode()]
        other = threading.Thread(target=lambda: words.append(str(sum(range(100)))))
        other.start()
        other.join()
        return "+".join(words)

    assert confined(attempt) == "content+4950"
    os.close(descriptor)


def test_memory_beyond_the_limit_is_refused_and_below_it_given():
    assert confined(lambda: len(bytearray(MEMORY_BYTES // 2))) == str(MEMORY_BYTES // 2)
    assert confined(lambda: len(bytearray(MEMORY_BYTES * 2))) == "MemoryError"


def status_of(pid):
    """The lines of proc(5) status, by their names."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.split() for name, _, value in (line.partition(":") for line in lines)}


def test_the_kernel_says_of_a_confined_process_that_it_is_confined():
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        try:
            sandbox.confine(MEMORY_BYTES)
            theirs.send(b"confined")
            theirs.recv(1)
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        assert ours.recv(100) == b"confined"
        status = status_of(pid)
    os.waitpid(pid, 0)
    assert (status["Seccomp"], status["NoNewPrivs"]) == (["2"], ["1"])
    assert int(status["CapEff"][0], 16) == 0
    assert os.geteuid() != 0 or status["Uid"] == ["65534"] * 4


def test_a_fully_confined_process_has_no_weaknesses():
    assert Confinement(calls=True, user=False, memory=True).weaknesses() == []


def test_what_is_missing_is_said_in_words():
    said = Confinement(calls=False, user=False, memory=False).weaknesses()
    assert len(said) == 2
    assert "seccomp" in said[0]
    assert "memory" in said[1]
