"""Simple values: how the grammar writes them, when a text is one, and what is wrong when it is none."""

import ipaddress
import math
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from clew.errors import InputError
from clew.parts.formats.base import Rule
from clew.parts.formats.cybertipline._grammar import Kind, Simple
from clew.parts.formats.cybertipline._words import COUNTRIES, STATES

# What is wrong with a value: the rule, what was expected, what came; none of it repeats the value.
Wrong = tuple[Rule, str, str]

_SPACE = " \t\r\n"
# Kinds in whose text the schema ignores space around and within (whiteSpace="collapse").
_COLLAPSED = {Kind.TOKEN, Kind.LONG, Kind.INT, Kind.DEGREES, Kind.TRUTH, Kind.MOMENT, Kind.DAY}
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f-\x9f]+")
_EMAIL = re.compile(
    r"(?P<local>[^\s@\x00-\x1f\x7f-\x9f]+)@(?P<domain>[^\s@.\x00-\x1f\x7f-\x9f]+(?:\.[^\s@.\x00-\x1f\x7f-\x9f]+)*)"
)
_CALLING_CODE = re.compile(r"\+[0-9]{1,3}")
_DIGITS = re.compile(r"[0-9]+")
_LOCAL_CHARS = 64  # of a mail address. Source: RFC 5321 (2008), section 4.5.3.1.1
_RANGES = {Kind.LONG: (-(2**63), 2**63 - 1), Kind.INT: (-(2**31), 2**31 - 1)}


def wrong_with(simple: Simple, text: str, at: datetime, *, tolerant: bool = False) -> Iterator[Wrong]:
    """Everything that is wrong with a text as a value of that kind.

    Args:
        simple: the kind, with its bounds.
        text: as it stands in the document.
        at: now; what must lie in the past lies before it.
        tolerant: take the schema's further country codes, which we never write.
    """
    if simple.kind in _COLLAPSED:
        text = " ".join(text.split(_SPACE[0]) if simple.kind is Kind.TOKEN else text.strip(_SPACE).split())
    if simple.max_chars is not None and len(text) > simple.max_chars:
        yield Rule.LENGTH, f"at most {simple.max_chars:,} characters", f"{len(text):,} characters"
    if simple.not_blank and not text.strip():
        yield Rule.BLANK, "words, or no such element", "a blank one"
    if simple.kind is Kind.MOMENT:
        yield from _wrong_with_moment(simple, text, at)
    elif simple.kind is Kind.DAY:
        yield from _wrong_with_day(simple, text, at)
    elif simple.kind in {Kind.LONG, Kind.INT, Kind.DEGREES}:
        yield from _wrong_with_number(simple, text)
    else:
        yield from _wrong_with_text(simple, text, tolerant=tolerant)


def read_value(simple: Simple, text: str) -> object:
    """The value that a text writes.

    Raises:
        InputError: it writes none.
    """
    if simple.kind in _COLLAPSED:
        text = text.strip(_SPACE)
    try:
        return _read(simple, text)
    except (KeyError, ValueError, OverflowError):
        raise InputError(f"expected {simple.kind.value}") from None


