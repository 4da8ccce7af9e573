"""Base 58 as coins write it: whole numbers with a checksum, and Monero's blocks.

Letters are never folded: `a` and `A` are two digits.

Source: Bitcoin wiki, "Base58Check encoding"; CryptoNote standard CNS007, 2012 (blocks of eight bytes in eleven digits).
"""

import hashlib

from clew.errors import InputError

BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
# The work grows with the square of the length; no address or key is longer (an extended key has 112).
_LONGEST = 128
_CHECKSUM_BYTES = 4
_PLACES = {alphabet: {digit: place for place, digit in enumerate(alphabet)} for alphabet in (BITCOIN, RIPPLE)}
# How many digits so many bytes of a Monero block take.
_BLOCK_DIGITS = (0, 2, 3, 5, 6, 7, 9, 10, 11)


def decode(text: str, alphabet: str = BITCOIN) -> bytes:
    """The bytes, each leading zero digit a zero byte.

    Raises:
        InputError: longer than 128 digits, or a digit that the alphabet lacks.
    """
    if len(text) > _LONGEST:
        raise InputError(f"base58 text must be at most {_LONGEST} digits, got {len(text)}")
    number = _number(text, alphabet)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode(raw: bytes, alphabet: str = BITCOIN) -> str:
    """The digits of the bytes; `decode` undoes it."""
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, place = divmod(number, 58)
        digits = alphabet[place] + digits
    return alphabet[0] * (len(raw) - len(raw.lstrip(b"\0"))) + digits


def decode_checked(text: str, alphabet: str = BITCOIN) -> bytes:
    """Version and payload, without the checksum, which holds.

    Raises:
        InputError: not base 58, too short, or the checksum does not hold.
    """
    raw = decode(text, alphabet)
    body, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    if len(raw) <= _CHECKSUM_BYTES:
        raise InputError("base58 text is too short to hold a checksum")
    if _checksum(body) != checksum:
        raise InputError("base58 checksum does not hold; a digit is wrong or missing")
    return body


def encode_checked(body: bytes, alphabet: str = BITCOIN) -> str:
    """Version and payload with their checksum."""
    return encode(body + _checksum(body), alphabet)


def decode_blocks(text: str) -> bytes:
    """The bytes of Monero's form, in which each eleven digits are eight bytes; its checksum is the caller's to judge.

    Raises:
        InputError: not base 58, too long, a length that no blocks have, or a block that overflows.
    """
    if len(text) > _LONGEST:
        raise InputError(f"base58 text must be at most {_LONGEST} digits, got {len(text)}")
    raw = b""
    for start in range(0, len(text), 11):
        block = text[start : start + 11]
        if len(block) not in _BLOCK_DIGITS:
            raise InputError(f"base58 blocks cannot end with {len(block)} digits")
        number, size = _number(block, BITCOIN), _BLOCK_DIGITS.index(len(block))
        if number >> (8 * size):
            raise InputError("a base58 block holds more than its bytes")
        raw += number.to_bytes(size, "big")
    return raw


def _number(text: str, alphabet: str) -> int:
    places, number = _PLACES[alphabet], 0
    for digit in text:
        place = places.get(digit)
        if place is None:
            raise InputError("a digit is not of the base58 alphabet")
        number = number * 58 + place
    return number


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(body).digest()).digest()[:_CHECKSUM_BYTES]
