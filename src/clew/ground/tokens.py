"""Secrets that are made once, given to one person, and recognised by their digest."""

import hashlib
import hmac
import secrets

_TOKEN_BYTES = 32
# Eighty bits, so that a digest of one cannot be searched for; letters and digits that cannot be mistaken on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_CHARACTERS, _GROUP = 16, 4


def new_token() -> str:
    """256 random bits, fit for an address and a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest_of(token: str) -> bytes:
    """By which a token is kept; any text at all may be given."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def new_recovery_code() -> str:
    """Sixteen characters in groups of four, for a person to write down."""
    return _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS)))


def code_of(secret: bytes) -> str:
    """The same kind of code, always the same one for the same 32 secret bytes."""
    number, characters = int.from_bytes(secret), []
    for _ in range(_CODE_CHARACTERS):
        number, place = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[place])
    return _grouped("".join(characters))


def recovery_digest(code: str) -> bytes:
    """The digest of a recovery code, however its groups and letters were typed."""
    return digest_of("".join(each for each in code.casefold() if each.isalnum()))


def form_token(session_token: str) -> str:
    """What a form of that session must bear; it tells nothing about the session's own token."""
    return hmac.new(session_token.encode("utf-8", "surrogateescape"), b"clew form", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode("utf-8", "surrogateescape"))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, _CODE_CHARACTERS, _GROUP))
