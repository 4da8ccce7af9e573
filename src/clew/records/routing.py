"""Where a report belongs: territories, what points to them, and what came of weighing it."""

import enum
from dataclasses import dataclass

from clew.records.identifiers import IntakeNumber
from clew.records.mention import Part


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Territory:
    """A country, and where it is known a part of it.

    Attributes:
        country: ISO 3166-1 alpha-2.
        region: what follows the country in ISO 3166-2, as "CA" of "US-CA"; "" when it is not known.
    """

    country: str
    region: str = ""

    @property
    def code(self) -> str:
        """As ISO 3166-2 writes it: "US-CA", or "NL" where no region is known."""
        return f"{self.country}-{self.region}" if self.region else self.country


class VoteKind(enum.StrEnum):
    """What kind of thing points to a territory."""

    ADDRESS = "address"  # where an IP address is used
    REGISTRATION = "registration"  # to which country an address block is registered
    PHONE = "phone"
    PAYMENT = "payment"
    DECLARED = "declared"  # what the account or its platform says of itself
    LANGUAGE = "language"
    LOCALE = "locale"  # a language with a country, as devices are set to
    DOMAIN = "domain"  # the country ending of an e-mail's or a page's name
    HOURS = "hours"  # at what hours of the day the account is used


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPlace:
    """What the numbering plans say of a telephone number.

    Attributes:
        countries: one, or all that share the calling code where the number itself fits none of their plans.
        valid: it can be in use as it is written.
        roaming: it belongs to no place: rented over the internet, or to a person wherever they are.
    """

    countries: tuple[str, ...]
    valid: bool
    roaming: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """Where a piece of evidence stands.

    Attributes:
        number: of the report; None where an address alone was asked about.
        path: of the field, as in "subjects[0].ip_events[1]".
    """

    number: IntakeNumber | None
    path: str

    @property
    def text(self) -> str:
        """For a person: "report 12: subjects[0].ip_events[1]"."""
        return self.path if self.number is None else f"report {self.number}: {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One piece of evidence for one territory or several.

    Attributes:
        value: what is stated, for the eyes of whoever works the report; never for a log.
        shares: how it is divided among territories; all shares together are 1 at most.
        log_odds: by how much it raises the odds of a country that has the whole of it, in nats.
        told: how it came to that, in a sentence without the value.
        contested: its sources name different countries.
    """

    kind: VoteKind
    whence: Whence
    value: str
    shares: tuple[tuple[Territory, float], ...]
    log_odds: float
    told: str
    contested: bool = False

    @property
    def countries(self) -> frozenset[str]:
        """All that it names."""
        return frozenset(territory.country for territory, _ in self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A piece of evidence that has no vote, and why."""

    kind: VoteKind
    whence: Whence
    value: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What a sender is to be asked about a record that it holds already; it becomes a `Question` when it is put."""

    whence: Whence
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How likely one country is.

    Attributes:
        weight: from 0 to 1; with all others and the unknown it makes 1.
        regions: parts of the country by ISO 3166-2, each with how likely it is if the country is right; what is missing
            to 1 is unknown.
    """

    country: str
    weight: float
    regions: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where somebody in a report is likely to be; a lead with its evidence, never a finding.

    Attributes:
        about: the subject, or the victim.
        shares: every country that something points to, the likeliest first.
        unknown: the weight of all countries that nothing points to; a legal answer.
        unknown_because: why it is not known; None when one country outweighs the unknown.
        contested: sources of one piece of evidence name different countries for it.
        dissent: votes that do not name the likeliest country.
        not_attributable: addresses that many subscribers share, without what tells them apart.
        rules: the version of the weights.
    """

    about: Part
    shares: tuple[Share, ...]
    unknown: float
    unknown_because: str | None
    contested: bool
    votes: tuple[Vote, ...]
    left_out: tuple[LeftOut, ...]
    dissent: tuple[Vote, ...]
    not_attributable: tuple[LeftOut, ...]
    inquiries: tuple[Inquiry, ...]
    rules: str

    @property
    def top(self) -> tuple[Share, ...]:
        """The three likeliest."""
        return self.shares[:3]
