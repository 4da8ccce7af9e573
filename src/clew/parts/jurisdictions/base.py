"""What a jurisdiction is: its duty, recipient, retention, viewing rule and clocks, each beside the text that says so.

Nothing here is legal advice. A statement bears how its fact reached us; one that was not read at the source is shown
as unverified wherever it is used, and counsel confirms it before anybody relies on it.
"""

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clew.records.evidence import LegalProcess, ProcessKind
from clew.records.permits import Seen


class Reading(enum.StrEnum):
    """How a fact reached us."""

    SOURCE = "read at the source"
    CODE = "read in public code or documents"
    EXCERPT = "read in an excerpt"
    SECOND_HAND = "second-hand"
    MEMORY = "from memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One fact of law, in our words.

    Attributes:
        source: statute and section, or the document.
        as_of: the day on which we last looked; law may have changed since.
    """

    text: str
    source: str
    as_of: date
    reading: Reading

    @property
    def verified(self) -> bool:
        """Whether it was read at the source."""
        return self.reading is Reading.SOURCE

    @property
    def label(self) -> str:
        """The source with its state, for a person: `18 U.S.C. 2258A(h) (unverified: second-hand)`."""
        return self.source if self.verified else f"{self.source} (unverified: {self.reading})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """To whom a platform reports.

    Attributes:
        clearinghouse: the part that reaches it, where there is one.
    """

    name: str
    statement: Statement
    clearinghouse: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long evidence is kept after a report is finished.

    Attributes:
        years: calendar years; None where we know of no period: it is then kept until a person ends it.
    """

    years: int | None
    statement: Statement

    def until(self, finished_at: datetime) -> datetime | None:
        """When the period ends that begins at a moment; the 29th of February ends on the 1st of March."""
        if self.years is None:
            return None
        year = finished_at.year + self.years
        try:
            return finished_at.replace(year=year)
        except ValueError:
            return finished_at.replace(year=year, month=3, day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewingRule:
    """When the state's side may open what the platform holds. The platform's own people may always review.

    Attributes:
        name: how permits and the audit name the rule, with its date.
        bytes_on: kinds of recorded legal process on which bytes are handed over at all.
        unviewed_on: the same for a file that nobody at the platform viewed in full and that was not public.
    """

    name: str
    bytes_on: frozenset[ProcessKind]
    unviewed_on: frozenset[ProcessKind]
    statement: Statement

    def refusal(self, seen: Seen, process: LegalProcess | None, at: datetime) -> str | None:
        """Why the state's side may not open it, and what would unlock it; None when it may."""
        free = seen.in_full or seen.public
        kinds = self.bytes_on if free else self.unviewed_on
        wanted = " or ".join(sorted(kind.value for kind in kinds))
        if process is None:
            return f"no legal process is recorded for it; record one: {wanted}"
        if process.kind is ProcessKind.EXIGENCY and process.approved_by is None:
            return "the recorded exigency waits for a second person to approve it: clew evidence approve"
        if not process.holds(at):
            return f"the recorded {process.kind.value} is not in force at this time; record the one that is"
        if process.kind in kinds:
            return None
        if free:
            return f"the recorded {process.kind.value} does not open bytes; record one that does: {wanted}"
        return (
            "nobody at the platform has viewed this file in full and it was not public: it stays locked to the state's "
            f"side until there is a record of {wanted} ({self.statement.label})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalClock:
    """How long somebody has for something.

    Attributes:
        within: None where the text sets no number, as "promptly" does.
    """

    what: str
    within: timedelta | None
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceFirst:
    """That a hotline tells the police of an address before anybody who could remove it.

    Attributes:
        within: how long the police may keep others waiting; None where no text that we know of sets a number: then as
            long as they and the hotline agreed, or until they release it.
    """

    within: timedelta | None
    statement: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """The law of one place, as data.

    Attributes:
        code: ISO 3166-1 alpha-2, or "EU"; in lower case the part's name.
        police_first: None where nothing asks for it.
    """

    code: str
    name: str
    duties: tuple[Statement, ...]
    recipients: tuple[Recipient, ...]
    retention: Retention
    viewing: ViewingRule
    clocks: tuple[LegalClock, ...]
    safeguards: tuple[Statement, ...] = ()
    police_first: PoliceFirst | None = None

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every fact that it rests on."""
        return (
            *self.duties,
            *(each.statement for each in self.recipients),
            self.retention.statement,
            self.viewing.statement,
            *(each.statement for each in self.clocks),
            *self.safeguards,
            *((self.police_first.statement,) if self.police_first else ()),
        )
