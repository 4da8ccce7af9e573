"""What the other processes of these tests do: `python -m ...store_process DEED URL FIRST COUNT SIZE`."""

import signal
import sys

from clew.errors import UnavailableError
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart, UnitOfWork
from tests.parts.stores.store_records import LIST, NOON, add, entry_of
from tests.parts.stores.test_store_writer import PASSED


def main(deed: str, url: str, *numbers: str) -> None:
    """Chunks of entries or single counts; each acknowledged one is a line of output.

    `stay` counts, and waits for its end once it is refused.
    """
    first, count, size = map(int, numbers)
    store = load("stores", "sql", StorePart).open(url)
    with store.read() as reader:
        hash_list = reader.find_list(LIST.name)
    assert hash_list is not None
    for chunk in range(first, first + count):
        if deed == "import":
            add(store, hash_list, *(entry_of(number) for number in range(chunk * size, (chunk + 1) * size)), at=NOON)
        else:
            try:
                store.transact(_count)
            except UnavailableError:
                if deed != "stay":
                    raise
                sys.stdout.write("refused\n")
                sys.stdout.flush()
                signal.pause()
        sys.stdout.write(f"{chunk}\n")
        sys.stdout.flush()
    store.close()


def _count(unit: UnitOfWork) -> None:
    unit.add_counts({PASSED: 1})


if __name__ == "__main__":
    main(*sys.argv[1:])
