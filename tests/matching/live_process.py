"""Another process of an installation, for the tests: it plays one role and speaks lines on its standard output."""

import resource
import sys
import time
from pathlib import Path

import numpy as np

from clew.errors import UnavailableError
from tests.matching.live_installation import LIMIT, PDQ, Installation


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def watch(installation: Installation) -> None:
    """Follows by itself; for each line (a value in hex) tells when it changes between found and not found."""
    index = installation.index()
    index.ready()
    index.start()
    say("ready")
    for line in sys.stdin:
        value = np.frombuffer(bytes.fromhex(line), np.uint8).reshape(1, -1)
        before = len(index.search(PDQ, value, installation.radius(0), limit=LIMIT)[0].query)
        say("before", before)
        while len(index.search(PDQ, value, installation.radius(0), limit=LIMIT)[0].query) == before:
            time.sleep(0.002)
        say("changed", time.monotonic())
    index.stop()


def build(installation: Installation, times: int) -> None:
    """Builds again and again."""
    index = installation.index(delta_entries=20)
    say("ready")
    for _ in range(times):
        index.build(PDQ)
        say("built", index.state(PDQ).generation)


def build_on_a_full_disk(installation: Installation) -> None:
    """No file may grow over 2 MB: the database goes on, a segment does not fit."""
    index = installation.index(delta_entries=20)
    index.follow_once()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    value = np.arange(32, dtype=np.uint8).reshape(1, -1)
    installation.add(value)
    index.follow_once()
    try:
        index.maintain_once()
    except UnavailableError as error:
        say(error)
    index.ready()  # what cannot be built but is not needed to answer is said, and stops nothing
    say(index.status().fault)
    say("found", len(index.search(PDQ, value, installation.radius(0), limit=LIMIT)[0].query))
    say("files", *sorted(each.name for each in (installation.folder / "index" / PDQ).iterdir()))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    index.ready()
    say("generation", index.state(PDQ).generation, index.status().fault)


if __name__ == "__main__":
    role, folder, *arguments = sys.argv[1:]
    made = Installation(Path(folder))
    try:
        if role == "watch":
            watch(made)
        elif role == "build":
            build(made, int(arguments[0]))
        else:
            build_on_a_full_disk(made)
    finally:
        made.store.close()
