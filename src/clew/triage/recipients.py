"""Who is to take a report on: the recipients of every country that is likely enough, with the reason for each.

Several may be right at once: the subject's country and the victim's, two countries that evidence is divided between,
all task forces of a state. A machine proposes, with what each recipient lacks; a person chooses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clew.records.mention import Part
from clew.records.referral import INTERNATIONAL, ReferralRecipient
from clew.records.report import IncidentType
from clew.records.routing import Share, Whereabouts
from clew.triage import route_rules as rules

_WHO = {Part.SUBJECT: "the subject", Part.VICTIM: "the victim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A recipient that a report may go to.

    Attributes:
        weight: of its country, or of its region where it has one.
        because: in words.
        lacks: why nothing may be sent there yet; empty when it may.
        stale: its contact was confirmed too long ago.
        several: others take the same region, and only the county tells which is right.
    """

    recipient: ReferralRecipient
    weight: float
    because: str
    lacks: tuple[str, ...] = ()
    stale: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """All that may take it, the best first, and where there is nobody.

    Attributes:
        gaps: what is missing, in words for a person.
    """

    proposed: tuple[Proposed, ...]
    gaps: tuple[str, ...]


def propose(
    answers: Sequence[Whereabouts], known: Iterable[ReferralRecipient], kind: IncidentType | None, day: date
) -> Proposal:
    """The recipients for what is known of everybody's whereabouts."""
    table = [each for each in known if each.takes_kind(kind)]
    found: list[Proposed] = []
    gaps: list[str] = []
    for answer in answers:
        likely = [each for each in answer.shares if each.weight >= rules.LEAST_SHARE]
        if not likely and answer.about is Part.SUBJECT:
            gaps.append(
                f"where {_WHO[answer.about]} is, is unknown: {answer.unknown_because or 'nothing outweighs it'}"
            )
        for share in likely:
            fitting = _in_country(answer, share, table, day)
            found += fitting
            if not any(not each.lacks for each in fitting):
                gaps.append(f"{share.country}: no recipient can be used; see clew recipients check")
    merged = _merged(found)
    return Proposal(proposed=tuple(sorted(merged, key=_order)), gaps=tuple(dict.fromkeys(gaps)))


def _in_country(answer: Whereabouts, share: Share, table: Sequence[ReferralRecipient], day: date) -> list[Proposed]:
    """Those of the likely regions and of the whole country; of all regions where none is likely; or international."""
    who = f"{_WHO[answer.about]} is likely in {share.country} ({share.weight:.0%})"
    here = [each for each in table if each.country == share.country]
    regions = {code: weight for code, weight in share.regions if weight >= rules.LEAST_SHARE}
    found = []
    for each in here:
        if not each.region:
            found.append(_proposed(each, share.weight, who, day))
        elif each.region in regions:
            within = f"{who}, region {each.region} ({regions[each.region]:.0%} of that)"
            several = sum(other.region == each.region for other in here) > 1
            told = f"{within}; several share the region, the county decides" if several else within
            found.append(_proposed(each, share.weight * regions[each.region], told, day, several=several))
    if not found and here:
        told = f"{who}; which region is not known, and it decides"
        found = [_proposed(each, share.weight / len(here), told, day, several=True) for each in here]
    if not any(not each.lacks for each in found):
        told = f"{who}, which has no recipient of its own that can be used"
        others = [each for each in table if each.country == INTERNATIONAL]
        found += [_proposed(each, share.weight, told, day) for each in others]
    return found


def _proposed(
    recipient: ReferralRecipient, weight: float, because: str, day: date, *, several: bool = False
) -> Proposed:
    return Proposed(
        recipient=recipient,
        weight=weight,
        because=because,
        lacks=recipient.lacks(day),
        stale=recipient.stale(day),
        several=several,
    )


def _merged(found: Iterable[Proposed]) -> list[Proposed]:
    """Each recipient once, with its strongest reason first."""
    by_id: dict[str, list[Proposed]] = {}
    for each in sorted(found, key=lambda each: -each.weight):
        by_id.setdefault(each.recipient.id, []).append(each)
    return [
        Proposed(
            recipient=first.recipient,
            weight=first.weight,
            because="; and ".join(dict.fromkeys(each.because for each in (first, *rest))),
            lacks=first.lacks,
            stale=first.stale,
            several=all(each.several for each in (first, *rest)),
        )
        for first, *rest in by_id.values()
    ]


def _order(proposed: Proposed) -> tuple[bool, float, int, str]:
    """What can be used first, then by weight and priority."""
    return (bool(proposed.lacks), -round(proposed.weight, 6), proposed.recipient.priority, proposed.recipient.id)
