"""New ids: unique without asking the database, ordered by time, safe to show."""

import secrets
import socket
from datetime import datetime
from pathlib import Path

# Crockford's base 32: no I, L, O, U, so an id can be read aloud. Source: ULID specification, 2016.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_BITS, _RANDOM_BITS = 48, 80


def this_machine() -> str:
    """What tells this machine from others over the same database; not to be shown or sent.

    Source: machine-id(5); where there is none, its name.
    """
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or socket.gethostname()
    except (OSError, ValueError):
        return socket.gethostname()


def new_id(at: datetime) -> str:
    """A ULID: 48 bits of milliseconds, then 80 random bits, as 26 characters that sort by time."""
    number = (int(at.timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    characters = (_TIME_BITS + _RANDOM_BITS + 4) // 5
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(characters)))
