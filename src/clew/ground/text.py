"""Text: from outside, checked for what would break a line, a screen or a store; and a number with its noun."""

import re

from clew.errors import InputError

# C0, DEL and C1 control characters, and halves of surrogate pairs, which no encoder takes.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# The same without tab and line ends.
_CONTROL_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def bears_controls(text: str, *, lines: bool = False) -> bool:
    """Whether a character in it is none to be read; with `lines`, tabs and line ends are fine."""
    return bool((_CONTROL_IN_LINES if lines else _CONTROL).search(text))


def refuse_utf16(head: bytes) -> None:
    """InputError when a file begins as UTF-16."""
    if head.startswith(_UTF16_MARKS):
        raise InputError("expected UTF-8, came UTF-16; save the file as UTF-8 and import it again")


def is_language(tag: str) -> bool:
    """Whether a text is formed like a language's tag. Source: RFC 5646 (2009), sections 2.1 and 4.4.1."""
    return bool(_LANGUAGE.fullmatch(tag))


def count(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 file", "2,000 files", "1 entry", "3 entries"."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"
