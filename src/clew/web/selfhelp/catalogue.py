"""The words of the public pages, a file a language, and which language a browser asks for."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clew.errors import InputError

FOLDER = Path(__file__).parent / "words"
DIRECTIONS = ("ltr", "rtl")
_MOST_ASKED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One language.

    Attributes:
        code: ISO 639-1.
        name: of the language, in itself.
        direction: "ltr" or "rtl".
        words: by their name; a template that names a missing one fails.
    """

    code: str
    name: str
    direction: str
    words: Mapping[str, str]


@cache
def catalogue(code: str) -> Catalogue:
    """The words of a language that is there.

    Raises:
        InputError: there is no file of it; those that there are are named.
    """
    file = FOLDER / f"{code}.toml"
    if code not in languages():
        raise InputError(f"public.languages names '{code}'; there are words in {', '.join(languages())}")
    told = tomllib.loads(file.read_text("utf-8"))
    return Catalogue(code=code, name=told["name"], direction=told["direction"], words=told["words"])


@cache
def languages() -> tuple[str, ...]:
    """Every language that there are words of, by code."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def asked_for(accept: str, offered: Sequence[str]) -> str:
    """The language that a browser asks for most, of those that are offered; the first of them when it asks for none.

    Source: RFC 9110, section 12.5.4.
    """
    wishes = []
    for place, each in enumerate(accept.split(",")[:_MOST_ASKED]):
        tag, _, parameter = each.strip().partition(";")
        code = tag.strip().split("-")[0].lower()
        weight = _weight(parameter)
        if code in offered and weight > 0:
            wishes.append((-weight, place, code))
    return min(wishes)[2] if wishes else offered[0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
