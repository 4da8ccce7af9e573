"""Who gives a command, as the audit log names them."""

import getpass
import os


def command_actor() -> str:
    """`command:USER`; the number of the user where the system knows no name for it, as in some containers."""
    try:
        return f"command:{getpass.getuser()}"
    except (OSError, KeyError):
        return f"command:uid-{os.getuid()}"
