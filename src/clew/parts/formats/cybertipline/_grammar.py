"""Of what the schema table is made: simple values, rows, groups, marks and choices.

Serialising, parsing, validating, the JSON form and the guide are all walks over these; none knows an element by name.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

# The schema that was read as a whole and checked, and the later one of which only names are known.
VERIFIED, NEWEST = "2025-06", "2026-08"


class Kind(enum.Enum):
    """What a simple value is; the value is how the guide calls it."""

    TEXT = "text"
    PHONE = "telephone number"  # the grammar takes any text for one
    TOKEN = "token"  # noqa: S105  the schema's word for text without space around it
    LONG = "number of 64 bits"
    INT = "number"
    DEGREES = "degrees"
    TRUTH = "true or false"
    MOMENT = "time with offset"
    DAY = "date"
    WORD = "word"
    COUNTRY = "country, ISO 3166-1 alpha-2"
    STATE = "US state or territory"
    URL = "URL"
    EMAIL = "mail address"
    IP = "IP address"
    CALLING_CODE = "calling code"
    EXTENSION = "digits"
    FLAG = "mark"  # present or absent, never false


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A value without parts.

    Attributes:
        max_chars: in characters, not bytes.
        words: the grammar's literal -> our value.
        least, most: of a number.
        past: it may not lie in the future.
        not_blank: more than space.
    """

    kind: Kind
    max_chars: int | None = None
    words: Mapping[str, object] = field(default_factory=dict)
    least: int | None = None
    most: int | None = None
    past: bool = False
    not_blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Who fills a row, and what it costs when nobody does.

    Attributes:
        filled_from: which knowledge of a platform it is; empty when none can fill it.
        unfillable: then, why.
        cost: what an investigator lacks without it; empty where nothing much.
        weight: how much its absence counts, 0 to 10.
    """

    filled_from: str = ""
    unfillable: str = ""
    cost: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute, and the field of the enclosing record that it fills."""

    name: str
    field: str
    of: Simple
    knows: Knowledge
    required: bool = False
    since: str = VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """An element whose children are marks, in any order, each at most once.

    Attributes:
        words: the grammar's literal -> our value, in the order in which we write them.
        since: literals that are newer than the verified schema.
    """

    words: Mapping[str, object]
    since: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """An element that has attributes only; it stands when its first attribute has a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An element of a sequence, and the field of the enclosing record that it fills.

    Attributes:
        name: empty for a fact that the grammar has no element for; composing tells it in words.
        least, most: how often it stands; `most` None is without a limit, and the field is then a tuple.
        attributes: of a simple element, filling fields of the enclosing record.
        not_with: the neighbour that excludes it.
    """

    name: str
    field: str
    of: "Simple | Group | Choice | Marks | Empty"
    knows: Knowledge
    least: int = 0
    most: int | None = 1
    attributes: tuple[Attribute, ...] = ()
    not_with: str = ""
    since: str = VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A record as the grammar writes it: attributes, then a sequence of elements, or one text.

    Attributes:
        record: the class of its record.
        text: what stands directly in it, of an element with attributes and no children.
        text_field: the field that this fills.
        extras: facts of the record that are no elements.
    """

    record: type
    rows: tuple[Row, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    text: Simple | None = None
    text_field: str = ""
    text_knows: Knowledge = field(default_factory=Knowledge)
    extras: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Exactly one of several elements, each with a record of its own."""

    rows: tuple[Row, ...]


def known(since: str, profile: str) -> bool:
    """Whether what exists since one profile exists in another; the names sort by date."""
    return since <= profile
