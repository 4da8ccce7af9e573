"""Who may take a report: by weight, by region, never anybody who lacks what sending needs."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from clew.records.identifiers import RecipientId
from clew.records.mention import Part
from clew.records.referral import INTERNATIONAL, RecipientKind, ReferralRecipient
from clew.records.report import IncidentType
from clew.records.routing import Share, Whereabouts
from clew.triage.recipients import Proposal, propose

TODAY = date(2026, 5, 1)


def recipient(ident: str, country: str, region: str = "", **more: object) -> ReferralRecipient:
    whole = ReferralRecipient(
        id=RecipientId(ident),
        name=ident,
        kind=RecipientKind.POLICE,
        country=country,
        region=region,
        valid_from=date(2026, 1, 1),
        legal_basis="agreement",
        channel="portal",
        contact="desk",
        confirmed_at=date(2026, 3, 1),
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def where(*shares: Share, about: Part = Part.SUBJECT) -> Whereabouts:
    unknown = 1 - sum(each.weight for each in shares)
    return Whereabouts(
        about=about,
        shares=shares,
        unknown=unknown,
        unknown_because="nothing" if unknown > 0.5 else None,
        contested=False,
        votes=(),
        left_out=(),
        dissent=(),
        not_attributable=(),
        inquiries=(),
        rules="test",
    )


NL = Share(country="NL", weight=0.7)
BE = Share(country="BE", weight=0.25)
US = Share(country="US", weight=0.95, regions=(("CA", 0.8), ("NV", 0.1)))


def ids(found: Proposal) -> list[str]:
    return [each.recipient.id for each in found.proposed]


def test_every_likely_country_is_proposed_the_likeliest_first() -> None:
    table = [recipient("be", "BE"), recipient("nl", "NL"), recipient("de", "DE")]
    found = propose([where(NL, BE, Share(country="DE", weight=0.04))], table, None, TODAY)
    assert ids(found) == ["nl", "be"]
    assert found.proposed[0].because == "the subject is likely in NL (70%)"
    assert found.gaps == ()


def test_what_cannot_be_used_stands_last_and_leaves_a_gap() -> None:
    table = [recipient("a", "NL", channel=""), recipient("b", "BE")]
    found = propose([where(NL, BE)], table, None, TODAY)
    assert ids(found) == ["b", "a"]
    assert found.proposed[1].lacks == ("no channel is known",)
    assert found.gaps == ("NL: no recipient can be used; see clew recipients check",)


@pytest.mark.parametrize(
    ("more", "lack"),
    [
        ({"contact": ""}, "no contact"),
        ({"legal_basis": ""}, "no legal basis"),
        ({"confirmed_at": None}, "nobody has confirmed"),
        ({"valid_from": None}, "from when"),
        ({"valid_from": date(2026, 5, 2)}, "not valid yet"),
        ({"valid_until": date(2026, 5, 1)}, "not valid any more"),
    ],
)
def test_each_lack_alone_keeps_it_from_being_used(more: dict[str, Any], lack: str) -> None:
    lacks = recipient("nl", "NL", **more).lacks(TODAY)
    assert [lack in each for each in lacks] == [True]
    assert recipient("nl", "NL").lacks(TODAY) == ()


def test_a_contact_confirmed_over_a_year_ago_is_stale() -> None:
    assert recipient("nl", "NL", confirmed_at=date(2025, 4, 30)).stale(TODAY)
    assert not recipient("nl", "NL", confirmed_at=date(2025, 5, 1)).stale(TODAY)


def test_the_likely_region_is_chosen_and_several_in_it_are_left_to_the_county() -> None:
    table = [recipient("ca-1", "US", "CA"), recipient("ca-2", "US", "CA"), recipient("nv", "US", "NV")]
    found = propose([where(US)], table, None, TODAY)
    assert ids(found) == ["ca-1", "ca-2"]
    assert all(each.several and "the county decides" in each.because for each in found.proposed)


def test_without_a_region_all_of_the_country_are_proposed_and_said_to_be_a_guess() -> None:
    table = [recipient("ca", "US", "CA"), recipient("nv", "US", "NV")]
    found = propose([where(replace(US, regions=()))], table, None, TODAY)
    assert ids(found) == ["ca", "nv"]
    assert all("which region is not known" in each.because for each in found.proposed)


def test_a_national_centre_is_proposed_whatever_the_region() -> None:
    table = [recipient("us", "US"), recipient("nv", "US", "NV")]
    assert ids(propose([where(US)], table, None, TODAY)) == ["us"]


def test_a_country_without_a_usable_recipient_goes_to_an_international_one() -> None:
    table = [recipient("int", INTERNATIONAL), recipient("nl", "NL", contact="")]
    found = propose([where(NL)], table, None, TODAY)
    assert ids(found) == ["int", "nl"]
    assert ids(propose([where(NL)], [*table, recipient("nl-2", "NL")], None, TODAY)) == ["nl-2", "nl"]


def test_only_those_who_take_the_kind_are_proposed() -> None:
    table = [recipient("a", "NL", takes=frozenset({IncidentType.TRAFFICKING})), recipient("b", "NL")]
    assert ids(propose([where(NL)], table, IncidentType.MATERIAL, TODAY)) == ["b"]
    assert ids(propose([where(NL)], table, IncidentType.TRAFFICKING, TODAY)) == ["a", "b"]
    assert ids(propose([where(NL)], table, None, TODAY)) == ["b"]


def test_the_victims_country_is_proposed_beside_the_subjects_once_each() -> None:
    table = [recipient("nl", "NL"), recipient("be", "BE")]
    victim = where(replace(BE, weight=0.9), NL, about=Part.VICTIM)
    found = propose(
        [where(NL), replace(victim, shares=(replace(BE, weight=0.6), replace(NL, weight=0.3)))], table, None, TODAY
    )
    assert ids(found) == ["nl", "be"]
    assert found.proposed[0].because == "the subject is likely in NL (70%); and the victim is likely in NL (30%)"


def test_an_unknown_place_is_a_gap_with_its_reason() -> None:
    found = propose([where()], [recipient("nl", "NL")], None, TODAY)
    assert (found.proposed, found.gaps) == ((), ("where the subject is, is unknown: nothing",))


def test_priority_decides_between_equals() -> None:
    table = [recipient("a", "NL", priority=5), recipient("b", "NL", priority=1)]
    assert ids(propose([where(NL)], table, None, TODAY)) == ["b", "a"]
