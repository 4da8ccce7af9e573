"""What an identifier part is: how its identifiers are found in words and brought to their one way of being written.

A labelled form, as in "IMEI: 490154203237518", is what free text has and what a value looks like, so `find` returns it
whole and `normalise` reads it. `placeholder` names the values that stand for nobody; a linker joins nothing by them.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from clew.parts.identifiers._placeholders import reason_of
from clew.records.mention import IdentifierKind, Mention
from clew.records.routing import NumberPlace

# No identifier is longer, an address of a page with its query included (2,048 characters are what browsers
# and platforms keep). What is longer is unusable, and the caller names that.
LONGEST_RAW = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the report says beside the identifier.

    Attributes:
        country: ISO 3166-1 alpha-2, where a number without its calling code is dialled.
        service: on which platform an account stands.
        label: what the field calls the value: "IMEI", "MD5", "bitcoin".
    """

    country: str | None = None
    service: str | None = None
    label: str | None = None


NOWHERE = Context()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a raw text was read as; `port` stands beside an address."""

    kind: IdentifierKind
    value: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """That a text is no identifier of the part, and why, in words that repeat nothing of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """Where a text may hold an identifier: `text[start:start + len(raw)] == raw`."""

    start: int
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What words bear in which a part may find anything: one of some characters, or a run that long without a space.

    Attributes:
        characters: of which one is enough; a digit among them stands for the digits of every script.
        run: so many characters without a space; None where no run is a sign.
    """

    characters: str
    run: int | None = None

    def seen_in(self, text: str, longest_run: int) -> bool:
        """Whether words, whose longest run is given, bear one of the signs; those of people mostly bear none."""
        # Twenty looks at the speed of memory: ten times faster than one pattern, and twice as fast as `any`.
        for each in self.characters:
            if each in text:
                return True
        if self.run is not None and longest_run >= self.run:
            return True
        return "0" in self.characters and not text.isascii() and _DIGIT.search(text) is not None


def longest_run_in(text: str) -> int:
    """How many characters stand without a space between them, at most."""
    return max(map(len, text.split()), default=0)


_DIGIT = re.compile(r"\d")
DIGITS = "0123456789"


class IdentifierPart(ABC):
    """One sort of identifier.

    Attributes:
        name: the part's name on the shelf.
        kinds: of the mentions that it yields.
        signs: without one of them `find` finds nothing; None of a part that must look at all words.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[IdentifierKind]]
    signs: ClassVar[Signs | None] = None

    @abstractmethod
    def normalise(self, raw: str, context: Context = NOWHERE) -> Reading | Unusable:
        """The one way of writing it; of its own value, without context, that value. It raises nothing."""

    @abstractmethod
    def find(self, text: str) -> list[Span]:
        """Where it may stand in words, in order, none overlapping; `normalise` has the last word on each.

        The cost is linear in the length of the text.
        """


class NumberedPart(IdentifierPart):
    """One whose identifiers are given out country by country."""

    @abstractmethod
    def place(self, value: str) -> NumberPlace | None:
        """What the plans say of an identifier in its one way of being written; None when it belongs to no country."""


def placeholder(kind: IdentifierKind, value: str) -> str | None:
    """Why a value stands for nobody (a filler, an example), in words; None of one that may be somebody's."""
    return reason_of(kind, value)


def is_placeholder(mention: Mention) -> bool:
    """Whether a mention's value stands for nobody, so that nothing may be joined by it."""
    return reason_of(mention.kind, mention.value) is not None
