"""Base 32 as coins write it: segregated witness programs (Bech32, Bech32m) and Bitcoin Cash's CashAddr.

A text is all in lower or all in upper case; lower is the one way of writing it.

Source: BIP 173 (2017), BIP 350 (2020); Bitcoin Cash specification, "CashAddr" (2017).
"""

from collections.abc import Iterable

from clew.errors import InputError

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_PLACES = {letter: place for place, letter in enumerate(ALPHABET)}
# BIP 173: so many characters let the checksum find any four errors.
_LONGEST = 90
_CHECKSUM_LETTERS = 6
_BECH32, _BECH32M = 1, 0x2BC830A3
_BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASH_LETTERS = 8
_CASH_GENERATORS = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_HASH160_BYTES = 20
_LEAST_PROGRAM_BYTES, _MOST_PROGRAM_BYTES, _V0_BYTES, _LAST_VERSION = 2, 40, (20, 32), 16


def decode_witness(text: str) -> tuple[str, int, bytes]:
    """The human-readable part in lower case, the witness version and the program.

    Raises:
        InputError: mixed case, too long, a wrong letter, checksum (also the other variant's), version or length.
    """
    if len(text) > _LONGEST:
        raise InputError(f"bech32 address must be at most {_LONGEST} characters, got {len(text)}")
    folded = _one_case(text)
    prefix, _, rest = folded.rpartition("1")
    if not prefix or len(rest) <= _CHECKSUM_LETTERS:
        raise InputError("bech32 address must have a prefix, '1' and more than a checksum")
    if any(not "!" <= letter <= "~" for letter in prefix):
        raise InputError("bech32 prefix must be of visible ASCII characters")
    values = _values(rest)
    checksum = _bech32_polymod([*_expanded(prefix), *values])
    version, program = values[0], _bytes(values[1:-_CHECKSUM_LETTERS])
    if checksum != (_BECH32 if version == 0 else _BECH32M):
        other = checksum in {_BECH32, _BECH32M}
        raise InputError(f"bech32 checksum {'is that of the other variant' if other else 'does not hold'}")
    if version > _LAST_VERSION or not _LEAST_PROGRAM_BYTES <= len(program) <= _MOST_PROGRAM_BYTES:
        raise InputError("witness version must be 0 to 16 and its program 2 to 40 bytes")
    if version == 0 and len(program) not in _V0_BYTES:
        raise InputError(f"witness program of version 0 must be 20 or 32 bytes, got {len(program)}")
    return prefix, version, program


def encode_witness(prefix: str, version: int, program: bytes) -> str:
    """The address of a witness program, in lower case."""
    values = [version, *_fives(program)]
    constant = _BECH32 if version == 0 else _BECH32M
    checksum = _bech32_polymod([*_expanded(prefix), *values, *[0] * _CHECKSUM_LETTERS]) ^ constant
    return f"{prefix}1{_letters(values)}{_letters(checksum >> 5 * (5 - at) & 31 for at in range(6))}"


def decode_cash(text: str) -> tuple[int, bytes]:
    """Kind (0 key, 1 script, 2 and 3 with tokens) and the 20 bytes of a Bitcoin Cash address, prefixed or not.

    Raises:
        InputError: mixed case, another prefix, a wrong letter, checksum, kind or length.
    """
    prefix, _, rest = _one_case(text).rpartition(":")
    if prefix not in {"", "bitcoincash"}:
        raise InputError("CashAddr prefix must be 'bitcoincash'")
    if len(rest) > _LONGEST:
        raise InputError(f"CashAddr must be at most {_LONGEST} characters, got {len(rest)}")
    values = _values(rest)
    if len(values) <= _CASH_LETTERS or _cash_polymod([*_cash_prefix(), *values]) != 0:
        raise InputError("CashAddr checksum does not hold")
    raw = _bytes(values[:-_CASH_LETTERS])
    if len(raw) != 1 + _HASH160_BYTES or raw[0] & 0b1000_0111 or raw[0] >> 3 > 3:  # noqa: PLR2004 -- kinds 0 to 3
        raise InputError("CashAddr must hold a known kind and 20 bytes")
    return raw[0] >> 3, raw[1:]


def encode_cash(kind: int, payload: bytes) -> str:
    """The Bitcoin Cash address without its prefix."""
    values = _fives(bytes([kind << 3]) + payload)
    checksum = _cash_polymod([*_cash_prefix(), *values, *[0] * _CASH_LETTERS])
    return _letters(values) + _letters(checksum >> 5 * (7 - at) & 31 for at in range(8))


def _one_case(text: str) -> str:
    lower = text.lower()
    if not text.isascii() or text not in {lower, text.upper()}:
        raise InputError("a base32 address must be ASCII, all in lower or all in upper case")
    return lower


def _values(text: str) -> list[int]:
    try:
        return [_PLACES[letter] for letter in text]
    except KeyError:
        raise InputError("a letter is not of the base32 alphabet") from None


def _letters(values: Iterable[int]) -> str:
    return "".join(ALPHABET[value] for value in values)


def _bytes(values: list[int]) -> bytes:
    """Groups of five bits as bytes; InputError when what is left over is more than padding."""
    number = 0
    for value in values:
        number = number << 5 | value
    left = len(values) * 5 % 8
    if left >= 5 or number & ((1 << left) - 1):  # noqa: PLR2004 -- five bits would be a letter too many
        raise InputError("base32 padding must be under five bits, all zero")
    return (number >> left).to_bytes(len(values) * 5 // 8, "big")


def _fives(raw: bytes) -> list[int]:
    count = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (count * 5 - len(raw) * 8)
    return [number >> 5 * (count - 1 - at) & 31 for at in range(count)]


def _expanded(prefix: str) -> list[int]:
    return [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]


def _cash_prefix() -> list[int]:
    return [*(ord(letter) & 31 for letter in "bitcoincash"), 0]


def _bech32_polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check


def _cash_polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 35
        check = (check & 0x7FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate(_CASH_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check ^ 1
