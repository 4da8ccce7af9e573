"""What the other processes of these tests do: `python -m ...evidence_process URL FOLDER RUN`, a line an object."""

import hashlib
import sys
from pathlib import Path

from clew.ground.sealed import PIECE_BYTES
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from tests.pipelines.evidence_desk import CASE, open_desk


def main(url: str, folder: str, run: str) -> None:
    """Objects are sealed until it is killed; with the run "same", five that every process seals."""
    store = load("stores", "sql", StorePart).open(url)
    desk = open_desk(store, Path(folder))
    count = 5 if run == "same" else 100_000
    for number in range(count):
        seed = hashlib.sha256(f"{run} {number}".encode()).digest()
        sealed = desk.seal(seed * (PIECE_BYTES // 20), CASE)
        sys.stdout.write(f"{run}-{number} {sealed.id}\n")
        sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
