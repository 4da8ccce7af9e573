"""Votes: each thing that a report states, as evidence for the countries that it points to, with its reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from clew.parts.identifiers.base import placeholder
from clew.records.mention import IdentifierKind, Mention, Part
from clew.records.routing import Inquiry, LeftOut, NumberPlace, Territory, Vote, VoteKind, Whence
from clew.triage import route_rules as rules
from clew.triage.address_votes import AddressSeen, Sighting, vote_of_address
from clew.triage.country_marks import ENDINGS, LANGUAGES, NO_COUNTRY, SERVICES, SOLD_ENDINGS
from clew.triage.daily_hours import are_enough, countries_of

_COUNTRY_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A territory that a report names in so many words."""

    whence: Whence
    territory: Territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one report, or all reports of a cluster, state.

    Attributes:
        mentions: with the number of the report that states each.
        addresses: what the operator's files say of an address at a moment, by both as the mention has them.
        numbers: what the numbering plans say of each telephone number; one that is missing belongs to no country.
        stated: territories in so many words, each with whose it is.
        languages: tags as "pt-BR".
    """

    mentions: Sequence[tuple[Whence, Mention]]
    addresses: Mapping[tuple[str, datetime | None], AddressSeen] = field(default_factory=dict)
    numbers: Mapping[str, NumberPlace] = field(default_factory=dict)
    stated: Sequence[tuple[Part, Stated]] = ()
    languages: Sequence[tuple[Whence, str]] = ()


@dataclass(slots=True)
class Ballot:
    """Votes, and what has none."""

    votes: list[Vote] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    not_attributable: list[LeftOut] = field(default_factory=list)
    inquiries: list[Inquiry] = field(default_factory=list)

    def put(self, found: Vote | LeftOut) -> None:
        """It stands among its like."""
        if isinstance(found, Vote):
            self.votes.append(found)
        else:
            self.left_out.append(found)


def cast(evidence: Evidence, about: Part, *, stale_days: int) -> Ballot:
    """All votes about the subject, or the victim; what was said in words counts, by half, for the subject.

    One value votes once, however often it is stated.
    """
    ballot = Ballot()
    chosen = sorted(
        (each for each in evidence.mentions if _concerns(each[1], about)),
        key=lambda each: _order(each[0], each[1], about),
    )
    _vote_addresses(ballot, evidence, [each for each in chosen if each[1].kind is IdentifierKind.IP], stale_days)
    met: set[tuple[IdentifierKind, str]] = set()
    for whence, mention in chosen:
        if (mention.kind, mention.value) in met:
            continue
        met.add((mention.kind, mention.value))
        for found in _votes_of(whence, mention, evidence.numbers):
            ballot.put(_somebodys(found, mention))
    for whose, stated in evidence.stated:
        if whose is about:
            told = f"declared: {stated.territory.code}"
            ballot.put(_vote(VoteKind.DECLARED, stated.whence, stated.territory.code, (stated.territory,), told))
    if about is Part.SUBJECT:
        for whence, tag in evidence.languages:
            ballot.put(_of_language(whence, tag))
        for found in _of_hours(evidence):
            ballot.put(found)
    return ballot


def _order(whence: Whence, mention: Mention, about: Part) -> tuple[bool, int, str, str, float, int]:
    """What is certainly theirs first, then by report and field; ties by what is stated, never by how it came."""
    at = mention.at.timestamp() if mention.at else 0.0
    return (mention.part is not about, whence.number or 0, whence.path, mention.value, at, mention.port or 0)


def _concerns(mention: Mention, about: Part) -> bool:
    return mention.part is about or (mention.part is Part.OTHER and about is Part.SUBJECT)


def _vote_addresses(
    ballot: Ballot, evidence: Evidence, mentions: Sequence[tuple[Whence, Mention]], stale_days: int
) -> None:
    by_value: dict[str, list[Sighting]] = {}
    for whence, mention in mentions:
        seen = evidence.addresses.get((mention.value, mention.at), AddressSeen())
        by_value.setdefault(mention.value, []).append(Sighting(whence=whence, mention=mention, seen=seen))
    for sightings in by_value.values():
        found = vote_of_address(sightings, stale_days=stale_days)
        ballot.votes += found.votes
        ballot.left_out += found.left_out
        ballot.not_attributable += found.not_attributable
        ballot.inquiries += found.inquiries


# ---------------------------------------------------------------- one mention


def _somebodys(found: Vote | LeftOut, mention: Mention) -> Vote | LeftOut:
    """A vote of a value that stands for nobody, a filler or an example, is none."""
    because = placeholder(mention.kind, mention.value)
    if because is None or isinstance(found, LeftOut):
        return found
    told = f"it stands for nobody: {because}"
    return LeftOut(kind=found.kind, whence=found.whence, value=found.value, because=told)


def _votes_of(whence: Whence, mention: Mention, numbers: Mapping[str, NumberPlace]) -> Iterator[Vote | LeftOut]:
    factor = rules.IN_WORDS if mention.part is Part.OTHER else 1.0
    match mention.kind:
        case IdentifierKind.PHONE:
            yield _of_phone(whence, mention.value, numbers.get(mention.value), factor)
        case IdentifierKind.BANK:
            yield _of_bank(whence, mention.value, factor)
        case IdentifierKind.PAYMENT:
            service = mention.value.partition(":")[0].lower()
            if service in SERVICES:
                where = tuple(Territory(country=each) for each in SERVICES[service])
                told = f"a payment service of {', '.join(SERVICES[service])}"
                yield _vote(VoteKind.PAYMENT, whence, mention.value, where, told, factor)
        case IdentifierKind.EMAIL:
            yield from _of_domain(whence, mention.value, mention.value.rpartition("@")[2], factor)
        case IdentifierKind.URL:
            yield from _of_domain(whence, mention.value, _host(mention.value), factor)


def _of_phone(whence: Whence, number: str, place: NumberPlace | None, factor: float) -> Vote | LeftOut:
    if place is None:
        because = "its calling code belongs to no country"
        return LeftOut(kind=VoteKind.PHONE, whence=whence, value=number, because=because)
    if place.roaming:
        because = "such numbers are rented over the internet or follow a person; they are of no place"
        return LeftOut(kind=VoteKind.PHONE, whence=whence, value=number, because=because)
    told = f"a number of {', '.join(place.countries)}"
    if not place.valid:
        told, factor = f"{told}, though none that can be in use as written: counts less", factor * rules.UNVERIFIED
    where = tuple(Territory(country=each) for each in place.countries)
    return _vote(VoteKind.PHONE, whence, number, where, told, factor)


def _of_bank(whence: Whence, account: str, factor: float) -> Vote | LeftOut:
    """An IBAN, or "country:account": either begins with the country."""
    country = account[:_COUNTRY_LETTERS].upper()
    if not country.isalpha() or not country.isascii() or country in NO_COUNTRY or len(country) < _COUNTRY_LETTERS:
        return LeftOut(kind=VoteKind.PAYMENT, whence=whence, value=account, because="the account names no country")
    where = (Territory(country=country),)
    return _vote(VoteKind.PAYMENT, whence, account, where, f"an account held in {country}", factor)


def _of_domain(whence: Whence, value: str, host: str, factor: float) -> Iterator[Vote | LeftOut]:
    ending = host.rstrip(".").rpartition(".")[2].lower()
    if len(ending) != _COUNTRY_LETTERS or not (ending.isascii() and ending.isalpha()):
        return
    country = ENDINGS.get(ending, ending.upper())
    if ending in SOLD_ENDINGS or country in NO_COUNTRY:
        because = f"the ending .{ending} is used from everywhere"
        yield LeftOut(kind=VoteKind.DOMAIN, whence=whence, value=value, because=because)
        return
    told = f"a name under .{ending}; weak"
    yield _vote(VoteKind.DOMAIN, whence, value, (Territory(country=country),), told, factor)


def _host(url: str) -> str:
    try:
        return urlsplit(url if "://" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


# ---------------------------------------------------------------- the report as a whole


def _of_language(whence: Whence, tag: str) -> Vote | LeftOut:
    parts = tag.replace("_", "-").split("-")
    language = parts[0].lower()
    country = next((each.upper() for each in parts[1:] if len(each) == _COUNTRY_LETTERS and each.isalpha()), None)
    if country and country.isascii() and country not in NO_COUNTRY:
        return _vote(
            VoteKind.LOCALE, whence, tag, (Territory(country=country),), f"a device or profile set to {country}"
        )
    if language not in LANGUAGES:
        because = "the language is spoken in too many countries to point to one, or not known here"
        return LeftOut(kind=VoteKind.LANGUAGE, whence=whence, value=tag, because=because)
    where = tuple(Territory(country=each) for each in LANGUAGES[language])
    return _vote(VoteKind.LANGUAGE, whence, tag, where, f"a language of {', '.join(LANGUAGES[language])}")


def _of_hours(evidence: Evidence) -> Iterator[Vote | LeftOut]:
    timed = [(whence, each.at) for whence, each in evidence.mentions if each.part is Part.SUBJECT and each.at]
    moments = [at for _, at in timed]
    if not are_enough(moments):
        return
    whence = Whence(number=timed[0][0].number, path="the hours of all its events")
    found = countries_of(moments)
    if isinstance(found, str):
        yield LeftOut(kind=VoteKind.HOURS, whence=whence, value="", because=found)
        return
    where = tuple(Territory(country=each) for each in found)
    yield _vote(VoteKind.HOURS, whence, "", where, f"quiet while it is night in {len(found)} countries; weak")


def _vote(
    kind: VoteKind, whence: Whence, value: str, where: tuple[Territory, ...], told: str, factor: float = 1.0
) -> Vote:
    """A vote that its territories share equally."""
    return Vote(
        kind=kind,
        whence=whence,
        value=value,
        shares=tuple((each, 1 / len(where)) for each in sorted(where)),
        log_odds=rules.RULES[kind].log_odds * factor,
        told=told,
    )
