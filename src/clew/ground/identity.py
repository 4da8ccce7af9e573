"""New ids: unique without asking the database, ordered by time, safe to show."""

import secrets
from datetime import datetime

# Crockford's base 32: no I, L, O, U, so an id can be read aloud. Source: ULID specification, 2016.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_BITS, _RANDOM_BITS = 48, 80


def new_id(at: datetime) -> str:
    """A ULID: 48 bits of milliseconds, then 80 random bits, as 26 characters that sort by time."""
    number = (int(at.timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    characters = (_TIME_BITS + _RANDOM_BITS + 4) // 5
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(characters)))