def write_value(simple: Simple, value: object) -> str:
    """The text that the grammar has for a value."""
    if simple.words:
        return next(literal for literal, word in simple.words.items() if word == value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(simple: Simple, text: str) -> object:
    if simple.words:
        return simple.words[text]
    reader = _READERS.get(simple.kind)
    return reader(text) if reader else text


# ---------------------------------------------------------------- what is wrong


def _wrong_with_moment(simple: Simple, text: str, at: datetime) -> Iterator[Wrong]:
    try:
        moment = _moment(text)
    except (ValueError, OverflowError):
        yield Rule.FORM, "a time as 2026-03-08T01:58:21Z", f"{len(text)} characters that are none"
        return
    if not _must(_MOMENT, text)[3]:
        yield Rule.OFFSET, "a time with its offset from UTC, or Z", "one without"
    elif simple.past and moment >= at:
        yield Rule.FUTURE, "a time in the past", "one that has not passed"


def _wrong_with_day(simple: Simple, text: str, at: datetime) -> Iterator[Wrong]:
    try:
        day = _day(text)
    except ValueError:
        yield Rule.FORM, "a date as 2009-03-08", f"{len(text)} characters that are none"
        return
    # The day has passed somewhere on earth: a date has no place.
    if simple.past and day > (at + timedelta(hours=14)).date():
        yield Rule.FUTURE, "a date in the past", "one that has not passed"


def _wrong_with_number(simple: Simple, text: str) -> Iterator[Wrong]:
    try:
        number = float(_must(_DOUBLE, text)[0]) if simple.kind is Kind.DEGREES else int(_must(_WHOLE, text)[0])
    except ValueError:
        yield Rule.FORM, simple.kind.value, f"{len(text)} characters that are none"
        return
    lowest, highest = _RANGES.get(simple.kind, (-math.inf, math.inf))
    least = lowest if simple.least is None else simple.least
    most = highest if simple.most is None else simple.most
    if not least <= number <= most:
        yield Rule.RANGE, f"{least} to {most}", "a number outside"


def _wrong_with_text(simple: Simple, text: str, *, tolerant: bool) -> Iterator[Wrong]:
    if simple.words and text not in simple.words:
        yield Rule.WORD, "one of: " + "; ".join(simple.words), f"{len(text)} characters that are none of them"
    elif simple.kind is Kind.TRUTH and text not in _TRUTHS:
        yield Rule.FORM, "true or false", f"{len(text)} characters that are neither"
    elif simple.kind is Kind.COUNTRY and text not in COUNTRIES and not tolerant:
        yield Rule.COUNTRY, "a country's two letters of ISO 3166-1", f"{len(text)} characters that are none"
    elif simple.kind is Kind.STATE and text not in STATES:
        yield Rule.WORD, "two letters of a US state or territory", f"{len(text)} characters that are none"
    elif simple.kind is Kind.IP and not _is_ip(text):
        yield Rule.FORM, "an IPv4 or IPv6 address", f"{len(text)} characters that are none"
    elif simple.kind is Kind.EMAIL:
        yield from _wrong_with_email(text)
    for kind, form, said in _FORMS:
        if simple.kind is kind and not form.fullmatch(text):
            yield Rule.FORM, said, f"{len(text)} characters that are none"


_FORMS = [
    (Kind.URL, _URL, "a URL with its scheme, without space or control characters"),
    (Kind.CALLING_CODE, _CALLING_CODE, "a plus sign and one to three digits"),
    (Kind.EXTENSION, _DIGITS, "digits"),
]


def _wrong_with_email(text: str) -> Iterator[Wrong]:
    found = _EMAIL.fullmatch(text)
    if found is None:
        yield Rule.FORM, "a mail address", f"{len(text)} characters that are none"
    elif len(found["local"]) > _LOCAL_CHARS:
        came = f"{len(found['local'])} characters"
        yield Rule.LENGTH, f"at most {_LOCAL_CHARS} characters before the @", came


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


# ---------------------------------------------------------------- reading


def _must(form: re.Pattern[str], text: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise ValueError
    return found


def _moment(text: str) -> datetime:
    """The moment, to the microsecond; without an offset it is read as UTC."""
    found = _must(_MOMENT, text)
    fraction = (found[2] or ".")[1:7].ljust(6, "0")
    read = datetime.fromisoformat(f"{found[1]}.{fraction}{(found[3] or 'Z')}")
    return read.astimezone(UTC)


def _day(text: str) -> date:
    """The day as written: an offset would move nobody's birthday."""
    return date.fromisoformat(_must(_DAY, text)[1])


_READERS: dict[Kind, Callable[[str], object]] = {
    Kind.TRUTH: _TRUTHS.__getitem__,
    Kind.MOMENT: _moment,
    Kind.DAY: _day,
    Kind.LONG: lambda text: int(_must(_WHOLE, text)[0]),
    Kind.INT: lambda text: int(_must(_WHOLE, text)[0]),
    Kind.DEGREES: lambda text: float(_must(_DOUBLE, text)[0]),
}
