"""Passwords: what one must be, and their argon2id hashes.

Source: RFC 9106 "Argon2", 2021, section 4, second recommended option (64 MiB, three passes, four lanes), which is the
library's default; NIST SP 800-63B-4, 2025, section 3.1.1: length, no rules of composition, Unicode normalised.
"""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from clew.errors import DamagedError, InputError

CHARACTERS = 12
# A bound for what is hashed, far above any phrase.
_MOST_CHARACTERS = 1_000

# The hash of 256 random bits that were thrown away: what the password of an unknown name is compared with.
NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$JpsBnFjdDCysqkqil87X5w$jfVDBkUd2vu1ENpxf24o0NHZGiZnll3bB+BKD84awO4"

_hasher = PasswordHasher()


def check_password(password: str, name: str) -> None:
    """InputError unless the password may be somebody's of that name."""
    length = len(_normal(password))
    if length < CHARACTERS:
        raise InputError(f"a password must have {CHARACTERS} characters or more, got {length}; a few words do")
    if length > _MOST_CHARACTERS:
        raise InputError(f"a password may have {_MOST_CHARACTERS:,} characters, got {length:,}")
    if _normal(password).casefold() == _normal(name).casefold():
        raise InputError("a password must be something else than the name")


def hash_password(password: str) -> str:
    """The hash, with its salt and parameters; takes a fifth of a second and 64 MiB."""
    return _hasher.hash(_normal(password))


def same_password(hashed: str, password: str) -> bool:
    """Whether the password has that hash; takes as long as hashing.

    Raises:
        DamagedError: the stored text is no hash.
    """
    try:
        return _hasher.verify(hashed, _normal(password))
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        raise DamagedError("a stored password hash cannot be read; reset it with: clew users reset NAME") from error


def outdated(hashed: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    """One spelling for what looks alike: a keyboard may send a letter and its accent apart."""
    return unicodedata.normalize("NFKC", password)
