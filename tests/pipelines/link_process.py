"""Links batches of ten reports in a process of its own: `python -m tests.pipelines.link_process URL FIRST COUNT`."""

import sys

from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines.linking import link_batch
from tests.pipelines.test_linking import NOON, drawn

SIZE = 10


def main(url: str, first: str, count: str) -> None:
    """Each batch that was acknowledged is a line of output."""
    store = load("stores", "sql", StorePart).open(url)
    reports = drawn(int(first) + int(count) * SIZE, seed=9)
    for start in range(int(first), int(first) + int(count) * SIZE, SIZE):
        store.transact(lambda unit, start=start: link_batch(unit, reports[start : start + SIZE], at=NOON))  # type: ignore[misc]
        sys.stdout.write(f"{start}\n")
        sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
