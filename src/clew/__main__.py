"""The command `clew`."""

import sys

from clew.cli.main import run


def main() -> None:
    """Run the command of the process's arguments and end with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
