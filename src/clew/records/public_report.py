"""What somebody wrote on the public form, before it becomes a report: words, places, and how they may be reached."""

import enum
from dataclasses import dataclass


class PublicWho(enum.StrEnum):
    """Who writes. The values stand in pages and reports."""

    CHILD = "child"  # it is about themselves
    CARER = "carer"  # a parent, or another adult whom the child trusts
    WITNESS = "witness"  # somebody who saw something online
    OTHER = "other"


class PublicYears(enum.StrEnum):
    """How old who writes is, as ranges that nobody has to lie about."""

    UNDER_13 = "under-13"
    FROM_13 = "13-15"
    FROM_16 = "16-17"
    ADULT = "18-and-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContact:
    """How who writes may be reached; whoever they fear may read along, so that nothing else is safe.

    Attributes:
        allowed: they may be reached at all, and then only in this way.
        way: an address or a number, as they wrote it.
        times: when it is safe, as they wrote it.
        leave_message: a message may be left where nobody answers.
        nobody_else: they ask that nobody at home or at school is told that they wrote.
    """

    allowed: bool = False
    way: str = ""
    times: str = ""
    leave_message: bool = False
    nobody_else: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReport:
    """One form as it was sent; everything in it may be left out.

    Attributes:
        danger: they say that a child is in danger now.
        words: what happened.
        places: links, names of accounts or apps, a line each.
        contact: None where it was not asked, as when something is added.
        country: ISO 3166-1 alpha-2, of those that the operator offers; None when not said.
        language: of the page that was written on; None when not known.
    """

    who: PublicWho | None = None
    danger: bool = False
    words: str = ""
    places: str = ""
    years: PublicYears | None = None
    country: str | None = None
    contact: SafeContact | None = None
    language: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that anybody could act on."""
        return not (self.danger or self.words or self.places)
