"""Identifier values as 31-bit codes: made in blocks, scattered so that a code tells nothing, rendered when asked.

Raw numbers count up in blocks (junk, slots of persons, ...), so that neighbours are one person's. `scatter` is a
bijection that hides it: what a linker sees is the scattered code, 1 to 2^31 - 1, where 0 means that the field is empty.
Equal codes of a kind have equal texts and different codes different texts.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Codes = NDArray[np.int32]
KINDS = ("account", "email", "phone", "device", "wallet", "group")
JUNK_ROOM = 64  # raw numbers 1 to 63 of every kind are placeholders
JUNK_VALUES = {"account": 5, "email": 50, "phone": 20, "device": 5}
SERVICES = 8  # an account's raw number is handle * SERVICES + service
LOOK_ALIKE = 1 << 29  # added to the raw number of the account that is imitated

_MASK = (1 << 31) - 1
_TIMES = (0x2C1B3C6D, 0x297A2D39)  # odd, so that each has an inverse modulo 2^31; Source: Wellons' hash prospector
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"][:64]
_SWAPS = str.maketrans("aeiou", "43170")  # what a look-alike exchanges


def scatter(raw: Numbers) -> Codes:
    """Each raw number's code; 0 stays 0. The inverse of `gather`."""
    mixed = raw ^ (raw >> 16)
    for factor in _TIMES:
        mixed = (mixed * factor) & _MASK
        mixed ^= mixed >> 16  # at least half of the bits, so that it is its own inverse
    return mixed.astype(np.int32)


def gather(codes: Codes) -> Numbers:
    """Each code's raw number."""
    mixed = codes.astype(np.int64)
    for factor in reversed(_TIMES):
        mixed ^= mixed >> 16
        mixed = (mixed * pow(factor, -1, 1 << 31)) & _MASK
    return mixed ^ (mixed >> 16)


def render(kind: str, code: int) -> str:
    """A value as a report would write it, in ranges that reach nobody: example.org, +999, names of no service."""
    raw = int(gather(np.array([code], np.int32))[0])
    if raw < JUNK_ROOM:
        return _junk(kind, raw)
    if kind == "account":
        looks, raw = bool(raw & LOOK_ALIKE), raw & ~LOOK_ALIKE
        handle = _word(int(scatter(np.array([raw // SERVICES]))[0]))
        if looks:  # a word's second letter is a vowel and never a digit: the imitation is nobody else's handle
            handle = handle[0] + handle[1].translate(_SWAPS) + handle[2:]
        return f"service{raw % SERVICES}/{handle}"
    return {
        "email": f"{_word(code)}@example.org",
        "phone": f"+999{code:010d}",  # 999 is assigned to no country; ITU-T E.164
        "device": f"{code:08x}-5e00-4000-8000-{code ^ _MASK:012x}",
        "wallet": f"synthetic1{code:08x}",
        "group": f"group-{_word(code)}",
    }[kind]


def _word(code: int) -> str:
    return "".join(_SYLLABLES[(code >> shift) & 63] for shift in (0, 6, 12, 18)) + str(code >> 24)


def _junk(kind: str, raw: int) -> str:
    if kind == "email":
        known = ["test@test.com", "none@none.com", "a@a.a", "noreply@example.com", "unknown@unknown.com"]
    else:
        known = ["unknown", "deleted", "n/a", "none", "user"] if kind == "account" else ["000000", "123456", "111111"]
    return known[raw - 1] if raw <= len(known) else f"{known[0]}{raw}"
