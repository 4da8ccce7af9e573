"""Files that survive a power cut: a rename is durable only once its folder is."""

import os
from pathlib import Path


def replace(aside: Path, path: Path) -> None:
    """What was written and synced aside stands at the path now, in one step, also after a power cut.

    Args:
        aside: a file in the same folder; whoever wrote it has called fsync.
        path: where it is to stand; what stood there is gone.
    """
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
