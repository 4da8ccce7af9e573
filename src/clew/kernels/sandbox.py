"""Confining a process for good: what it may use at most, which system calls it has left, whose death it shares."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from clew import _native

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Standard streams, the socket, the file in hand, and what the passing of one file takes for a moment.
_OPEN_FILES = 16
# The user that owns nothing, by the convention of every Linux distribution.
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds a worker; every field is False where the system could not give it.

    Attributes:
        calls: only the system calls that decoding needs are left (seccomp).
        user: it runs as a user that owns nothing; only a worker started by root can change its user.
        memory: its address space is limited.
    """

    calls: bool
    user: bool
    memory: bool

    def weaknesses(self) -> list[str]:
        """What is missing, as sentences for the person who runs the installation."""
        said = {
            "decode workers keep all system calls: this system has no seccomp filter for us, so a decoder that is "
            "taken over could open files and connect; run Clew on Linux x86_64 or aarch64": self.calls,
            "decode workers have no limit on memory": self.memory,
        }
        return [sentence for sentence, held in said.items() if not held]


def available() -> bool:
    """Whether system calls can be taken away here: Linux on x86_64 or aarch64 with seccomp."""
    return _native.sandbox_available()


def confine(memory_bytes: int) -> Confinement:
    """This process can from now on only read what it was given, compute, and answer.

    It keeps its open descriptors. It is killed when the process that forked it ends. It cannot be undone.

    Args:
        memory_bytes: address space that it may use above what it uses now.
    """
    user = _become_nobody()
    # After the change of user: the kernel forgets this wish when credentials change.
    _native.die_with_parent()
    memory = _limit(resource.RLIMIT_AS, _address_space_bytes() + memory_bytes)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    return Confinement(calls=available() and _native.sandbox_enter() == 0, user=user, memory=memory)


def _become_nobody() -> bool:
    if os.geteuid() != 0:
        return False
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        # Inside some containers root may not; the filter of system calls holds all the same.
        return False
    return True


def _limit(which: int, value: int) -> bool:
    """Never above what the system already set as the most: only root could raise that."""
    most = resource.getrlimit(which)[1]
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    try:
        resource.setrlimit(which, (value, value))
    except (OSError, ValueError):
        return False
    return True


def _address_space_bytes() -> int:
    """Linux: the first number of statm, in pages. Source: proc(5)."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * _PAGE_BYTES
    except OSError:
        return 0
