"""What does not fit in a request, in our words: the libraries that find it speak of types and of themselves."""

import re
from collections.abc import Mapping
from typing import Any

from clew.ground.text import count

_KINDS = {
    "array": "a list",
    "object": "an object",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}
_BOUND = re.compile(r"Expected `(\w+)`( of length)? (>=|<=|>|<) ([\d.]+)")
_BOUNDS = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}
_KIND = re.compile(r"Expected `([\w |]+)`, got `([\w |]+)`")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
# Pydantic's words for a kind of fault, and the bound that it names beside it.
_PARAMETERS = {
    "missing": "it is missing",
    "greater_than_equal": "it must be at least {ge}",
    "greater_than": "it must be above {gt}",
    "less_than_equal": "it must be at most {le}",
    "less_than": "it must be below {lt}",
    "int_parsing": "it must be a whole number",
    "float_parsing": "it must be a number",
    "bool_parsing": "it must be true or false",
    "enum": "it must be {expected}",
    "literal_error": "it must be {expected}",
    "string_too_short": "its characters must be {min_length} or more",
    "string_too_long": "its characters must be {max_length} or fewer",
    "string_pattern_mismatch": "it must fit {pattern}",
    "datetime_from_date_parsing": "it must be a moment as in 2026-03-01T08:00:00Z, or a day as in 2026-03-01",
    "datetime_parsing": "it must be a moment as in 2026-03-01T08:00:00Z",
    "date_from_datetime_parsing": "it must be a day as in 2026-03-01",
    "date_parsing": "it must be a day as in 2026-03-01",
}


def of_body(message: str) -> str:
    """What msgspec says of a value; where it stands is another matter."""
    if bound := _BOUND.match(message):
        kind, by_length, sign, number = bound.groups()
        if not by_length:
            return f"expected {_KINDS.get(kind, kind)} {_BOUNDS[sign]} {number}" + message[bound.end() :]
        held = count(int(number), "character" if kind == "str" else "member")
        return f"expected {_KINDS.get(kind, kind)} {_BOUNDS[sign]} {held}" + message[bound.end() :]
    if kinds := _KIND.match(message):
        return f"expected {_kinds(kinds[1])}, came {_kinds(kinds[2])}" + message[kinds.end() :]
    if missing := _MISSING.match(message):
        return f"the field `{missing[1]}` is missing" + message[missing.end() :]
    return message


def of_parameter(fault: Mapping[str, Any]) -> str:
    """What Pydantic says of a parameter in an address, without what came."""
    place = ".".join(str(part) for part in fault["loc"])
    told = _PARAMETERS.get(fault["type"])
    if told is None:
        return f"{place}: {str(fault['msg']).split(', got')[0]}"
    return f"{place}: {told.format_map(fault.get('ctx') or {})}"


def _kinds(names: str) -> str:
    return " or ".join(_KINDS.get(name, name) for name in names.split(" | "))
