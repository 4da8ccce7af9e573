"""What a person types into a field: recognised where it is clear, refused with what is expected where it is not."""

from collections.abc import Mapping
from datetime import datetime

from clew.errors import InputError
from clew.parts.formats.cybertipline._facts import fields_with_rows
from clew.parts.formats.cybertipline._grammar import Attribute, Choice, Group, Kind, Row, Simple
from clew.parts.formats.cybertipline._places import COUNTRIES, STATES, find_country, find_state
from clew.parts.formats.cybertipline._table import REPORT
from clew.parts.formats.cybertipline._values import read_value, wrong_with
from clew.records.report import Phone

_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}
_NUMBERS = {Kind.INT, Kind.LONG, Kind.DEGREES}
_HINTS: Mapping[Kind, str] = {
    Kind.PHONE: "digits, as +358 40 123 4567",
    Kind.LONG: "a whole number",
    Kind.INT: "a whole number",
    Kind.DEGREES: "degrees with a point, as 60.17; south and west are negative",
    Kind.MOMENT: "a time with its offset, as 2026-03-08T01:58:21+02:00, or Z for UTC",
    Kind.DAY: "a date, as 2009-03-08",
    Kind.URL: "an address with its scheme and without spaces, as https://example.org/page",
    Kind.EMAIL: "a mail address, as name@example.org",
    Kind.IP: "an IPv4 or IPv6 address, as 192.0.2.1 or 2001:db8::1",
    Kind.CALLING_CODE: "a plus sign and one to three digits, as +358",
    Kind.EXTENSION: "digits",
}


def value_of(path: str, text: str, at: datetime) -> object:
    """The value of the JSON form that a text means in the field of that path."""
    simple, text = _simple_at(path), " ".join(text.split()) if "\n" not in text else text.strip()
    if simple.kind is Kind.TRUTH:
        return _truth(text)
    if simple.words:
        return _word(text, simple)
    if simple.kind in {Kind.COUNTRY, Kind.STATE}:
        return _place(text, simple.kind)
    if simple.kind is Kind.MOMENT:
        text = _moment(text)
    if simple.kind is Kind.PHONE and not Phone(number=text).is_dialable:
        raise InputError(f"expected {_HINTS[Kind.PHONE]}, came {len(text)} characters that cannot be dialled")
    for _, expected, came in wrong_with(simple, text, at):
        raise InputError(f"expected {hint_of(simple) or expected}, came {came}")
    return read_value(simple, text) if simple.kind in _NUMBERS else text


def choices_of(simple: Simple) -> tuple[tuple[str, str], ...]:
    """Every value with its name for people; none where anything may stand."""
    if simple.kind is Kind.TRUTH:
        return (("true", "yes"), ("false", "no"))
    if simple.kind is Kind.COUNTRY:
        return tuple(sorted(COUNTRIES.items(), key=lambda pair: pair[1]))
    if simple.kind is Kind.STATE:
        return tuple(sorted(STATES.items(), key=lambda pair: pair[1]))
    return tuple((str(word), str(word).replace("-", " ")) for word in simple.words.values())


def hint_of(simple: Simple) -> str:
    """How a value is written."""
    hint = _HINTS.get(simple.kind, "")
    if simple.least is not None and simple.most is not None:
        return f"{hint}, {simple.least:,} to {simple.most:,}"
    return hint


def _simple_at(path: str) -> Simple:
    """The value that stands at a path, with or without numbers."""
    of: object = REPORT
    for step in path.split("."):
        found = _below(of).get(step.partition("[")[0])
        if found is None:
            raise InputError("choose a field of the list, with a number for each list in it")
        of = found.of
    if not isinstance(of, Simple):
        raise InputError("choose a field that has one value, with a number for each list in it")
    return of


def _below(of: object) -> Mapping[str, Row | Attribute]:
    if isinstance(of, Choice):
        return {each.field: each for each in of.rows}
    return dict(fields_with_rows(of)) if isinstance(of, Group) else {}


def _truth(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise InputError(f"expected yes or no, came {len(text)} characters that are neither")
    return text.lower() in _YES


def _word(text: str, simple: Simple) -> str:
    names = {_plain(name): str(word) for name, word in simple.words.items()}
    names |= {_plain(str(word)): str(word) for word in simple.words.values()}
    if _plain(text) not in names:
        words = ", ".join(words for _, words in choices_of(simple))
        raise InputError(f"expected one of: {words}; came {len(text)} characters that are none of them")
    return names[_plain(text)]


def _place(text: str, kind: Kind) -> str:
    code = find_country(text) if kind is Kind.COUNTRY else find_state(text)
    if code is None:
        wanted = "a country by its English name or its two letters, as Finland or FI"
        if kind is Kind.STATE:
            wanted = "a state of the United States by its name or its two letters, as Oregon or OR"
        raise InputError(f"expected {wanted}, came {len(text)} characters that are none")
    return code


def _moment(text: str) -> str:
    """The time as the grammar writes it, where the text is a time in any form of ISO 8601."""
    try:
        read = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
    except ValueError:
        return text
    return read.isoformat()


def _plain(word: str) -> str:
    return "".join(each for each in word.casefold() if each.isalnum())
