"""What an address says of a place at its time, and when it says nothing: exits, shared addresses, private ranges."""

import ipaddress
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from clew.parts.geography.base import ExitKind, Flag
from clew.records.mention import Mention, Part
from clew.records.routing import Inquiry, LeftOut, Territory, Vote, VoteKind, Whence
from clew.triage import route_rules as rules

# Ranges that are never seen on the public internet: who states one saw it within a network. Source: RFC 1918, 6598,
# 4193, 4291, 3927, 1122, 5771. Documentation ranges are not among them: no file places them, and that is their reason.
_INNER: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = (
    *map(ipaddress.IPv4Network, ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")),
    *map(ipaddress.IPv4Network, ("192.168.0.0/16", "224.0.0.0/3")),
    *map(ipaddress.IPv6Network, ("::/127", "fc00::/7", "fe80::/10", "ff00::/8")),
)
_CARRIERS_OWN = ipaddress.ip_network("100.64.0.0/10")
_REGISTRIES = "rir"
_NO_FLAG = Flag(0)
_ANONYMISING = Flag.TOR_EXIT | Flag.VPN | Flag.ANONYMOUS

ASK_PORT = (
    "This address serves many subscribers at once. If the record of this event that you hold has its source port, "
    "please add it. Nothing is asked for beyond records of this event that you hold already."
)
ASK_TIME = (
    "This address serves many subscribers at once, and the report does not say when it was used. If the record of this "
    "event that you hold has the exact time (UTC) and the source port, please add them. Nothing is asked for beyond "
    "records of this event that you hold already."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSaid:
    """What one of the operator's files says of an address.

    Attributes:
        file: its name, without the folder.
        form: the part that read it.
        age_days: between its making and the event; None when either day is not known.
    """

    file: str
    form: str
    snapshot: date | None = None
    age_days: int | None = None
    territory: Territory | None = None
    asn: int = 0
    flags: Flag = _NO_FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSeen:
    """What all files say of an address at a moment.

    Attributes:
        listed: on which dated lists of that time it stands.
        lists: of which kinds there is a list of that time at all.
    """

    said: tuple[FileSaid, ...] = ()
    listed: frozenset[ExitKind] = frozenset()
    lists: frozenset[ExitKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One time that an address is stated."""

    whence: Whence
    mention: Mention
    seen: AddressSeen


@dataclass(slots=True)
class AddressBallot:
    """What came of one address."""

    votes: list[Vote] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    not_attributable: list[LeftOut] = field(default_factory=list)
    inquiries: list[Inquiry] = field(default_factory=list)


def vote_of_address(sightings: Sequence[Sighting], *, stale_days: int) -> AddressBallot:
    """One address, stated once or often: one vote at most for where it was used, and one for its registration.

    Args:
        sightings: all of one address.
        stale_days: a file that was made so long before or after the event counts less.
    """
    ballot = AddressBallot()
    best: tuple[float, Sighting, list[str]] | None = None
    for each in sightings:
        gone = _excluded(each)
        if gone is not None:
            ballot.left_out.append(_left(each, gone))
            continue
        factor, notes = _factor(each)
        asked = _unattributable(each)
        if asked is not None:
            because, text = asked
            ballot.not_attributable.append(_left(each, because))
            ballot.inquiries.append(Inquiry(whence=each.whence, text=text))
            factor *= rules.SHARED
            notes.append("not attributable to one subscriber: counts less")
        if best is None or factor > best[0]:
            best = (factor, each, notes)
    if best is not None:
        factor, chosen, notes = best
        _place(ballot, chosen, factor, notes, stale_days)
    return ballot


def _flags(seen: AddressSeen) -> Flag:
    flags = _NO_FLAG
    for each in seen.said:
        flags |= each.flags
    return flags


def _excluded(sighting: Sighting) -> str | None:
    """Why the address says nothing of where its user was; None when it does."""
    inner = _inner(sighting.mention.value)
    if inner is not None:
        return inner
    listed, flags = sighting.seen.listed, _flags(sighting.seen)
    reasons = {
        "it was a Tor exit at that time: the exit's country is not its user's": ExitKind.TOR in listed,
        "it belonged to a VPN at that time: the exit's country is not its user's": ExitKind.VPN in listed,
        "a file marks it as an anonymising exit: its country is not its user's": bool(flags & _ANONYMISING),
        "it is the same address in many places (anycast)": bool(flags & Flag.ANYCAST),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _inner(text: str) -> str | None:
    """Why an address is of no place, whatever any file says."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "it is no address"
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in each for each in _INNER if each.version == address.version):
        return "it belongs to a range that is used within networks only"
    if address.version == _CARRIERS_OWN.version and address in _CARRIERS_OWN:
        return "it belongs to the range that carriers use behind their NAT (RFC 6598); it is of no place"
    return None


def _factor(sighting: Sighting) -> tuple[float, list[str]]:
    """How much less than usual it counts, and why."""
    factor, notes = 1.0, []
    flags = _flags(sighting.seen)
    if flags & Flag.HOSTING:
        factor, notes = factor * rules.HOSTING, ["in a data centre: counts less"]
    if flags & Flag.SATELLITE:
        factor *= rules.SATELLITE
        notes.append("by satellite, the ground station's country: counts less")
    if sighting.mention.part is Part.OTHER:
        factor *= rules.IN_WORDS
        notes.append("whose it is, is not said: counts less")
    if sighting.mention.at is None:
        factor *= rules.UNTIMED
        notes.append("nobody says when, so no list of exits was asked: counts less")
    elif ExitKind.TOR not in sighting.seen.lists:
        notes.append("no list of Tor exits of that time is here: whether it was one is not known")
    return factor, notes


def _unattributable(sighting: Sighting) -> tuple[str, str] | None:
    """Why a shared address leads to no single subscriber, and what to ask; None when it can, or is not shared."""
    shared = ExitKind.SHARED in sighting.seen.listed or _flags(sighting.seen) & Flag.SHARED
    if not shared:
        return None
    if sighting.mention.at is None:
        return "many subscribers share this address, and nobody says when it was used", ASK_TIME
    if sighting.mention.port is None:
        return "many subscribers share this address at any moment, and the source port is missing", ASK_PORT
    return None


def _place(ballot: AddressBallot, sighting: Sighting, factor: float, notes: list[str], stale_days: int) -> None:
    """The vote of the files about use, and the one of those about registration."""
    placed = 0
    for kind in (VoteKind.ADDRESS, VoteKind.REGISTRATION):
        said = [
            each
            for each in sighting.seen.said
            if each.territory is not None and (each.form == _REGISTRIES) == (kind is VoteKind.REGISTRATION)
        ]
        if said:
            ballot.votes.append(_vote(kind, sighting, said, factor, notes, stale_days))
            placed += 1
    if not placed:
        because = "no file of addresses is here" if not sighting.seen.said else "no file here says where it is"
        ballot.left_out.append(_left(sighting, because))


def _vote(
    kind: VoteKind, sighting: Sighting, said: Sequence[FileSaid], factor: float, notes: list[str], stale_days: int
) -> Vote:
    fresh = [1.0 if each.age_days is not None and each.age_days <= stale_days else rules.STALE for each in said]
    shares: dict[Territory, float] = defaultdict(float)
    for each, weight in zip(said, fresh, strict=True):
        if each.territory is not None:
            shares[each.territory] += weight / sum(fresh)
    countries = {territory.country for territory in shares}
    told = sorted(_tell(each, stale=weight < 1) for each, weight in zip(said, fresh, strict=True))
    if len(countries) > 1:
        told.insert(0, "contested")
    return Vote(
        kind=kind,
        whence=sighting.whence,
        value=sighting.mention.value,
        shares=tuple(sorted(shares.items())),
        # Files that are all old make an old vote; one that is fresh keeps it whole.
        log_odds=rules.RULES[kind].log_odds * factor * max(fresh),
        told="; ".join([*told, *notes]),
        contested=len(countries) > 1,
    )


def _tell(said: FileSaid, *, stale: bool) -> str:
    code = said.territory.code if said.territory else "nowhere"
    if not stale:
        return f"{said.file} says {code}"
    if said.age_days is None:
        return f"{said.file}, whose distance in time from the event is not known, says {code}: counts less"
    return f"{said.file}, made {said.age_days:,} days from the event, says {code}: counts less"


def _left(sighting: Sighting, because: str) -> LeftOut:
    return LeftOut(kind=VoteKind.ADDRESS, whence=sighting.whence, value=sighting.mention.value, because=because)
