"""Takes a file in, in a process of its own: `python -m tests.pipelines.intake_process URL FILE`.

Each report that was acknowledged is a line of output: its number and its sender's name for it.
"""

import sys
from pathlib import Path

from clew.ground.clock import system_clock
from clew.parts.shelf import load
from clew.parts.stores.base import StorePart
from clew.pipelines import case_files, intake_streams
from clew.pipelines.intake_desk import Taken, open_intake_desk
from clew.settings import Settings
from tests.pipelines.intake_house import DELIVERY


def main(url: str, path: str) -> None:
    """The whole file, in small steps, so that a kill falls between any two of them."""
    intake_streams._BATCH, case_files._PORTION = 7, 50
    store = load("stores", "sql", StorePart).open(url)
    desk = open_intake_desk(Settings(), store, system_clock)
    with Path(path).open("rb") as file:
        for each in intake_streams.take_stream(desk, DELIVERY, file):
            if isinstance(each, Taken):
                sys.stdout.write(f"{each.report.number} {each.report.reference}\n")
                sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
